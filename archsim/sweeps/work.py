"""What goes to those who evaluate designs, and what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from archsim.sweeps.outcomes import Outcomes, Point


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Some designs that are handed out together.

    Attributes:
        places: Number of each design in the plan.
        points: Values of each design.
        claim: Their claim in the ledger.
    """

    places: Sequence[int]
    points: Sequence[Point]
    claim: int

    def __len__(self) -> int:
        return len(self.points)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Outcomes of neighbouring designs of a chunk.

    Attributes:
        chunk: The chunk.
        begin: Which of its designs is the first one.
        outcomes: One per design.
        seconds: How long they took, as far as is known.
    """

    chunk: Chunk
    begin: int
    outcomes: Outcomes
    seconds: float


class Pool(Protocol):
    """Evaluates chunks somewhere: in this process, in workers of its own, on a cluster."""

    @property
    def workers(self) -> int:
        """How many designs are evaluated at the same time."""

    @property
    def room(self) -> int:
        """How many more chunks can be handed over now."""

    def submit(self, chunk: Chunk) -> None:
        """Hand over a chunk."""

    def collect(self, timeout_s: float) -> list[Part]:
        """Return what has been evaluated since the last call; wait for it at most so long."""

    def close(self) -> None:
        """Stop; what is not evaluated is given up."""
