"""Architecture families, one folder each; import them through ``registry``."""

from archsim.architectures.base import FIDELITIES, Architecture, Fidelity, expect

__all__ = ["FIDELITIES", "Architecture", "Fidelity", "expect"]
