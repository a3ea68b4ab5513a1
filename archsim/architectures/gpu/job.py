"""``Job``: what a workload asks of the cards that share it, whatever cards they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from archsim.errors import InfeasibleError

if TYPE_CHECKING:
    from archsim.architectures.gpu.lowering import Call
    from archsim.workload.trace import Trace

Unit = Literal["token", "frame"]
Value = TypeVar("Value", float, NDArray[np.float64])


@dataclass(frozen=True)
class Job:
    """The passes of one run; what does not depend on the card is counted already.

    Attributes:
        traces: The operations of each distinct pass, as one card sees them.
        rounds: How often all passes run, one after the other.
        sharing: Cards that share every operation.
        stages: Pipeline stages; cards in all are ``sharing * stages``.
        unit: What the run makes.
        made: How many of them.
        figures: Metrics that no card changes.
        calls_of: Kernels of operations, by name, that their kind alone does not tell.
        held_bytes: What must fit the memory of one card; 0 where nothing is checked.
        held: What that is, in words.
        advice: What a user may do where it does not fit.
    """

    traces: Sequence[Trace]
    unit: Unit
    made: float
    figures: Mapping[str, float]
    rounds: int = 1
    sharing: int = 1
    stages: int = 1
    calls_of: Mapping[str, Sequence[Call]] = field(default_factory=dict)
    held_bytes: int = 0
    held: str = ""
    advice: str = ""

    @property
    def cards(self) -> int:
        """Cards in all."""
        return self.sharing * self.stages

    def refusal(self, memory_bytes: int) -> InfeasibleError | None:
        """Return why a card with this memory cannot run the job; ``None`` where it can."""
        if self.held_bytes <= memory_bytes:
            return None
        each = f" on each of {self.cards} cards" if self.advice else ""
        return InfeasibleError(
            f"{self.held} do not fit the card",
            key="chip.memory_bytes",
            found=f"{self.held_bytes / 1e9:.1f} GB{each}",
            allowed=f"at most {memory_bytes / 1e9:.1f} GB{self.advice}",
        )

    def rate_metrics(self, latency_s: Value, energy_j: Value) -> dict[str, Value]:
        """Return units per second and energy per unit of a run, or of many runs by column."""
        return {
            f"{self.unit}s_per_s": self.made / latency_s,
            f"energy_per_{self.unit}_j": energy_j / self.made,
        }
