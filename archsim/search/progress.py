"""How far a search is, and the best design so far."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from archsim.search.plan import RunPlan

_BEGIN_SECONDS = 0.5


class SearchWatcher(Protocol):
    """Is told how a search goes."""

    def __call__(self, progress: SearchProgress) -> None:
        """Take notice."""


@dataclass
class SearchProgress:
    """State of a search.

    Attributes:
        runs: Runs in all.
        finished: Runs that have ended, earlier ones too.
        evaluations: Designs that runs have asked for in this call.
        expected: Designs that the runs of this call may ask for.
        best: Best reward of a feasible design in this call; ``-inf`` before there is one.
        best_method: Method that found it.
        started: When this call began, by ``time.monotonic``.
    """

    runs: int
    finished: int
    expected: int
    evaluations: int = 0
    best: float = -math.inf
    best_method: str = ""
    started: float = field(default_factory=time.monotonic)

    @classmethod
    def of(cls, plans: Sequence[RunPlan], to_do: Sequence[RunPlan]) -> SearchProgress:
        """Return the state before the first run.

        Args:
            plans: Every run.
            to_do: Those that have not ended.
        """
        expected = sum(plan.budget.evaluations or plan.budget.unique or 0 for plan in to_do)
        return cls(len(plans), len(plans) - len(to_do), expected)

    @property
    def seconds(self) -> float:
        """Time since this call began."""
        return time.monotonic() - self.started

    @property
    def left_s(self) -> float | None:
        """Time until all runs have ended at this rate; ``None`` when that can't be told yet."""
        if not self.evaluations or self.seconds < _BEGIN_SECONDS:
            return None
        return max(0, self.expected - self.evaluations) * self.seconds / self.evaluations

    def add(self, method: str, count: int, best: float, ended: bool) -> None:
        """Count designs that a run has asked for.

        Args:
            method: Of the run.
            count: How many.
            best: Best reward of the run so far.
            ended: Whether the run has ended.
        """
        self.evaluations += count
        self.finished += ended
        if best > self.best:
            self.best, self.best_method = best, method
