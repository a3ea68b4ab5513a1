"""The roofline of a run, as data: how close each operation comes to what its component allows.

After Williams, Waterman and Patterson, "Roofline", CACM 52(4), 2009 (recalled): attainable rate =
min(peak arithmetic, operational intensity x peak bandwidth).

Where a component has a cache in front of its memory, it has a roof for each of the two. An
operation has two intensities there, and stands under the roof that leaves it less: what the cache
holds asks nothing of the memory.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archsim.result import (
    COMPONENT_CACHE_PEAK,
    COMPONENT_PEAKS,
    OPERATION_CACHE_WORK,
    OPERATION_WORK,
)

if TYPE_CHECKING:
    import pandas as pd

    from archsim.result import Result

MEMORY = "memory"
"""The component that feeds every component without a bandwidth of its own."""
CACHE = "cache"
"""The level in front of the memory."""


@dataclass(frozen=True, slots=True)
class Roof:
    """What one component could do at most.

    Attributes:
        component: Its name.
        operations_per_s: Peak arithmetic.
        bytes_per_s: Peak rate of its operands.
        level: ``"memory"`` or ``"cache"`` where it has a roof for each; else empty.
    """

    component: str
    operations_per_s: float
    bytes_per_s: float
    level: str = ""

    @property
    def name(self) -> str:
        """The component, and the level where there are two."""
        return f"{self.component} ({self.level})" if self.level else self.component

    @property
    def ridge(self) -> float:
        """Operations per byte above which arithmetic is the limit."""
        return self.operations_per_s / self.bytes_per_s

    def attainable(self, intensity: float) -> float:
        """Return the operations per second that an intensity allows."""
        return min(self.operations_per_s, intensity * self.bytes_per_s)


@dataclass(frozen=True, slots=True)
class Point:
    """Every run of one operation on one component, added up.

    Attributes:
        operation: Its name.
        roof: What it stands under.
        count: How often it ran.
        time_s: Sum of the times of its runs.
        operations: Arithmetic operations of all its runs.
        bytes: Operand bytes of all its runs, at the level of its roof.
    """

    operation: str
    roof: Roof
    count: int
    time_s: float
    operations: float
    bytes: float

    @property
    def component(self) -> str:
        """Where it ran."""
        return self.roof.component

    @property
    def attainable(self) -> float:
        """Operations per second that the roof allows at its intensity."""
        return self.roof.attainable(self.intensity)

    @property
    def intensity(self) -> float:
        """Operations per byte."""
        return self.operations / self.bytes

    @property
    def achieved(self) -> float:
        """Operations per second while it ran."""
        return self.operations / self.time_s

    @property
    def share(self) -> float:
        """Share of what the roof allows."""
        return self.achieved / self.attainable


@dataclass(frozen=True, slots=True)
class Stream:
    """Every run of one operation that only moves bytes, added up.

    Attributes:
        operation: Its name.
        component: What moves them.
        count: How often it ran.
        time_s: Sum of the times of its runs.
        bytes: Bytes of all its runs.
        peak_bytes_per_s: What the component could move at most.
    """

    operation: str
    component: str
    count: int
    time_s: float
    bytes: float
    peak_bytes_per_s: float

    @property
    def achieved(self) -> float:
        """Bytes per second while it ran."""
        return self.bytes / self.time_s

    @property
    def share(self) -> float:
        """Share of the peak."""
        return self.achieved / self.peak_bytes_per_s


@dataclass(frozen=True, slots=True)
class Roofline:
    """The roofs that operations ran under, and the operations; both in order of first use."""

    roofs: tuple[Roof, ...]
    points: tuple[Point, ...]


def roofline(result: Result) -> Roofline | None:
    """Return the roofline of a run; ``None`` when its family does not report what it needs.

    Operations without arithmetic, bytes or time are on no roofline.
    """
    if not _reported(result):
        return None
    roofs = _roofs(result)
    sums = _sums(result, roofs)
    points = []
    for (name, place), (count, time, work, *moved) in sums.items():
        # The level whose bytes take longest at its peak leaves the operation least.
        levels = zip(roofs[place], moved, strict=False)
        roof, most = max(levels, key=lambda level: level[1] / level[0].bytes_per_s)
        if time > 0 and work > 0 and most > 0:
            points.append(Point(name, roof, int(count), time, work, most))
    if not points:
        return None
    used = dict.fromkeys(point.component for point in points)
    return Roofline(tuple(roof for name in used for roof in roofs[name]), tuple(points))


def streams(result: Result) -> tuple[Stream, ...]:
    """Return the operations of a run without any arithmetic, in order of first use.

    They are the roofline of a memory by itself. Empty where anything does arithmetic, or the
    family does not report what it needs.
    """
    if not _reported(result) or (result.operations["arithmetic_operations"] > 0).any():
        return ()
    table = result.components
    rates = {
        str(name): float(rate)
        for name, rate in zip(table["component"], table["peak_bytes_per_s"], strict=True)
        if rate > 0
    }
    return tuple(
        Stream(name, place, int(count), time, moved, rates[place])
        for (name, place), (count, time, _, moved, _) in _sums(result, rates).items()
        if time > 0 and moved > 0
    )


def _reported(result: Result) -> bool:
    return set(COMPONENT_PEAKS) <= set(result.components.columns) and set(OPERATION_WORK) <= set(
        result.operations.columns
    )


def _sums(result: Result, places: Container[str]) -> dict[tuple[str, str], list[float]]:
    """Return count, time, arithmetic, bytes and cache bytes of operations on some components."""
    columns = ["operation", "component", "start_s", "end_s", *OPERATION_WORK]
    table = result.operations
    cached = _optional(table, OPERATION_CACHE_WORK.name)
    sums: dict[tuple[str, str], list[float]] = {}
    for name, place, start, end, *work in zip(*(table[c] for c in columns), cached, strict=True):
        if place in places:
            row = sums.setdefault((str(name), str(place)), [0.0] * 5)
            for position, value in enumerate((1.0, end - start, *work)):
                row[position] += float(value)
    return sums


def _roofs(result: Result) -> dict[str, list[Roof]]:
    """Return the roofs of each component: of the memory, and of a cache where it has one."""
    table = result.components
    cached = _optional(table, COMPONENT_CACHE_PEAK.name)
    columns = [table[column].tolist() for column in ("component", *COMPONENT_PEAKS)]
    rows = list(zip(*columns, cached, strict=True))
    shared = next((float(rate) for name, _, rate, _ in rows if name == MEMORY), 0.0)
    found = {}
    for name, peak, own, cache in rows:
        memory = float(own) or shared
        if peak > 0 and memory > 0:
            level = MEMORY if cache > 0 else ""
            found[str(name)] = [Roof(str(name), float(peak), memory, level)]
            if cache > 0:
                found[str(name)].append(Roof(str(name), float(peak), float(cache), CACHE))
    return found


def _optional(table: pd.DataFrame, column: str) -> list[float]:
    """Return an optional column; zeros where it is not there."""
    return table[column].tolist() if column in table.columns else [0.0] * len(table)
