"""States of the loops of one level, and their combinations: the cases."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from archsim.architectures.asic.maestro.layers import Variable
from archsim.architectures.asic.maestro.levels import Level, Loop, truncated

Phase = Literal["init", "steady", "edge"]


@dataclass(frozen=True, slots=True)
class State:
    """One state of one loop.

    Attributes:
        phase: First piece, a further whole piece, or the smaller last one.
        count: How often it occurs.
        unrolled: Whether the first piece already covers the variable (init only).
        edge: Whether its piece (or step over sub-clusters) is a partial one.
    """

    phase: Phase
    count: int
    unrolled: bool
    edge: bool


@dataclass(frozen=True, slots=True)
class Case:
    """One combination of loop states of a level.

    Attributes:
        count: How often it occurs.
        states: State of each loop, in the level's order.
        of: State of each variable; of a variable listed twice the last.
        place: Position of that loop.
        changed: Position of the last loop that is not in its first piece; -1 if none.
        spatial_edge: Whether a spatial loop is in a partial step.
        active: Sub-clusters with work.
        partial: Whether the last active sub-cluster has a partial piece.
    """

    count: int
    states: tuple[State, ...]
    of: dict[Variable, State]
    place: dict[Variable, int]
    changed: int
    spatial_edge: bool
    active: int
    partial: bool

    @property
    def first(self) -> bool:
        """Whether every loop is in its first piece."""
        return self.changed < 0

    @property
    def lone(self) -> bool:
        """Whether a partial step leaves work for a single sub-cluster."""
        return self.spatial_edge and self.active == 1


def loop_states(loop: Loop, units: int, extent: int) -> list[State]:
    """Return the states that a loop goes through over an extent."""
    size, offset = loop.size, loop.offset
    if not loop.spatial:
        states = [State("init", 1, extent <= size, extent < size)]
        if size < extent:
            steps = (extent - size) // offset
            if steps > 0:
                states.append(State("steady", steps, False, False))
            if steps * offset + size < extent:
                states.append(State("edge", 1, False, True))
        return states
    covered = size + offset * (units - 1)
    states = [State("init", 1, extent <= covered, extent < covered)]
    if covered < extent:
        steps = truncated(truncated(extent - size, offset) + 1, units) - 1
        if steps > 0:
            states.append(State("steady", steps, False, False))
        stride = offset * units
        if (steps + 1) * stride + covered > extent and steps * stride + covered != extent:
            states.append(State("edge", 1, False, True))
    return states


def cases(level: Level, extents: Mapping[Variable, int]) -> Iterator[Case]:
    """Yield every case of one visit to a level; their number does not grow with the layer."""
    options = [loop_states(loop, level.units, extents[loop.variable]) for loop in level.loops]
    for states in itertools.product(*options):
        count, changed, active = 1, -1, level.units
        spatial_edge = partial = False
        of: dict[Variable, State] = {}
        place: dict[Variable, int] = {}
        for position, (loop, state) in enumerate(zip(level.loops, states, strict=True)):
            count *= state.count
            of[loop.variable], place[loop.variable] = state, position
            if state.phase != "init":
                changed = position
            if loop.spatial and state.edge:
                spatial_edge = True
                active = level.sizes[loop.variable].active
                partial = partial or state.phase == "init" or level.sizes[loop.variable].has_edge
        yield Case(count, states, of, place, changed, spatial_edge, active, partial)
