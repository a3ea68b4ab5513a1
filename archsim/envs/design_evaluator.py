"""``DesignEvaluator``: designs of one study in, figures and rewards out, each design run once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from archsim.envs.evaluations import Evaluations, EvaluationTable
from archsim.envs.simulator import Simulator
from archsim.errors import InputError
from archsim.space import Reward, make_reward
from archsim.sweeps.evaluating import make_task
from archsim.sweeps.outcomes import Outcomes, Point

if TYPE_CHECKING:
    from archsim.space import Study


@dataclass(slots=True)
class Counts:
    """What a run has asked for.

    Attributes:
        total: Designs asked for.
        unique: Different designs among them; equal designs (``Space.collapse``) are one.
        hits: Designs that the run had asked for before.
        simulated: Designs that had to be simulated; fewer than ``unique`` where an earlier run
            of the same evaluator had them already.
    """

    total: int = 0
    unique: int = 0
    hits: int = 0
    simulated: int = 0


class DesignEvaluator:
    """Evaluates designs of a study, and keeps what it has evaluated.

    Equal designs are evaluated once. The outcome of a design does not depend on the number of
    workers nor on what was evaluated before it.

    Args:
        study: The study.
        workers: Designs that are evaluated at the same time. One worker evaluates in this
            process, unless the study limits what a trial may use.
        limit: Most different designs of one run; ``None`` for no limit.
        metrics: Further figures that are wanted, e.g. to be observed.

    Raises:
        InputError: The number of workers or the limit is out of range, or the study's reward
            does not fit its base design.
    """

    def __init__(
        self,
        study: Study,
        workers: int = 1,
        limit: int | None = None,
        metrics: Sequence[str] = (),
    ) -> None:
        self.study = study
        self.task = make_task(study, study.spec.fidelity, metrics)
        self._simulator = Simulator(self.task, workers)
        self._table = EvaluationTable(len(study.space.keys), len(study.objectives))
        self._rows: dict[bytes, int] = {}
        self._asked = np.zeros(0, dtype=bool)
        self.counts = Counts()
        self.begin_run(limit)

    @cached_property
    def base_figures(self) -> dict[str, float] | None:
        """Figures of the study's base design, simulated on its own; ``None``: it does not run."""
        alone = Simulator(replace(self.task, keys=(), form="run"))
        try:
            found = alone.run([()])
        finally:
            alone.close()
        if found.statuses[0] != "done":
            return None
        return {name: column[0] for name, column in found.figures.items() if column[0] is not None}

    @cached_property
    def reward(self) -> Reward:
        """The study's reward."""
        study = self.study
        return make_reward(
            study.spec.reward, study.objectives, study.constraints, self.base_figures
        )

    @property
    def left(self) -> int | None:
        """How many different designs may still be evaluated; ``None`` for no limit."""
        return None if self._limit is None else self._limit - self.counts.unique

    def begin_run(self, limit: int | None = None) -> None:
        """Begin a new run: every count is 0 and no design has been asked for.

        What has been evaluated is kept, and simulated no more.

        Args:
            limit: Most different designs of the run; ``None`` for no limit.

        Raises:
            InputError: The limit is below 1.
        """
        if limit is not None and limit < 1:
            raise InputError("the limit of different designs", found=str(limit),
                             allowed="at least 1")  # fmt: skip
        self._limit = limit
        self.counts = Counts()
        self._asked[:] = False

    def evaluate(self, levels: NDArray[np.int64]) -> Evaluations:
        """Return the outcomes of designs, in order.

        Args:
            levels: Shape (designs, parameters).

        Returns:
            One entry per design. Where the run's limit is reached, the designs before the first
            one that would pass it: fewer than asked for, possibly none.

        Raises:
            InputError: The shape is another, or a level is out of range.
        """
        chosen = self._checked(levels)
        names = _names(chosen)
        fresh = self._first_time(names)
        if self._limit is not None:
            over = np.flatnonzero(np.cumsum(fresh) > self._limit - self.counts.unique)
            if len(over):
                chosen, names, fresh = chosen[: over[0]], names[: over[0]], fresh[: over[0]]
        new = [at for at in np.flatnonzero(fresh).tolist() if names[at] not in self._rows]
        if new:
            self._add(chosen[new], [names[at] for at in new])
        rows = np.fromiter((self._rows[name] for name in names), dtype=np.int64, count=len(names))
        self._asked[rows] = True
        self._count(len(names), int(fresh.sum()), len(new))
        return self._table.take(rows, fresh)

    def remember(self, levels: NDArray[np.int64], outcomes: Outcomes) -> None:
        """Take over designs that were evaluated elsewhere, e.g. those of a ledger.

        They are simulated no more; the counts do not change.

        Args:
            levels: Shape (designs, parameters).
            outcomes: Of the same task, one per design, constraints not yet applied.
        """
        chosen = self._checked(levels)
        names = _names(chosen)
        first = {name: at for at, name in reversed(list(enumerate(names)))}
        new = sorted(at for name, at in first.items() if name not in self._rows)
        if new:
            self._store(chosen[new], [names[at] for at in new], _picked(outcomes, new))

    def points(self, levels: NDArray[np.int64]) -> list[Point]:
        """Return the values of designs, in the order of the space's keys."""
        parameters = self.study.space.parameters
        return [
            [item.values[level] for item, level in zip(parameters, row, strict=True)]
            for row in levels.tolist()
        ]

    def close(self) -> None:
        """End the workers; a later evaluation starts new ones."""
        self._simulator.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _checked(self, levels: NDArray[np.int64]) -> NDArray[np.int64]:
        space = self.study.space
        found = np.asarray(levels)
        if found.ndim != 2 or found.shape[1] != len(space.shape) or found.dtype.kind not in "iu":
            raise InputError(
                "designs are whole levels, one row per design and one column per parameter",
                found=f"{found.dtype} of shape {found.shape}",
                allowed=f"shape (designs, {len(space.shape)})",
            )
        bad = np.argwhere((found < 0) | (found >= np.array(space.shape)))
        if len(bad):
            space.index(found[bad[0, 0]].tolist())  # says which level, and what is allowed
        return space.collapse(found.astype(np.int64))

    def _first_time(self, names: Sequence[bytes]) -> NDArray[np.bool_]:
        """Say which designs this run has not asked for before, equal ones of a batch once."""
        known = {name for name in set(names) if self._was_asked(name)}
        fresh = np.zeros(len(names), dtype=bool)
        for at, name in enumerate(names):
            if name not in known:
                fresh[at] = True
                known.add(name)
        return fresh

    def _was_asked(self, name: bytes) -> bool:
        row = self._rows.get(name)
        return row is not None and bool(self._asked[row])

    def _count(self, total: int, unique: int, simulated: int) -> None:
        counts = self.counts
        counts.total += total
        counts.unique += unique
        counts.hits += total - unique
        counts.simulated += simulated

    def _add(self, levels: NDArray[np.int64], names: Sequence[bytes]) -> None:
        self._store(levels, names, self._simulator.run(self.points(levels)))

    def _store(self, levels: NDArray[np.int64], names: Sequence[bytes], outcomes: Outcomes) -> None:
        self._table.add(self._judged(levels, outcomes))
        for row, name in enumerate(names, len(self._rows)):
            self._rows[name] = row
        if len(self._asked) < len(self._rows):
            grown = np.zeros(2 * len(self._rows), dtype=bool)
            grown[: len(self._asked)] = self._asked
            self._asked = grown

    def _judged(self, levels: NDArray[np.int64], outcomes: Outcomes) -> Evaluations:
        """Return outcomes with what they are worth, constraints applied."""
        count = len(outcomes)
        statuses = np.array(outcomes.statuses, dtype=object)
        reasons = np.array(outcomes.reasons, dtype=object)
        figures = {
            name: np.array(column, dtype=np.float64) for name, column in outcomes.figures.items()
        }
        known = np.asarray(statuses == "done", dtype=bool)
        for name in sorted(self.study.wanted_metrics):
            column = figures.setdefault(name, np.full(count, np.nan))
            for at in np.flatnonzero(known & ~np.isfinite(column)).tolist():
                statuses[at], reasons[at], known[at] = "failed", f"reports no {name}", False
        worth = self.reward.of(figures, known)
        for constraint in reversed(self.study.constraints):
            broken = known & ~constraint.kept_by(figures[constraint.metric])
            for at in np.flatnonzero(broken).tolist():
                statuses[at] = "infeasible"
                reasons[at] = constraint.reason(float(figures[constraint.metric][at]))
        return Evaluations(
            levels=levels, statuses=statuses, reasons=reasons, figures=figures,
            rewards=worth.rewards, costs=worth.costs, violations=worth.violations,
            fresh=np.ones(count, dtype=bool),
        )  # fmt: skip


def _names(levels: NDArray[np.int64]) -> list[bytes]:
    """Return a name of each canonical design: its row's bytes."""
    data, width = levels.tobytes(), levels.shape[1] * levels.itemsize
    return [data[at : at + width] for at in range(0, len(data), width)]


def _picked(outcomes: Outcomes, at: Sequence[int]) -> Outcomes:
    """Return the outcomes of some trials."""
    return Outcomes(
        [outcomes.statuses[place] for place in at],
        [outcomes.reasons[place] for place in at],
        [outcomes.tracebacks[place] for place in at],
        {name: [column[place] for place in at] for name, column in outcomes.figures.items()},
    )
