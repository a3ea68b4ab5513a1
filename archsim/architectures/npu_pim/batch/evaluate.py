"""Latency, energy and area of many designs: pairs of sides, timed and priced on arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.npu_pim.batch.designs import Designs, take_apart
from archsim.architectures.npu_pim.batch.memory_side import MemorySide, memory_sides
from archsim.architectures.npu_pim.batch.npu_side import NpuLayer, NpuSide
from archsim.architectures.npu_pim.config import NpuPimHardware

if TYPE_CHECKING:
    from archsim.workload.llm import LlmWorkload

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True)
class _Group:
    """Feasible designs of one shape: all with, or all without, two sub-batches.

    Attributes:
        chosen: Their numbers.
        layers: The distinct layers of the whole batch and of each (sub-)batch.
        layer: Per entry of ``layers``: which layer each design has.
    """

    chosen: Indices
    layers: tuple[Sequence[NpuLayer], ...]
    layer: tuple[Indices, ...]

    def column(self, batch: int, name: str) -> Indices:
        """Return a number of each design's layer."""
        values = np.array([getattr(layer, name) for layer in self.layers[batch]], dtype=np.intp)
        return np.asarray(values[self.layer[batch]])

    def value(self, batch: int, name: str) -> Floats:
        """Return a quantity of each design's layer; a pair of them has a second axis."""
        values = np.array([getattr(layer, name) for layer in self.layers[batch]], dtype=np.float64)
        return np.asarray(values[self.layer[batch]])


def evaluate(
    hardware: NpuPimHardware,
    workload: LlmWorkload,
    columns: Mapping[str, NDArray[np.generic]],
    *,
    seed: int = 0,
) -> dict[str, Floats]:
    """Evaluate one pass (decode or prefill) on many designs with the closed forms.

    Latencies and energies equal the analytic fidelity's to rounding (it works in whole
    femtoseconds).

    Args:
        hardware: The design that the columns vary.
        workload: The workload; a serving section is not used.
        columns: Dotted hardware key, with or without the prefix ``hardware.``, to an array of
            shape (designs,).
        seed: Seed of random lengths.

    Returns:
        ``latency_s``, ``energy_j``, ``area_mm2``, ``average_power_w``, ``tokens_per_s``,
        ``energy_per_token_j`` and ``feasible`` (1 or 0), each of shape (designs,). An infeasible
        design has infinite latency and energy, zero tokens and zero area.

    Raises:
        InputError: A key does not exist, a value is out of bounds, or columns differ in length.
    """
    designs = take_apart(hardware, columns)
    lengths = workload.context_lengths(seed).tolist()
    on_pim = hardware.pim is not None and workload.phase == "decode"
    memories = memory_sides(designs.memory.hardware, workload, lengths)
    npus = NpuSide(designs.npu.hardware, workload, lengths, attends=not on_pim)
    count = len(designs)
    latency, energy = np.full(count, np.inf), np.full(count, np.inf)
    area, feasible = np.zeros(count), np.zeros(count)
    for batches in (1, 2):
        group = _group(designs, memories, npus, len(lengths), batches)
        if not len(group.chosen):
            continue
        pass_s = _latency_s(group, designs, memories, npus, workload.model.layers)
        latency[group.chosen] = pass_s
        energy[group.chosen], area[group.chosen] = _cost(
            group, designs, memories, npus, workload, pass_s
        )
        feasible[group.chosen] = 1.0
    tokens = len(lengths) if workload.phase == "decode" else sum(lengths)
    power = np.zeros(count)
    np.divide(energy, latency, out=power, where=feasible > 0)
    return {
        "latency_s": latency,
        "energy_j": energy,
        "area_mm2": area,
        "tokens_per_s": tokens / latency,
        "energy_per_token_j": energy / tokens,
        "average_power_w": power,
        "feasible": feasible,
    }


def _group(
    designs: Designs,
    memories: Sequence[MemorySide | None],
    npus: NpuSide,
    requests: int,
    batches: int,
) -> _Group:
    """Return the feasible designs with so many (sub-)batches, their layers planned."""
    fits = np.array([item is not None and len(item.batches) == batches for item in memories])
    chosen = np.flatnonzero(fits[designs.memory.which])
    npu, memory = designs.npu.which[chosen], designs.memory.which[chosen]
    sizes = np.array([item.batches if item and len(item.batches) == batches else (0,) * batches
                      for item in memories])  # fmt: skip
    wanted = [np.full(len(chosen), requests), *(sizes[memory, part] for part in range(batches))]
    layers: list[list[NpuLayer | None]] = []
    layer: list[Indices] = []
    for size in wanted:
        code, inverse = np.unique(npu * (requests + 1) + size, return_inverse=True)
        pairs = (divmod(int(pair), requests + 1) for pair in code)
        layers.append([npus.layer(*pair) for pair in pairs])
        layer.append(inverse)
    plans = [np.array([item is not None for item in part], dtype=bool) for part in layers]
    possible = np.ones(len(chosen), dtype=bool)
    for planned, inverse in zip(plans, layer, strict=True):
        possible &= planned[inverse]
    # Layers that cannot be planned stay out; the others are numbered afresh.
    return _Group(
        chosen[possible],
        tuple([item for item in part if item is not None] for part in layers),
        tuple(
            (np.cumsum(planned) - 1)[inverse[possible]]
            for planned, inverse in zip(plans, layer, strict=True)
        ),
    )


