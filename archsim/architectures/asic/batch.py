"""Many designs at once: what searches and sweeps call.

The workload is turned into layers once, an accelerator that many designs share is costed once, and
compiled loops put layers and designs together. Decisions and times are those of the analytic
fidelity exactly; sums of energies are added up in another order, so they equal it to rounding.

A chip with one accelerator costs about a microsecond a design. One with several is scheduled by
the ratio heuristic, which tries every move of every layer: that is its cost. A design that the
loops cannot count, or that CP-SAT schedules, is planned one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.asic.config import AsicHardware
from archsim.architectures.asic.design_groups import Group, groups_of
from archsim.architectures.asic.figures import component_rows, metrics, total, work_metrics
from archsim.architectures.asic.group_run import GroupRun
from archsim.architectures.asic.metrics import METRICS
from archsim.architectures.asic.planning import Work, plan, work_of
from archsim.architectures.asic.system import closed_schedule
from archsim.architectures.columns import Columns, common_length, hardware_columns, value_at
from archsim.config import build, load_document
from archsim.errors import InfeasibleError
from archsim.kernel import FS_PER_S, fs_to_seconds

if TYPE_CHECKING:
    from archsim.workload.network import NetworkWorkload

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SCALARS = ("latency_s", "energy_j", "area_mm2", "average_power_w")
SEED = 0


def evaluate(
    hardware: AsicHardware, workload: NetworkWorkload, columns: Columns
) -> dict[str, Floats]:
    """Evaluate many designs with the closed forms.

    Args:
        hardware: The design that the columns vary.
        workload: The workload.
        columns: Dotted hardware key, e.g. ``accelerators.dla.pes``, to an array of shape
            (designs,).

    Returns:
        The four totals, every metric and ``feasible`` (1 or 0), each of shape (designs,). Figures
        of an infeasible design are 0, its latency and energy infinite.

    Raises:
        InputError: A key does not exist, a design is not a valid hardware, or columns differ in
            length.
        UnsupportedError: A layer can run on no accelerator of a design.
    """
    work = work_of(workload)
    keys = hardware_columns(columns)
    count = common_length(keys)
    names = (*SCALARS, *(item.name for item in METRICS))
    found = {name: np.zeros(count) for name in (*names, "feasible")}
    for group in groups_of(hardware, keys, count):
        if group.hardware.scheduler.method == "greedy":
            part, left = _grouped(group, work)
        else:
            part, left = {}, np.arange(len(group))
        for name, values in part.items():
            found[name][group.places] = values
        planned: dict[tuple[object, ...], dict[str, float]] = {}
        for place in group.places[left].tolist():
            design = {key: value_at(value, place) for key, value in keys.items()}
            values_of = tuple(design.values())
            if values_of not in planned:
                planned[values_of] = _figures(hardware, work, design)
            for name, value in planned[values_of].items():
                found[name][place] = value
    return found


def infeasible_reasons(
    hardware: AsicHardware, workload: NetworkWorkload, columns: Columns
) -> list[str]:
    """Return why designs are infeasible, one sentence per design; args as :func:`evaluate`."""
    work = work_of(workload)
    keys = hardware_columns(columns)
    count = common_length(keys)
    reasons = [""] * count
    for group in groups_of(hardware, keys, count):
        left = group.places.tolist()
        if group.hardware.scheduler.method == "greedy":
            run = GroupRun(group, work)
            for place, reason in zip(left, run.verdicts.reasons(), strict=True):
                reasons[place] = reason
            left = group.places[run.found.left].tolist()
        for place in left:
            design = {key: value_at(value, place) for key, value in keys.items()}
            try:
                plan(_hardware(hardware, design), work, SEED)
            except InfeasibleError as error:
                reasons[place] = str(error)
    return reasons


def _grouped(group: Group, work: Work) -> tuple[dict[str, Floats], NDArray[np.intp]]:
    """Return the figures of a group, and which of its designs are to be planned one by one."""
    run = GroupRun(group, work)
    found, feasible = run.found, run.verdicts.feasible
    done = feasible & ~found.left
    # Figures of the others are not used; a time of one second keeps their quotients finite.
    latency_s = np.where(done, found.latency_fs, FS_PER_S) / FS_PER_S
    makespan_s = found.makespan_fs / FS_PER_S
    dynamic_j = np.add.reduce([*found.dynamic_j, found.memory_j])
    leakage_w = np.add.reduce([each.leakage_w for each in run.prices])
    area_mm2 = np.add.reduce([each.area_mm2 for each in run.prices])
    energy_j = dynamic_j + leakage_w * latency_s
    of_work = work_metrics(work)
    cycles = latency_s * group.frequency_hz
    peak_macs = np.add.reduce([unit.pes * unit.simd for unit in group.units])
    figures: dict[str, Floats | float] = {
        "latency_s": latency_s,
        "energy_j": energy_j,
        "area_mm2": area_mm2,
        "average_power_w": energy_j / latency_s,
        "total_cycles": cycles,
        "frames_per_s": len(work.graphs) * work.batch / latency_s,
        "mac_utilisation": of_work["macs"] / (peak_macs * cycles),
        **of_work,
        "memory_bytes": found.memory_bytes.astype(np.float64),
        "link_bytes": found.link_bytes.astype(np.float64),
        "layers": float(len(work.tasks)),
        # The schedule that runs is the heuristic's own.
        "schedule_makespan_s": makespan_s,
        "schedule_energy_j": dynamic_j,
        "greedy_makespan_s": makespan_s,
        "greedy_energy_j": dynamic_j,
        "schedule_gap": 0.0,
        "schedule_optimal": 0.0,
        "chip_area_mm2": area_mm2,
        "feasible": 1.0,
    }
    infinite = ("latency_s", "energy_j")
    part = {
        name: np.where(done, values, np.inf if name in infinite else 0.0)
        for name, values in figures.items()
    }
    return part, np.flatnonzero(found.left & feasible)


def _hardware(hardware: AsicHardware, design: Mapping[str, object]) -> AsicHardware:
    base = hardware.model_dump(mode="python", by_alias=True, exclude={"sources"})
    return build(AsicHardware, load_document(base, "hw_configs", dict(design)))


def _figures(hardware: AsicHardware, work: Work, design: Mapping[str, object]) -> dict[str, float]:
    """Return the figures of one design, planned on its own; those of an infeasible one."""
    try:
        planned = plan(_hardware(hardware, design), work, SEED)
    except InfeasibleError:
        return {"latency_s": np.inf, "energy_j": np.inf}
    closed = closed_schedule(planned.schedule, planned.costs, planned.chip)
    rows = component_rows(planned, closed)
    latency_s = fs_to_seconds(closed.latency_fs)
    energy_j = total(rows, "dynamic_energy_j", "static_energy_j")
    return {
        "latency_s": latency_s,
        "energy_j": energy_j,
        "area_mm2": total(rows, "area_mm2"),
        "average_power_w": energy_j / latency_s,
        **metrics(planned, closed),
        "feasible": 1.0,
    }
