"""What is decided before a run: which accelerator runs each layer, and in which order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.asic.chip import Chip, chip_of
from archsim.architectures.asic.chip_costs import ChipCosts, chip_costs
from archsim.architectures.asic.config import AsicHardware
from archsim.architectures.asic.greedy import greedy
from archsim.architectures.asic.problem import Problem, Schedule
from archsim.architectures.asic.tasks import Task, tasks_of
from archsim.errors import InfeasibleError
from archsim.kernel import fs_to_seconds

if TYPE_CHECKING:
    from archsim.workload.network import Network, NetworkWorkload

Value = TypeVar("Value", bound=np.generic)


@dataclass(frozen=True)
class Work:
    """A workload as the family sees it, the same for every chip.

    Attributes:
        graphs: Networks.
        batch: Images of each.
        element_bytes: Size of an element.
        tasks: Layers.
    """

    graphs: tuple[Network, ...]
    batch: int
    element_bytes: int
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class Planned:
    """A workload on a chip, scheduled.

    Attributes:
        work: The workload.
        chip: The chip with prices.
        costs: Cost of each layer on each accelerator.
        problem: The scheduling problem.
        schedule: The schedule that runs.
        heuristic: The schedule of the ratio heuristic.
    """

    work: Work
    chip: Chip
    costs: ChipCosts
    problem: Problem
    schedule: Schedule
    heuristic: Schedule

    def chosen(self, values: NDArray[Value]) -> NDArray[Value]:
        """Return the values of a table where the schedule puts each task, shape (tasks,)."""
        rows = np.arange(len(self.work.tasks))
        found: NDArray[Value] = values[rows, self.schedule.assignment]
        return found


def work_of(workload: NetworkWorkload) -> Work:
    """Return a workload as layers.

    Raises:
        UnsupportedError: A network has no matrix work, or a layer cannot be mapped.
    """
    graphs = workload.graphs()
    tasks = tasks_of(graphs, workload.batch)
    return Work(graphs, workload.batch, workload.bytes_per_element, tasks)


def plan(hardware: AsicHardware, work: Work, seed: int) -> Planned:
    """Return the schedule of a workload on a chip.

    Raises:
        InfeasibleError: The budget or the latency limit is exceeded, or an accelerator has fewer
            PEs than one cluster of its template.
        UnsupportedError: A layer can run on no accelerator.
        MissingExtraError: The scheduler needs OR-tools, which is not installed.
    """
    chip = chip_of(hardware, work.element_bytes)
    costs = chip_costs(chip, work.tasks)
    scheduler = hardware.scheduler
    problem = costs.problem(work.tasks, scheduler.latency_s)
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
        raise too_late(schedule.makespan, problem.limit)
    return Planned(work, chip, costs, problem, schedule, heuristic)


def too_late(makespan_fs: int, limit_fs: int) -> InfeasibleError:
    """Return the error of a schedule that is longer than the latency limit."""
    return InfeasibleError(
        "the schedule found is longer than the latency limit",
        key="scheduler.latency_s",
        found=f"{fs_to_seconds(makespan_fs):.6g} s",
        allowed=f"at most {fs_to_seconds(limit_fs):.6g} s",
    )


def _heuristic(problem: Problem, objective: str) -> Schedule:
    if objective == "energy" and problem.limit == 0:
        # Nothing limits the time: every task where it costs least.
        return greedy(replace(problem, limit=int(problem.durations.max(axis=1).sum())))
    return greedy(problem)
