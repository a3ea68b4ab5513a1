"""Runs a job and returns its checked result."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from archsim.architectures.base import Fidelity
from archsim.architectures.gpu.config import GpuHardware
from archsim.architectures.gpu.gemm import HALF
from archsim.architectures.gpu.job import Job
from archsim.architectures.gpu.lowering import FORMATS
from archsim.architectures.gpu.passes import play
from archsim.architectures.gpu.tables import OPERATION_ROW, components, operation_rows
from archsim.architectures.gpu.timed_pass import TimedPass, time_pass
from archsim.kernel import fs_to_seconds
from archsim.result import (
    Check,
    Pair,
    Result,
    assemble,
    at_most,
    make_provenance,
)

if TYPE_CHECKING:
    from archsim.config import WorkloadSpec
    from archsim.kernel import Timeline


def run_job(
    gpu: GpuHardware,
    workload: WorkloadSpec,
    job: Job,
    *,
    fidelity: Fidelity,
    seed: int,
    timeline: Timeline | None,
) -> Result:
    """Run the passes of a job one after the other.

    Args:
        gpu: The card.
        workload: What runs.
        job: What it asks of the cards.
        fidelity: Fidelity of the run.
        seed: Seed of the run.
        timeline: Recorder of the first pass; event fidelity only.

    Raises:
        InfeasibleError: What must be held does not fit the memory of a card.
        UnsupportedError: An operation has no kernel, or the format no rate here.
    """
    import pandas as pd

    refusal = job.refusal(gpu.chip.memory_bytes)
    if refusal is not None:
        raise refusal
    passes = job.rounds * [
        time_pass(gpu, trace, fidelity, None if number else timeline, job.calls_of)
        for number, trace in enumerate(job.traces)
    ]
    sharing, stages = job.sharing, job.stages
    total_fs = sum(item.played.latency_fs for item in passes)
    latency_s = fs_to_seconds(total_fs)
    macs = sum(item.trace.totals.macs for item in passes)
    moved = math.fsum(float(np.dot(item.memory_bytes, item.repeats)) for item in passes)
    chip = gpu.chip
    table = components(gpu, passes, latency_s, sharing, stages)
    energy_j = math.fsum([*table["dynamic_energy_j"], *table["static_energy_j"]])
    made = job.rate_metrics(total_fs * 1e-15, energy_j)
    return assemble(
        latency_s=latency_s,
        components=table,
        operations=pd.DataFrame(operation_rows(passes, sharing), columns=[*OPERATION_ROW]),
        metrics={
            "kernels": math.fsum(float(item.repeats.sum()) for item in passes),
            "flop_utilisation": 2.0 * macs / (chip.half_flops * latency_s * stages),
            "bandwidth_utilisation": moved / (chip.memory_bytes_per_s * latency_s * stages),
            "devices": float(job.cards),
            "device_area_mm2": chip.die_mm2,
            "device_power_w": energy_j / latency_s / job.cards,
            **made,
            **job.figures,
        },
        provenance=make_provenance(
            gpu,
            workload,
            architecture="gpu",
            fidelity=fidelity,
            seed=seed,
            trace_hash=passes[0].trace.content_hash(),
        ),
        bytes_moved=[_operands(passes)],
        work=[_products(passes)],
        roofline_s=_roofline(gpu, passes),
        more_checks=[_kernels_above_roofline(passes), *_never_faster(passes, fidelity)],
    )


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


def _operands(passes: Sequence[TimedPass]) -> Pair:
    """Compare the operands and results of matrix products with their traffic through the cache."""
    asked = done = 0.0
    for item in passes:
        table, repeats = item.lowered.table, item.repeats
        product = table.kernel == "gemm"
        size = np.where(table.precision == HALF, 2.0, 4.0)
        elements = table.batch * (table.m * table.k + table.k * table.n + table.m * table.n)
        asked += float(np.dot((size * elements)[product], repeats[product]))
        done += float(np.dot(item.cache_bytes[product], repeats[product]))
    return Pair("operands of matrix products", asked, done, "bytes")


def _roofline(gpu: GpuHardware, passes: Sequence[TimedPass]) -> float:
    """Return the shortest time that the tensor units need for the work of a card."""
    chip = gpu.chip
    seconds = 0.0
    for item in passes:
        wide = FORMATS[item.trace.bytes_per_element] == "tf32"
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
