"""Neural graphics clusters: NGPC (ISCA 2023) and its design space.

``config`` says what a user may set; ``banks`` measures conflicts of real address streams;
``timing`` holds the closed forms; ``plan`` cuts a frame into batches; ``system`` plays them with
SimPy; ``cost`` prices them; ``run`` and ``figures`` make the result; ``batch`` evaluates many
designs.
"""

from archsim.architectures.neural_graphics.architecture import ARCHITECTURE

__all__ = ["ARCHITECTURE"]
