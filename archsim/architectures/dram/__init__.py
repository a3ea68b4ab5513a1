"""A DRAM channel and its controller, clock by clock: the rules of DRAMSys 4.0, compiled.

``config`` says what a user may set; ``timing`` is the table of named constraints; ``policies``
(admission, scheduler, page policy), ``buffer``, ``refresh`` and ``selection`` are the rules that
``controller`` plays; ``energy`` prices the commands; ``legality`` checks them independently;
``uncontended`` has the closed forms; ``public`` is ``archsim.dram``.
"""

from archsim.architectures.dram.architecture import ARCHITECTURE

__all__ = ["ARCHITECTURE"]
