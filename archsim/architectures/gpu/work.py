"""What a roofline needs: arithmetic and bytes of operations, and the peak above them.

A multiply-accumulate counts as two operations, an element of vector work as one. Memory bytes are
those that leave the second-level cache: a kernel that finds everything there has none, and stands
under the roof of the cache.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.gpu.config import GpuHardware
from archsim.architectures.gpu.gemm import data_sheet_flops
from archsim.architectures.gpu.lowering import COLLECTIVES
from archsim.architectures.gpu.timed_pass import TimedPass

Float64Array = NDArray[np.float64]


def operation_work(timed: TimedPass) -> tuple[Float64Array, Float64Array, Float64Array]:
    """Return arithmetic operations, memory and cache bytes of one card, shape (operations,) each.

    Softmax and attended values of fused attention are part of the kernel of its logits.
    """
    trace, owners = timed.trace, timed.lowered.operation
    kinds = trace.operations["kind"]
    asked = 2.0 * trace.column("macs") + trace.column("vector_elements")
    arithmetic = np.zeros(len(trace))
    launched = set(owners.tolist())
    fused_into = 0
    for index, kind in enumerate(kinds.tolist()):
        if kind == "attention_logit":
            fused_into = index
        if index in launched:
            arithmetic[index] += asked[index]
        elif kind not in COLLECTIVES:
            arithmetic[fused_into] += asked[index]
    memory, cache = np.zeros(len(trace)), np.zeros(len(trace))
    np.add.at(memory, owners, timed.memory_bytes)
    np.add.at(cache, owners, timed.cache_bytes)
    return arithmetic, memory, cache


def peak_operations_per_s(gpu: GpuHardware, passes: Sequence[TimedPass]) -> float:
    """Return the data sheet's rate of the fastest format among the kernels of passes."""
    formats = np.unique(np.concatenate([item.lowered.table.precision for item in passes]))
    return float(data_sheet_flops(gpu)[formats].max())
