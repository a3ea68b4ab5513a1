"""One pass through a trace, timed and priced kernel by kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.base import Fidelity
from archsim.architectures.gpu.config import GpuHardware
from archsim.architectures.gpu.gemm import HALF, roofline_s
from archsim.architectures.gpu.lowering import Call, Lowered, lower
from archsim.architectures.gpu.passes import Played, durations_fs, play
from archsim.architectures.gpu.power import EnergyParts, energy_parts_j
from archsim.architectures.gpu.predicting import predict_kernels

if TYPE_CHECKING:
    from archsim.kernel import Timeline
    from archsim.workload.trace import Trace

Float64Array = NDArray[np.float64]


@dataclass(frozen=True)
class TimedPass:
    """One pass through a trace, timed and priced.

    Attributes:
        trace: The operations as one card sees them.
        lowered: Its kernels.
        repeats: How often each kernel runs, shape (kernels,).
        duration_fs: Time of each operation.
        parts: Energy of each kernel above the base.
        played: When the operations ran.
        memory_bytes: Traffic of each kernel that leaves the cache.
        cache_bytes: Traffic of each kernel through the cache.
        roofline: Shortest time of each kernel by the data sheet, s.
        seconds: Time of each kernel, s.
    """

    trace: Trace
    lowered: Lowered
    repeats: Float64Array
    duration_fs: list[int]
    parts: EnergyParts
    played: Played
    memory_bytes: Float64Array
    cache_bytes: Float64Array
    roofline: Float64Array
    seconds: Float64Array


def time_pass(
    gpu: GpuHardware,
    trace: Trace,
    fidelity: Fidelity,
    timeline: Timeline | None = None,
    calls_of: Mapping[str, Sequence[Call]] | None = None,
) -> TimedPass:
    """Time and price one pass.

    Args:
        gpu: The card.
        trace: The operations as one card sees them.
        fidelity: ``"analytic"`` or ``"event"``.
        timeline: Recorder; event fidelity only.
        calls_of: Kernels of operations, by name, that their kind alone does not tell.

    Raises:
        UnsupportedError: An operation has no kernel.
    """
    lowered = lower(trace, calls_of)
    table = lowered.table
    prediction, done = predict_kernels(gpu, table)
    duration = durations_fs(gpu, trace, lowered, prediction.seconds)
    product = table.kernel == "gemm"
    flops = np.where(product, 2.0 * table.volume(), 0.0)
    precision = np.where(product, table.precision, HALF)
    return TimedPass(
        trace=trace,
        lowered=lowered,
        repeats=trace.column("repeat")[lowered.operation].astype(np.float64),
        duration_fs=duration,
        parts=energy_parts_j(gpu, done, prediction.power_w),
        played=play(trace, duration, fidelity, timeline),
        memory_bytes=done.memory_bytes,
        cache_bytes=done.cache_bytes,
        roofline=roofline_s(gpu, precision, flops, done.cache_bytes),
        seconds=prediction.seconds,
    )
