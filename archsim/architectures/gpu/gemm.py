"""Time of a matrix product from tiles, waves, split-K, caches, alignment and the power limit.

The library's choice is taken to be the fastest of a menu of tiles and splits. For a tile of
``a x b`` results and ``s`` slices of the reduction::

    waves  = ceil(ceil(m/a) * ceil(n/b) * batch * s / SMs)
    body   = waves * (kk * max(compute, operands from cache) + results to cache) + kk * latency
    memory = max(traffic / (cache or memory bandwidth), traffic / what the busy SMs can draw)
    time   = launch + throttle * (body (+) memory + split)

``kk`` is the reduction of one slice in whole steps of 32; ``(+)`` is the 4-norm, a maximum with a
rounded corner, ``compute`` is longer for fp32 tiles with short
edges. Aligned half-precision kernels choose from finer tiles, as the library's newest
kernels do. The throttle is the power limit: a product whose arithmetic alone would draw more
than the board's limit slows down by that ratio to an exponent (one third: power grows with the
cube of the clock).

Not modelled: transposed operands, batch strides, cold caches, the clock's history.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.gpu.config import GpuHardware

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Float64Array = NDArray[np.float64]
Int64Array = NDArray[np.int64]

HALF, TF32, FP32 = 0, 1, 2
ODD, PAIRED, ALIGNED = 0, 1, 2

_EDGES = (32, 64, 96, 128, 192, 256)
_COARSE = (32, 64, 128, 256)
_LARGEST_TILE = 32768
_THINNEST = 8
TILES = np.array(
    [
        (a, b, float(a in _COARSE and b in _COARSE))
        for a in _EDGES
        for b in _EDGES
        if a * b <= _LARGEST_TILE and max(a, b) <= _THINNEST * min(a, b)
    ],
    dtype=np.float64,
)
"""Rows ``(a, b, coarse)``; only aligned half-precision products use the others."""

RESIDENT_LOW, RESIDENT_HIGH = 0.6, 0.85
"""A working set below 0.6 of the second-level cache stays there, above 0.85 nothing does."""


@dataclass(frozen=True)
class GemmPlan:
    """What the model chose and counted; every array has shape (products,).

    Attributes:
        seconds: Time of one call.
        tile_m: Rows of a tile.
        tile_n: Columns of a tile.
        split: Slices of the reduction.
        padded_flops: Work with the tiles' empty edges.
        operand_bytes: Bytes that tiles fetch from the cache.
        compulsory_bytes: Each operand and result once.
        busy_share: Share of the SMs with work in the mean over the waves.
    """

    seconds: Float64Array
    tile_m: Float64Array
    tile_n: Float64Array
    split: Float64Array
    padded_flops: Float64Array
    operand_bytes: Float64Array
    compulsory_bytes: Float64Array
    busy_share: Float64Array


def alignment(precision: Int64Array, n: Int64Array, k: Int64Array) -> Int64Array:
    """Return ``ALIGNED`` where rows of both operands start at 16 bytes, else ``PAIRED`` or ``ODD``.

    Row-major operands: rows are ``k`` and ``n`` elements long. ``m`` does not matter.
    """
    size = np.where(precision == HALF, 2, 4)
    both = np.gcd(n, k) * size
    return np.where(both % 16 == 0, ALIGNED, np.where(both % (2 * size) == 0, PAIRED, ODD))


def parameters(gpu: GpuHardware) -> Float64Array:
    """Return the cards' figures in the order in which the compiled loop reads them.

    Shape (cards, 12): one card, or as many as the columns of a ``GpuHardware`` from
    ``card_columns`` are long.
    """
    chip, fit = gpu.chip, gpu.matmul
    return _by_card(
        [
            chip.sms,
            chip.l2_bytes,
            chip.memory_bytes_per_s * fit.memory_share,
            fit.cache_bytes_per_s,
            fit.sm_bytes_per_s,
            fit.half_launch_s,
            fit.word_launch_s,
            fit.split_s,
            fit.epilogue_factor,
            fit.throttle_exponent,
            gpu.power.base_w / chip.board_power_w,
            fit.fp32_edge,
        ]
    )


def rates(gpu: GpuHardware) -> tuple[Float64Array, Float64Array, Float64Array]:
    """Return sustained rate (FLOP/s), board share drawn per FLOP/s, and step latency (s).

    Each has shape (cards, 3, 3): [card, precision, alignment]; fp32 kernels do not care for
    alignment.
    """
    chip, fit, power = gpu.chip, gpu.matmul, gpu.power
    peaks = (chip.half_flops, chip.tf32_flops, chip.fp32_flops)
    shares = (
        (fit.half_unaligned_share, fit.half_paired_share, fit.tensor_efficiency),
        (fit.tf32_unaligned_share, fit.tf32_unaligned_share, fit.tensor_efficiency),
        (fit.fp32_share,) * 3,
    )
    half, tf32 = power.half_unaligned_j_per_flop, power.tf32_unaligned_j_per_flop
    drains = (
        (half, half, power.half_j_per_flop),
        (tf32, tf32, power.tf32_j_per_flop),
        (power.fp32_j_per_flop,) * 3,
    )
    late = fit.unaligned_latency_s
    latencies = ((late, late, 0.0), (late, late, fit.tf32_latency_s), (fit.fp32_latency_s,) * 3)
    rate = [peak * share for peak, row in zip(peaks, shares, strict=True) for share in row]
    drain = [value / chip.board_power_w for row in drains for value in row]
    latency = [value for row in latencies for value in row]
    by_rate, by_drain, by_latency = (
        _by_card(values).reshape(-1, 3, 3) for values in (rate, drain, latency)
    )
    return by_rate, by_drain, by_latency


def _by_card(values: Sequence[float]) -> Float64Array:
    """Return figures as rows of cards, shape (cards, figures)."""
    return np.stack([np.ravel(row) for row in np.broadcast_arrays(*values)], axis=-1).astype(
        np.float64
    )


def resident_share(footprint_bytes: Float64Array, l2_bytes: float) -> Float64Array:
    """Return the share of repeated traffic that the second-level cache serves, shape as given."""
    span = RESIDENT_HIGH - RESIDENT_LOW
    share = (RESIDENT_HIGH - footprint_bytes / l2_bytes) / span
    return np.clip(share, 0.0, 1.0)


def time_products(
    gpu: GpuHardware,
    precision: Int64Array,
    batch: Int64Array,
    m: Int64Array,
    n: Int64Array,
    k: Int64Array,
) -> GemmPlan:
    """Time matrix products, one per row.

    Args:
        gpu: The card, or a column of cards, one for each product.
        precision: ``HALF``, ``TF32`` or ``FP32``, shape (products,).
        batch: Independent products of one call.
        m: Rows of the left operand, at least 1.
        n: Columns of the right operand, at least 1.
        k: Reduction, at least 1.
    """
    rate, drain, latency = rates(gpu)
    figures = parameters(gpu)
    aligned = alignment(precision, n, k)
    out = np.empty((8, len(m)), dtype=np.float64)
    _compiled()(
        precision,
        aligned,
        batch.astype(np.float64),
        m.astype(np.float64),
        n.astype(np.float64),
        k.astype(np.float64),
        rate,
        drain,
        latency,
        figures,
        TILES,
        out,
    )
    return GemmPlan(*out)


_KERNEL: list[Callable[..., None]] = []


def _compiled() -> Callable[..., None]:
    """Return the compiled loop; Numba is imported at the first call."""
    if not _KERNEL:
        from archsim.architectures.gpu.gemm_loop import fastest_tiles

        _KERNEL.append(fastest_tiles)
    return _KERNEL[0]


def data_sheet_flops(gpu: GpuHardware) -> Float64Array:
    """Return the data sheet's rate of each precision, FLOP/s, shape (3,)."""
    chip = gpu.chip
    return np.array([chip.half_flops, chip.tf32_flops, chip.fp32_flops])


def roofline_s(
    gpu: GpuHardware, precision: Int64Array, flops: Float64Array, bytes_: Float64Array
) -> Float64Array:
    """Return the shortest time the data sheet allows, shape (products,).

    Traffic counts only beyond the second-level cache: a repeated call may find the rest there.
    """
    chip = gpu.chip
    peak = data_sheet_flops(gpu)[precision]
    beyond = np.maximum(bytes_ - chip.l2_bytes, 0.0)
    shortest: Float64Array = np.maximum(flops / peak, beyond / chip.memory_bytes_per_s)
    return shortest
