"""Objectives, constraints, Pareto fronts, hypervolumes and ArchGym's rewards."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.errors import InputError, UnknownNameError
from archsim.space import (
    Objective,
    archgym_reward,
    hypervolume,
    pareto_front,
    read_constraint,
    read_objective,
    weighted_sum,
)
from archsim.space.objective import ObjectiveSpec

UNITS = {"latency_s": "s", "area_mm2": "mm2", "tokens_per_s": "tokens/s", "energy_j": "J"}
COSTS = st.integers(1, 3).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 6), min_size=width, max_size=width), min_size=1, max_size=20
    )
)


def test_objectives_are_text_or_mappings():
    assert read_objective("minimize latency_s", UNITS) == Objective("latency_s", "minimise")
    assert str(read_objective("Maximise  tokens_per_s ", UNITS)) == "maximise tokens_per_s"
    spec = ObjectiveSpec(metric="latency_s", weight=2.0, target="10 ms")
    assert read_objective(spec, UNITS) == Objective("latency_s", "minimise", 2.0, 0.01)


def test_costs_and_targets_are_one_sided():
    values = np.array([5.0, 10.0, 20.0])
    assert Objective("latency_s").cost(values).tolist() == [5, 10, 20]
    assert Objective("tokens_per_s", "maximise").cost(values).tolist() == [-5, -10, -20]
    assert Objective("latency_s", target=10.0).cost(values).tolist() == [0, 0, 1]
    assert Objective("x", "maximise", target=10.0).cost(values).tolist() == [0.5, 0, 0]
    total = weighted_sum(
        [Objective("a", weight=2.0), Objective("b", "maximise")],
        {"a": values, "b": np.array([1.0, 2.0, 3.0])},
    )
    assert total.tolist() == [9, 18, 37]


def test_constraints_know_units_and_say_what_they_break():
    constraint = read_constraint("latency_s <= 10 ms", UNITS)
    assert constraint.limit == 0.01
    assert constraint.kept(0.01)
    assert not constraint.kept(0.02)
    assert not constraint.kept(math.nan)
    assert constraint.reason(0.02) == ("breaks the constraint latency_s <= 0.01: latency_s is 0.02")
    assert read_constraint("area_mm2<5e2", UNITS).kept_by(np.array([499, 500])).tolist() == [
        True, False,
    ]  # fmt: skip
    with pytest.raises(UnknownNameError, match="did you mean area_mm2"):
        read_constraint("area_mm <= 5", UNITS)
    for text in ("area_mm2", "area_mm2 == 5", "5 <= area_mm2", "area_mm2 <= ", "<= 5"):
        with pytest.raises(InputError, match="must be a constraint"):
            read_constraint(text, UNITS)


@settings(deadline=None, max_examples=120)
@given(COSTS)
def test_the_front_is_what_nothing_dominates(rows):
    costs = np.array(rows, dtype=float)
    expected = [
        not any((other <= row).all() and (other < row).any() for other in costs) for row in costs
    ]
    assert pareto_front(costs).tolist() == expected


def test_unknown_figures_are_never_in_the_front():
    assert pareto_front(np.array([[1.0, math.nan], [2.0, 2.0]])).tolist() == [False, True]
    assert pareto_front(np.zeros((0, 2))).tolist() == []


@settings(deadline=None, max_examples=80)
@given(COSTS)
def test_the_hypervolume_is_the_count_of_dominated_cells(rows):
    costs = np.array(rows, dtype=float)
    reference = np.full(costs.shape[1], 5.0)
    cells = itertools.product(range(5), repeat=costs.shape[1])
    dominated = sum(any((row <= cell).all() for row in costs) for cell in map(np.array, cells))
    assert hypervolume(costs, reference) == dominated
    assert hypervolume(costs[::-1], reference) == dominated


def test_the_hypervolume_needs_a_fitting_reference():
    with pytest.raises(InputError, match="one reference value per objective"):
        hypervolume(np.zeros((2, 2)), np.zeros(3))


def test_archgym_rewards_by_hand():
    # 1 / |1 - 1.25| = 4; 0.1 / |0.1 - 0.3 ms| = 0.5.
    assert archgym_reward(1.25, 300_000_000, "power") == pytest.approx(4.0)
    assert archgym_reward(1.25, 300_000_000, "latency") == pytest.approx(0.5)
    assert archgym_reward(1.25, 300_000_000, "both") == pytest.approx(2.0)
    assert archgym_reward(1.0, 1, "power") == 1000.0
    assert archgym_reward(0.9999, 1, "power") == 1000.0
    # Better than the target is punished: the reward peaks at it.
    assert archgym_reward(0.5, 1, "power") < archgym_reward(0.9, 1, "power")


def test_the_unit_bug_of_the_repository_is_there_by_name():
    # Whole nanoseconds are taken for seconds: 0.1 / |0.1 - 0.0003| is within 1 % of 1.
    whole = archgym_reward(1.25, 300_000_000, "latency", "compat")
    assert whole == pytest.approx(0.1 / (0.1 - 0.0003))
    # Picoseconds over 1e9 are milliseconds, as they should be.
    assert archgym_reward(1.25, 300_000_001, "latency", "compat") == archgym_reward(
        1.25, 300_000_001, "latency"
    )


@pytest.mark.parametrize(
    "arguments",
    [(1.0, 1, "speed"), (1.0, 1, "power", "right"), (-1.0, 1, "power"), (math.nan, 1, "power")],
)
def test_bad_rewards_are_refused(arguments):
    with pytest.raises(InputError):
        archgym_reward(*arguments)
