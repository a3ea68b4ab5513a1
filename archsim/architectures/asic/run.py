"""One run: costs, schedule, static or played, and the result of it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.asic.chip import Chip, ChipCosts, chip_costs, chip_of
from archsim.architectures.asic.config import AsicHardware, TemplateAccelerator
from archsim.architectures.asic.greedy import greedy
from archsim.architectures.asic.problem import Problem, Schedule
from archsim.architectures.asic.system import Played, closed_schedule, play
from archsim.architectures.asic.tasks import Task, tasks_of
from archsim.architectures.base import Fidelity
from archsim.errors import InfeasibleError
from archsim.kernel import Clock, fs_to_seconds
from archsim.result import Check, Pair, Result, assemble, make_provenance

if TYPE_CHECKING:
    import pandas as pd

    from archsim.kernel import Timeline
    from archsim.workload.network import NetworkWorkload

Value = TypeVar("Value", bound=np.generic)

OPERATION_COLUMNS = ("operation", "kind", "component", "start_s", "end_s", "energy_j")


@dataclass(frozen=True)
class Planned:
    """Everything that is decided before a run.

    Attributes:
        chip: The chip with prices.
        tasks: Layers.
        costs: Cost of each on each accelerator.
        problem: The scheduling problem.
        schedule: The schedule that runs.
        heuristic: The schedule of the ratio heuristic.
    """

    chip: Chip
    tasks: tuple[Task, ...]
    costs: ChipCosts
    problem: Problem
    schedule: Schedule
    heuristic: Schedule


def plan(hardware: AsicHardware, workload: NetworkWorkload, seed: int) -> Planned:
    """Return the schedule of a workload on a chip.

    Raises:
        InfeasibleError: The budget or the latency limit is exceeded, or an accelerator has fewer
            PEs than one cluster of its template.
        UnsupportedError: A layer can run on no accelerator.
        MissingExtraError: The scheduler needs OR-tools, which is not installed.
    """
    chip = chip_of(hardware, workload.bytes_per_element)
    tasks = tasks_of(workload.graphs(), workload.batch)
    costs = chip_costs(chip, tasks)
    scheduler = hardware.scheduler
    problem = costs.problem(tasks, scheduler.latency_s)
    heuristic = _heuristic(problem, scheduler.objective)
    schedule = heuristic
    if scheduler.method == "cp_sat":
        from archsim.architectures.asic.cp_sat import solve

        schedule = solve(
            problem,
            minimise_energy=scheduler.objective == "energy",
            time_limit_s=scheduler.time_limit_s,
            seed=seed,
        )
    if problem.limit and schedule.makespan > problem.limit:
        raise InfeasibleError(
            "the schedule found is longer than the latency limit",
            key="scheduler.latency_s",
            found=f"{fs_to_seconds(schedule.makespan):.6g} s",
            allowed=f"at most {fs_to_seconds(problem.limit):.6g} s",
        )
    return Planned(chip, tasks, costs, problem, schedule, heuristic)


def _heuristic(problem: Problem, objective: str) -> Schedule:
    if objective == "energy" and problem.limit == 0:
        # Nothing limits the time: every task where it costs least.
        largest = int(problem.durations.max(axis=1).sum())
        return greedy(
            Problem(
                problem.durations, problem.energies_j, problem.offsets, problem.targets, largest
            )
        )
    return greedy(problem)


def run(
    hardware: AsicHardware,
    workload: NetworkWorkload,
    fidelity: Fidelity,
    seed: int,
    timeline: Timeline | None,
) -> Result:
    """Run networks on a chip; see ``plan`` for what is refused."""
    import pandas as pd

    planned = plan(hardware, workload, seed)
    closed = closed_schedule(planned.schedule, planned.costs, planned.chip)
    played = closed
    if fidelity == "event":
        names = tuple(task.name for task in planned.tasks)
        played = play(
            planned.problem, planned.schedule, planned.costs, planned.chip, names, timeline
        )
    latency_s = fs_to_seconds(played.latency_fs)
    components = _components(planned, played, latency_s)
    return assemble(
        latency_s=latency_s,
        components=components,
        operations=pd.DataFrame(_operations(planned, played), columns=list(OPERATION_COLUMNS)),
        metrics=_metrics(planned, workload, played, latency_s),
        provenance=make_provenance(
            hardware,
            workload,
            architecture="asic",
            fidelity=fidelity,
            seed=seed,
            trace_hash=workload.trace().content_hash(),
            extra_constants=planned.chip.constants(),
        ),
        bytes_moved=_bytes(planned, played),
        work=_work(planned, workload),
        roofline_s=_roofline_s(planned),
        more_checks=_checks(planned, played, closed),
    )


def _chosen(planned: Planned, values: NDArray[Value]) -> NDArray[Value]:
    """Return the values of a table where the schedule puts each task."""
    found: NDArray[Value] = values[np.arange(len(planned.tasks)), planned.schedule.assignment]
    return found


def _components(planned: Planned, played: Played, latency_s: float) -> pd.DataFrame:
    import pandas as pd

    chip, costs = planned.chip, planned.costs
    energy, link = _chosen(planned, costs.energy_j), _chosen(planned, costs.link_bytes)
    spans = np.array(played.end_fs, object) - np.array(played.start_fs, object)
    rows: list[dict[str, object]] = []
    for where, name in enumerate(chip.hardware.names):
        mine = planned.schedule.assignment == where
        leakage_w = chip.prices[where].leakage_w if chip.prices else 0.0
        rows.append(
            {
                "component": name,
                "busy_s": fs_to_seconds(int(sum(spans[mine]))),
                "dynamic_energy_j": float(energy[mine].sum()),
                "static_energy_j": leakage_w * latency_s,
                "area_mm2": chip.area_mm2[where],
                "bytes": float(link[mine].sum()),
            }
        )
    if chip.memory_rate is not None:
        rows.append(
            {
                "component": "memory",
                "busy_s": min(fs_to_seconds(played.memory_fs), latency_s),
                "dynamic_energy_j": float(_chosen(planned, costs.memory_j).sum()),
                "static_energy_j": 0.0,
                "area_mm2": 0.0,
                "bytes": float(played.memory_bytes),
            }
        )
    return pd.DataFrame(rows)


def _operations(
    planned: Planned, played: Played
) -> list[tuple[str, str, str, float, float, float]]:
    names = planned.chip.hardware.names
    energy = _chosen(planned, planned.costs.energy_j) + _chosen(planned, planned.costs.memory_j)
    rows = [
        (
            task.name,
            task.kind,
            names[planned.schedule.assignment[index]],
            fs_to_seconds(played.start_fs[index]),
            fs_to_seconds(played.end_fs[index]),
            float(energy[index]),
        )
        for index, task in enumerate(planned.tasks)
    ]
    return sorted(rows, key=lambda row: (row[3], row[4]))


def _peak_macs_per_cycle(hardware: AsicHardware) -> int:
    return sum(
        each.pes * (each.simd if isinstance(each, TemplateAccelerator) else 1)
        for each in hardware.units
    )


def _metrics(
    planned: Planned, workload: NetworkWorkload, played: Played, latency_s: float
) -> dict[str, float]:
    hardware = planned.chip.hardware
    graphs = workload.graphs()
    macs = workload.batch * sum(graph.macs for graph in graphs)
    schedule, heuristic = planned.schedule, planned.heuristic
    if hardware.scheduler.objective == "energy":
        ratio = heuristic.energy_j / schedule.energy_j
    else:
        ratio = heuristic.makespan / schedule.makespan
    cycles = Clock(hardware.frequency_hz).cycles(played.latency_fs)
    return {
        "total_cycles": cycles,
        "frames_per_s": len(graphs) * workload.batch / latency_s,
        "mac_utilisation": macs / (_peak_macs_per_cycle(hardware) * cycles),
        "macs": float(macs),
        "vector_elements": float(
            workload.batch
            * sum(each.vector_elements for graph in graphs for each in graph.operations)
        ),
        "memory_bytes": float(played.memory_bytes),
        "link_bytes": float(_chosen(planned, planned.costs.link_bytes).sum()),
        "layers": float(len(planned.tasks)),
        "schedule_makespan_s": fs_to_seconds(schedule.makespan),
        "schedule_energy_j": schedule.energy_j,
        "greedy_makespan_s": fs_to_seconds(heuristic.makespan),
        "greedy_energy_j": heuristic.energy_j,
        "schedule_gap": ratio - 1.0,
        "schedule_optimal": float(schedule.optimal),
        "chip_area_mm2": sum(planned.chip.area_mm2),
    }


def _bytes(planned: Planned, played: Played) -> list[Pair]:
    costs = planned.costs
    asked = _chosen(planned, costs.first_bytes) + _chosen(planned, costs.stream_bytes)
    return [Pair("memory traffic", float(asked.sum()), float(played.memory_bytes), "bytes")]


def _work(planned: Planned, workload: NetworkWorkload) -> list[Pair]:
    """Compare work asked and done; a transposed convolution may count inserted zeros too."""
    if any(task.layer.type == "TRCONV" for task in planned.tasks):
        return []
    asked = workload.batch * sum(graph.macs for graph in workload.graphs())
    return [Pair("multiply-accumulates", float(asked), float(planned.costs.macs.sum()), "MAC")]


def _roofline_s(planned: Planned) -> float:
    """Return the shortest time that all PEs and the whole memory rate allow."""
    hardware = planned.chip.hardware
    peak = _peak_macs_per_cycle(hardware) * hardware.frequency_hz
    arithmetic_s = float(planned.costs.macs.sum()) / peak
    if planned.chip.memory_rate is None or hardware.dram is None:
        return arithmetic_s
    costs = planned.costs
    moved = _chosen(planned, costs.first_bytes) + _chosen(planned, costs.stream_bytes)
    return max(arithmetic_s, float(moved.sum()) / hardware.dram.bandwidth_bytes_per_s)


def _checks(planned: Planned, played: Played, closed: Played) -> list[Check]:
    late = [
        planned.tasks[task].name
        for task in range(len(planned.tasks))
        for before in planned.problem.waits(task)
        if played.start_fs[task] < played.end_fs[before]
    ]
    overlaps = 0
    for where in range(planned.problem.accelerators):
        order = planned.schedule.order(where)
        overlaps += sum(
            played.start_fs[after] < played.end_fs[before] for before, after in pairwise(order)
        )
    return [
        Check(
            "layers start after those they wait for",
            not late,
            f"not {', '.join(late)}" if late else f"{len(planned.tasks)} layers",
        ),
        Check("an accelerator runs one layer at a time", overlaps == 0, f"{overlaps} overlaps"),
        Check(
            "contention never faster than the schedule",
            played.latency_fs >= closed.latency_fs,
            f"{played.latency_fs} fs played, {closed.latency_fs} fs in closed form",
        ),
    ]
