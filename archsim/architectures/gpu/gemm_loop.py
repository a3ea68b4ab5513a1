"""The compiled search for the fastest tile; see ``gemm`` for the model.

Kept apart so that importing ``gemm`` does not import Numba. Reductions go in steps of 32 and are
split over at most 32 slices; two tiles of a cluster share what they fetch from the cache; a working
set below 0.6 of the cache stays in it and above 0.85 nothing does (as ``gemm.resident_share``).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Float64Array = NDArray[np.float64]
Int64Array = NDArray[np.int64]


@njit(cache=True, nogil=True)  # type: ignore[misc, unused-ignore]  # Numba has no types
def fastest_tiles(
    precision: Int64Array,
    aligned: Int64Array,
    batch: Float64Array,
    rows: Float64Array,
    columns: Float64Array,
    depth: Float64Array,
    rate: Float64Array,
    drain: Float64Array,
    latency: Float64Array,
    figures: Float64Array,
    tiles: Float64Array,
    out: Float64Array,
) -> None:
    """Fill ``out``, shape (8, products), with the fields of ``GemmPlan`` in their order.

    Each of the four arrays of a card's figures has one row for all products, or one for each.
    """
    for i in range(len(rows)):
        card = min(i, len(figures) - 1)
        sms, l2_bytes, memory_bw, cache_bw, sm_bw = figures[card, 0:5]
        launch_half, launch_word, split_s, epilogue = figures[card, 5:9]
        exponent, base_share, edge = figures[card, 9:12]
        kind, align = precision[i], aligned[i]
        m, n, k, count = rows[i], columns[i], depth[i], batch[i]
        size = 2.0 if kind == 0 else 4.0
        fine = kind == 0 and align == 2
        per_sm = rate[min(i, len(rate) - 1), kind, align] / sms
        step_s = latency[min(i, len(latency) - 1), kind, align]
        compulsory = size * (m * k + k * n + m * n) * count
        resident = (0.85 - compulsory / l2_bytes) / 0.25
        resident = min(1.0, max(0.0, resident))
        byte_s = resident / cache_bw + (1.0 - resident) / memory_bw
        best = math.inf
        for t in range(len(tiles)):
            a, b = tiles[t, 0], tiles[t, 1]
            if not fine and tiles[t, 2] == 0.0:
                continue
            grid = math.ceil(m / a) * math.ceil(n / b) * count
            compute = 2.0 * a * b / per_sm
            if kind == 2:
                compute *= 1.0 + edge * (1.0 / a + 1.0 / b)
            per_k = max(compute, (a + b) * size * sms / (2.0 * cache_bw))
            result_s = epilogue * a * b * size * sms / cache_bw
            split = 1.0
            while split <= 32.0:
                blocks = grid * split
                kk = math.ceil(k / split / 32.0) * 32.0
                waves = math.ceil(blocks / sms)
                body = waves * (kk * per_k + result_s) + kk * step_s
                traffic = compulsory
                if split > 1.0:
                    traffic += 8.0 * split * m * n * count
                memory = max(traffic * byte_s, traffic / (sm_bw * min(blocks, sms)))
                high, low = max(body, memory), min(body, memory)
                if high < best:
                    ratio = low / high
                    ratio *= ratio
                    seconds = high * math.sqrt(math.sqrt(1.0 + ratio * ratio))
                    if split > 1.0:
                        seconds += split_s
                    if seconds < best:
                        best = seconds
                        out[1, i], out[2, i], out[3, i] = a, b, split
                        out[4, i] = 2.0 * math.ceil(m / a) * a * math.ceil(n / b) * b * k * count
                        out[5, i] = grid * (a + b) * k * size
                        out[7, i] = blocks / (waves * sms)
                if grid >= sms or kk <= 32.0:
                    break
                split *= 2.0
        launch = launch_half if kind == 0 else launch_word
        throttle = 1.0
        share_per_flops = drain[min(i, len(drain) - 1), kind, align]
        drawn = base_share + share_per_flops * 2.0 * m * n * k * count / (best + launch)
        if drawn > 1.0:
            throttle = drawn**exponent
        out[0, i] = launch + best * throttle
        out[6, i] = compulsory
