"""Closed forms over many designs at once: what searches and sweeps call.

A design differs from a base in a few keys. Planning a layer depends on few distinct values of
them (arrays, scratchpad, scheduler), timing attention on others (channels, DRAM timing, PIM), so
both are done once per distinct combination; everything that follows is arithmetic on arrays of
designs. Latencies equal the analytic fidelity's to rounding (it works in whole femtoseconds).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.npu_pim.config import NpuPimHardware
from archsim.architectures.npu_pim.cost import Activity, device_cost
from archsim.architectures.npu_pim.decode import PassPlan, PassPlanner
from archsim.architectures.npu_pim.mha import Mha
from archsim.architectures.npu_pim.operations import Step
from archsim.architectures.npu_pim.stages import Stage
from archsim.architectures.npu_pim.stream import stream_bytes_per_s
from archsim.config import build, load_document
from archsim.errors import InfeasibleError, InputError

if TYPE_CHECKING:
    from archsim.workload.llm import LlmWorkload

Floats = NDArray[np.float64]

RATE_KEYS = frozenset({"npu.frequency_hz", "memory.frequency_hz"})
"""Keys that scale times and nothing else; any number of distinct values costs nothing."""


@dataclass(frozen=True)
class _Planned:
    """One distinct, feasible combination of the keys that are not rates.

    Attributes:
        plan: The pass.
        hardware: The design, with the base's clocks.
        activity: What the devices of one slice do in the pass.
        stream_bytes_per_cycle: Sustained bytes of all channels per memory cycle.
    """

    plan: PassPlan
    hardware: NpuPimHardware
    activity: Activity
    stream_bytes_per_cycle: float


def evaluate(
    hardware: NpuPimHardware,
    workload: LlmWorkload,
    columns: Mapping[str, NDArray[np.generic]],
    *,
    seed: int = 0,
) -> dict[str, Floats]:
    """Evaluate one pass (decode or prefill) on many designs with the closed forms.

    Args:
        hardware: The design that the columns vary.
        workload: The workload; a serving section is not used.
        columns: Dotted hardware key, with or without the prefix ``hardware.``, to an array of
            shape (designs,).
        seed: Seed of random lengths.

    Returns:
        ``latency_s``, ``energy_j``, ``area_mm2``, ``average_power_w``, ``tokens_per_s`` and
        ``feasible`` (1 or 0), each of shape (designs,). An infeasible design has infinite latency
        and energy, zero tokens, and its area if it has one.

    Raises:
        InputError: A key does not exist, a value is out of bounds for every design alike, or the
            columns differ in length.
    """
    keys = {key.removeprefix("hardware."): np.asarray(value) for key, value in columns.items()}
    count = _common_length(keys)
    rates = {key: value.astype(np.float64) for key, value in keys.items() if key in RATE_KEYS}
    shapes = {key: value for key, value in keys.items() if key not in RATE_KEYS}
    distinct, which = _distinct(shapes, count)
    planned = [_plan(hardware, workload, values, seed) for values in distinct]
    npu_hz = rates.get("npu.frequency_hz", np.full(count, hardware.npu.frequency_hz))
    memory_hz = rates.get("memory.frequency_hz", np.full(count, hardware.memory.frequency_hz))
    _check_rates(npu_hz, memory_hz)
    out = {
        name: np.full(count, fill)
        for name, fill in (
            ("latency_s", np.inf), ("energy_j", np.inf), ("area_mm2", 0.0), ("tokens_per_s", 0.0),
        )
    }  # fmt: skip
    feasible = np.zeros(count)
    order = np.argsort(which, kind="stable")
    edges = np.searchsorted(which[order], np.arange(len(planned) + 1))
    for index, item in enumerate(planned):
        chosen = order[edges[index] : edges[index + 1]]
        if item is None:
            continue
        latency = _latency_s(item, npu_hz[chosen], memory_hz[chosen])
        energy, area = _cost(item, workload, latency, memory_hz[chosen])
        out["latency_s"][chosen] = latency
        out["energy_j"][chosen] = energy
        out["area_mm2"][chosen] = area
        out["tokens_per_s"][chosen] = item.plan.tokens / latency
        feasible[chosen] = 1.0
    finite = np.isfinite(out["latency_s"])
    power = np.zeros(count)
    np.divide(out["energy_j"], out["latency_s"], out=power, where=finite)
    return {**out, "average_power_w": power, "feasible": feasible}


def _common_length(keys: Mapping[str, NDArray[np.generic]]) -> int:
    lengths = {key: value.shape for key, value in keys.items()}
    if not lengths or any(len(shape) != 1 for shape in lengths.values()):
        raise InputError("designs need at least one column, each a flat array")
    if len(set(lengths.values())) != 1:
        found = ", ".join(f"{key}: {shape[0]}" for key, shape in lengths.items())
        raise InputError("columns of designs differ in length", found=found)
    return int(next(iter(lengths.values()))[0])


def _check_rates(*clocks: Floats) -> None:
    for clock in clocks:
        if not (np.isfinite(clock).all() and (clock > 0).all()):
            raise InputError("clock frequencies must be finite and above zero")


def _distinct(
    shapes: Mapping[str, NDArray[np.generic]], count: int
) -> tuple[list[dict[str, object]], NDArray[np.intp]]:
    """Return the distinct combinations of the columns, and which one each design is."""
    code = np.zeros(count, dtype=np.int64)
    for value in shapes.values():
        levels, inverse = np.unique(value, return_inverse=True)
        code = code * len(levels) + inverse
        _, code = np.unique(code, return_inverse=True)
    _, first, which = np.unique(code, return_index=True, return_inverse=True)
    rows = [{key: value[index].item() for key, value in shapes.items()} for index in first]
    return rows, which


def _plan(
    hardware: NpuPimHardware, workload: LlmWorkload, values: Mapping[str, object], seed: int
) -> _Planned | None:
    """Plan the pass of one combination; None if it is infeasible."""
    base = hardware.model_dump(mode="python", by_alias=True, exclude={"sources"})
    design = build(NpuPimHardware, load_document(base, "hw_configs", dict(values)))
    try:
        planner = PassPlanner(design, workload)
        plan = planner.plan(planner.assign(workload.context_lengths(seed).tolist()))
    except InfeasibleError:
        return None
    activity = Activity()
    activity.add_pass(plan.counted(), plan.attentions())
    per_cycle = float(stream_bytes_per_s(design.memory)) / design.memory.frequency_hz
    return _Planned(plan, design, activity, per_cycle)


def _latency_s(item: _Planned, npu_hz: Floats, memory_hz: Floats) -> Floats:
    """Return the latency of a pass at many clocks, shape (designs,)."""
    total = np.zeros_like(npu_hz)
    for stage in item.plan.stages:
        times = stage.times(item.plan.layers)
        if times:
            total += times * _stage_s(stage, item.stream_bytes_per_cycle, npu_hz, memory_hz)
    for operation, times in item.plan.once:
        total += times * _operation_s(
            operation.steps, operation.fixed_fs, item.stream_bytes_per_cycle, npu_hz, memory_hz
        )
    return total


def _stage_s(stage: Stage, bytes_per_cycle: float, npu_hz: Floats, memory_hz: Floats) -> Floats:
    npu = np.zeros_like(npu_hz)
    for operation in stage.npu:
        npu += _operation_s(operation.steps, operation.fixed_fs, bytes_per_cycle, npu_hz, memory_hz)
    if stage.mha is None:
        return npu
    return np.maximum(npu, _attention_s(stage.mha, bytes_per_cycle, memory_hz))


def _attention_s(mha: Mha, bytes_per_cycle: float, memory_hz: Floats) -> Floats:
    """Return the time of attention on PIM at many memory clocks, shape (designs,)."""
    phases = (mha.logit, mha.attend)
    if mha.overlapped_cycles is not None:
        exposed = max(phase.exposed_cycles for phase in phases)
        commands = mha.overlapped_cycles - exposed
        return (max(commands, mha.written_bytes / bytes_per_cycle) + exposed) / memory_hz
    cycles = sum(
        max(phase.longest_cycles, phase.written_bytes / bytes_per_cycle) + phase.exposed_cycles
        for phase in phases
    )
    return cycles / memory_hz


def _operation_s(
    steps: Sequence[Step],
    fixed_fs: int,
    bytes_per_cycle: float,
    npu_hz: Floats,
    memory_hz: Floats,
) -> Floats:
    loaded = np.zeros_like(npu_hz)
    done = np.zeros_like(npu_hz)
    for step in steps:
        loaded += (step.stream_bytes / bytes_per_cycle + step.stall_cycles) / memory_hz
        done = np.maximum(done + step.compute_cycles / npu_hz, loaded)
        done += step.tail_cycles / npu_hz
    return done + fixed_fs * 1e-15


def _cost(
    item: _Planned, workload: LlmWorkload, latency_s: Floats, memory_hz: Floats
) -> tuple[Floats, float]:
    """Return energy over all devices, shape (designs,), and area.

    Energy is ``a + b / memory clock + c x latency``: currents flow for a command's clocks, standby
    and refresh for the run's seconds. Three evaluations give the coefficients.
    """
    tensor, stages = workload.parallel.tensor, workload.parallel.pipeline
    clock = float(memory_hz.max())
    # Long enough that no channel would be busy for more than the whole time.
    time_s = 4.0 * float(latency_s.max()) * clock / float(memory_hz.min())

    def at(time_s: float, clock: float) -> tuple[float, float]:
        memory = item.hardware.memory.model_copy(update={"frequency_hz": clock})
        design = item.hardware.model_copy(update={"memory": memory})
        costs = device_cost(design, item.activity, time_s).values()
        joules = sum(
            cost.dynamic_energy_j * tensor + cost.static_energy_j * tensor * stages
            for cost in costs
        )
        return joules, sum(cost.area_mm2 for cost in costs) * tensor * stages

    start, area = at(time_s, clock)
    per_second = (at(2.0 * time_s, clock)[0] - start) / time_s
    per_period = 2.0 * clock * (start - at(time_s, 2.0 * clock)[0])
    fixed = start - per_second * time_s - per_period / clock
    return fixed + per_period / memory_hz + per_second * latency_s, area
