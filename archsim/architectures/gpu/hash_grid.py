"""Time of multi-resolution hash encoding (Müller et al., Instant NGP) and of its small networks.

Every point looks up the corners of its cell in every level. A look-up that hits the first-level
cache costs a fixed time; the share that misses grows with the bytes of the level's table. Points
along rays share cells at coarse levels, so they miss less there. A level's table is dense while
its grid has fewer vertices than the table has entries.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.gpu.config import GpuHardware
from archsim.architectures.gpu.gemm import HALF, time_products
from archsim.architectures.gpu.streaming import time_streams

Float64Array = NDArray[np.float64]
Int64Array = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

COARSEST = 16
"""Cells along one side of the coarsest level of the measured grids."""
DIMENSIONS = 3
"""Dimensions of the measured points."""
ELEMENT_BYTES = 2


def time_encoding(
    gpu: GpuHardware,
    points: Int64Array,
    levels: Int64Array,
    log2_entries: Int64Array,
    features: Int64Array,
    growth: Float64Array,
    on_rays: BoolArray,
    base: Int64Array,
    dimensions: Int64Array,
) -> Float64Array:
    """Time grid encoding, s, shape (kernels,).

    Args:
        gpu: The card.
        points: Points encoded.
        levels: Levels of the grid.
        log2_entries: Logarithm to base 2 of the entries of one table.
        features: Numbers per entry.
        growth: Ratio of the resolutions of neighbouring levels.
        on_rays: Points lie along rays; else at random.
        base: Cells along one side of the coarsest level.
        dimensions: Dimensions of a point; every point looks up ``2 ** dimensions`` corners.
    """
    fit = gpu.hash_grid
    deepest = int(levels.max(initial=1))
    level = np.arange(deepest, dtype=np.float64)[:, None]
    used = level < levels
    cells = np.floor(base * np.power(growth, np.where(used, level, 0.0)))
    entries = np.minimum(np.exp2(log2_entries.astype(np.float64)), (cells + 1.0) ** dimensions)
    table = entries * features * ELEMENT_BYTES
    total = np.where(used, table, 0.0).sum(axis=0)
    first_miss = np.maximum(0.0, 1.0 - fit.first_level_bytes / table)
    second_miss = np.maximum(0.0, 1.0 - gpu.chip.l2_bytes / total)
    coherent = np.where(on_rays, np.minimum(1.0, cells / fit.coherent_cells), 1.0)
    miss_s = fit.cache_miss_s + second_miss * fit.memory_miss_s
    lookup_s = np.where(used, fit.lookup_s + first_miss * coherent * miss_s, 0.0)
    seconds: Float64Array = fit.launch_s + points * np.exp2(dimensions) * lookup_s.sum(axis=0)
    return seconds


def time_networks(
    gpu: GpuHardware, points: Int64Array, inputs: Int64Array, width: Int64Array, outputs: Int64Array
) -> Float64Array:
    """Time networks with two hidden layers, layer by layer, s, shape (kernels,).

    Three products and two passes of the activation function, each reading and writing memory:
    that is what the measured kernels do. A fused network would keep the values on chip.

    Args:
        gpu: The card.
        points: Points evaluated.
        inputs: Features per point.
        width: Neurons of a hidden layer.
        outputs: Results per point.
    """
    half = np.full(len(points), HALF, dtype=np.int64)
    one = np.ones(len(points), dtype=np.int64)
    seconds = np.zeros(len(points), dtype=np.float64)
    for n, k in ((width, inputs), (width, width), (outputs, width)):
        seconds += time_products(gpu, half, one, points, n, k).seconds
    relu = np.full(len(points), "copy")
    return seconds + 2.0 * time_streams(gpu, relu, points, width, ELEMENT_BYTES)
