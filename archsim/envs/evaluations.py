"""What designs came to, column by column: ``Evaluations``, and a table of them that grows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_FIRST_ROOM = 64


@dataclass(frozen=True, slots=True)
class Evaluations:
    """Outcomes of some designs, one entry or row per design.

    Attributes:
        levels: Canonical levels, shape (designs, parameters).
        statuses: ``"done"``, ``"infeasible"`` (cannot be built or run, or breaks a constraint)
            or ``"failed"``; text, shape (designs,).
        reasons: Why a design is not done; text, shape (designs,).
        figures: Metric to values, shape (designs,), in the metric's unit; NaN where a design
            has none. A design that breaks a constraint has figures.
        rewards: Shape (designs,); finite, higher is better.
        costs: Shape (designs, objectives), to be minimised; NaN for a design without figures.
        violations: Shape (designs,); 0 within every constraint, else the sum of the relative
            excesses; infinite for a design without figures.
        fresh: Which designs were asked for the first time in this run; shape (designs,).
    """

    levels: NDArray[np.int64]
    statuses: NDArray[np.object_]
    reasons: NDArray[np.object_]
    figures: Mapping[str, Floats]
    rewards: Floats
    costs: Floats
    violations: Floats
    fresh: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.rewards)

    @property
    def done(self) -> NDArray[np.bool_]:
        """Which designs ran and keep to every constraint; shape (designs,)."""
        return np.asarray(self.statuses == "done", dtype=bool)


class EvaluationTable:
    """All designs evaluated so far; adding one costs the same however many there are.

    Args:
        parameters: Parameters of the space.
        objectives: Objectives of the study.
    """

    def __init__(self, parameters: int, objectives: int) -> None:
        self._size = 0
        self._columns: dict[str, NDArray[np.generic]] = {
            "levels": np.zeros((_FIRST_ROOM, parameters), dtype=np.int64),
            "statuses": np.full(_FIRST_ROOM, "", dtype=object),
            "reasons": np.full(_FIRST_ROOM, "", dtype=object),
            "rewards": np.zeros(_FIRST_ROOM),
            "costs": np.zeros((_FIRST_ROOM, objectives)),
            "violations": np.zeros(_FIRST_ROOM),
        }
        self._figures: dict[str, Floats] = {}

    def __len__(self) -> int:
        return self._size

    def add(self, evaluations: Evaluations) -> None:
        """Add designs at the end."""
        begin, end = self._size, self._size + len(evaluations)
        room = len(self._columns["rewards"])
        if end > room:
            grown = max(end, 2 * room) - room
            self._columns = {
                name: np.concatenate([column, np.zeros((grown, *column.shape[1:]), column.dtype)])
                for name, column in self._columns.items()
            }
            self._figures = {
                name: np.concatenate([column, np.full(grown, np.nan)])
                for name, column in self._figures.items()
            }
        for name, column in self._columns.items():
            column[begin:end] = getattr(evaluations, name)
        for name, values in evaluations.figures.items():
            if name not in self._figures:
                self._figures[name] = np.full(len(self._columns["rewards"]), np.nan)
            self._figures[name][begin:end] = values
        self._size = end

    def take(self, rows: NDArray[np.int64], fresh: NDArray[np.bool_]) -> Evaluations:
        """Return some designs.

        Args:
            rows: Their places; shape (designs,).
            fresh: What to say of them; shape (designs,).
        """
        parts = {name: column[rows] for name, column in self._columns.items()}
        figures = {name: column[rows] for name, column in self._figures.items()}
        return Evaluations(**parts, figures=figures, fresh=fresh)  # type: ignore[arg-type]  # by name
