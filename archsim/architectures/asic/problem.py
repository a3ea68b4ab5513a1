"""Scheduling problems and schedules: tasks with a duration and an energy on each accelerator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Problem:
    """Tasks that run on one accelerator each, one at a time, without being interrupted.

    Attributes:
        durations: Duration of each task on each accelerator, shape (tasks, accelerators); -1
            where it cannot run. In fs.
        energies_j: Energy of the same, J.
        offsets: CSR row offsets of ``targets``, shape (tasks + 1,).
        targets: For each task the tasks before it; every one has a smaller index.
        limit: Longest makespan wanted, in fs; 0 asks for the shortest.
    """

    durations: Ints
    energies_j: Floats
    offsets: Ints
    targets: Ints
    limit: int = 0

    def waits(self, task: int) -> list[int]:
        """Return the tasks before a task."""
        found: list[int] = self.targets[self.offsets[task] : self.offsets[task + 1]].tolist()
        return found

    @property
    def tasks(self) -> int:
        """Number of tasks."""
        return int(self.durations.shape[0])

    @property
    def accelerators(self) -> int:
        """Number of accelerators."""
        return int(self.durations.shape[1])


@dataclass(frozen=True, eq=False)
class Schedule:
    """Where and when tasks run.

    Attributes:
        assignment: Accelerator of each task, shape (tasks,).
        start, end: In fs, shape (tasks,).
        energy_j: Energy of all tasks.
        optimal: Whether it was proved that none is better.
    """

    assignment: Ints
    start: Ints
    end: Ints
    energy_j: float
    optimal: bool = False

    @property
    def makespan(self) -> int:
        """End of the last task."""
        return int(self.end.max(initial=0))

    def order(self, accelerator: int) -> list[int]:
        """Return the tasks of an accelerator in the order in which they run."""
        chosen = np.flatnonzero(self.assignment == accelerator)
        found: list[int] = chosen[np.lexsort((chosen, self.start[chosen]))].tolist()
        return found


def compressed(waits: Sequence[Sequence[int]]) -> tuple[Ints, Ints]:
    """Return lists of predecessors as CSR offsets and targets."""
    offsets = np.cumsum([0, *(len(each) for each in waits)], dtype=np.int64)
    targets = np.array([task for each in waits for task in each], dtype=np.int64)
    return offsets, targets


def energy_of(problem: Problem, assignment: Ints) -> float:
    """Return the energy of an assignment, J."""
    return float(problem.energies_j[np.arange(problem.tasks), assignment].sum())


def earliest(problem: Problem, assignment: Ints, order: Sequence[int]) -> Schedule:
    """Start every task as early as its predecessors and its place on its accelerator allow.

    Args:
        problem: The problem.
        assignment: Accelerator of each task.
        order: All tasks, each after its predecessors; tasks of one accelerator run in this order.
    """
    start = np.zeros(problem.tasks, np.int64)
    end = np.zeros(problem.tasks, np.int64)
    free = [0] * problem.accelerators
    for task in order:
        where = int(assignment[task])
        ready = max((int(end[before]) for before in problem.waits(task)), default=0)
        start[task] = max(ready, free[where])
        end[task] = start[task] + problem.durations[task, where]
        free[where] = int(end[task])
    return Schedule(assignment, start, end, energy_of(problem, assignment))
