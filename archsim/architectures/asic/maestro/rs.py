"""Closed form of the ``rs`` template (row stationary), compiled.

Output rows over clusters of R units, one filter row per unit; loops nest rows, columns, C, tiles
of 16 filters.
"""

from __future__ import annotations

from archsim.architectures.asic.maestro.compiled import Bools, Floats, Ints, compiled
from archsim.architectures.asic.maestro.parts import FALL_BACK, OK, Cost, offchip, transfer
from archsim.architectures.asic.maestro.rows import row_phases

FILTERS = 16


@compiled
def rs(
    k: int, c: int, r: int, s: int, y: int, x: int, stride: int, filters: int,
    pes: int, bandwidth: int, latency: int, simd: int, offchip_bandwidth: float,
) -> Cost:  # fmt: skip
    """Return the cost of a layer; a depthwise one has ``k`` = 1 and tiles of 1 filter."""
    if stride > 2 and ((y - r) % stride or (x - s) % stride):
        return FALL_BACK, 0, 0, 0, 0, 0, 0, 0
    clusters = pes // r
    taps = r * s
    columns = (x - s) // stride + 1
    tile = k if k < filters else filters
    tile_steps = k // filters - 1 if k > filters else 0
    rest = k % filters if k > filters else 0
    compute = (tile * s + simd - 1) // simd + transfer(taps + tile * taps, bandwidth, latency)

    first, whole, last = row_phases(y, r, stride, clusters)
    load, new_filters = first[1] * s, tile * taps
    floor = offchip(load + new_filters, first[3] * tile, offchip_bandwidth)
    tile_load = max(compute, transfer(filters * taps, bandwidth, latency), floor)

    cycles = inputs = weights = outputs = macs = 0
    for index in range(3):
        phase = first if index == 0 else (whole if index == 1 else last)
        count = phase[0]
        if count == 0 or phase[4] <= 0:
            continue
        rows = phase[1] * s
        sent = phase[3] * tile
        send = max(compute, transfer(sent, bandwidth, latency), floor)
        if index == 0:
            total = max(compute + transfer(load + new_filters, bandwidth, latency), floor)
            loaded, filled = load, new_filters
        else:
            # Only new rows are loaded if no inner loop has to start over.
            loaded = (phase[2] if x <= s and c == 1 else phase[1]) * s
            filled = 0
            total = max(send, transfer(loaded, bandwidth, latency))
        if columns > 1:
            moved = rows if c > 1 else phase[1] * min(s, stride)
            total += (columns - 1) * max(send, transfer(moved, bandwidth, latency))
            loaded += (columns - 1) * moved
        if c > 1:
            steps = columns * (c - 1)
            total += steps * max(send, transfer(rows + new_filters, bandwidth, latency))
            loaded += steps * rows
            filled += steps * new_filters
        depth = tile
        if k > filters:
            steps = columns * c
            whole_tiles = steps * tile_steps
            total += whole_tiles * max(tile_load, transfer(phase[3] * filters, bandwidth, latency))
            if rest:
                total += steps * max(tile_load, transfer(phase[3] * rest, bandwidth, latency))
                filled += steps * filters * taps
            filled += whole_tiles * filters * taps
            depth = filters * (tile_steps + 1) + rest
        cycles += count * total
        inputs += count * loaded
        weights += count * filled
        outputs += count * phase[3] * columns * c * depth
        macs += count * phase[5] * columns * c * depth
    l1 = 2 * s * (1 + 2 * filters)
    l2 = 2 * (load + new_filters + first[3] * tile)
    return OK, cycles, inputs, weights, outputs, macs * taps, l1, l2


@compiled
def rs_many(
    depthwise: Bools, k: Ints, c: Ints, r: Ints, s: Ints, y: Ints, x: Ints, stride: Ints,
    pes: Ints, bandwidth: Ints, latency: Ints, simd: Ints, offchip: Floats, out: Ints,
) -> None:  # fmt: skip
    """Fill ``out``, shape (8, points), with the costs of points on ``rs``."""
    for i in range(k.shape[0]):
        cost = rs(
            1 if depthwise[i] else k[i], c[i], r[i], s[i], y[i], x[i], stride[i],
            1 if depthwise[i] else FILTERS,
            pes[i], bandwidth[i], latency[i], simd[i], offchip[i],
        )  # fmt: skip
        for j in range(8):
            out[j, i] = cost[j]
