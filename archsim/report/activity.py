"""What works at each moment of a run: an exact division of its latency.

Times by operation overlap, so they don't add up; times by the set of components at work do. They
show what overlaps with what, which is the point of most accelerators with two kinds of engines.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from archsim.report.breakdown import Share

if TYPE_CHECKING:
    from archsim.result import Result

IDLE = "idle"
OTHER = "other"
TOGETHER = " + "


def time_by_activity(result: Result) -> list[Share]:
    """Return the time during which each set of components works, largest first.

    The parts add up to the latency. A set is named after its components, joined by ``" + "``, in
    the order of the result's components; moments without any operation are ``"idle"``.
    """
    known = [str(name) for name in result.components["component"]]
    order = {name: number for number, name in enumerate(known)}
    parts: dict[str, list[float]] = {}
    for working, seconds in _moments(result):
        names = sorted(working, key=lambda name: (order.get(name, len(order)), name))
        parts.setdefault(TOGETHER.join(names) or IDLE, []).append(seconds)
    return _as_shares(
        parts, {name: len(pieces) for name, pieces in parts.items()}, result.latency_s
    )


def time_by_share(result: Result, column: str) -> list[Share]:
    """Return the latency divided among the values of a column of the operations, largest first.

    A moment in which several operations run is shared equally among them, so that the parts add
    up to the latency; moments without any operation are ``"idle"``.

    Args:
        result: The run.
        column: ``"kind"``, ``"operation"`` or ``"component"``.
    """
    table = result.operations
    names = [str(name) for name in table[column]]
    changes = _changes(result)
    parts: dict[str, list[float]] = {}
    at_work: Counter[str] = Counter()
    before = 0.0
    for moment in sorted(changes):
        running = at_work.total()
        if running and moment > before:
            for name, count in at_work.items():
                if count:
                    parts.setdefault(name, []).append((moment - before) * count / running)
        for row, step in changes[moment]:
            at_work[names[row]] += step
        before = moment
    return _as_shares(parts, Counter(names), result.latency_s)


def merge_small(
    designs: Sequence[Mapping[str, float]], least_share: float
) -> list[dict[str, float]]:
    """Return the parts of each design with the small ones added up as ``"other"``.

    Args:
        designs: Part to value, for each design.
        least_share: A part stays if some design spends at least this share of its sum on it.
    """
    kept: dict[str, None] = {}
    for parts in designs:
        total = math.fsum(parts.values())
        kept |= {name: None for name, value in parts.items() if value >= least_share * total > 0}
    merged = []
    for parts in designs:
        small = math.fsum(value for name, value in parts.items() if name not in kept)
        big = {name: parts[name] for name in kept if name in parts}
        merged.append({**big, OTHER: small} if small > 0 else big)
    return merged


def _as_shares(
    parts: dict[str, list[float]], counts: Mapping[str, int], latency_s: float
) -> list[Share]:
    """Return the parts and what is left of the latency, largest first."""
    idle = latency_s - math.fsum(map(math.fsum, parts.values()))
    # What rounding leaves is no idle time.
    if idle > 1e-9 * latency_s:
        parts.setdefault(IDLE, []).append(idle)
    shares = []
    for name, pieces in parts.items():
        total = math.fsum(pieces)
        share = total / latency_s if latency_s > 0 else 0.0
        shares.append(Share(name, "", total, share, counts.get(name, 1)))
    return sorted(shares, key=lambda item: (-item.value, item.name))


def _changes(result: Result) -> dict[float, list[tuple[int, int]]]:
    """Return time to the rows of operations that start (+1) or end (-1) then."""
    table = result.operations
    changes: dict[float, list[tuple[int, int]]] = {}
    for row, (start, end) in enumerate(zip(table["start_s"], table["end_s"], strict=True)):
        if end > start:
            changes.setdefault(float(start), []).append((row, 1))
            changes.setdefault(float(end), []).append((row, -1))
    return changes


def _moments(result: Result) -> Iterator[tuple[frozenset[str], float]]:
    """Yield the components at work between one start or end of an operation and the next."""
    names = [str(name) for name in result.operations["component"]]
    changes = _changes(result)
    at_work: Counter[str] = Counter()
    before = 0.0
    for moment in sorted(changes):
        if moment > before:
            yield frozenset(name for name, count in at_work.items() if count > 0), moment - before
        for row, step in changes[moment]:
            at_work[names[row]] += step
        before = moment
