"""What the channels do in a pass, for each distinct memory: requests, attention, energy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archsim.architectures.npu_pim.config import NpuPimHardware
from archsim.architectures.npu_pim.cost import Activity, memory_cost
from archsim.architectures.npu_pim.decode import PassPlanner
from archsim.architectures.npu_pim.mha import Mha, plan_mha
from archsim.architectures.npu_pim.schedule import Request, sub_batches
from archsim.architectures.npu_pim.stream import stream_bytes_per_s
from archsim.errors import InfeasibleError

if TYPE_CHECKING:
    from archsim.workload.llm import LlmWorkload

_PROBE_BYTES = 10**9
_MOST_PLANNED = 8192
_PLANNED: dict[tuple[str, str], MemorySide | None] = {}
"""Planned memory sides by content of device and traffic; a side depends on nothing else."""


@dataclass(frozen=True)
class MemorySide:
    """One distinct, feasible memory.

    Attributes:
        batches: Requests of the batch, or of each of two sub-batches.
        attention_cycles: Memory cycles of each batch's attention on PIM; 0 without PIM.
        stream_bytes_per_cycle: Sustained bytes of all channels per memory cycle.
        softmax_elements, partial_sums, written_bytes: Of attention on PIM, over all layers.
        static_w: Standby and refresh with nothing open.
        area_mm2: Area of the dies.
        clock_hz: Clock of the coefficients below, which are inverse to the clock.
        dynamic_j: PIM commands over all layers.
        static_j: Standby that open rows of PIM add.
        read_j, write_j: Dynamic and static energy of a byte read, of a byte written.
    """

    batches: tuple[int, ...]
    attention_cycles: tuple[float, ...]
    stream_bytes_per_cycle: float
    softmax_elements: int
    partial_sums: int
    written_bytes: int
    static_w: float
    area_mm2: float
    clock_hz: float
    dynamic_j: float
    static_j: float
    read_j: tuple[float, float]
    write_j: tuple[float, float]


def memory_sides(
    hardware: Sequence[NpuPimHardware], workload: LlmWorkload, lengths: Sequence[int]
) -> list[MemorySide | None]:
    """Plan the memory side of each device; those planned before are remembered.

    A sweep asks in chunks and a search design by design, with few memories in all.
    """
    traffic = f"{workload.content_hash()} {lengths}"
    found = []
    for device in hardware:
        name = (device.content_hash(), traffic)
        if name not in _PLANNED:
            if len(_PLANNED) >= _MOST_PLANNED:
                _PLANNED.clear()
            _PLANNED[name] = memory_side(device, workload, lengths)
        found.append(_PLANNED[name])
    return found


def memory_side(
    hardware: NpuPimHardware, workload: LlmWorkload, lengths: Sequence[int]
) -> MemorySide | None:
    """Plan the memory side of a pass; None if weights or cache do not fit."""
    try:
        planner = PassPlanner(hardware, workload)
    except InfeasibleError:
        return None
    requests = planner.assign(lengths)
    if sum(lengths) > planner.kv_capacity_tokens:
        return None
    per_cycle = float(stream_bytes_per_s(hardware.memory)) / hardware.memory.frequency_hz
    mhas: list[Mha] = []
    parts: list[list[Request]] = [requests]
    if planner.on_pim:
        if hardware.scheduler.sub_batch_interleaving:
            halves = sub_batches(requests)
            parts = list(halves) if halves[0] and halves[1] else parts
        shape, size = planner.shape(), workload.bytes_per_element
        mhas = [plan_mha(hardware, shape, part, element_bytes=size) for part in parts]
    activity = Activity()
    for mha in mhas:
        activity.add_attention(mha, workload.model.layers)
    # Long enough that no channel would be busy for more than the whole time.
    clock = hardware.memory.frequency_hz
    long_s = 1.0 + 4.0 * activity.pim_channel_cycles / clock
    idle_w = _joules(hardware, Activity(), 1.0)[1]
    pim = Activity(pim=activity.pim, pim_channel_cycles=activity.pim_channel_cycles)
    dynamic_j, static_j = _joules(hardware, pim, long_s)
    return MemorySide(
        batches=tuple(len(part) for part in parts),
        attention_cycles=tuple(_cycles(mha, per_cycle) for mha in mhas) or (0.0,),
        stream_bytes_per_cycle=per_cycle,
        softmax_elements=activity.vector_elements.get("softmax", 0),
        partial_sums=activity.vector_elements.get("add", 0),
        written_bytes=activity.write_bytes,
        static_w=idle_w,
        area_mm2=sum(cost.area_mm2 for cost in memory_cost(hardware, Activity(), 0.0).values()),
        clock_hz=clock,
        dynamic_j=dynamic_j,
        static_j=static_j - idle_w * long_s,
        read_j=_per_byte(hardware, Activity(read_bytes=_PROBE_BYTES), idle_w),
        write_j=_per_byte(hardware, Activity(write_bytes=_PROBE_BYTES), idle_w),
    )


def _cycles(mha: Mha, bytes_per_cycle: float) -> float:
    """Return the memory cycles of attention on PIM, its results leaving meanwhile."""
    phases = (mha.logit, mha.attend)
    if mha.overlapped_cycles is not None:
        exposed = max(phase.exposed_cycles for phase in phases)
        commands = mha.overlapped_cycles - exposed
        return max(commands, mha.written_bytes / bytes_per_cycle) + exposed
    return sum(
        max(phase.longest_cycles, phase.written_bytes / bytes_per_cycle) + phase.exposed_cycles
        for phase in phases
    )


def _per_byte(hardware: NpuPimHardware, activity: Activity, idle_w: float) -> tuple[float, float]:
    """Return dynamic and static energy of a byte."""
    long_s = 1.0
    while True:  # until the probe is small beside the time
        dynamic_j, static_j = _joules(hardware, activity, long_s)
        again = _joules(hardware, activity, 2.0 * long_s)[1]
        if abs(again - static_j - idle_w * long_s) <= 1e-9 * again:
            return dynamic_j / _PROBE_BYTES, (static_j - idle_w * long_s) / _PROBE_BYTES
        long_s *= 4.0


def _joules(hardware: NpuPimHardware, activity: Activity, latency_s: float) -> tuple[float, float]:
    costs = memory_cost(hardware, activity, latency_s).values()
    return sum(cost.dynamic_energy_j for cost in costs), sum(c.static_energy_j for c in costs)
