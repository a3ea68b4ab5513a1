"""The ratio heuristic: start cheap, move the layer that gains most time per energy.

Compiled, because a hardware search calls it for every design.
"""

from __future__ import annotations

import numpy as np

from archsim.architectures.asic.maestro.compiled import compiled
from archsim.architectures.asic.problem import Floats, Ints, Problem, Schedule, energy_of

_SMALLEST_COST_J = 1e-30


def greedy(problem: Problem) -> Schedule:
    """Return a schedule by the ratio heuristic.

    From the assignment of least energy, as long as the makespan exceeds the limit, the move of one
    task to another accelerator is made that shortens the makespan most per additional energy.
    Tasks are started by earliest start, ties by the longest way to the end. Without a limit the
    search also starts from the assignment of least time, and the better end is taken.
    """
    start = np.zeros(problem.tasks, np.int64)
    best = _cheapest(problem.durations, problem.energies_j)
    _improve(
        problem.durations, problem.energies_j, problem.offsets, problem.targets, problem.limit,
        best, start,
    )  # fmt: skip
    found = _schedule(problem, best)
    if problem.limit == 0 or found.makespan > problem.limit:
        other = _quickest(problem.durations)
        _improve(
            problem.durations, problem.energies_j, problem.offsets, problem.targets,
            problem.limit, other, start,
        )  # fmt: skip
        second = _schedule(problem, other)
        if second.makespan < found.makespan:
            return second
    return found


def list_schedule(problem: Problem, assignment: Ints) -> Schedule:
    """Return the schedule of an assignment by earliest start."""
    return _schedule(problem, assignment)


def _schedule(problem: Problem, assignment: Ints) -> Schedule:
    start = np.zeros(problem.tasks, np.int64)
    _starts(problem.durations, problem.offsets, problem.targets, assignment, start)
    rows = np.arange(problem.tasks)
    end = start + problem.durations[rows, assignment]
    return Schedule(assignment, start, end, energy_of(problem, assignment))


@compiled
def _cheapest(durations: Ints, energies: Floats) -> Ints:
    """Return for each task the possible accelerator of least energy, ties by time."""
    tasks, accelerators = durations.shape
    chosen = np.zeros(tasks, np.int64)
    for task in range(tasks):
        best = -1
        for where in range(accelerators):
            if durations[task, where] < 0:
                continue
            if (
                best < 0
                or energies[task, where] < energies[task, best]
                or (
                    energies[task, where] == energies[task, best]
                    and durations[task, where] < durations[task, best]
                )
            ):
                best = where
        chosen[task] = best
    return chosen


@compiled
def _quickest(durations: Ints) -> Ints:
    """Return for each task the possible accelerator of least time."""
    tasks, accelerators = durations.shape
    chosen = np.zeros(tasks, np.int64)
    for task in range(tasks):
        best = -1
        for where in range(accelerators):
            if durations[task, where] >= 0 and (
                best < 0 or durations[task, where] < durations[task, best]
            ):
                best = where
        chosen[task] = best
    return chosen


@compiled
def _starts(durations: Ints, offsets: Ints, targets: Ints, assignment: Ints, start: Ints) -> int:
    """Fill in starts by earliest start first, ties by the longest way to the end.

    Returns the makespan.
    """
    tasks, accelerators = durations.shape
    tail = np.zeros(tasks, np.int64)
    for back in range(tasks):
        task = tasks - 1 - back
        tail[task] += durations[task, assignment[task]]
        for place in range(offsets[task], offsets[task + 1]):
            before = targets[place]
            if tail[before] < tail[task]:
                tail[before] = tail[task]
    free = np.zeros(accelerators, np.int64)
    ready = np.zeros(tasks, np.int64)
    done = np.zeros(tasks, np.bool_)
    makespan = 0
    first_open = 0
    for _ in range(tasks):
        best, best_start = -1, 0
        for task in range(first_open, tasks):
            if done[task]:
                continue
            possible = True
            earliest = 0
            for place in range(offsets[task], offsets[task + 1]):
                before = targets[place]
                if not done[before]:
                    possible = False
                    break
                if ready[before] > earliest:
                    earliest = ready[before]
            if not possible:
                continue
            if free[assignment[task]] > earliest:
                earliest = free[assignment[task]]
            if (
                best < 0
                or earliest < best_start
                or (earliest == best_start and tail[task] > tail[best])
            ):
                best, best_start = task, earliest
        done[best] = True
        start[best] = best_start
        ready[best] = best_start + durations[best, assignment[best]]
        free[assignment[best]] = ready[best]
        if ready[best] > makespan:
            makespan = ready[best]
        while first_open < tasks and done[first_open]:
            first_open += 1
    return makespan


@compiled
def _improve(
    durations: Ints, energies: Floats, offsets: Ints, targets: Ints, limit: int,
    assignment: Ints, start: Ints,
) -> int:  # fmt: skip
    """Move tasks until the makespan is within the limit or no move shortens it."""
    tasks, accelerators = durations.shape
    makespan = _starts(durations, offsets, targets, assignment, start)
    while makespan > limit:
        best_task, best_where, best_ratio = -1, 0, 0.0
        for task in range(tasks):
            home = assignment[task]
            for where in range(accelerators):
                if where == home or durations[task, where] < 0:
                    continue
                assignment[task] = where
                gain = makespan - _starts(durations, offsets, targets, assignment, start)
                assignment[task] = home
                if gain <= 0:
                    continue
                cost = energies[task, where] - energies[task, home]
                ratio = gain / max(cost, _SMALLEST_COST_J)
                if ratio > best_ratio:
                    best_task, best_where, best_ratio = task, where, ratio
        if best_task < 0:
            break
        assignment[best_task] = best_where
        makespan = _starts(durations, offsets, targets, assignment, start)
    return makespan
