"""Closed form of the ``shi`` template (ShiDianNao), compiled.

Output rows over clusters of 8 units, eight output columns over the units; loops nest K, C, rows,
column tiles.
"""

from __future__ import annotations

from archsim.architectures.asic.maestro.compiled import Bools, Floats, Ints, compiled
from archsim.architectures.asic.maestro.parts import (
    DEGENERATE,
    FALL_BACK,
    OK,
    Cost,
    active_units,
    edge_sizes,
    offchip,
    over_units,
    spatial_steps,
    transfer,
)
from archsim.architectures.asic.maestro.rows import row_phases

UNITS = 8


@compiled
def _cluster_cycles(
    extent: int, mapped: int, r: int, s: int, stride: int,
    bandwidth: int, latency: int, simd: int,
) -> int:  # fmt: skip
    """Return the cycles of one cluster on so many input columns.

    Args:
        extent: Columns of this visit.
        mapped: Columns that the static sizes of the level were worked out for.
        r, s: Filter rows and columns.
        stride: Stride.
        bandwidth: Elements per cycle.
        latency: Cycles of a transfer besides its elements.
        simd: Multiply-accumulates of a unit per cycle.
    """
    taps = r * s
    offset = s if s < stride else stride
    work = (taps + simd - 1) // simd
    has_edge, edge, unique_edge = edge_sizes(mapped, s, offset)
    active = active_units(mapped, s, offset, UNITS)
    steps, last_step, short = spatial_steps(extent, s, offset, UNITS)
    first = edge if short and active == 1 else s
    columns = over_units(first, s, edge, short, active, True, UNITS)
    cycles = work + transfer(r * columns + taps, bandwidth, latency)
    if steps:
        columns = s + (UNITS - 1) * offset
        sent = 1 + (UNITS - 1) * offset
        delay = max(transfer(r * columns, bandwidth, latency), transfer(sent, bandwidth, latency))
        cycles += steps * max(work, delay)
    if last_step:
        columns = over_units(s, offset, unique_edge, True, active, has_edge, UNITS)
        out_edge = min(offset, edge - s + 1)
        sent = over_units(1, offset, out_edge, True, active, has_edge, UNITS)
        delay = max(transfer(r * columns, bandwidth, latency), transfer(sent, bandwidth, latency))
        cycles += max(work, delay)
    return cycles


@compiled
def shi(
    k: int, c: int, r: int, s: int, y: int, x: int, stride: int,
    pes: int, bandwidth: int, latency: int, simd: int, offchip_bandwidth: float,
) -> Cost:  # fmt: skip
    """Return the cost of a layer; a depthwise one has ``k`` = 1."""
    clusters = pes // UNITS
    taps = r * s
    positions = (7 + stride) // stride
    tile = positions * min(stride, s) + max(s - stride, 0)
    offset = positions * stride
    has_edge, edge, _ = edge_sizes(x, tile, offset)
    if stride > 2 and (y - r) % stride:
        # Steps longer than pieces: MAESTRO takes all rows for the last piece.
        return FALL_BACK, 0, 0, 0, 0, 0, 0, 0
    single = x <= tile
    opening = edge if x < tile else tile
    out_opening, out_tile, out_edge = opening - s + 1, tile - s + 1, edge - s + 1
    if out_opening <= 0:
        return DEGENERATE, 0, 0, 0, 0, 0, 0, 0
    tile_steps = 0 if single else (x - tile) // offset
    edge_steps = 1 if not single and has_edge and out_edge > 0 else 0
    by_tile = min(tile, offset)
    mapped = min(tile, x)
    compute = _cluster_cycles(opening, mapped, r, s, stride, bandwidth, latency, simd)
    compute_edge = 0
    if edge_steps:
        compute_edge = _cluster_cycles(edge, mapped, r, s, stride, bandwidth, latency, simd)

    first, whole, last = row_phases(y, r, stride, clusters)
    load = first[1] * opening
    sent = first[3] * out_opening
    floor = offchip(load + taps, sent, offchip_bandwidth)

    cycles = max(compute + transfer(load + taps, bandwidth, latency), floor)
    inputs, weights, outputs = load, taps, sent
    macs = first[5] * out_opening
    least = max(compute, transfer(sent, bandwidth, latency), floor)
    if c > 1:
        # Rows that neighbouring clusters share are loaded once, see ``volumes``.
        rows = first[2] * opening
        steps = k * (c - 1)
        cycles += steps * max(least, transfer(rows + taps, bandwidth, latency))
        inputs += steps * rows
        weights += steps * taps
        outputs += steps * sent
        macs += steps * first[5] * out_opening
    if k > 1:
        cycles += (k - 1) * max(least, transfer(taps, bandwidth, latency))
        weights += (k - 1) * taps
        outputs += (k - 1) * sent
        macs += (k - 1) * first[5] * out_opening
    for index in range(3):
        phase = first if index == 0 else (whole if index == 1 else last)
        if phase[0] == 0 or phase[4] <= 0:
            continue
        steps = k * c * phase[0]
        if index > 0:
            rows = (phase[2] if single else phase[1]) * opening
            sent = phase[3] * out_opening
            delay = max(compute, transfer(rows, bandwidth, latency))
            cycles += steps * max(delay, transfer(sent, bandwidth, latency), floor)
            inputs += steps * rows
            outputs += steps * sent
            macs += steps * phase[5] * out_opening
        if tile_steps + edge_steps == 0:
            continue
        rows = phase[1] * by_tile
        load_delay = max(transfer(rows, bandwidth, latency), floor)
        sent = phase[3] * out_tile
        delay = max(compute, load_delay, transfer(sent, bandwidth, latency))
        cycles += steps * tile_steps * delay
        outputs += steps * tile_steps * sent
        if edge_steps:
            sent = phase[3] * out_edge
            delay = max(compute_edge, load_delay, transfer(sent, bandwidth, latency))
            cycles += steps * delay
            outputs += steps * sent
        inputs += steps * (tile_steps + edge_steps) * rows
        macs += steps * phase[5] * (tile_steps * out_tile + edge_steps * out_edge)
    l2 = 2 * (first[1] * opening + taps + first[3] * out_opening)
    return OK, cycles, inputs, weights, outputs, macs * taps, 6 * taps, l2


@compiled
def shi_many(
    depthwise: Bools, k: Ints, c: Ints, r: Ints, s: Ints, y: Ints, x: Ints, stride: Ints,
    pes: Ints, bandwidth: Ints, latency: Ints, simd: Ints, offchip: Floats, out: Ints,
) -> None:  # fmt: skip
    """Fill ``out``, shape (8, points), with the costs of points on ``shi``."""
    for i in range(k.shape[0]):
        cost = shi(
            1 if depthwise[i] else k[i], c[i], r[i], s[i], y[i], x[i], stride[i],
            pes[i], bandwidth[i], latency[i], simd[i], offchip[i],
        )  # fmt: skip
        for j in range(8):
            out[j, i] = cost[j]
