"""What one case moves and computes: elements into and out of a level, multiply-accumulates."""

from __future__ import annotations

from dataclasses import dataclass

from archsim.architectures.asic.maestro.layers import Layer, Tensors, Variable
from archsim.architectures.asic.maestro.levels import Level
from archsim.architectures.asic.maestro.states import Case


@dataclass(frozen=True, slots=True)
class Volumes:
    """Elements and work of one occurrence of a case.

    Attributes:
        input, weight: Elements that enter the level; what several sub-clusters need is sent once.
        output: Partial sums that leave it.
        unit_macs: Multiply-accumulates of the busiest sub-cluster.
        macs: Multiply-accumulates of all sub-clusters.
    """

    input: int
    weight: int
    output: int
    unit_macs: int
    macs: int


def case_volumes(level: Level, case: Case, layer: Layer, indexed: Tensors) -> Volumes | None:
    """Return the volumes of a case, or None if it computes nothing (MAESTRO drops it)."""
    unit_macs, macs = _work(level, case, layer, indexed)
    if unit_macs <= 0:
        return None
    return Volumes(
        _ingress(level, case, indexed.input),
        _ingress(level, case, indexed.weight),
        _egress(level, case, indexed.output),
        unit_macs,
        macs,
    )


def _work(level: Level, case: Case, layer: Layer, indexed: Tensors) -> tuple[int, int]:
    reduced = 1
    for name, sizes in level.sizes.items():
        if name in indexed.output or (layer.depthwise and name == "K"):
            continue
        reduced *= sizes.edge if not sizes.spatial and case.of[name].edge else sizes.size
    outputs = partial_outputs = 1
    for name in indexed.output:
        sizes = level.sizes[name]
        edge = case.of[name].edge
        if not sizes.spatial:
            taken = sizes.out_edge if edge else sizes.out_size
            outputs *= taken
            partial_outputs *= taken
        else:
            # MAESTRO counts the outputs of a lone partial unit by its input rows.
            lone = case.lone and edge and sizes.has_edge
            outputs *= sizes.edge if lone else sizes.out_size
            partial_outputs *= sizes.out_edge
    unit_macs = reduced * outputs
    active = case.active if case.spatial_edge else level.units
    if case.spatial_edge and case.partial and case.active > 1:
        return unit_macs, reduced * (outputs * (active - 1) + partial_outputs)
    return unit_macs, unit_macs * active


def _ingress(level: Level, case: Case, variables: tuple[Variable, ...]) -> int:
    """Return the elements of an input tensor that a case brings in."""
    if not case.first and level.loops[case.changed].variable not in variables:
        return 0
    # A loop further in that starts over makes the level load whole pieces again.
    restarted = not case.first and any(
        loop.variable in variables and state.phase == "init" and not state.unrolled
        for loop, state in zip(
            level.loops[case.changed + 1 :], case.states[case.changed + 1 :], strict=True
        )
    )
    first = others = partial = 1
    dealt = False
    for name in variables:
        sizes, state, place = level.sizes[name], case.of[name], case.place[name]
        moves = place == case.changed and state.phase != "init" and not restarted
        if sizes.spatial:
            dealt = True
            fresh = moves or (not case.first and state.phase == "init" and place > case.changed)
            first *= sizes.edge if case.lone and state.edge else sizes.size
            others *= sizes.unique if fresh else sizes.size
            partial *= sizes.unique_edge if fresh else sizes.edge
            continue
        if state.phase == "init":
            piece = sizes.edge if state.edge else sizes.size
        else:
            piece = max(sizes.unique, 1) if moves else sizes.size
        first, others, partial = first * piece, others * piece, partial * piece
    return _over_units(level, case, first, others, partial) if dealt else first


def _egress(level: Level, case: Case, variables: tuple[Variable, ...]) -> int:
    """Return the partial sums that a case sends out: every step writes what it computed."""
    first = others = partial = 1
    dealt = False
    for name in variables:
        sizes, state = level.sizes[name], case.of[name]
        if sizes.spatial:
            dealt = True
            lone = case.lone and state.edge and sizes.has_edge
            first *= sizes.edge if lone else sizes.out_size
            others *= sizes.out_unique
            partial *= sizes.out_unique_edge
            continue
        piece = sizes.out_edge if state.edge else sizes.out_size
        first, others, partial = first * piece, others * piece, partial * piece
    return _over_units(level, case, first, others, partial) if dealt else first


def _over_units(level: Level, case: Case, first: int, others: int, partial: int) -> int:
    """Add up the first sub-cluster, the whole others and the partial last one."""
    if not case.spatial_edge:
        return first + (level.units - 1) * others
    whole = max(case.active - int(case.partial) - 1, 0)
    return first + whole * others + (partial if case.partial and case.active > 1 else 0)
