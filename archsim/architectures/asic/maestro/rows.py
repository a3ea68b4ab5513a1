"""Compiled phases of the loop over output rows, which ``shi`` and ``rs`` deal to clusters."""

from __future__ import annotations

from archsim.architectures.asic.maestro.compiled import compiled
from archsim.architectures.asic.maestro.parts import (
    active_units,
    edge_sizes,
    over_units,
    spatial_steps,
)

RowPhase = tuple[int, int, int, int, int, int]
"""Count, input rows loaded, those not shared with the step before, output rows sent, output rows
that the busiest cluster computes, and that all compute."""

RowPhases = tuple[RowPhase, RowPhase, RowPhase]


@compiled
def _phase(
    count: int, step_edge: bool, partial: bool, active: int, clusters: int,
    filter_rows: int, stride: int, has_edge: bool, edge: int, unique_edge: int,
) -> RowPhase:  # fmt: skip
    lone = step_edge and active == 1
    first = edge if lone else filter_rows
    unique = min(filter_rows, stride)
    out_first = edge if lone and has_edge else 1
    out_edge = edge - filter_rows + 1
    loaded = over_units(first, filter_rows, edge, step_edge, active, partial, clusters)
    fresh = over_units(first, unique, unique_edge, step_edge, active, partial, clusters)
    sent = over_units(
        out_first, unique, min(stride, out_edge), step_edge, active, partial, clusters
    )
    working = active if step_edge else clusters
    if step_edge and partial and active > 1:
        computed = out_first * (working - 1) + out_edge
    else:
        computed = out_first * working
    return count, loaded, fresh, sent, out_first, computed


@compiled
def row_phases(y: int, r: int, stride: int, clusters: int) -> RowPhases:
    """Return the first, the whole and the partial step over clusters."""
    steady, edge_step, init_edge = spatial_steps(y, r, stride, clusters)
    has_edge, edge, unique_edge = edge_sizes(y, r, stride)
    active = active_units(y, r, stride, clusters)
    first = _phase(1, init_edge, True, active, clusters, r, stride, has_edge, edge, unique_edge)
    whole = _phase(steady, False, False, active, clusters, r, stride, has_edge, edge, unique_edge)
    last = _phase(
        1 if edge_step else 0, True, has_edge, active, clusters,
        r, stride, has_edge, edge, unique_edge,
    )  # fmt: skip
    return first, whole, last
