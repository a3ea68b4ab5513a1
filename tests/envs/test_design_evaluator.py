"""Designs are run once each, counted, judged, and come out the same however they are asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archsim.envs.design_evaluator import DesignEvaluator
from archsim.errors import InputError
from archsim.space.sampling import grid
from archsim.sweeps.evaluating import Evaluator

COLUMNS = ("rewards", "costs", "violations")


def every(study):
    return np.stack(np.unravel_index(np.arange(study.space.size), study.space.shape), axis=1)


def test_equal_designs_run_once_and_are_counted(controllers):
    study = controllers()
    evaluator = DesignEvaluator(study)
    found = evaluator.evaluate(every(study))
    assert len(found) == 36
    assert study.space.distinct_size == 24
    counts = evaluator.counts
    assert (counts.total, counts.unique, counts.hits, counts.simulated) == (36, 24, 12, 24)
    assert int(found.fresh.sum()) == 24
    again = evaluator.evaluate(every(study)[::-1])
    assert not again.fresh.any()
    counts = evaluator.counts
    assert (counts.total, counts.unique, counts.hits, counts.simulated) == (72, 24, 48, 24)
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(found, name), getattr(again, name)[::-1])
    # With the Simple arbiter the limit of transactions does nothing.
    assert found.rewards[0] == found.rewards[1] == found.rewards[2]
    assert len({*found.rewards[3:6].tolist()}) > 1


def test_figures_are_those_of_the_sweep(clusters):
    study = clusters()
    evaluator = DesignEvaluator(study)
    levels = grid(study.space)
    found = evaluator.evaluate(levels)
    plain = Evaluator(evaluator.task).evaluate(evaluator.points(levels))
    assert found.statuses.tolist() == plain.statuses
    for name, column in plain.figures.items():
        expected = [np.nan if value is None else value for value in column]
        np.testing.assert_array_equal(found.figures[name], expected)


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.integers(0, 71), min_size=1, max_size=40), st.integers(1, 7))
def test_outcomes_do_not_depend_on_order_or_batches(clusters, numbers, size):
    study = clusters(constraints=["cluster_area_mm2 <= 20"])
    levels = np.array([study.space.levels(number) for number in numbers])
    whole = DesignEvaluator(study).evaluate(levels)
    pieces = DesignEvaluator(study)
    parts = [pieces.evaluate(levels[at : at + size]) for at in range(0, len(levels), size)]
    for name in (*COLUMNS, "statuses", "reasons", "levels", "fresh"):
        joined = np.concatenate([getattr(part, name) for part in parts])
        np.testing.assert_array_equal(joined, getattr(whole, name))
    counts = pieces.counts
    assert counts.total == len(numbers) == counts.unique + counts.hits
    assert counts.unique == len(set(numbers))


def test_workers_change_nothing(clusters):
    study = clusters(constraints=["cluster_area_mm2 <= 20"])
    one = DesignEvaluator(study).evaluate(grid(study.space))
    with DesignEvaluator(study, workers=2) as evaluator:
        two = evaluator.evaluate(grid(study.space))
    for name in (*COLUMNS, "statuses", "reasons"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    for name, column in one.figures.items():
        np.testing.assert_array_equal(column, two.figures[name])


def test_a_limit_stops_before_the_first_design_too_many(clusters):
    study = clusters()
    evaluator = DesignEvaluator(study, limit=3)
    levels = every(study)[[0, 0, 1, 2, 1, 3, 0]]
    found = evaluator.evaluate(levels)
    assert found.levels.tolist() == levels[:5].tolist()
    assert evaluator.left == 0
    assert len(evaluator.evaluate(levels[5:])) == 0
    assert len(evaluator.evaluate(levels[:2])) == 2
    evaluator.begin_run()
    assert evaluator.left is None
    rest = evaluator.evaluate(levels)
    assert rest.fresh.tolist() == [True, False, True, True, False, True, False]
    counts = evaluator.counts
    assert (counts.total, counts.unique, counts.simulated) == (7, 4, 1)


def test_designs_evaluated_elsewhere_are_not_run_again(clusters):
    study = clusters()
    levels = every(study)[:10]
    first = DesignEvaluator(study)
    outcomes = Evaluator(first.task).evaluate(first.points(levels))
    second = DesignEvaluator(study)
    second.remember(levels[[3, 3, *range(10)]], outcomes.joined([
        Evaluator(first.task).evaluate(first.points(levels[[3, 3]])), outcomes
    ]))  # fmt: skip
    found = second.evaluate(levels)
    np.testing.assert_array_equal(found.rewards, first.evaluate(levels).rewards)
    assert found.fresh.all()
    assert (second.counts.unique, second.counts.simulated) == (10, 0)


def test_broken_constraints_are_infeasible_but_measured(clusters):
    plain = DesignEvaluator(clusters()).evaluate(every(clusters()))
    limit = float(np.nanmedian(plain.figures["cluster_area_mm2"]))
    study = clusters(constraints=[f"cluster_area_mm2 <= {limit!r}"], reward={"penalty": 2.0})
    found = DesignEvaluator(study).evaluate(every(study))
    area = found.figures["cluster_area_mm2"]
    broken = area > limit
    assert 0 < broken.sum() < np.isfinite(area).sum()
    assert (found.done == (area <= limit)).all()
    known = np.isfinite(area)
    excess = np.where(broken, area / limit - 1, 0.0)[known]
    np.testing.assert_allclose(found.violations[known], excess, rtol=1e-9)
    np.testing.assert_allclose(
        found.rewards[known], (plain.rewards[known] - 2.0 * np.minimum(excess, 1.0)), rtol=1e-9
    )
    assert "breaks the constraint cluster_area_mm2" in found.reasons[np.argmax(broken)]


def test_a_design_that_cannot_run_has_the_penalty(clusters):
    study = clusters()
    found = DesignEvaluator(study).evaluate(every(study))
    lost = ~found.done
    assert 0 < lost.sum() < len(found)
    assert (found.rewards[lost] == -10).all()
    assert np.isinf(found.violations[lost]).all()
    assert np.isnan(found.costs[lost]).all()
    assert all("do not fit" in reason for reason in found.reasons[lost])


@pytest.mark.parametrize(
    ("levels", "part"),
    [
        (np.zeros((2, 3), dtype=np.int64), "shape (designs, 4)"),
        (np.zeros(4, dtype=np.int64), "shape (designs, 4)"),
        (np.zeros((1, 4)), "whole levels"),
        (np.array([[0, 0, 3, 0]]), "hardware.encoding_engines.engines"),
        (np.array([[0, -1, 0, 0]]), "hardware.cluster.frequency_hz"),
    ],
)
def test_bad_levels_are_one_sentence(clusters, levels, part):
    with pytest.raises(InputError, match=part.replace("(", r"\(").replace(")", r"\)")):
        DesignEvaluator(clusters()).evaluate(levels)


@pytest.mark.parametrize("options", [{"workers": 0}, {"limit": 0}])
def test_bad_settings_are_refused(clusters, options):
    with pytest.raises(InputError):
        DesignEvaluator(clusters(), **options)
