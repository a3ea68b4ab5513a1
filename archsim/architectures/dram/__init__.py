"""A DRAM channel and its controller, clock by clock: the rules of DRAMSys 4.0, compiled.

``config`` says what a user may set and ``timing`` is the table of named constraints. The rules are
``front`` (player, arbiter), ``buffer``, ``policies`` (admission, scheduler, page policy),
``refresh``, ``selection`` and ``responses``; ``controller`` plays them. ``power`` counts and
``energy`` prices; ``legality`` checks the commands independently; ``uncontended`` has the closed
forms; ``public`` is ``archsim.dram``.
"""

from archsim.architectures.dram.architecture import ARCHITECTURE

__all__ = ["ARCHITECTURE"]
