"""From the passes of a workload to a checked result."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.base import Fidelity
from archsim.architectures.gpu.config import GpuHardware
from archsim.architectures.gpu.gemm import HALF, roofline_s
from archsim.architectures.gpu.lowering import COLLECTIVES, Call, Lowered, lower
from archsim.architectures.gpu.passes import LINK, STREAM, Played, durations_fs, play
from archsim.architectures.gpu.power import EnergyParts, energy_parts_j
from archsim.architectures.gpu.predicting import predict_kernels
from archsim.kernel import fs_to_seconds
from archsim.result import Check, Pair, Result, assemble, at_most, make_provenance

if TYPE_CHECKING:
    import pandas as pd

    from archsim.config import WorkloadSpec
    from archsim.kernel import Timeline
    from archsim.workload.trace import Trace

Float64Array = NDArray[np.float64]
OperationRow = tuple[str, str, str, float, float, float]
OPERATION_COLUMNS = ("operation", "kind", "component", "start_s", "end_s", "energy_j")


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


def finish(
    gpu: GpuHardware,
    workload: WorkloadSpec,
    passes: Sequence[TimedPass],
    *,
    sharing: int,
    stages: int,
    fidelity: Fidelity,
    seed: int,
    metrics: Mapping[str, float],
) -> Result:
    """Assemble the result of passes that run one after the other.

    Args:
        gpu: The card.
        workload: What ran.
        passes: The passes in their order.
        sharing: Cards that share every operation.
        stages: Pipeline stages; cards in all are ``sharing * stages``.
        fidelity: Fidelity of the run.
        seed: Seed of the run.
        metrics: The workload's own figures.
    """
    import pandas as pd

    total_fs = sum(item.played.latency_fs for item in passes)
    latency_s = fs_to_seconds(total_fs)
    macs = sum(item.trace.totals.macs for item in passes)
    moved = math.fsum(float(np.dot(item.memory_bytes, item.repeats)) for item in passes)
    chip = gpu.chip
    table = components(gpu, passes, latency_s, sharing, stages)
    energy_j = math.fsum([*table["dynamic_energy_j"], *table["static_energy_j"]])
    cards = sharing * stages
    return assemble(
        latency_s=latency_s,
        components=table,
        operations=pd.DataFrame(operation_rows(passes, sharing), columns=list(OPERATION_COLUMNS)),
        metrics={
            "kernels": math.fsum(float(item.repeats.sum()) for item in passes),
            "flop_utilisation": 2.0 * macs / (chip.half_flops * latency_s * stages),
            "bandwidth_utilisation": moved / (chip.memory_bytes_per_s * latency_s * stages),
            "devices": float(cards),
            "device_area_mm2": chip.die_mm2,
            "device_power_w": energy_j / latency_s / cards,
            **metrics,
        },
        provenance=make_provenance(
            gpu,
            workload,
            architecture="gpu",
            fidelity=fidelity,
            seed=seed,
            trace_hash=passes[0].trace.content_hash(),
        ),
        work=[_products(passes)],
        roofline_s=_roofline(gpu, passes),
        more_checks=[_kernels_above_roofline(passes), *_never_faster(passes, fidelity)],
    )


def components(
    gpu: GpuHardware, passes: Sequence[TimedPass], latency_s: float, sharing: int, stages: int
) -> pd.DataFrame:
    """Return the component table over all cards; see ``finish`` for the arguments."""
    import pandas as pd

    chip, cards = gpu.chip, sharing * stages

    def summed(values: list[Float64Array]) -> float:
        pairs = zip(values, passes, strict=True)
        return math.fsum(float(np.dot(value, item.repeats)) for value, item in pairs)

    stream_s, link_s, link_bytes = 0.0, 0.0, 0.0
    for item in passes:
        kinds = item.trace.operations["kind"]
        for index, duration in enumerate(item.duration_fs):
            spent = fs_to_seconds(duration * int(item.trace.column("repeat")[index]))
            if str(kinds[index]) in COLLECTIVES:
                link_s += spent
            else:
                stream_s += spent
        link_bytes += float(item.trace.totals.collective_bytes)
    cache = summed([item.cache_bytes for item in passes])
    memory = summed([item.memory_bytes for item in passes])
    rows = [
        ("multiprocessors", stream_s, [p.parts.multiprocessors for p in passes], chip.die_mm2, 0.0),
        (
            "second-level cache",
            cache / gpu.matmul.cache_bytes_per_s,
            [p.parts.cache for p in passes],
            0.0,
            cache,
        ),
        (
            "device memory",
            memory / chip.memory_bytes_per_s,
            [p.parts.memory for p in passes],
            0.0,
            memory,
        ),
        ("link", link_s, [np.zeros(len(p.repeats)) for p in passes], 0.0, link_bytes),
    ]
    found = [
        {
            "component": name,
            "busy_s": min(busy / stages, latency_s),
            "dynamic_energy_j": summed(energy) * sharing,
            "static_energy_j": 0.0,
            "area_mm2": area * cards,
            "bytes": moved * sharing,
        }
        for name, busy, energy, area, moved in rows
    ]
    base = {
        "component": "board",
        "busy_s": latency_s,
        "dynamic_energy_j": 0.0,
        "static_energy_j": gpu.power.base_w * latency_s * cards,
        "area_mm2": 0.0,
        "bytes": 0.0,
    }
    return pd.DataFrame([*found, base])


def operation_rows(passes: Sequence[TimedPass], sharing: int) -> list[OperationRow]:
    """Return every operation of every pass, repetition by repetition, in the order of groups."""
    rows: list[OperationRow] = []
    pass_start = 0
    for item in passes:
        energy = np.bincount(
            item.lowered.operation, weights=item.parts.total * sharing, minlength=len(item.trace)
        ).tolist()
        played = item.played
        for group, length in zip(item.trace.groups, played.group_fs, strict=True):
            for repetition in range(group.repeat):
                shift = pass_start + repetition * length
                for index in group.indices.tolist():
                    row = item.trace.operations[index]
                    kind = str(row["kind"])
                    rows.append(
                        (
                            str(row["name"]),
                            kind,
                            LINK if kind in COLLECTIVES else STREAM,
                            fs_to_seconds(shift + played.start_fs[index]),
                            fs_to_seconds(shift + played.end_fs[index]),
                            energy[index],
                        )
                    )
        pass_start += played.latency_fs
    return rows


def _products(passes: Sequence[TimedPass]) -> Pair:
    """Compare the multiply-accumulates of matrix products in trace and kernels."""
    asked = done = 0
    for item in passes:
        trace, table = item.trace, item.lowered.table
        repeat = trace.column("repeat")
        for index in np.flatnonzero(trace.operations["kind"] == "gemm").tolist():
            asked += int(trace.column("macs")[index]) * int(repeat[index])
        for row in np.flatnonzero(table.kernel == "gemm").tolist():
            sizes = (table.batch, table.m, table.n, table.k)
            count = int(repeat[item.lowered.operation[row]])
            done += math.prod(int(size[row]) for size in sizes) * count
    return Pair("matrix products", float(asked), float(done), "MAC")


def _roofline(gpu: GpuHardware, passes: Sequence[TimedPass]) -> float:
    """Return the shortest time that the tensor units need for the work of a card."""
    chip = gpu.chip
    seconds = 0.0
    for item in passes:
        wide = item.trace.bytes_per_element != 2
        rate = chip.tf32_flops if wide else chip.half_flops
        seconds += 2.0 * item.trace.totals.macs / rate
    return seconds


def _kernels_above_roofline(passes: Sequence[TimedPass]) -> Check:
    margin = max(float(np.max(item.roofline / item.seconds)) for item in passes)
    return at_most("no kernel faster than its data-sheet roofline", margin, 1.0, "of its time")


def _never_faster(passes: Sequence[TimedPass], fidelity: Fidelity) -> list[Check]:
    """Check that waiting for the stream made no pass faster than its closed form."""
    if fidelity != "event":
        return []
    name = "contention never faster than the closed form"
    closed = sum(play(p.trace, p.duration_fs, "analytic", None).latency_fs for p in passes)
    played = sum(p.played.latency_fs for p in passes)
    detail = f"{fs_to_seconds(played):.9g} s played, {fs_to_seconds(closed):.9g} s in closed form"
    return [Check(name, played >= closed, detail)]
