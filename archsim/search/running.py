"""One run of a search: ask, evaluate, tell, until the budget is spent."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from archsim.errors import InputError, SimulationError
from archsim.search.history import History
from archsim.space.space import MAXIMUM_ENUMERATED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from archsim.search.algorithm import Algorithm, Scores
    from archsim.space import Space

    Levels = NDArray[np.int64]
    Evaluate = Callable[[Levels], Scores]

REPEATS = 50
"""With a budget of different designs alone, a run ends after so many evaluations for each."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What one run may spend; at least one of the two.

    Attributes:
        evaluations: Designs it may ask for, repeated ones counted each time.
        unique: Different designs it may ask for.
    """

    evaluations: int | None = None
    unique: int | None = None

    def __post_init__(self) -> None:
        if self.evaluations is None and self.unique is None:
            raise InputError(
                "a search needs a budget", key="budget",
                allowed="evaluations: designs that each run asks for, unique: different ones",
            )  # fmt: skip

    def __str__(self) -> str:
        parts = []
        if self.evaluations is not None:
            parts.append(f"{self.evaluations} evaluations")
        if self.unique is not None:
            parts.append(f"{self.unique} different designs")
        return " or ".join(parts)

    @property
    def most(self) -> int:
        """Evaluations after which a run ends in any case."""
        if self.evaluations is not None:
            return self.evaluations
        return REPEATS * (self.unique or 1)


def run_search(
    algorithm: Algorithm,
    evaluate: Evaluate,
    budget: Budget,
    *,
    policy_samples: int = 0,
    watch: Callable[[int, float], None] | None = None,
) -> History:
    """Run a method until its budget is spent, and close it.

    The last question is cut to what is left of the budget, and then not answered.

    Args:
        algorithm: The method; it is closed in any case.
        evaluate: Returns the scores of levels.
        budget: When to stop.
        policy_samples: Designs to draw at the end from what the method has learnt.
        watch: Is told after every answer how many designs were asked for now, and the best
            reward so far (``-inf`` before there is a feasible design).

    Raises:
        SimulationError: The method breaks its contract.
    """
    record = _Record(algorithm, evaluate, budget)
    begin = time.perf_counter()
    try:
        while True:
            levels, scores = record.step()
            if watch is not None:
                watch(len(levels), record.best)
            if record.stopped_by:
                break
            algorithm.tell(levels, scores)
        drawn = algorithm.policy(policy_samples) if policy_samples else None
        rewards = np.zeros(0)
        if drawn is not None and len(drawn):
            rewards = record.scores(_checked(algorithm, drawn)).rewards
    finally:
        algorithm.close()
    seconds = time.perf_counter() - begin
    return record.history(rewards, seconds)


class _Record:
    """What a run has asked for and learnt so far."""

    def __init__(self, algorithm: Algorithm, evaluate: Evaluate, budget: Budget) -> None:
        self._algorithm = algorithm
        self._evaluate = evaluate
        self._most = budget.most
        self._limit = _unique_limit(algorithm.space, budget)
        self._repeats = budget.evaluations is None
        self._seen: set[bytes] = set()
        self._levels: list[Levels] = []
        self._scores: list[Scores] = []
        self._new: list[NDArray[np.bool_]] = []
        self._total = 0
        self._evaluation_s = 0.0
        self.best = -np.inf
        self.stopped_by = ""

    def step(self) -> tuple[Levels, Scores]:
        """Ask once, and evaluate what the budget still allows of it."""
        asked = _checked(self._algorithm, self._algorithm.ask())
        levels, is_new = self._afforded(asked)
        scores = self.scores(levels)
        self._levels.append(levels)
        self._scores.append(scores)
        self._new.append(is_new)
        feasible = scores.rewards[scores.violations == 0]
        self.best = max(self.best, float(feasible.max(initial=-np.inf)))
        return levels, scores

    def scores(self, levels: Levels) -> Scores:
        """Evaluate, and take the time."""
        begin = time.perf_counter()
        found = self._evaluate(levels)
        self._evaluation_s += time.perf_counter() - begin
        return found

    def history(self, policy_rewards: NDArray[np.float64], seconds: float) -> History:
        """Return the whole run.

        Args:
            policy_rewards: Of the final policy.
            seconds: Time of the run.
        """
        return History(
            levels=np.concatenate(self._levels),
            rewards=np.concatenate([item.rewards for item in self._scores]),
            violations=np.concatenate([item.violations for item in self._scores]),
            is_new=np.concatenate(self._new),
            policy_rewards=policy_rewards,
            stopped_by=self.stopped_by,
            algorithm_s=seconds - self._evaluation_s,
            evaluation_s=self._evaluation_s,
        )

    def _afforded(self, asked: Levels) -> tuple[Levels, NDArray[np.bool_]]:
        """Return the first designs of a question, as many as the budget allows."""
        is_new: list[bool] = []
        for row in self._algorithm.space.collapse(asked):
            design = row.tobytes()
            is_new.append(design not in self._seen)
            self._seen.add(design)
            self._total += 1
            if len(self._seen) >= self._limit:
                self.stopped_by = "unique"
            elif self._total >= self._most:
                self.stopped_by = "repeats" if self._repeats else "evaluations"
            if self.stopped_by:
                break
        return asked[: len(is_new)], np.array(is_new)


def _unique_limit(space: Space, budget: Budget) -> float:
    """Return after how many different designs a run ends; a space may have fewer than allowed."""
    if budget.unique is None:
        return math.inf
    if space.size > MAXIMUM_ENUMERATED:
        return budget.unique
    return min(budget.unique, space.distinct_size)


def _checked(algorithm: Algorithm, levels: Levels) -> Levels:
    """Return levels that keep to the contract of ``Algorithm.ask``.

    Raises:
        SimulationError: They do not.
    """
    shape = algorithm.space.shape
    good = levels.ndim == 2 and len(levels) > 0 and levels.shape[1] == len(shape)
    if not good or ((levels < 0) | (levels >= np.array(shape))).any():
        raise SimulationError(
            f"the method {algorithm.name!r} asked for designs that are not in its space"
        )
    return np.ascontiguousarray(levels, dtype=np.int64)