def _of(items: Sequence[MemorySide | None], name: str, width: int = 1) -> Floats:
    """Return a quantity of every memory, shape (memories, width); 0 where there is none."""
    rows = []
    for item in items:
        value = None if item is None else getattr(item, name)
        row = tuple(np.atleast_1d(value)) if value is not None else ()
        rows.append(row if len(row) == width else (0.0,) * width)
    return np.array(rows, dtype=np.float64).reshape(len(items), width)


def _latency_s(
    group: _Group,
    designs: Designs,
    memories: Sequence[MemorySide | None],
    npus: NpuSide,
    layers: int,
) -> Floats:
    """Return the latency of a pass, shape (chosen,); the stages are those of ``stages``."""
    memory = designs.memory.which[group.chosen]
    npu_hz, memory_hz = designs.npu_hz[group.chosen], designs.memory_hz[group.chosen]
    per_cycle = _of(memories, "stream_bytes_per_cycle")[memory, 0]

    def seconds(batch: int, name: str) -> Floats:
        row = group.column(batch, name)
        return npus.sequences.seconds(row, npu_hz, memory_hz, per_cycle)

    once = seconds(0, "once")
    batches = len(group.layer) - 1
    attention = _of(memories, "attention_cycles", batches)[memory] / memory_hz[:, None]
    if batches == 1:
        attended = np.maximum(seconds(1, "attention"), attention[:, 0])
        layer: Floats = seconds(1, "before") + attended + seconds(1, "after")
        return once + layers * layer
    before = [seconds(1, "before"), seconds(2, "before")]
    after = [seconds(1, "after"), seconds(2, "after")]
    first = before[0] + np.maximum(before[1], attention[:, 0])
    steady = np.maximum(after[0] + before[0], attention[:, 1])
    steady += np.maximum(after[1] + before[1], attention[:, 0])
    last = np.maximum(after[0], attention[:, 1]) + after[1]
    whole: Floats = once + first + (layers - 1) * steady + last
    return whole


def _cost(
    group: _Group,
    designs: Designs,
    memories: Sequence[MemorySide | None],
    npus: NpuSide,
    workload: LlmWorkload,
    latency_s: Floats,
) -> tuple[Floats, Floats]:
    """Return energy and area over all devices, each of shape (chosen,)."""
    layers = workload.model.layers
    memory, npu = designs.memory.which[group.chosen], designs.npu.which[group.chosen]
    costs = [npus.cost(index) for index in range(len(designs.npu.hardware))]
    die = {
        field.name: np.array([getattr(cost, field.name) for cost in costs])[npu]
        for field in fields(costs[0])
    }
    side = {
        name: _of(memories, name)[memory, 0]
        for name in (
            "softmax_elements", "partial_sums", "written_bytes", "static_w", "area_mm2",
            "clock_hz", "dynamic_j", "static_j",
        )
    }  # fmt: skip
    read_j, write_j = (_of(memories, name, 2)[memory] for name in ("read_j", "write_j"))
    moved = group.value(0, "once_bytes")
    dynamic = group.value(0, "once_j")
    for batch in range(1, len(group.layer)):
        moved = moved + layers * group.value(batch, "layer_bytes")
        dynamic = dynamic + layers * group.value(batch, "layer_j")
    dynamic = dynamic + (
        side["softmax_elements"] * die["softmax_j"]
        + side["partial_sums"] * die["add_j"]
        + side["written_bytes"] * die["sram_j_per_byte"]
    )
    read, written = moved[:, 0], moved[:, 1] + side["written_bytes"]
    traffic = read[:, None] * read_j + written[:, None] * write_j
    slower = side["clock_hz"] / designs.memory_hz[group.chosen]
    dynamic = dynamic + slower * (side["dynamic_j"] + traffic[:, 0])
    static = slower * (side["static_j"] + traffic[:, 1])
    static = static + (die["leakage_w"] + side["static_w"]) * latency_s
    tensor, stages = workload.parallel.tensor, workload.parallel.pipeline
    area = (die["area_mm2"] + side["area_mm2"]) * tensor * stages
    return tensor * dynamic + tensor * stages * static, area
