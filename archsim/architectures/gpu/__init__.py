"""GPU cards: kernel times from physics, corrected by a small learned residual where one ships.

``config`` says what a user may set; ``table`` reads kernels; ``gemm`` (with ``gemm_loop``),
``attention``, ``streaming``, ``tiled`` and ``hash_grid`` are the closed forms, ``physics`` picks
among them; ``residual`` (with ``forest_loop``) corrects matrix products; ``power`` prices;
``predicting`` and ``layers`` put kernels together; ``lowering``, ``passes``, ``timed_pass``,
``tables`` and ``running`` run a ``job``, which ``jobs``, ``language`` and ``vision`` make of a
workload; ``card_columns`` and ``batch`` evaluate many cards at once; ``calibration``,
``training``, ``model_card`` and ``retrain`` make the constants and the trees; ``transfer`` carries
constants to other cards.
"""

from archsim.architectures.gpu.architecture import ARCHITECTURE

__all__ = ["ARCHITECTURE"]
