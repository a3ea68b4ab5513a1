"""One frame: planned, played in either fidelity, priced and checked."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from archsim.architectures.base import Fidelity
from archsim.architectures.neural_graphics.config import NeuralGraphicsHardware
from archsim.architectures.neural_graphics.cost import (
    ProcessorCost,
    memory_j_per_byte,
    processor_cost,
)
from archsim.architectures.neural_graphics.figures import frame_metrics
from archsim.architectures.neural_graphics.plan import FramePlan, plan_frame
from archsim.architectures.neural_graphics.system import PlayedFrame, closed_frame, play_frame
from archsim.kernel import fs_to_seconds
from archsim.result import (
    COMPONENT_PEAKS,
    OPERATION_COLUMNS,
    OPERATION_WORK,
    Check,
    Pair,
    Result,
    assemble,
    make_provenance,
)
from archsim.technology import dram

if TYPE_CHECKING:
    import pandas as pd

    from archsim.kernel import Timeline
    from archsim.workload.graphics.workload import GraphicsWorkload


def run_frame(
    hardware: NeuralGraphicsHardware,
    workload: GraphicsWorkload,
    fidelity: Fidelity,
    seed: int,
    timeline: Timeline | None,
) -> Result:
    """Run one frame.

    Raises:
        InfeasibleError: Tables have to be resident and do not fit.
        UnsupportedError: Levels and engines do not divide into each other.
    """
    import pandas as pd

    plan = plan_frame(hardware, workload, seed)
    bandwidth, buffers = hardware.memory.bandwidth_bytes_per_s, hardware.scheduler.buffers
    closed = closed_frame(plan, bandwidth, buffers)
    played = closed
    if fidelity == "event":
        played = play_frame(plan, bandwidth, buffers, timeline)
    cost = processor_cost(hardware, workload.encoding, workload.networks)
    latency_s = fs_to_seconds(played.latency_fs)
    rows = _components(hardware, workload, plan, played, cost)
    return assemble(
        latency_s=latency_s,
        components=pd.DataFrame(rows),
        operations=_operations(hardware, workload, plan, played, cost),
        metrics=frame_metrics(hardware, workload, plan, played, cost, _energy_j(rows), seed),
        provenance=make_provenance(
            hardware,
            workload,
            architecture="neural_graphics",
            fidelity=fidelity,
            seed=seed,
            extra_constants=(
                *cost.constants,
                *dram.access_energy_parts(hardware.memory.energy_kind),
            ),
        ),
        bytes_moved=[_bytes(workload, plan, played)],
        work=_work(workload, plan, seed),
        roofline_s=_roofline_s(hardware, workload, plan, fidelity),
        more_checks=[_never_faster(played, closed)],
    )


def measure_frame(
    hardware: NeuralGraphicsHardware,
    workload: GraphicsWorkload,
    fidelity: Fidelity = "event",
    seed: int = 0,
) -> dict[str, float]:
    """Return the metrics of ``run_frame`` without tables and checks: for studies of many frames."""
    plan = plan_frame(hardware, workload, seed)
    play = play_frame if fidelity == "event" else closed_frame
    played = play(plan, hardware.memory.bandwidth_bytes_per_s, hardware.scheduler.buffers)
    cost = processor_cost(hardware, workload.encoding, workload.networks)
    energy_j = _energy_j(_components(hardware, workload, plan, played, cost))
    return frame_metrics(hardware, workload, plan, played, cost, energy_j, seed)


def _energy_j(rows: list[dict[str, str | float]]) -> float:
    parts = ("dynamic_energy_j", "static_energy_j")
    return math.fsum(float(row[part]) for row in rows for part in parts)


def _components(
    hardware: NeuralGraphicsHardware,
    workload: GraphicsWorkload,
    plan: FramePlan,
    played: PlayedFrame,
    cost: ProcessorCost,
) -> list[dict[str, str | float]]:
    """Return one row per component.

    A roof is known for the MLP engines alone: table look-ups do no arithmetic that the workload
    counts, and the SMs' share of a frame is a measured time.
    """
    processors, frequency = hardware.cluster.processors, hardware.cluster.frequency_hz
    latency_s = fs_to_seconds(played.latency_fs)
    samples = plan.batches.total
    each = sum(-(-count // processors) for count in plan.batches.padded)
    writers = processors if hardware.tables.distribution == "broadcast" else 1
    written_j = plan.streamed_bytes * writers * cost.write_j_per_byte
    lookup_bytes = workload.encoding.lookups * workload.encoding.entry_bytes
    busy = {
        "table memories": each * float(plan.rate.encoding) / frequency,
        "encoding engines": each * float(plan.rate.encoding) / frequency,
        "mlp engines": each * float(plan.rate.mlp) / frequency,
    }
    peak_macs = hardware.mlp_engine.rows * hardware.mlp_engine.columns * processors * frequency
    moved = {"table memories": samples * lookup_bytes + plan.streamed_bytes * writers}
    rows: list[dict[str, str | float]] = [
        {
            "component": name,
            "busy_s": min(busy[name], latency_s),
            "dynamic_energy_j": samples * part.sample_j
            + (written_j if name == "table memories" else 0.0),
            "static_energy_j": processors * part.leakage_w * latency_s,
            "area_mm2": processors * part.area_mm2,
            "bytes": float(moved.get(name, 0)),
            **_peaks(peak_macs if name == "mlp engines" else 0.0),
        }
        for name, part in cost.parts.items()
    ]
    sm_busy_s = sum(end - start for start, end in played.sms) * 1e-15
    memory_s = played.bytes_moved / hardware.memory.bandwidth_bytes_per_s
    per_byte = memory_j_per_byte(hardware.memory.energy_kind)
    rows += [
        {
            "component": "memory",
            "busy_s": min(memory_s, latency_s),
            "dynamic_energy_j": played.bytes_moved * per_byte,
            "static_energy_j": 0.0,
            "area_mm2": 0.0,
            "bytes": float(played.bytes_moved),
            **_peaks(0.0, hardware.memory.bandwidth_bytes_per_s),
        },
        {
            "component": "SMs",
            "busy_s": min(sm_busy_s, latency_s),
            "dynamic_energy_j": sum(plan.sm_fs) * 1e-15 * hardware.gpu.power_w,
            "static_energy_j": 0.0,
            "area_mm2": hardware.gpu.die_area_mm2,
            "bytes": float(sum(plan.sm_bytes)),
            **_peaks(0.0),
        },
    ]
    return rows


def _peaks(macs_per_s: float, bytes_per_s: float = 0.0) -> dict[str, float]:
    return dict(zip(COMPONENT_PEAKS, (2.0 * macs_per_s, bytes_per_s), strict=True))


def _operations(
    hardware: NeuralGraphicsHardware,
    workload: GraphicsWorkload,
    plan: FramePlan,
    played: PlayedFrame,
    cost: ProcessorCost,
) -> pd.DataFrame:
    """Return two rows per batch: what the cluster and what the SMs did with it.

    The arithmetic is that of the networks.
    """
    import pandas as pd

    batches = plan.batches
    per_byte = memory_j_per_byte(hardware.memory.energy_kind)
    rows = []
    for number, name in enumerate(batches.names):
        cluster_j = batches.samples[number] * cost.sample_j
        cluster_j += plan.cluster_bytes[number] * per_byte
        sm_j = plan.sm_fs[number] * 1e-15 * hardware.gpu.power_w
        sm_j += plan.sm_bytes[number] * per_byte
        arithmetic = 2.0 * workload.macs * batches.samples[number]
        moved = float(plan.cluster_bytes[number]), float(plan.sm_bytes[number])
        for kind, part, (start, end), *figures in (
            (
                "encode_and_infer",
                "mlp engines",
                played.cluster[number],
                cluster_j,
                arithmetic,
                moved[0],
            ),
            ("rest_kernels", "SMs", played.sms[number], sm_j, 0.0, moved[1]),
        ):
            rows.append((name, kind, part, fs_to_seconds(start), fs_to_seconds(end), *figures))
    return pd.DataFrame(rows, columns=[*OPERATION_COLUMNS, *OPERATION_WORK])


def _bytes(workload: GraphicsWorkload, plan: FramePlan, played: PlayedFrame) -> Pair:
    record = workload.input_bytes + workload.output_bytes
    asked = 2 * plan.batches.total * record + plan.streamed_bytes
    return Pair("records and tables over memory", float(asked), float(played.bytes_moved), "bytes")


def _work(workload: GraphicsWorkload, plan: FramePlan, seed: int) -> list[Pair]:
    wanted = round(workload.profile(seed).samples_per_pixel * workload.pixels)
    return [Pair("samples", float(wanted), float(plan.batches.total), "samples")]


def _roofline_s(
    hardware: NeuralGraphicsHardware,
    workload: GraphicsWorkload,
    plan: FramePlan,
    fidelity: Fidelity,
) -> float:
    """Return the shortest time that arithmetic, table reads, bytes and fused kernels allow.

    The closed form lets cluster and SMs each have the whole bandwidth, events make them share it.
    """
    engines, mlp = hardware.encoding_engines, hardware.mlp_engine
    frequency, processors = hardware.cluster.frequency_hz, hardware.cluster.processors
    samples, encoding = plan.batches.total, workload.encoding
    reads = samples * encoding.lookups / (engines.banks * engines.engines * processors)
    moved = sum(plan.cluster_bytes), sum(plan.sm_bytes)
    together = sum(moved) if fidelity == "event" else max(moved)
    return max(
        samples * workload.macs / (mlp.rows * mlp.columns * processors * frequency),
        reads / frequency,
        together / hardware.memory.bandwidth_bytes_per_s,
        sum(plan.sm_fs) * 1e-15,
    )


def _never_faster(played: PlayedFrame, closed: PlayedFrame) -> Check:
    played_s, closed_s = (fs_to_seconds(part.latency_fs) for part in (played, closed))
    return Check(
        "contention never faster than the closed form",
        played.latency_fs >= closed.latency_fs,
        f"{played_s:.9g} s played, {closed_s:.9g} s in closed form",
    )
