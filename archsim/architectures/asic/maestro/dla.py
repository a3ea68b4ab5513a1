"""Closed forms of the ``dla`` template (NVDLA), compiled.

Output channels over clusters of 64 units, input channels over the units. With one step per output
position, loops nest K, C, Y, X; what a step loads depends only on the innermost loop that moved:
X a new column, Y a new row, C everything, K new weights.
"""

from __future__ import annotations

from archsim.architectures.asic.maestro.compiled import Bools, Floats, Ints, compiled
from archsim.architectures.asic.maestro.parts import FALL_BACK, OK, Cost, offchip, transfer

UNITS = 64


@compiled
def dla(
    k: int, c: int, r: int, s: int, y: int, x: int, stride: int,
    pes: int, bandwidth: int, latency: int, simd: int, offchip_bandwidth: float,
) -> Cost:  # fmt: skip
    """Return the cost of a dense layer; shapes and limits as in ``enumerator``."""
    if stride > 2 and ((y - r) % stride or (x - s) % stride):
        # A leftover strip beyond the last filter position: rare, and full of artefacts.
        return FALL_BACK, 0, 0, 0, 0, 0, 0, 0
    clusters = pes // UNITS
    rows, columns = (y - r) // stride + 1, (x - s) // stride + 1
    taps = r * s
    channels = c if c < UNITS else UNITS
    tiles = (c + UNITS - 1) // UNITS
    patch = channels * taps
    compute = (taps + simd - 1) // simd + transfer(2 * patch, bandwidth, latency)
    by_column = channels * r * min(s, stride)
    by_row = patch if x > s else channels * min(r, stride) * s
    column_steps, row_steps = tiles * rows * (columns - 1), tiles * (rows - 1)
    column_delay = max(compute, transfer(by_column, bandwidth, latency))
    row_delay = max(compute, transfer(by_row, bandwidth, latency))

    first = k if k < clusters else clusters
    full = k // clusters - 1 if k > clusters else 0
    rest = k % clusters if k > clusters else 0
    out_first = k - 1 if 1 < k < clusters else first
    floor = offchip(patch + first * patch, out_first, offchip_bandwidth)

    cycles = inputs = weights = outputs = 0
    for phase in range(3):
        if phase == 0:
            count, active, sent = 1, first, out_first
        elif phase == 1:
            count, active, sent = full, clusters, clusters
        else:
            count, active, sent = (1 if rest else 0), rest, rest
        if count == 0:
            continue
        send = max(transfer(sent, bandwidth, latency), floor)
        load = active * patch
        if phase == 0:
            lead = max(compute + transfer(patch + load, bandwidth, latency), floor)
            inputs += patch
        else:
            lead = max(compute, transfer(load, bandwidth, latency), send)
        steps = lead + column_steps * max(column_delay, send) + row_steps * max(row_delay, send)
        if tiles > 1:
            steps += (tiles - 1) * max(compute, transfer(patch + load, bandwidth, latency), send)
        cycles += count * steps
        inputs += count * (column_steps * by_column + row_steps * by_row + (tiles - 1) * patch)
        weights += count * tiles * load
        outputs += count * sent * tiles * rows * columns
    macs = k * c * taps * rows * columns
    l2 = 2 * (patch + first * patch + out_first)
    return OK, cycles, inputs, weights, outputs, macs, 6 * taps, l2


@compiled
def dla_depthwise(
    c: int, r: int, s: int, y: int, x: int, stride: int,
    pes: int, bandwidth: int, latency: int, simd: int, offchip_bandwidth: float,
) -> Cost:  # fmt: skip
    """Return the cost of a depthwise layer: channels over single PEs."""
    if stride > 2 and ((y - r) % stride or (x - s) % stride):
        return FALL_BACK, 0, 0, 0, 0, 0, 0, 0
    rows, columns = (y - r) // stride + 1, (x - s) // stride + 1
    taps = r * s
    compute = (taps + simd - 1) // simd
    by_column = r * min(s, stride)
    by_row = taps if x > s else min(r, stride) * s
    column_steps, row_steps = rows * (columns - 1), rows - 1

    first = c if c < pes else pes
    full = c // pes - 1 if c > pes else 0
    rest = c % pes if c > pes else 0
    out_first = c - 1 if 1 < c < pes else first
    floor = offchip(2 * first * taps, out_first, offchip_bandwidth)

    cycles = inputs = weights = outputs = 0
    for phase in range(3):
        if phase == 0:
            count, active, sent = 1, first, out_first
        elif phase == 1:
            count, active, sent = full, pes, pes
        else:
            count, active, sent = (1 if rest else 0), rest, rest
        if count == 0:
            continue
        least = max(compute, transfer(sent, bandwidth, latency), floor)
        both = transfer(2 * active * taps, bandwidth, latency)
        lead = max(compute + both, floor) if phase == 0 else max(both, least)
        cycles += count * (
            lead
            + column_steps * max(transfer(active * by_column, bandwidth, latency), least)
            + row_steps * max(transfer(active * by_row, bandwidth, latency), least)
        )
        inputs += count * active * (column_steps * by_column + row_steps * by_row + taps)
        weights += count * active * taps
        outputs += count * sent * rows * columns
    macs = c * taps * rows * columns
    return OK, cycles, inputs, weights, outputs, macs, 6 * taps, 2 * (2 * first * taps + out_first)


@compiled
def dla_many(
    depthwise: Bools, k: Ints, c: Ints, r: Ints, s: Ints, y: Ints, x: Ints, stride: Ints,
    pes: Ints, bandwidth: Ints, latency: Ints, simd: Ints, offchip: Floats, out: Ints,
) -> None:  # fmt: skip
    """Fill ``out``, shape (8, points), with the costs of points on ``dla``."""
    for i in range(k.shape[0]):
        if depthwise[i]:
            cost = dla_depthwise(
                c[i], r[i], s[i], y[i], x[i], stride[i],
                pes[i], bandwidth[i], latency[i], simd[i], offchip[i],
            )  # fmt: skip
        else:
            cost = dla(
                k[i], c[i], r[i], s[i], y[i], x[i], stride[i],
                pes[i], bandwidth[i], latency[i], simd[i], offchip[i],
            )  # fmt: skip
        for j in range(8):
            out[j, i] = cost[j]
