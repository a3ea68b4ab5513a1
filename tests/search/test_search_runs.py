"""One run of a search: budgets, counting, the contract of ask and tell."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.errors import InputError, SimulationError
from archsim.search.algorithm import Algorithm, Scores
from archsim.search.running import REPEATS, Budget, run_search
from archsim.space import Parameter, Space

SPACE = Space(
    [
        Parameter("hardware.a", "ordinal", (1, 2, 3, 4)),
        Parameter("hardware.b", "categorical", ("x", "y")),
        Parameter("hardware.c", "ordinal", (0, 1, 2), inert_when=(("hardware.b", ("x",)),)),
    ]
)  # 4 * (1 + 3) = 16 different designs


class Scripted(Algorithm):
    """Asks for random designs, some at a time; remembers what it is told."""

    name = "scripted"

    def __init__(self, size=3, seed=0, low=0, levels=None):
        super().__init__(SPACE, seed, None)
        self.generator = np.random.default_rng(seed)
        self.size, self.low, self.levels = size, low, levels
        self.told, self.closed = [], 0

    def ask(self):
        if self.levels is not None:
            return np.array(self.levels)
        return self.generator.integers(self.low, SPACE.shape, (self.size, 3))

    def tell(self, levels, scores):
        assert not self.closed
        self.told.append((levels, scores))

    def policy(self, count):
        return np.zeros((count, 3), dtype=np.int64)

    def close(self):
        self.closed += 1


def evaluate(levels):
    """Reward: the level of ``a``; designs with ``b`` = y and ``a`` = 4 break a constraint."""
    broken = (levels[:, 0] == 3) & (levels[:, 1] == 1)
    rewards = levels[:, 0].astype(float)
    return Scores(rewards, -rewards[:, None], broken.astype(float))


def test_a_run_stops_by_evaluations_and_cuts_the_last_question():
    algorithm = Scripted(size=4)
    history = run_search(algorithm, evaluate, Budget(evaluations=10), policy_samples=5)
    assert (len(history), history.stopped_by) == (10, "evaluations")
    assert [len(levels) for levels, _ in algorithm.told] == [4, 4]
    assert algorithm.closed == 1
    assert history.policy_rewards.tolist() == [0.0] * 5
    assert history.policy_mean == 0.0


def test_a_run_stops_by_different_designs():
    history = run_search(Scripted(size=5), evaluate, Budget(unique=6))
    assert (int(history.unique[-1]), history.stopped_by) == (6, "unique")
    assert history.is_new[-1]
    assert len(history.policy_rewards) == 0
    assert history.policy_mean is None


def test_the_same_design_counts_once_however_it_is_written():
    # b = x makes c inert, so three points are one design.
    levels = [[0, 0, 0], [0, 0, 2], [0, 1, 2], [0, 0, 1]]
    history = run_search(Scripted(levels=levels), evaluate, Budget(evaluations=4))
    assert history.is_new.tolist() == [True, False, True, False]
    assert history.unique.tolist() == [1, 1, 2, 2]
    assert history.levels.tolist() == levels


def test_a_budget_above_the_space_ends_with_the_space():
    history = run_search(Scripted(size=16), evaluate, Budget(unique=1000))
    assert int(history.unique[-1]) == SPACE.distinct_size == 16


def test_a_method_that_repeats_itself_ends():
    history = run_search(Scripted(levels=[[0, 0, 0]]), evaluate, Budget(unique=2))
    assert (len(history), history.stopped_by) == (2 * REPEATS, "repeats")


def test_both_budgets_hold_at_once():
    levels = [[0, 0, 0], [1, 0, 0], [2, 0, 0]]
    assert len(run_search(Scripted(levels=levels), evaluate, Budget(2, 3))) == 2
    assert len(run_search(Scripted(levels=levels), evaluate, Budget(9, 2))) == 2


def test_only_feasible_designs_are_best():
    history = run_search(Scripted(levels=[[3, 1, 0], [1, 0, 0]]), evaluate, Budget(evaluations=2))
    assert history.best.tolist() == [-math.inf, 1.0]


def test_the_watcher_hears_of_every_evaluation():
    heard = []
    run_search(Scripted(), evaluate, Budget(evaluations=8), watch=lambda *item: heard.append(item))
    assert [count for count, _ in heard] == [3, 3, 2]
    assert [best for _, best in heard] == sorted(best for _, best in heard)


@pytest.mark.parametrize("levels", [[[4, 0, 0]], [[0, -1, 0]], [[0, 0]], np.zeros((0, 3), int)])
def test_a_method_that_leaves_the_space_is_told_and_closed(levels):
    algorithm = Scripted(levels=levels)
    with pytest.raises(SimulationError, match="'scripted' asked for designs that are not"):
        run_search(algorithm, evaluate, Budget(evaluations=4))
    assert algorithm.closed == 1


def test_a_search_without_a_budget_is_refused():
    with pytest.raises(InputError, match="a search needs a budget"):
        Budget()
    assert str(Budget(5, 3)) == "5 evaluations or 3 different designs"


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 9), st.integers(1, 40), st.integers(1, 20), st.integers(0, 9))
def test_budgets_are_never_passed(size, evaluations, unique, seed):
    history = run_search(Scripted(size, seed), evaluate, Budget(evaluations, unique))
    assert len(history) <= evaluations
    assert history.unique[-1] <= unique
    assert (
        len({tuple(row) for row in SPACE.collapse(history.levels).tolist()}) == (history.unique[-1])
    )
    spent = {"evaluations": len(history) == evaluations, "unique": True}
    assert spent[history.stopped_by]
