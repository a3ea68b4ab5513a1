"""Sensitivity indices: by hand, against Ishigami's function, and what always holds."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from archsim.report.sensitivity import LEAST_DESIGNS, form_of, influences


def grid(*shape):
    return np.array(list(itertools.product(*map(range, shape))), dtype=np.int64)


def by_key(found):
    return {item.key: item for item in found}


def test_a_sum_has_no_interactions():
    # Y = a + 2 b over {0, 1}^2: the variances are 1/4 and 1, together 5/4.
    levels = grid(2, 2)
    found = by_key(influences("ab", (2, 2), levels, levels @ np.array([1.0, 2.0]), "grid"))
    assert found["a"].first == pytest.approx(0.2)
    assert found["b"].first == pytest.approx(0.8)
    assert (found["a"].total, found["b"].total) == (pytest.approx(0.2), pytest.approx(0.8))
    assert (found["b"].lowest, found["b"].lowest_mean) == (0, 0.5)
    assert (found["b"].highest, found["b"].highest_mean) == (1, 2.5)


def test_a_product_is_half_interaction():
    # Y = a b: Var(Y) = 3/16, Var(E[Y | a]) = 1/16, E[Var(Y | b)] = 1/8.
    levels = grid(2, 2)
    found = influences("ab", (2, 2), levels, levels.prod(axis=1).astype(float), "grid")
    assert [item.first for item in found] == pytest.approx([1 / 3, 1 / 3])
    assert [item.total for item in found] == pytest.approx([2 / 3, 2 / 3])
    assert [item.error for item in found] == [0, 0]


def test_gaps_leave_the_first_order_exact_and_no_total():
    levels = grid(2, 3)[:-1]
    found = by_key(influences("ab", (2, 3), levels, levels[:, 1].astype(float), "gaps"))
    assert found["b"].first == pytest.approx(1.0)
    # Means of b given a are 1 and 1/2, of all 4/5; Var(Y) is 14/25.
    assert found["a"].first == pytest.approx((3 * 0.04 + 2 * 0.09) / 5 / 0.56)
    assert found["a"].total is None


def test_what_designs_are():
    levels = grid(2, 3)
    assert form_of(levels, (2, 3), whole=True) == "grid"
    assert form_of(levels, (2, 3), whole=False) == "grid"
    assert form_of(levels[1:], (2, 3), whole=True) == "gaps"
    assert form_of(levels[1:], (2, 3), whole=False) == "sample"


def test_a_sample_of_ishigamis_function():
    # Known for x in [-pi, pi], a = 7, b = 0.1: S1 = 0.3139, S2 = 0.4424, S3 = 0 (Saltelli 2008).
    points = 256
    levels = np.random.default_rng(1).integers(0, points, (20_000, 3))
    x = -np.pi + 2 * np.pi * (levels + 0.5) / points
    y = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    found = by_key(influences("abc", (points,) * 3, levels, y, "sample"))
    for key, known in (("a", 0.3139), ("b", 0.4424), ("c", 0.0)):
        assert 0 < found[key].error < 0.02
        # Sixteen bins miss what varies within one: at most 0.02 here.
        assert found[key].first == pytest.approx(known, abs=3 * found[key].error + 0.02)


def test_a_parameter_without_effect_gets_nothing_from_many_bins():
    draw = np.random.default_rng(2)
    estimates = [
        influences("a", (16,), draw.integers(0, 16, (200, 1)), draw.normal(size=200), "sample")
        for _ in range(50)
    ]
    # Uncorrected it would be 15 / 199 = 7.5 % on average.
    assert np.mean([found[0].first for found in estimates]) < 0.03


def test_nothing_to_tell():
    levels = grid(2, 2)
    assert influences("ab", (2, 2), levels, np.ones(4), "grid") == []
    few = np.zeros((LEAST_DESIGNS - 1, 1), dtype=np.int64)
    assert influences("a", (2,), few, np.arange(len(few), dtype=float), "sample") == []
    assert influences("a", (1,), np.zeros((3, 1), dtype=np.int64), np.arange(3.0), "gaps") == []


@given(
    values=hnp.arrays(float, 24, elements=st.floats(-1e6, 1e6)),
    size=st.sampled_from([1e-12, 1.0, 1e9]),
)
@settings(deadline=None, max_examples=60)
def test_indices_are_shares_and_know_no_unit(values, size):
    levels = grid(2, 3, 4)
    found = influences("abc", (2, 3, 4), levels, values, "grid")
    if not found or np.ptp(values) < 1e-3:
        return
    assert sum(item.first for item in found) <= 1 + 1e-9
    for item in found:
        assert 0 <= item.first <= item.total + 1e-9 <= 1 + 2e-9
    scaled = by_key(influences("abc", (2, 3, 4), levels, values * size, "grid"))
    for item in found:
        assert scaled[item.key].first == pytest.approx(item.first, abs=1e-9)


@given(seed=st.integers(0, 2**32), count=st.integers(LEAST_DESIGNS, 300))
@settings(deadline=None, max_examples=40)
def test_a_sample_gives_shares_with_finite_errors(seed, count):
    draw = np.random.default_rng(seed)
    levels = np.stack([draw.integers(0, 3, count), draw.integers(0, 400, count)], axis=1)
    for item in influences("ab", (3, 400), levels, draw.normal(size=count), "sample"):
        assert 0 <= item.first <= 1
        assert 0 <= item.error < 1
        assert item.lowest_mean <= item.highest_mean
        assert 0 <= item.lowest < 400
