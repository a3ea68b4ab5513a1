"""A run as a picture of time: lanes of operations, or the busy share of equal slices."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from archsim.result import Result


@dataclass(frozen=True, slots=True)
class Occupancy:
    """How much of each slice of the run each component worked.

    Attributes:
        components: Names, in order of first use.
        edges_s: Boundaries of the slices, shape (slices + 1,).
        shares: Busy share, shape (components, slices); each within 0 and 1.
    """

    components: tuple[str, ...]
    edges_s: NDArray[np.float64]
    shares: NDArray[np.float64]


def occupancy(result: Result, slices: int) -> Occupancy:
    """Return the busy share of equal slices of the run; overlapping operations count once.

    Args:
        result: A run with operations and a latency above zero.
        slices: Number of slices, at least 1.
    """
    table = result.operations
    edges = np.linspace(0.0, result.latency_s, slices + 1)
    width = result.latency_s / slices
    names = tuple(dict.fromkeys(str(name) for name in table["component"]))
    shares = np.zeros((len(names), slices))
    for row, name in enumerate(names):
        own = table[table["component"] == name]
        busy = _union(own["start_s"].to_numpy(), own["end_s"].to_numpy())
        for start, end in busy:
            first = min(int(start / width), slices - 1)
            last = min(int(end / width), slices - 1)
            for cell in range(first, last + 1):
                covered = min(end, edges[cell + 1]) - max(start, edges[cell])
                shares[row, cell] += max(0.0, covered) / width
    return Occupancy(names, edges, np.clip(shares, 0.0, 1.0))


def _union(starts: NDArray[np.float64], ends: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Return the intervals that the given ones cover together, in order."""
    found: list[tuple[float, float]] = []
    for place in np.argsort(starts, kind="stable"):
        start, end = float(starts[place]), float(ends[place])
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def lanes(result: Result, rows: range) -> list[int]:
    """Return for each operation the first lane of its component that is free for it.

    Args:
        result: The run.
        rows: Which operations, by position.
    """
    table = result.operations.iloc[rows.start : rows.stop]
    names = [str(name) for name in table["component"]]
    starts, ends = table["start_s"].tolist(), table["end_s"].tolist()
    taken: dict[str, list[tuple[float, int]]] = {}
    spare: dict[str, list[int]] = {}
    used: dict[str, int] = {}
    found = [0] * len(names)
    for place in sorted(range(len(names)), key=lambda at: (starts[at], ends[at])):
        name = names[place]
        running, free = taken.setdefault(name, []), spare.setdefault(name, [])
        while running and running[0][0] <= starts[place]:
            heappush(free, heappop(running)[1])
        if free:
            lane = heappop(free)
        else:
            lane = used.get(name, 0)
            used[name] = lane + 1
        heappush(running, (ends[place], lane))
        found[place] = lane
    return found
