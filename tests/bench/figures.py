"""One measured figure, its target and its verdict; shared by the benchmarks and their runner."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

BYTES_PER_MAXRSS = 1 if sys.platform == "darwin" else 1024
"""``ru_maxrss`` counts bytes on macOS and KiB on Linux."""


@dataclass(frozen=True)
class Figure:
    """What was measured.

    Attributes:
        what: The work, in words.
        value: The figure, in ``unit``.
        unit: Its unit.
        target: What it has to reach; None for a figure that only informs.
        better: Whether a target is an upper (``"lower"``) or a lower (``"higher"``) bound.
        note: How it was taken, or what it goes with.
        baseline: Figures of what it is compared with, in the same unit: one, or lowest and highest.
        against: What that is.
    """

    what: str
    value: float
    unit: str
    target: float | None = None
    better: Literal["lower", "higher"] = "lower"
    note: str = ""
    baseline: Sequence[float] = ()
    against: str = ""

    @property
    def verdict(self) -> str:
        """``met``, ``MISSED``, or nothing where there is no target."""
        if self.target is None:
            return ""
        met = self.value <= self.target if self.better == "lower" else self.value >= self.target
        return "met" if met else "MISSED"

    @property
    def ratios(self) -> list[float]:
        """How many times better it is than the baseline, smallest first."""
        lower = self.better == "lower"
        return sorted(one / self.value if lower else self.value / one for one in self.baseline)

    def to_dict(self) -> dict[str, object]:
        """Return the figure with its verdict as JSON data."""
        return {**asdict(self), "verdict": self.verdict}


def peak_memory_mb() -> float:
    """Return the largest resident memory of this process so far, in 10^6 bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * BYTES_PER_MAXRSS / 1e6


def write_figures(figures: Iterable[Figure]) -> None:
    """Print figures as one JSON list: how a benchmark's process answers the runner."""
    sys.stdout.write(json.dumps([asdict(figure) for figure in figures]) + "\n")
