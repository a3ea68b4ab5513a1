"""Closed forms over many designs at once: what searches and sweeps call.

Processors, clock, ports, bandwidth, fusion and dispatch only scale times and sums, so any number
of their values costs nothing. Every distinct combination of the other keys is planned and priced
once. Latencies equal the analytic fidelity's to rounding (it works in whole femtoseconds).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.columns import common_length, distinct_rows, hardware_columns
from archsim.architectures.neural_graphics.config import NeuralGraphicsHardware
from archsim.architectures.neural_graphics.cost import (
    ProcessorCost,
    memory_j_per_byte,
    processor_cost,
)
from archsim.architectures.neural_graphics.plan import (
    Batches,
    cut_frame,
    processor_rate,
    streamed_table_bytes,
)
from archsim.architectures.neural_graphics.timing import (
    ProcessorRate,
    batch_cycles,
    drain_cycles,
    frame_end,
)
from archsim.config import build, load_document
from archsim.errors import InfeasibleError, InputError, UnsupportedError

if TYPE_CHECKING:
    from archsim.workload.graphics.workload import GraphicsWorkload

Floats = NDArray[np.float64]

RATE_KEYS = (
    "cluster.processors",
    "cluster.frequency_hz",
    "ports.input_bytes_per_cycle",
    "ports.output_bytes_per_cycle",
    "memory.bandwidth_bytes_per_s",
    "gpu.rest_fusion_speedup",
    "scheduler.dispatch_s",
)
"""Keys whose distinct values cost nothing."""
DESIGNS_AT_ONCE = 1024
"""Designs whose batches are timed together: what caches hold."""


@dataclass(frozen=True)
class _Planned:
    """One distinct, feasible combination of the keys that are not rates."""

    hardware: NeuralGraphicsHardware
    batches: Batches
    rate: ProcessorRate
    cost: ProcessorCost
    streamed_bytes: int


def evaluate(
    hardware: NeuralGraphicsHardware,
    workload: GraphicsWorkload,
    columns: Mapping[str, NDArray[np.generic]],
    *,
    seed: int = 0,
) -> dict[str, Floats]:
    """Evaluate one frame on many designs with the closed forms.

    Args:
        hardware: The design that the columns vary.
        workload: The frame.
        columns: Dotted hardware key, with or without the prefix ``hardware.``, to an array of
            shape (designs,).
        seed: Seed of the renderer.

    Returns:
        ``latency_s``, ``energy_j``, ``area_mm2``, ``cluster_area_mm2``, ``average_power_w``,
        ``frames_per_s``, ``speedup`` and ``feasible`` (1 or 0), each of shape (designs,). An
        infeasible design has infinite latency and energy, no frames and no area.

    Raises:
        InputError: A key does not exist, a value is out of bounds, or columns differ in length.
    """
    keys = hardware_columns(columns)
    count = common_length(keys)
    shapes = {key: value for key, value in keys.items() if key not in RATE_KEYS}
    rates = {key: _rate_column(hardware, key, keys, count) for key in RATE_KEYS}
    distinct, which = distinct_rows(shapes, count)
    names = ("area_mm2", "cluster_area_mm2", "average_power_w", "frames_per_s", "speedup")
    out = {name: np.zeros(count) for name in (*names, "feasible")}
    out |= {name: np.full(count, np.inf) for name in ("latency_s", "energy_j")}
    order = np.argsort(which, kind="stable")
    edges = np.searchsorted(which[order], np.arange(len(distinct) + 1))
    groups: dict[tuple[int, int], list[tuple[_Planned, NDArray[np.intp]]]] = {}
    for number, values in enumerate(distinct):
        item = _plan(hardware, workload, values, seed)
        if item is not None:
            # Equal cuts are one object, so designs cut alike are timed together.
            group = groups.setdefault((id(item.batches), item.hardware.scheduler.buffers), [])
            group.append((item, order[edges[number] : edges[number + 1]]))
    for members in groups.values():
        latency = _latencies(members, workload, rates)
        for item, chosen in members:
            picked = {key: value[chosen] for key, value in rates.items()}
            latencies, latency = latency[: len(chosen)], latency[len(chosen) :]
            for name, value in _figures(item, workload, picked, latencies).items():
                out[name][chosen] = value
            out["feasible"][chosen] = 1.0
    return out


def _rate_column(
    hardware: NeuralGraphicsHardware,
    key: str,
    keys: Mapping[str, NDArray[np.generic]],
    count: int,
) -> Floats:
    """Return the values of a rate key, checked by the model at both ends of their range."""
    section, name = key.split(".")
    if key not in keys:
        return np.full(count, float(getattr(getattr(hardware, section), name)))
    values = keys[key].astype(np.float64)
    if not np.isfinite(values).all():
        raise InputError("designs need finite numbers", key=key)
    if key == "cluster.processors" and (values != np.floor(values)).any():
        raise InputError("must be a whole number", key=key)
    for value in {float(values.min()), float(values.max())} if count else set():
        _design(hardware, {key: int(value) if key == "cluster.processors" else value})
    return values


def _design(
    hardware: NeuralGraphicsHardware, values: Mapping[str, object]
) -> NeuralGraphicsHardware:
    base = hardware.model_dump(mode="python", by_alias=True, exclude={"sources"})
    return build(NeuralGraphicsHardware, load_document(base, "hw_configs", dict(values)))


def _plan(
    hardware: NeuralGraphicsHardware,
    workload: GraphicsWorkload,
    values: Mapping[str, object],
    seed: int,
) -> _Planned | None:
    """Plan and price one combination; None if it is infeasible."""
    design = _design(hardware, values) if values else hardware
    try:
        # Copies of tables grow with the processors, so one processor's share is kept here.
        single = design.model_copy(
            update={"cluster": design.cluster.model_copy(update={"processors": 1})}
        )
        return _Planned(
            design,
            cut_frame(design, workload, seed),
            processor_rate(design, workload, seed),
            processor_cost(design, workload.encoding, workload.networks),
            streamed_table_bytes(single, workload.encoding),
        )
    except (InfeasibleError, UnsupportedError):
        return None


def _latencies(
    members: list[tuple[_Planned, NDArray[np.intp]]],
    workload: GraphicsWorkload,
    rates: Mapping[str, Floats],
) -> Floats:
    """Return the frame times of designs that cut the frame alike, member after member."""
    batches, buffers = members[0][0].batches, members[0][0].hardware.scheduler.buffers
    # Many batches are of one size: each size is timed once.
    first = np.isin(np.arange(len(batches.samples)), batches.firsts)
    sizes, kinds = np.unique(
        np.stack([batches.samples, batches.padded, first], axis=1), axis=0, return_inverse=True
    )
    times = [
        _times(item, workload, {key: value[chosen] for key, value in rates.items()}, sizes)
        for item, chosen in members
    ]
    cluster, drain, sms = (np.concatenate(part, axis=1) for part in zip(*times, strict=True))
    rows = kinds.ravel().tolist()
    found = []
    for start in range(0, cluster.shape[1], DESIGNS_AT_ONCE):
        part = np.s_[:, start : start + DESIGNS_AT_ONCE]
        _, done = frame_end(cluster[part], drain[part], sms[part], batches.after, buffers, rows)
        found.append(done[-1])
    return np.concatenate(found)


def _times(
    item: _Planned,
    workload: GraphicsWorkload,
    rates: Mapping[str, Floats],
    sizes: NDArray[np.int64],
) -> tuple[Floats, Floats, Floats]:
    """Return the times of batches on cluster, in its drain, and on the SMs.

    Args:
        item: The plan that the designs share.
        workload: The frame.
        rates: Key to one value per design.
        sizes: Samples, padded samples, and whether tables are streamed, shape (sizes, 3).

    Returns:
        Three arrays of shape (sizes, designs).
    """
    samples, padded, streams = (column[:, np.newaxis] for column in np.asarray(sizes, np.float64).T)
    bandwidth, frequency = rates["memory.bandwidth_bytes_per_s"], rates["cluster.frequency_hz"]
    processors = rates["cluster.processors"]
    rate = item.rate._replace(
        input_port=workload.input_bytes / rates["ports.input_bytes_per_cycle"],
        output_port=workload.output_bytes / rates["ports.output_bytes_per_cycle"],
    )
    moved = samples * (workload.input_bytes + workload.output_bytes)
    tables = _table_bytes(item, processors) * streams
    work = batch_cycles(padded, processors, rate) / frequency + rates["scheduler.dispatch_s"]
    rest_s = workload.gpu_baseline.rest_s(workload.pixels) / rates["gpu.rest_fusion_speedup"]
    return (
        np.maximum(work, (moved + tables) / bandwidth),
        drain_cycles(padded, processors, rate) / frequency,
        np.maximum(rest_s * samples / item.batches.total, moved / bandwidth),
    )


def _table_bytes(item: _Planned, processors: Floats) -> Floats:
    """Return the bytes of tables that a kernel call streams, per design."""
    copies = item.hardware.tables.distribution == "copies"
    return item.streamed_bytes * (processors if copies else np.ones_like(processors))


def _figures(
    item: _Planned,
    workload: GraphicsWorkload,
    rates: Mapping[str, Floats],
    latency: Floats,
) -> dict[str, Floats]:
    """Return the figures of the designs that share a plan, each of shape (designs,)."""
    processors, hardware = rates["cluster.processors"], item.hardware
    streamed = _table_bytes(item, processors) * len(item.batches.firsts)
    record = workload.input_bytes + workload.output_bytes
    moved = 2.0 * item.batches.total * record + streamed
    writers = processors if hardware.tables.distribution == "broadcast" else 1.0
    rest_s = workload.gpu_baseline.rest_s(workload.pixels) / rates["gpu.rest_fusion_speedup"]
    energy = (
        item.batches.total * item.cost.sample_j
        + streamed * writers * item.cost.write_j_per_byte
        + processors * item.cost.leakage_w * latency
        + moved * memory_j_per_byte(hardware.memory.energy_kind)
        + rest_s * hardware.gpu.power_w
    )
    area = processors * item.cost.area_mm2
    return {
        "latency_s": latency,
        "energy_j": energy,
        "area_mm2": area + hardware.gpu.die_area_mm2,
        "cluster_area_mm2": area,
        "average_power_w": energy / latency,
        "frames_per_s": 1.0 / latency,
        "speedup": workload.gpu_baseline.frame_s(workload.pixels) / latency,
    }
