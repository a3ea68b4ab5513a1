"""What trials came to, column by column, in memory and between processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Status = Literal["done", "infeasible", "failed"]
Point = Sequence[bool | int | float | str | None]
"""Values of a design, in the order of the space's keys."""


@dataclass(slots=True)
class Outcomes:
    """Outcomes of some trials.

    Attributes:
        statuses: One per trial.
        reasons: Why a trial is infeasible or failed; empty for one that is done.
        tracebacks: Of trials that failed with an exception; ``None`` for the others.
        figures: Figure to one value per trial; ``None`` where a trial has none.
    """

    statuses: list[Status] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    tracebacks: list[str | None] = field(default_factory=list)
    figures: dict[str, list[float | None]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.statuses)

    @classmethod
    def one(
        cls,
        status: Status,
        reason: str = "",
        traceback: str | None = None,
        figures: Mapping[str, float] | None = None,
    ) -> Outcomes:
        """Return the outcome of a single trial."""
        columns: dict[str, list[float | None]] = {
            name: [value] for name, value in (figures or {}).items()
        }
        return cls([status], [reason], [traceback], columns)

    @classmethod
    def joined(cls, parts: Sequence[Outcomes]) -> Outcomes:
        """Return outcomes one after the other."""
        found = cls()
        for part in parts:
            before, size = len(found), len(part)
            for name in part.figures:
                found.figures.setdefault(name, [None] * before)
            for name, column in found.figures.items():
                column += part.figures.get(name) or [None] * size
            found.statuses += part.statuses
            found.reasons += part.reasons
            found.tracebacks += part.tracebacks
        return found

    def put(self, at: Sequence[int], part: Outcomes) -> None:
        """Write outcomes of some trials over those at the given places."""
        for name in part.figures:
            self.figures.setdefault(name, [None] * len(self))
        for source, target in enumerate(at):
            self.statuses[target] = part.statuses[source]
            self.reasons[target] = part.reasons[source]
            self.tracebacks[target] = part.tracebacks[source]
            for name, column in self.figures.items():
                values = part.figures.get(name)
                column[target] = values[source] if values is not None else None

    @classmethod
    def blank(cls, count: int) -> Outcomes:
        """Return outcomes to be written over."""
        return cls(["failed"] * count, ["not evaluated"] * count, [None] * count)

    def to_json(self) -> dict[str, object]:
        """Return JSON data."""
        return {
            "statuses": self.statuses,
            "reasons": self.reasons,
            "tracebacks": self.tracebacks,
            "figures": self.figures,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Outcomes:
        """Rebuild outcomes from ``to_json``."""
        return cls(**data)  # type: ignore[arg-type]  # written by to_json of the same version
