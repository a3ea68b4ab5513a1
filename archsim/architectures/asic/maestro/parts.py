"""Compiled pieces of the rules that several templates share; see ``levels`` and ``volumes``."""

from __future__ import annotations

from archsim.architectures.asic.maestro.compiled import compiled

OK, FALL_BACK, DEGENERATE = 0, 1, 2
"""What a kernel says about a layer: done, ask the enumerator, MAESTRO is wrong by construction."""

Cost = tuple[int, int, int, int, int, int, int, int]
"""Status, cycles, input reads, weight reads, output writes, MACs, L1 bytes, L2 bytes."""

Axis = tuple[int, int, int, int, bool, bool, bool, int, int, int, int]


@compiled
def transfer(elements: int, bandwidth: int, latency: int) -> int:
    """Return the cycles of a transfer."""
    return latency - 1 + (elements + bandwidth - 1) // bandwidth


@compiled
def offchip(loads: int, output: int, bandwidth: float) -> int:
    """Return the least cycles of a step under MAESTRO's off-chip rule."""
    if bandwidth <= 0.0:
        return 0
    first = int(2 * loads // bandwidth) // 2
    second = int(2 * output // bandwidth) // 2
    return max(first, second)


@compiled
def edge_sizes(extent: int, size: int, offset: int) -> tuple[bool, int, int]:
    """Return whether the last piece is smaller, its size, and its unique elements."""
    steps = (extent - size) // offset if extent > size else 0
    has_edge = steps * offset + size < extent or size > extent
    rest = extent - (steps + 1) * offset
    if rest < 0:
        rest = extent
    unique = max(offset - (size - rest), 0)
    return has_edge, rest if has_edge else size, unique


@compiled
def active_units(extent: int, size: int, offset: int, units: int) -> int:
    """Return the sub-clusters with work in the partial step of a spatial loop."""
    if extent > offset * (units - 1) + size:
        full_steps = ((extent - size) // offset + 1) // units - 1
        left = extent - (full_steps + 1) * offset * units
        return 1 if left < size else (left - size) // offset + 1
    if extent > size:
        count = (extent - size) // offset + 1
        return count + 1 if (count - 1) * offset + size < extent else count
    return 1


@compiled
def over_units(
    first: int, whole: int, last: int, step_edge: bool, active: int, partial: bool, units: int
) -> int:
    """Add up the first sub-cluster, the whole others and the partial last one."""
    if not step_edge:
        return first + (units - 1) * whole
    count = active - 1 - (1 if partial else 0)
    total = first + (count if count > 0 else 0) * whole
    if partial and active > 1:
        total += last
    return total


@compiled
def spatial_steps(extent: int, size: int, offset: int, units: int) -> tuple[int, bool, bool]:
    """Return the whole steps after the first, whether a partial one follows, whether it is first.

    The three are the states of a spatial loop: steady count, edge, init edge.
    """
    covered = size + offset * (units - 1)
    if extent <= covered:
        return 0, False, extent < covered
    steps = ((extent - size) // offset + 1) // units - 1
    stride = offset * units
    edge = (steps + 1) * stride + covered > extent and steps * stride + covered != extent
    return max(steps, 0), edge, False
