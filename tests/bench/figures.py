"""One measured figure, its target and its verdict; shared by the benchmarks and their runner."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterable
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
        note: What it is compared with, or how it was taken.
    """

    what: str
    value: float
    unit: str
    target: float | None = None
    better: Literal["lower", "higher"] = "lower"
    note: str = ""

    @property
    def verdict(self) -> str:
        """``met``, ``MISSED``, or nothing where there is no target."""
        if self.target is None:
            return ""
        met = self.value <= self.target if self.better == "lower" else self.value >= self.target
        return "met" if met else "MISSED"

    def to_dict(self) -> dict[str, object]:
        """Return the figure with its verdict as JSON data."""
        return {**asdict(self), "verdict": self.verdict}


def peak_memory_mb() -> float:
    """Return the largest resident memory of this process so far, in 10^6 bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * BYTES_PER_MAXRSS / 1e6


def write_figures(figures: Iterable[Figure]) -> None:
    """Print figures as one JSON list: how a benchmark's process answers the runner."""
    sys.stdout.write(json.dumps([asdict(figure) for figure in figures]) + "\n")
