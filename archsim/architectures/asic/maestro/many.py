"""Compiled loops over many layer-hardware points, one per template."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.asic.maestro.compiled import compiled
from archsim.architectures.asic.maestro.dla import dla, dla_depthwise
from archsim.architectures.asic.maestro.rs import FILTERS, rs
from archsim.architectures.asic.maestro.shi import shi

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


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
