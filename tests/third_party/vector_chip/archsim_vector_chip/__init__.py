"""A worked example of an architecture outside archsim, found through its entry point."""

from archsim_vector_chip.architecture import ARCHITECTURE, VectorArchitecture
from archsim_vector_chip.config import VectorChip

__all__ = ["ARCHITECTURE", "VectorArchitecture", "VectorChip"]
