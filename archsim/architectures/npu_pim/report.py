"""From timed passes to the tables of a result: components, operations, metrics, checks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archsim.architectures.npu_pim.config import NpuPimHardware
from archsim.architectures.npu_pim.cost import Activity, ComponentCost, device_cost
from archsim.architectures.npu_pim.decode import PassPlanner, TimedPass
from archsim.architectures.npu_pim.operations import NpuOperation
from archsim.architectures.npu_pim.stream import peak_bytes_per_s
from archsim.kernel import fs_to_seconds

if TYPE_CHECKING:
    import pandas as pd

PIM_OPERATIONS = {"logit_softmax": "attention_logit", "attend": "attention_attend"}
"""Intervals on PIM and the kind of trace operation they stand for."""


def activity_of(passes: Sequence[TimedPass]) -> Activity:
    """Return what one device did in passes; a pipeline's devices each do an equal share."""
    activity = Activity()
    for timed in passes:
        activity.add_operations(timed.plan.counted())
        for mha, times in timed.plan.attentions():
            activity.add_attention(mha, times)
    return activity


def components(
    hardware: NpuPimHardware, activity: Activity, latency_s: float, tensor: int, stages: int
) -> tuple[pd.DataFrame, dict[str, ComponentCost]]:
    """Return the component table over all devices, and the costs of one device.

    Args:
        hardware: The device.
        activity: What the devices that hold one slice of every layer did together, so the work of
            all pipeline stages.
        latency_s: Time of the run.
        tensor: Devices that share each layer.
        stages: Pipeline stages; each is busy for its share of the run only.
    """
    import pandas as pd

    npu_hz = hardware.npu.frequency_hz
    memory = hardware.memory
    costs = device_cost(hardware, activity, latency_s)
    moved = activity.read_bytes + activity.write_bytes
    peak = float(peak_bytes_per_s(memory))
    busy = {
        "systolic arrays": activity.array_cycles / npu_hz,
        "vector units": activity.vector_cycles / npu_hz,
        "scratchpads": max(activity.array_cycles, activity.vector_cycles) / npu_hz,
        "memory": moved / peak,
        "device link": fs_to_seconds(activity.link_fs),
        "pim": activity.pim_channel_cycles / memory.channels / memory.frequency_hz,
    }
    size = {"scratchpads": activity.sram_bytes, "memory": moved, "device link": activity.link_bytes}
    if hardware.pim is not None:
        size["pim"] = activity.pim.tiles * hardware.pim.row_bytes * memory.banks
    rows = []
    for name, cost in costs.items():
        rows.append(
            {
                "component": name,
                "busy_s": min(busy[name] / stages, latency_s),
                "dynamic_energy_j": cost.dynamic_energy_j * tensor,
                "static_energy_j": cost.static_energy_j * tensor * stages,
                "area_mm2": cost.area_mm2 * tensor * stages,
                "bytes": float(size.get(name, 0) * tensor),
            }
        )
    return pd.DataFrame(rows), costs


def operation_rows(
    planner: PassPlanner, timed: TimedPass, start_fs: int, tensor: int
) -> list[tuple[str, str, str, float, float, float]]:
    """Return operations of one pass as (operation, kind, component, start_s, end_s, energy_j).

    Layers are listed one by one, with their sub-batch where there are two.
    """
    rows: list[tuple[str, str, str, float, float, float]] = []
    now = start_fs
    first = [
        item for item in zip(timed.plan.once, timed.once_fs, strict=True) if _is_first(item[0][0])
    ]
    rest = [
        item
        for item in zip(timed.plan.once, timed.once_fs, strict=True)
        if not _is_first(item[0][0])
    ]
    energy = _EnergyOf(planner.hardware, tensor)
    for (operation, _), duration in first:
        rows.append(_row(operation, now, now + duration, energy.npu(operation)))
        now += duration
    for index in _order(timed):
        stage, played = timed.plan.stages[index], timed.played[index]
        for operation, interval in zip(stage.npu, played.npu, strict=True):
            begin, end = now + interval.start_fs, now + interval.end_fs
            rows.append(_row(operation, begin, end, energy.npu(operation)))
        for interval in played.pim:
            share = energy.attention(stage.mha, interval.name) if stage.mha else 0.0
            rows.append(
                (
                    interval.name, PIM_OPERATIONS[interval.name], "pim",
                    fs_to_seconds(now + interval.start_fs), fs_to_seconds(now + interval.end_fs), share,
                )
            )  # fmt: skip
        now += played.duration_fs
    for (operation, times), duration in rest:
        for _ in range(times):
            rows.append(_row(operation, now, now + duration, energy.npu(operation)))
            now += duration
    return rows


def _is_first(operation: NpuOperation) -> bool:
    return operation.kind == "embedding"


def _order(timed: TimedPass) -> list[int]:
    """Return the stages of a whole pass in the order in which they run."""
    repeated = [i for i, stage in enumerate(timed.plan.stages) if stage.repeated]
    once = [i for i, stage in enumerate(timed.plan.stages) if not stage.repeated]
    layers = timed.plan.layers
    if not once:
        return repeated * layers
    before = [i for i in once if i < repeated[0]]
    after = [i for i in once if i > repeated[0]]
    return [*before, *(repeated * (layers - 1)), *after]


def _row(
    operation: NpuOperation, start_fs: int, end_fs: int, energy_j: float
) -> tuple[str, str, str, float, float, float]:
    return (
        operation.name, operation.kind, operation.component,
        fs_to_seconds(start_fs), fs_to_seconds(end_fs), energy_j,
    )  # fmt: skip


class _EnergyOf:
    """Dynamic energy of one operation over the devices that share it."""

    def __init__(self, hardware: NpuPimHardware, tensor: int) -> None:
        self.hardware = hardware
        self.tensor = tensor
        self._memo: dict[object, float] = {}

    def npu(self, operation: NpuOperation) -> float:
        if operation not in self._memo:
            activity = Activity()
            activity.add_operations([(operation, 1)])
            self._memo[operation] = self._dynamic(activity)
        return self._memo[operation]

    def attention(self, mha: object, phase: str) -> float:
        from archsim.architectures.npu_pim.mha import Mha

        key = (id(mha), phase)
        if key not in self._memo and isinstance(mha, Mha):
            activity = Activity()
            activity.add_attention(mha, 1)
            total = self._dynamic(activity)
            logit, attend = sum(mha.logit.channel_cycles), sum(mha.attend.channel_cycles)
            share = logit / (logit + attend)
            self._memo[(id(mha), "logit_softmax")] = total * share
            self._memo[(id(mha), "attend")] = total * (1.0 - share)
        return self._memo[key]

    def _dynamic(self, activity: Activity) -> float:
        costs = device_cost(self.hardware, activity, 0.0)
        return sum(cost.dynamic_energy_j for cost in costs.values()) * self.tensor
