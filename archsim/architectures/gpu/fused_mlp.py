"""Time of a small fused network, as in tiny-cuda-nn (Müller et al., Neural Radiance Caching).

One kernel reads a point's inputs, passes them through every layer in registers and shared memory,
and writes the results. Products run on the tensor units at a fixed share of their rate; a share of
the time of reading and writing stays exposed; every layer of a block waits for the one before it.

Not modelled: widths that fill no tensor tile (below 16), weights that do not fit an SM.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.gpu.config import GpuHardware

Float64Array = NDArray[np.float64]
Int64Array = NDArray[np.int64]

ELEMENT_BYTES = 2
CACHE_SHARE = 0.9
"""Share of the second-level cache that a working set may fill and still be read from it."""


def network_weights(
    inputs: Int64Array, width: Int64Array, outputs: Int64Array, hidden: Int64Array
) -> Int64Array:
    """Return the multiply-adds of one point, shape (kernels,)."""
    weights: Int64Array = inputs * width + (hidden - 1) * width * width + width * outputs
    return weights


def moved_bytes(points: Int64Array, inputs: Int64Array, outputs: Int64Array) -> Float64Array:
    """Return the bytes read and written, shape (kernels,)."""
    moved: Float64Array = ELEMENT_BYTES * points.astype(np.float64) * (inputs + outputs)
    return moved


def time_fused_networks(
    gpu: GpuHardware,
    points: Int64Array,
    inputs: Int64Array,
    width: Int64Array,
    outputs: Int64Array,
    hidden: Int64Array,
) -> Float64Array:
    """Time fused networks, s, shape (kernels,).

    Args:
        gpu: The card.
        points: Points evaluated.
        inputs: Features per point.
        width: Neurons of a hidden layer.
        outputs: Results per point.
        hidden: Hidden layers, at least 1.
    """
    fit, chip = gpu.fused_mlp, gpu.chip
    work = 2.0 * points.astype(np.float64) * network_weights(inputs, width, outputs, hidden)
    moved = moved_bytes(points, inputs, outputs)
    cached = moved <= CACHE_SHARE * chip.l2_bytes
    from_memory = gpu.matmul.memory_share * chip.memory_bytes_per_s
    transfer_s = moved / np.where(cached, gpu.matmul.cache_bytes_per_s, from_memory)
    compute_s = work / (fit.tensor_share * chip.half_flops)
    seconds: Float64Array = np.asarray(
        gpu.streaming.launch_s
        + fit.layer_s * (hidden + 1)
        + np.maximum(transfer_s, compute_s + fit.exposed_share * transfer_s)
    )
    return seconds
