"""Statistics over runs: by hand, against scipy, and their properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from archsim.errors import InputError
from archsim.search.statistics import (
    at_evaluations,
    at_unique,
    best_so_far,
    compare_all,
    effect_and_p,
    holm,
    median_interval,
    quantile,
    spread,
)

INF = math.inf
REWARDS = st.lists(st.floats(-100, 100) | st.just(-INF), min_size=1, max_size=12)


def test_only_feasible_designs_count_as_best():
    best = best_so_far(np.array([5.0, 1.0, 9.0, 3.0, 2.0]), np.array([0, 1, 0, 1, 1], bool))
    assert best.tolist() == [-INF, 1.0, 1.0, 3.0, 3.0]


def test_best_at_numbers_of_evaluations_and_of_different_designs():
    best = np.array([1.0, 1.0, 2.0, 2.0, 7.0])
    assert at_evaluations(best, np.array([1, 3, 5, 9])).tolist() == [1.0, 2.0, 7.0, 7.0]
    # Two designs have been seen up to step 4; the third is asked for at step 5.
    unique = np.array([1, 1, 2, 2, 3])
    assert at_unique(best, unique, np.array([1, 2, 3, 8])).tolist() == [1.0, 2.0, 7.0, 7.0]


def test_quartiles_by_hand():
    found = spread([4.0, 1.0, 3.0, 2.0, 5.0])
    assert (found.lower_quartile, found.median, found.upper_quartile) == (2.0, 3.0, 4.0)
    assert (found.minimum, found.maximum) == (1.0, 5.0)
    assert found.low <= found.median <= found.high


def test_a_run_without_a_feasible_design_is_the_worst_not_missing():
    found = spread([-INF, 1.0, 2.0])
    assert (found.lower_quartile, found.median, found.minimum) == (-INF, 1.0, -INF)
    assert spread([-INF, -INF]).high == -INF


def test_effect_size_by_hand():
    # 3 beats 1 and 2, 2 beats 1 and ties with 2: (1 + 1 + 1 + 0.5) / 4.
    assert effect_and_p([3.0, 2.0], [1.0, 2.0])[0] == 0.875
    assert effect_and_p([1.0, 1.0], [1.0]) == (0.5, 1.0)
    assert effect_and_p([-INF, -INF, -INF], [0.0, 1.0, 2.0])[0] == 0.0


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_comparisons_are_pairwise_and_corrected_together():
    a, b, c = [10.0, 11, 12, 13, 14], [0.0, 1, 2, 3, 4], [0.5, 1.5, 2.5, 3.5, 4.5]
    found = compare_all({"a": a, "b": b, "c": c})
    assert [(item.first, item.second) for item in found] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert found[0].effect == 1.0
    assert found[0].p_value == stats.mannwhitneyu(a, b).pvalue
    assert found[0].p_adjusted == 3 * found[0].p_value
    assert found[2].p_adjusted == found[2].p_value > 0.5


def test_nothing_can_be_said_of_no_run():
    for call in (lambda: spread([]), lambda: effect_and_p([], [1.0])):
        with pytest.raises(InputError, match="at least one run"):
            call()


def test_the_interval_covers_the_true_median_about_as_often_as_it_says():
    generator = np.random.default_rng(0)
    inside = 0
    for seed in range(200):
        low, high = median_interval(generator.normal(size=15), seed)
        inside += low <= 0.0 <= high
    assert 0.88 <= inside / 200 <= 0.99


@settings(deadline=None, max_examples=60)
@given(REWARDS, st.floats(0, 1))
def test_quantiles_equal_numpys_where_everything_is_finite(values, fraction):
    array = np.array(values)
    found = quantile(array, fraction)
    assert array.min() <= found <= array.max()
    if np.isfinite(array).all():
        assert found == pytest.approx(np.quantile(array, fraction), abs=1e-9)


@settings(deadline=None, max_examples=60)
@given(REWARDS, REWARDS)
def test_comparing_the_other_way_round_turns_the_effect(first, second):
    effect, p_value = effect_and_p(first, second)
    turned, same = effect_and_p(second, first)
    assert effect == pytest.approx(1 - turned)
    assert p_value == pytest.approx(same)
    assert 0 <= p_value <= 1


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.floats(-9, 9), st.booleans()), min_size=1, max_size=30))
def test_the_best_never_falls(steps):
    rewards, feasible = np.array([s[0] for s in steps]), np.array([s[1] for s in steps])
    best = best_so_far(rewards, feasible)
    assert (np.maximum.accumulate(best) == best).all()
    assert best[-1] == max([-INF, *rewards[feasible]])
