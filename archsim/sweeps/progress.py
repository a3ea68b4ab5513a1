"""How far a sweep is, and the best design so far."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from archsim.space import Study
    from archsim.sweeps.outcomes import Outcomes

_BEGIN_SECONDS = 0.5


class Watcher(Protocol):
    """Is told how a sweep goes."""

    def __call__(self, progress: Progress) -> None:
        """Take notice."""


@dataclass
class Progress:
    """State of a sweep at one fidelity.

    Attributes:
        study: The study.
        fidelity: Fidelity of the trials.
        total: Different trials in all.
        counts: Ended trials by status; a design that breaks a constraint counts as infeasible.
        new: Trials that this run has evaluated.
        best: Value of the first objective of the best design; ``None`` before there is one.
        started: When this run began, by ``time.monotonic``.
    """

    study: Study
    fidelity: str
    total: int
    counts: Counter[str] = field(default_factory=Counter)
    new: int = 0
    best: float | None = None
    started: float = field(default_factory=time.monotonic)

    @property
    def ended(self) -> int:
        """Trials that have ended."""
        return sum(self.counts.values())

    @property
    def seconds(self) -> float:
        """Time since this run began."""
        return time.monotonic() - self.started

    @property
    def rate(self) -> float:
        """Trials a second in this run."""
        return self.new / max(self.seconds, 1e-9)

    @property
    def left_s(self) -> float | None:
        """Time until all have ended at this rate; ``None`` when that can't be told yet."""
        if not self.new or self.seconds < _BEGIN_SECONDS:
            return None
        return (self.total - self.ended) / self.rate

    def add(self, status: str, figures: Mapping[str, float]) -> None:
        """Count one trial.

        Args:
            status: What it came to.
            figures: Its figures; empty unless it is done.
        """
        if status == "done" and any(
            not item.kept(figures.get(item.metric, math.nan)) for item in self.study.constraints
        ):
            status = "infeasible"
        self.counts[status] += 1
        objective = self.study.objectives[0]
        value = figures.get(objective.metric) if status == "done" else None
        if value is not None and (self.best is None or self._is_better(value, self.best)):
            self.best = value

    def add_all(self, outcomes: Outcomes) -> None:
        """Count new trials."""
        done = [at for at, status in enumerate(outcomes.statuses) if status == "done"]
        kept = [at for at in done if self._keeps_all(outcomes, at)] if self._constrained else done
        self.counts.update(status for status in outcomes.statuses if status != "done")
        self.counts.update({"done": len(kept), "infeasible": len(done) - len(kept)})
        self.counts += Counter()  # statuses that nothing has are not listed
        objective = self.study.objectives[0]
        column = outcomes.figures.get(objective.metric, [])
        values = [value for at in kept if column and (value := column[at]) is not None]
        if values:
            best = min(values) if objective.goal == "minimise" else max(values)
            if self.best is None or self._is_better(best, self.best):
                self.best = best
        self.new += len(outcomes)

    @property
    def _constrained(self) -> bool:
        return bool(self.study.constraints)

    def _keeps_all(self, outcomes: Outcomes, at: int) -> bool:
        for item in self.study.constraints:
            column = outcomes.figures.get(item.metric)
            value = None if column is None else column[at]
            if not item.kept(math.nan if value is None else value):
                return False
        return True

    def _is_better(self, value: float, than: float) -> bool:
        if self.study.objectives[0].goal == "minimise":
            return value < than
        return value > than
