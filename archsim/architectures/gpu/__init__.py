"""GPU cards: kernel times from physics, corrected by a small learned residual where one ships."""

from archsim.architectures.gpu.architecture import ARCHITECTURE

__all__ = ["ARCHITECTURE"]
