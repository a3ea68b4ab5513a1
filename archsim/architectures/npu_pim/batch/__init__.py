"""Closed forms over many designs at once: what searches and sweeps call.

A design differs from a base in a few keys. Its NPU side (arrays, scratchpads, vector units, link)
and its memory side (channels, timing, PIM, scheduler) are planned apart, each once per distinct
combination of its own keys; a design is then a pair of sides and two clocks, and all that follows
is arithmetic on arrays of designs.
"""

from archsim.architectures.npu_pim.batch.evaluate import evaluate
from archsim.architectures.npu_pim.batch.reasons import infeasible_reasons

__all__ = ["evaluate", "infeasible_reasons"]
