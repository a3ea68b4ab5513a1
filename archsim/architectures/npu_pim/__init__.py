"""NPU and processing-in-memory systems: NPU-only, naive NPU+PIM, NeuPIMs (ASPLOS 2024).

``config`` says what a user may set; ``row_tile``, ``gemm`` and ``vector_work`` are the closed
forms; ``plan``, ``mha`` and ``stages`` put a layer together; ``system`` plays it with SimPy;
``decode`` times a pass; ``iterate`` and ``serving`` run many; ``cost`` prices them; ``batch``
evaluates many designs.
"""

from archsim.architectures.npu_pim.architecture import ARCHITECTURE

__all__ = ["ARCHITECTURE"]
