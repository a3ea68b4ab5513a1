"""From timed passes to the tables of a result: components and operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archsim.architectures.npu_pim.config import NpuPimHardware
from archsim.architectures.npu_pim.cost import Activity, device_cost
from archsim.architectures.npu_pim.decode import PassPlanner, TimedPass
from archsim.architectures.npu_pim.mha import Mha
from archsim.architectures.npu_pim.operations import NpuOperation
from archsim.architectures.npu_pim.stream import peak_bytes_per_s
from archsim.architectures.npu_pim.work import Work, attention_work, operation_work, peaks
from archsim.blocks.summing import sum_in_order
from archsim.kernel import fs_to_seconds
from archsim.result import OPERATION_WORK

if TYPE_CHECKING:
    import pandas as pd

OPERATION_COLUMNS = ("operation", "kind", "component", "start_s", "end_s", "energy_j")
WORK_COLUMNS = (*OPERATION_COLUMNS, *OPERATION_WORK)

OperationRow = tuple[str, str, str, float, float, float, float, float]

PIM_KINDS = {"logit_softmax": "attention_logit", "attend": "attention_attend"}
"""Intervals on PIM and the kind of trace operation they stand for."""


def components(planner: PassPlanner, activity: Activity, latency_s: float) -> pd.DataFrame:
    """Return the component table over all devices of a run.

    Args:
        planner: The device and the workload, which says how many devices there are.
        activity: What the devices that hold one slice of every layer did together, so the work of
            all pipeline stages.
        latency_s: Time of the run; a pipeline stage works for its share of it only.
    """
    import pandas as pd

    hardware = planner.hardware
    tensor, stages = planner.workload.parallel.tensor, planner.workload.parallel.pipeline
    moved = _bytes(hardware, activity)
    busy = _busy_s(hardware, activity)
    highest = peaks(hardware, planner.workload.bytes_per_element)
    rows = [
        {
            "component": name,
            "busy_s": min(busy[name] / stages, latency_s),
            "dynamic_energy_j": cost.dynamic_energy_j * tensor,
            "static_energy_j": cost.static_energy_j * tensor * stages,
            "area_mm2": cost.area_mm2 * tensor * stages,
            "bytes": float(moved.get(name, 0) * tensor),
            **highest[name].columns(tensor),
        }
        for name, cost in device_cost(hardware, activity, latency_s).items()
    ]
    return pd.DataFrame(rows)


def _busy_s(hardware: NpuPimHardware, activity: Activity) -> dict[str, float]:
    """Return the time each component worked, on the devices of one slice together."""
    npu, memory = hardware.npu, hardware.memory
    arrays_s = activity.array_cycles / npu.frequency_hz
    vectors_s = activity.vector_cycles / npu.frequency_hz
    moved = activity.read_bytes + activity.write_bytes
    return {
        "systolic arrays": arrays_s,
        "vector units": vectors_s,
        "scratchpads": max(arrays_s, vectors_s),
        "memory": moved / float(peak_bytes_per_s(memory)),
        "device link": fs_to_seconds(activity.link_fs),
        "pim": activity.pim_channel_cycles / memory.channels / memory.frequency_hz,
    }


def _bytes(hardware: NpuPimHardware, activity: Activity) -> dict[str, int]:
    """Return the bytes each component moved, on the devices of one slice together."""
    moved = {
        "scratchpads": activity.sram_bytes,
        "memory": activity.read_bytes + activity.write_bytes,
        "device link": activity.link_bytes,
    }
    if hardware.pim is not None:
        moved["pim"] = activity.pim.tiles * hardware.pim.row_bytes * hardware.memory.banks
    return moved


def operation_rows(planner: PassPlanner, timed: TimedPass, start_fs: int) -> list[OperationRow]:
    """Return the operations of one pass, layer by layer, in the order in which they start.

    The energy of an operation is dynamic and counts all devices that share it.
    """
    tensor = planner.workload.parallel.tensor
    npu_j = _npu_energy(planner.hardware, timed, tensor)
    pim_j = _pim_energy(planner.hardware, timed, tensor)
    pim_work = _pim_work(planner, timed)
    rows: list[OperationRow] = []
    now = start_fs
    once = list(zip(timed.plan.once, timed.once_fs, strict=True))
    for (operation, times), duration in once:
        if operation.kind == "embedding":
            for _ in range(times):
                rows.append(_row(operation, now, now + duration, npu_j[operation], tensor))
                now += duration
    for index in _stage_order(timed):
        stage, played = timed.plan.stages[index], timed.played[index]
        for operation, interval in zip(stage.npu, played.npu, strict=True):
            begin, end = now + interval.start_fs, now + interval.end_fs
            rows.append(_row(operation, begin, end, npu_j[operation], tensor))
        for interval in played.pim:
            begin_s = fs_to_seconds(now + interval.start_fs)
            end_s = fs_to_seconds(now + interval.end_fs)
            energy = pim_j[index][interval.name]
            work = pim_work[index][interval.name].times(tensor)
            kind = PIM_KINDS[interval.name]
            rows.append((interval.name, kind, "pim", begin_s, end_s, energy, *work))
        now += played.duration_fs
    for (operation, times), duration in once:
        if operation.kind != "embedding":
            for _ in range(times):
                rows.append(_row(operation, now, now + duration, npu_j[operation], tensor))
                now += duration
    return rows


def _stage_order(timed: TimedPass) -> list[int]:
    """Return the stages of a whole pass in the order in which they run."""
    stages, layers = timed.plan.stages, timed.plan.layers
    repeated = [index for index, stage in enumerate(stages) if stage.repeated]
    once = [index for index, stage in enumerate(stages) if not stage.repeated]
    rounds = layers - 1 if once else layers
    before = [index for index in once if index < repeated[0]]
    after = [index for index in once if index > repeated[0]]
    return [*before, *(repeated * rounds), *after]


def _row(
    operation: NpuOperation, start_fs: int, end_fs: int, energy_j: float, tensor: int
) -> OperationRow:
    start_s, end_s = fs_to_seconds(start_fs), fs_to_seconds(end_fs)
    work = operation_work(operation).times(tensor)
    return (operation.name, operation.kind, operation.component, start_s, end_s, energy_j, *work)


def _dynamic_j(hardware: NpuPimHardware, activity: Activity, tensor: int) -> float:
    costs = device_cost(hardware, activity, 0.0)
    return sum_in_order(cost.dynamic_energy_j for cost in costs.values()) * tensor


def _npu_energy(
    hardware: NpuPimHardware, timed: TimedPass, tensor: int
) -> dict[NpuOperation, float]:
    energy: dict[NpuOperation, float] = {}
    for operation, _ in timed.plan.counted():
        if operation not in energy:
            activity = Activity()
            activity.add_operations([(operation, 1)])
            energy[operation] = _dynamic_j(hardware, activity, tensor)
    return energy


def _pim_energy(
    hardware: NpuPimHardware, timed: TimedPass, tensor: int
) -> dict[int, dict[str, float]]:
    """Return, per stage, the energy of the two phases of attention, shared by their cycles."""
    energy: dict[int, dict[str, float]] = {}
    for index, stage in enumerate(timed.plan.stages):
        if isinstance(stage.mha, Mha):
            activity = Activity()
            activity.add_attention(stage.mha, 1)
            total = _dynamic_j(hardware, activity, tensor)
            logit, attend = stage.mha.logit.busy_cycles, stage.mha.attend.busy_cycles
            share = logit / (logit + attend)
            energy[index] = {"logit_softmax": total * share, "attend": total * (1.0 - share)}
    return energy


def _pim_work(planner: PassPlanner, timed: TimedPass) -> dict[int, dict[str, Work]]:
    """Return, per stage, the work of the two phases of attention."""
    model, size = planner.workload.model, planner.workload.bytes_per_element
    return {
        index: attention_work(planner.hardware, stage.mha, model.head_dim, size)
        for index, stage in enumerate(timed.plan.stages)
        if isinstance(stage.mha, Mha)
    }


def activity_of(passes: Sequence[TimedPass]) -> Activity:
    """Return what the devices of one slice did in passes."""
    activity = Activity()
    for timed in passes:
        activity.add_pass(timed.plan.counted(), timed.plan.attentions())
    return activity
