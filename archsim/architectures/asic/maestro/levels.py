"""Static sizes of every level of a mapped layer, before any loop state is looked at."""

from __future__ import annotations

from dataclasses import dataclass

from archsim.architectures.asic.maestro.directives import Cluster, Directive, Mapping
from archsim.architectures.asic.maestro.layers import VARIABLES, Layer, Variable
from archsim.errors import InfeasibleError

_FILTERS_FIRST: tuple[Variable, ...] = ("K", "C", "R", "S", "Y", "X")
_FILTER_OF: dict[Variable, Variable] = {"Y": "R", "X": "S"}


def truncated(dividend: int, divisor: int) -> int:
    """Divide integers as C does: towards zero."""
    quotient = abs(dividend) // abs(divisor)
    return quotient if (dividend >= 0) == (divisor >= 0) else -quotient


@dataclass(frozen=True, slots=True)
class Sizes:
    """What one variable amounts to at one level, in input elements and in outputs.

    Attributes:
        spatial: Whether its pieces are dealt to sub-clusters.
        size, offset: As mapped, after strides.
        edge: Size of the last piece; ``size`` if there is no edge.
        unique: Elements of a further piece that the one before does not hold.
        unique_edge: The same for the last piece.
        active: Sub-clusters with work in the last, partial step of a spatial variable.
        has_edge: Whether the extent leaves a smaller last piece.
        out_size, out_unique, out_edge, out_unique_edge: The same four counted in outputs.
    """

    spatial: bool
    size: int
    offset: int
    edge: int
    unique: int
    unique_edge: int
    active: int
    has_edge: bool
    out_size: int
    out_unique: int
    out_edge: int
    out_unique_edge: int


@dataclass(frozen=True, slots=True)
class Loop:
    """One listed directive of a level, variable resolved to input rows or columns."""

    spatial: bool
    size: int
    offset: int
    variable: Variable


@dataclass(frozen=True, slots=True)
class Level:
    """One level of clusters.

    Attributes:
        units: Sub-clusters.
        loops: Loops from the outermost to the innermost.
        sizes: Sizes of every variable.
    """

    units: int
    loops: tuple[Loop, ...]
    sizes: dict[Variable, Sizes]


def build_levels(mapping: Mapping, layer: Layer, pes: int) -> tuple[Level, ...]:
    """Return the levels of a mapped layer, outermost first.

    Args:
        mapping: Directives, outermost first.
        layer: The layer.
        pes: Processing elements; what is left over after whole clusters stays idle.

    Raises:
        InfeasibleError: There are fewer PEs than one cluster has.
    """
    listed: list[list[Directive]] = [[]]
    cluster_units: list[int] = []
    for item in mapping:
        if isinstance(item, Cluster):
            cluster_units.append(item.units)
            listed.append([])
        else:
            listed[-1].append(item)
    unit = 1
    for count in cluster_units:
        unit *= count
    if pes < unit:
        raise InfeasibleError(
            "fewer PEs than one cluster of the mapping has",
            key="pes",
            found=str(pes),
            allowed=f"at least {unit}",
        )
    extents = layer.extents()
    above: tuple[Loop, ...] = ()
    levels: list[Level] = []
    for depth, (units, directives) in enumerate(
        zip([pes // unit, *cluster_units], listed, strict=True)
    ):
        loops = tuple(
            _strided(loop, layer, inner=depth > 0)
            for loop in _complete(directives, above, extents, layer)
        )
        levels.append(Level(units, loops, _all_sizes(loops, extents, units)))
        mapped = {loop.variable: loop.size for loop in loops}
        extents = {name: min(mapped[name], extents[name]) for name in VARIABLES}
        above = loops
    return tuple(levels)


def _complete(
    directives: list[Directive],
    above: tuple[Loop, ...],
    extents: dict[Variable, int],
    layer: Layer,
) -> list[Loop]:
    """Return all loops of a level: listed ones, those inherited from above, whole variables."""
    loops: list[Loop] = []
    for item in directives:
        if item.variable == "Y'":
            loops.append(Loop(item.spatial, item.size + layer.R - 1, item.offset, "Y"))
        elif item.variable == "X'":
            loops.append(Loop(item.spatial, item.size + layer.S - 1, item.offset, "X"))
        else:
            loops.append(Loop(item.spatial, item.size, item.offset, item.variable))
    for loop in above:
        if all(loop.variable != each.variable for each in loops):
            loops.insert(0, Loop(False, loop.size, loop.offset, loop.variable))
    for name in VARIABLES:
        if all(name != each.variable for each in loops):
            loops.append(Loop(False, extents[name], extents[name], name))
    return loops


def _strided(loop: Loop, layer: Layer, *, inner: bool) -> Loop:
    """Widen a piece of input rows or columns so that it holds whole strided filter positions."""
    stride = layer.stride
    if stride == 1 or loop.variable not in ("Y", "X"):
        return loop
    taps = layer.R if loop.variable == "Y" else layer.S
    if loop.size < taps:
        return loop
    positions = (loop.size + stride - taps) // stride
    size = positions * min(stride, taps) + max(taps - stride, 0)
    offset = positions * (taps if inner and taps < stride else stride)
    return Loop(loop.spatial, size, offset, loop.variable)


def _all_sizes(
    loops: tuple[Loop, ...], extents: dict[Variable, int], units: int
) -> dict[Variable, Sizes]:
    # Of a variable listed twice the later loop gives the sizes.
    last = {loop.variable: loop for loop in loops}
    found: dict[Variable, Sizes] = {}
    for name in _FILTERS_FIRST:
        taps = found[_FILTER_OF[name]] if name in _FILTER_OF else None
        found[name] = _sizes(last[name], extents[name], units, taps)
    return found


def _sizes(loop: Loop, extent: int, units: int, taps: Sizes | None) -> Sizes:
    size, offset = loop.size, loop.offset
    steps = max(truncated(extent - size, offset), 0)
    has_edge = steps * offset + size < extent or size > extent
    rest = extent - (steps + 1) * offset
    if rest < 0:
        rest = extent
    edge = rest if has_edge else size
    unique = 0 if not loop.spatial and extent <= size else min(size, offset)
    unique_edge = max(offset - (size - rest), 0)
    active = _active_units(extent, size, offset, units)
    if taps is None:
        outputs = (size, unique, edge, unique_edge)
    else:
        out_edge = edge - taps.edge + 1
        outputs = (size - taps.size + 1, min(offset, size), out_edge, min(offset, out_edge))
    return Sizes(loop.spatial, size, offset, edge, unique, unique_edge, active, has_edge, *outputs)


def _active_units(extent: int, size: int, offset: int, units: int) -> int:
    """Return how many sub-clusters have work in the last, partial step."""
    if extent > offset * (units - 1) + size:
        full_steps = truncated(truncated(extent - size, offset) + 1, units) - 1
        left = extent - (full_steps + 1) * offset * units
        return 1 if left < size else truncated(left - size, offset) + 1
    if extent > size:
        count = truncated(extent - size, offset) + 1
        return count + 1 if (count - 1) * offset + size < extent else count
    return 1
