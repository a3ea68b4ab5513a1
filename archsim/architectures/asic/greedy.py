"""The ratio heuristic: start cheap, move the layer that gains most time per energy.

Compiled, because a hardware search calls it for every design.
"""

from __future__ import annotations

import numpy as np

from archsim.architectures.asic.maestro.compiled import compiled
from archsim.architectures.asic.problem import Floats, Ints, Problem, Schedule, energy_of

MOST_PLACEMENTS = 5_000_000
"""Placements of single tasks after which the heuristic stops looking for moves."""

_SMALLEST_COST_J = 1e-30


def greedy(problem: Problem) -> Schedule:
    """Return a schedule by the ratio heuristic.

    From the assignment of least energy, as long as the makespan exceeds the limit, the move of one
    task to another accelerator is made that shortens the makespan most per additional energy.
    Tasks are started by earliest start, ties by the longest way to the end. Without a limit the
    search also starts from the assignment of least time, and the better end is taken. Very large
    problems stop after ``MOST_PLACEMENTS`` placements of tasks.
    """
    assignment = _best(
        problem.durations, problem.energies_j, problem.offsets, problem.targets, problem.limit,
        MOST_PLACEMENTS,
    )  # fmt: skip
    return list_schedule(problem, assignment)


def greedy_many(
    durations: Ints, energies_j: Floats, offsets: Ints, targets: Ints, limits: Ints
) -> tuple[Ints, Ints]:
    """Return the assignments by the ratio heuristic of many problems with the same tasks.

    Args:
        durations, energies_j: As in ``Problem``, shape (problems, tasks, accelerators).
        offsets, targets: As in ``Problem``.
        limits: As in ``Problem``, shape (problems,).

    Returns:
        Accelerator of each task, shape (problems, tasks), and makespans, shape (problems,).
    """
    assignment = np.zeros(durations.shape[:2], np.int64)
    makespan = np.zeros(len(durations), np.int64)
    _many(durations, energies_j, offsets, targets, limits, MOST_PLACEMENTS, assignment, makespan)
    return assignment, makespan


def list_schedule(problem: Problem, assignment: Ints) -> Schedule:
    """Return the schedule of an assignment by earliest start."""
    start = np.zeros(problem.tasks, np.int64)
    offsets, targets = _behind(problem.offsets, problem.targets)
    _starts(
        problem.durations, problem.offsets, problem.targets, offsets, targets, assignment, start
    )
    end = start + problem.durations[np.arange(problem.tasks), assignment]
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
def _behind(offsets: Ints, targets: Ints) -> tuple[Ints, Ints]:
    """Return for each task the tasks that wait for it, CSR."""
    tasks = len(offsets) - 1
    counts = np.zeros(tasks + 1, np.int64)
    for before in targets:
        counts[before + 1] += 1
    for task in range(tasks):
        counts[task + 1] += counts[task]
    behind = np.zeros(len(targets), np.int64)
    filled = counts[:-1].copy()
    for task in range(tasks):
        for place in range(offsets[task], offsets[task + 1]):
            before = targets[place]
            behind[filled[before]] = task
            filled[before] += 1
    return counts, behind


@compiled
def _starts(
    durations: Ints, offsets: Ints, targets: Ints, behind_offsets: Ints, behind: Ints,
    assignment: Ints, start: Ints,
) -> int:  # fmt: skip
    """Fill in starts by earliest start first, ties by the longest way to the end.

    Returns the makespan.
    """
    tasks, accelerators = durations.shape
    tail = np.zeros(tasks, np.int64)
    waiting = np.zeros(tasks, np.int64)
    for back in range(tasks):
        task = tasks - 1 - back
        tail[task] += durations[task, assignment[task]]
        waiting[task] = offsets[task + 1] - offsets[task]
        for place in range(offsets[task], offsets[task + 1]):
            before = targets[place]
            if tail[before] < tail[task]:
                tail[before] = tail[task]
    free = np.zeros(accelerators, np.int64)
    ready = np.zeros(tasks, np.int64)
    open_tasks = np.zeros(tasks, np.int64)
    count = 0
    for task in range(tasks):
        if waiting[task] == 0:
            open_tasks[count] = task
            count += 1
    makespan = 0
    while count:
        chosen, chosen_start = -1, 0
        for place in range(count):
            task = open_tasks[place]
            earliest = max(ready[task], free[assignment[task]])
            best = open_tasks[chosen]
            if (
                chosen < 0
                or earliest < chosen_start
                or (
                    earliest == chosen_start
                    and (tail[task] > tail[best] or (tail[task] == tail[best] and task < best))
                )
            ):
                chosen, chosen_start = place, earliest
        task = open_tasks[chosen]
        count -= 1
        open_tasks[chosen] = open_tasks[count]
        end = chosen_start + durations[task, assignment[task]]
        start[task] = chosen_start
        free[assignment[task]] = end
        makespan = max(makespan, end)
        for place in range(behind_offsets[task], behind_offsets[task + 1]):
            after = behind[place]
            ready[after] = max(ready[after], end)
            waiting[after] -= 1
            if waiting[after] == 0:
                open_tasks[count] = after
                count += 1
    return makespan


@compiled
def _improve(
    durations: Ints, energies: Floats, offsets: Ints, targets: Ints, limit: int,
    assignment: Ints, placements: int,
) -> int:  # fmt: skip
    """Move tasks until the makespan is within the limit or no move shortens it."""
    tasks, accelerators = durations.shape
    start = np.zeros(tasks, np.int64)
    behind_offsets, behind = _behind(offsets, targets)
    makespan = _starts(durations, offsets, targets, behind_offsets, behind, assignment, start)
    while makespan > limit and placements > 0:
        best_task, best_where, best_ratio = -1, 0, 0.0
        for task in range(tasks):
            home = assignment[task]
            for where in range(accelerators):
                if where == home or durations[task, where] < 0:
                    continue
                assignment[task] = where
                gain = makespan - _starts(
                    durations, offsets, targets, behind_offsets, behind, assignment, start
                )
                assignment[task] = home
                placements -= tasks
                if gain <= 0:
                    continue
                cost = energies[task, where] - energies[task, home]
                ratio = gain / max(cost, _SMALLEST_COST_J)
                if ratio > best_ratio:
                    best_task, best_where, best_ratio = task, where, ratio
            if placements <= 0:
                break
        if best_task < 0:
            break
        assignment[best_task] = best_where
        makespan = _starts(durations, offsets, targets, behind_offsets, behind, assignment, start)
    return makespan


@compiled
def _best(
    durations: Ints, energies: Floats, offsets: Ints, targets: Ints, limit: int, placements: int
) -> Ints:
    """Return the better assignment of those that the two starting points lead to."""
    best = _cheapest(durations, energies)
    makespan = _improve(durations, energies, offsets, targets, limit, best, placements)
    if limit == 0 or makespan > limit:
        other = _quickest(durations)
        if _improve(durations, energies, offsets, targets, limit, other, placements) < makespan:
            return other
    return best


@compiled
def _many(
    durations: Ints, energies: Floats, offsets: Ints, targets: Ints, limits: Ints,
    placements: int, assignment: Ints, makespan: Ints,
) -> None:  # fmt: skip
    """Fill in assignment and makespan of each problem."""
    start = np.zeros(durations.shape[1], np.int64)
    behind_offsets, behind = _behind(offsets, targets)
    for problem in range(durations.shape[0]):
        assignment[problem] = _best(
            durations[problem], energies[problem], offsets, targets, limits[problem], placements
        )
        makespan[problem] = _starts(
            durations[problem], offsets, targets, behind_offsets, behind, assignment[problem], start
        )
