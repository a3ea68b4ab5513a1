"""Exact schedules with OR-tools CP-SAT (extra ``schedule``)."""

from __future__ import annotations

import math

import numpy as np

from archsim.architectures.asic.greedy import greedy, list_schedule
from archsim.architectures.asic.problem import Problem, Schedule, earliest
from archsim.errors import InfeasibleError, MissingExtraError
from archsim.kernel import fs_to_seconds

_LARGEST_HORIZON = 1 << 40
_ENERGY_STEPS = 1 << 30


def solve(
    problem: Problem, *, minimise_energy: bool, time_limit_s: float = 10.0, seed: int = 0
) -> Schedule:
    """Return the best schedule found, never worse than the greedy one.

    One worker and deterministic time, so that equal problems give equal schedules. Energies are
    compared in steps of 2^-30 of the largest total, times exactly where their horizon is at most
    2^40 of their greatest common divisor.

    Args:
        problem: The problem.
        minimise_energy: Least energy within ``problem.limit``, else least makespan.
        time_limit_s: Deterministic time.
        seed: Seed of the solver.

    Raises:
        MissingExtraError: OR-tools is not installed.
        InfeasibleError: No schedule keeps the limit.
    """
    try:
        from ortools.sat.python import cp_model
    except ImportError as error:
        raise MissingExtraError("schedule", "the method cp_sat") from error
    start_from = greedy(problem)
    tasks, accelerators = problem.tasks, problem.accelerators
    possible = problem.durations >= 0
    scale = _unit(problem)
    # Rounded up, so that a schedule that fits the rounded problem fits the exact one.
    length = np.where(possible, -(-problem.durations // scale), 0)
    horizon = int(length.max(axis=1).sum())
    limit = problem.limit // scale if minimise_energy and problem.limit else horizon
    model = cp_model.CpModel()
    starts = [model.new_int_var(0, horizon, f"start{task}") for task in range(tasks)]
    ends = [model.new_int_var(0, horizon, f"end{task}") for task in range(tasks)]
    makespan = model.new_int_var(0, max(limit, 0), "makespan")
    on = [
        [model.new_bool_var(f"on{task}_{where}") for where in range(accelerators)]
        for task in range(tasks)
    ]
    intervals: list[list[cp_model.IntervalVar]] = [[] for _ in range(accelerators)]
    for task in range(tasks):
        model.add_exactly_one(on[task])
        model.add(ends[task] <= makespan)
        for where in range(accelerators):
            if not possible[task, where]:
                model.add(on[task][where] == 0)
                continue
            intervals[where].append(
                model.new_optional_interval_var(
                    starts[task], int(length[task, where]), ends[task], on[task][where],
                    f"run{task}_{where}",
                )
            )  # fmt: skip
            model.add_hint(on[task][where], int(start_from.assignment[task] == where))
        model.add_hint(starts[task], int(start_from.start[task]) // scale)
        for before in problem.waits(task):
            model.add(starts[task] >= ends[before])
    for chosen in intervals:
        model.add_no_overlap(chosen)
    if minimise_energy:
        largest = float(problem.energies_j.max(axis=1).sum())
        step = largest / _ENERGY_STEPS if largest > 0 else 1.0
        model.minimize(
            sum(
                math.ceil(problem.energies_j[task, where] / step) * on[task][where]
                for task in range(tasks)
                for where in range(accelerators)
            )
        )
    else:
        # No machine can do its share in less than the work divided among all.
        least = np.where(possible, length, horizon).min(axis=1)
        model.add(accelerators * makespan >= int(least.sum()))
        model.minimize(makespan)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % (1 << 31)
    solver.parameters.max_deterministic_time = time_limit_s
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        if not minimise_energy or not problem.limit or start_from.makespan <= problem.limit:
            return start_from
        raise InfeasibleError(
            "no schedule keeps the latency limit",
            key="scheduler.latency_s",
            found=f"{fs_to_seconds(start_from.makespan):.6g} s by the ratio heuristic",
            allowed=f"at most {fs_to_seconds(problem.limit):.6g} s",
        )
    assignment = np.array(
        [
            next(where for where in range(accelerators) if solver.value(on[task][where]))
            for task in range(tasks)
        ],
        np.int64,
    )
    values = np.array([solver.value(each) for each in starts])
    found = earliest(problem, assignment, np.lexsort((np.arange(tasks), values)).tolist())
    # The solver leaves tasks late where its objective does not care.
    again = list_schedule(problem, assignment)
    if again.makespan < found.makespan:
        found = again
    proved = status == cp_model.OPTIMAL
    best = _better(found, start_from, problem.limit, minimise_energy)
    return Schedule(best.assignment, best.start, best.end, best.energy_j, proved)


def _unit(problem: Problem) -> int:
    """Return the unit that durations are counted in: exact, or a 2^-40 of the horizon."""
    exact = math.gcd(*np.unique(problem.durations[problem.durations > 0]).tolist())
    horizon = int(problem.durations.max(axis=1).sum())
    if horizon // max(exact, 1) <= _LARGEST_HORIZON:
        return max(exact, 1)
    return -(-horizon // _LARGEST_HORIZON)


def _better(found: Schedule, other: Schedule, limit: int, by_energy: bool) -> Schedule:
    """Return the better of two schedules; one within the limit beats one beyond it."""

    def rank(schedule: Schedule) -> tuple[int, float, float]:
        late = max(0, schedule.makespan - limit) if by_energy and limit else 0
        pair = (schedule.energy_j, float(schedule.makespan))
        return (late, *(pair if by_energy else pair[::-1]))

    return min(found, other, key=rank)
