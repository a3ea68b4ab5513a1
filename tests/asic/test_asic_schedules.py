"""Schedules: the ratio heuristic, CP-SAT, and the same schedule played."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.architectures.asic.cp_sat import solve
from archsim.architectures.asic.greedy import greedy, list_schedule
from archsim.architectures.asic.problem import Problem, Schedule, compressed
from archsim.errors import InfeasibleError

PROPERTY = settings(deadline=None, max_examples=40)


def problem(
    durations: list[list[int]],
    energies: list[list[float]],
    waits: list[list[int]],
    limit: int = 0,
) -> Problem:
    return Problem(
        np.array(durations, np.int64), np.array(energies), *compressed(waits), limit=limit
    )


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    count = draw(st.integers(1, 7))
    machines = draw(st.integers(1, 3))
    row = st.lists(st.integers(1, 40), min_size=machines, max_size=machines)
    durations = draw(st.lists(row, min_size=count, max_size=count))
    energies = draw(st.lists(row, min_size=count, max_size=count))
    waits = [
        sorted(draw(st.sets(st.integers(0, index - 1), max_size=2))) if index else []
        for index in range(count)
    ]
    return problem(durations, [[float(each) for each in line] for line in energies], waits)


def check(case: Problem, schedule: Schedule) -> None:
    for task in range(case.tasks):
        assert (
            schedule.end[task] - schedule.start[task]
            == (case.durations[task, schedule.assignment[task]])
        )
        assert all(schedule.start[task] >= schedule.end[before] for before in case.waits(task))
    for machine in range(case.accelerators):
        order = schedule.order(machine)
        assert all(
            schedule.start[after] >= schedule.end[before] for before, after in pairwise(order)
        )


@PROPERTY
@given(problems())
def test_exact_is_never_worse_than_greedy(case: Problem) -> None:
    quick, exact = greedy(case), solve(case, minimise_energy=False)
    check(case, quick)
    check(case, exact)
    assert exact.optimal
    assert exact.makespan <= quick.makespan


@PROPERTY
@given(problems(), st.integers(0, 60))
def test_least_energy_within_a_limit(case: Problem, slack: int) -> None:
    limit = solve(case, minimise_energy=False).makespan + slack
    bounded = Problem(case.durations, case.energies_j, case.offsets, case.targets, limit)
    quick, exact = greedy(bounded), solve(bounded, minimise_energy=True)
    check(bounded, exact)
    assert exact.makespan <= limit
    if quick.makespan <= limit:
        assert exact.energy_j <= quick.energy_j + 1e-6


def test_exact_equals_trying_everything() -> None:
    case = problem([[3, 5], [4, 2], [6, 6], [2, 9]], [[1.0, 1.0]] * 4, [[], [], [0], [1]])
    best = min(
        list_schedule(case, np.array(choice, np.int64)).makespan
        for choice in product((0, 1), repeat=4)
    )
    assert solve(case, minimise_energy=False).makespan == best == 9


def test_a_limit_nobody_keeps_is_infeasible() -> None:
    case = problem([[10**15], [10**15]], [[1.0], [1.0]], [[], [0]], limit=10**15)
    with pytest.raises(InfeasibleError, match=r"found 2 s .*; allowed: at most 1 s"):
        solve(case, minimise_energy=True)


def test_a_machine_that_cannot_run_a_task_does_not() -> None:
    case = problem([[5, -1], [5, -1], [5, 9]], [[1.0, 0.0]] * 3, [[], [], []])
    for schedule in (greedy(case), solve(case, minimise_energy=False)):
        assert schedule.assignment.tolist() == [0, 0, 1]
        assert schedule.makespan == 10


def test_greedy_moves_what_gains_most_per_energy() -> None:
    """All cheap on machine 0 takes 20; moving the second task halves that for the lower price."""
    case = problem([[10, 10], [10, 10]], [[1.0, 9.0], [1.0, 2.0]], [[], []], limit=10)
    found = greedy(case)
    assert found.assignment.tolist() == [0, 1]
    assert found.energy_j == 3.0


def test_equal_problems_give_equal_schedules() -> None:
    rng = np.random.default_rng(3)
    case = problem(
        rng.integers(1, 99, (20, 2)).tolist(),
        rng.random((20, 2)).tolist(),
        [[index - 2] if index > 1 else [] for index in range(20)],
    )
    first, second = (solve(case, minimise_energy=False) for _ in range(2))
    assert first.start.tolist() == second.start.tolist()
    assert first.assignment.tolist() == second.assignment.tolist()
