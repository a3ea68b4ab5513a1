"""Time of streaming kernels: copy, add, GELU, and softmax and layer norm over rows.

A stream takes the launch floor plus its bytes at cache or memory bandwidth. GELU is bounded by the
rate of its function too. Softmax and layer norm read each row twice and write it once, and a row
is one thread block: short tables of long rows are bounded by the time of a row.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.gpu.attention import effective_bandwidth
from archsim.architectures.gpu.config import GpuHardware
from archsim.architectures.gpu.table import each

Float64Array = NDArray[np.float64]
Int64Array = NDArray[np.int64]
TextArray = NDArray[np.str_]

TENSORS = {"copy": 2, "gelu": 2, "add": 3, "softmax": 2, "layernorm": 2}
"""Tensors read and written by each kernel."""
ROW_KERNELS = ("softmax", "layernorm")
ROW_PASSES = 1.5
"""Traffic of a row kernel over one read and one write: it reads the row twice."""
NORM_ROWS_PER_SM = 8
SOFTMAX_ROWS_PER_SM = 2
WARP_ROWS_PER_SM = 64
"""Rows that one SM works on at a time: a block each, or a warp each for a short softmax."""
WARP_COLUMNS = 1024
"""Softmax rows up to this long are kept by one warp."""


def time_streams(
    gpu: GpuHardware,
    kernel: TextArray,
    rows: Int64Array,
    columns: Int64Array,
    element_bytes: Int64Array | int,
) -> Float64Array:
    """Time streaming kernels, s, shape (kernels,).

    Args:
        gpu: The card.
        kernel: Keys of ``TENSORS``.
        rows: Rows of the tensor.
        columns: Elements of a row.
        element_bytes: Bytes of one element, for all kernels or for each.
    """
    fit = gpu.streaming
    elements = rows.astype(np.float64) * columns
    footprint = stream_bytes(kernel, elements, element_bytes)
    by_row = np.isin(kernel, ROW_KERNELS)
    moved = footprint * np.where(by_row, ROW_PASSES, 1.0)
    stream = moved / effective_bandwidth(gpu, footprint)
    norm, short = kernel == "layernorm", (kernel == "softmax") & (columns <= WARP_COLUMNS)
    per_element = np.where(norm, fit.norm_element_s, fit.softmax_element_s)
    row_s = np.where(short, columns * fit.warp_element_s, fit.row_latency_s + columns * per_element)
    rows_per_sm = np.where(norm, NORM_ROWS_PER_SM, SOFTMAX_ROWS_PER_SM)
    rows_per_sm = np.where(short, WARP_ROWS_PER_SM, rows_per_sm)
    waves = np.ceil(rows / (rows_per_sm * gpu.chip.sms))
    bounded = np.where(by_row, waves * row_s, 0.0)
    function = np.where(kernel == "gelu", elements / fit.function_elements_per_s, 0.0)
    longest: Float64Array = np.cbrt(stream**3 + bounded**3 + function**3)
    return fit.launch_s + longest


def stream_bytes(
    kernel: TextArray, elements: Float64Array, element_bytes: Int64Array | int
) -> Float64Array:
    """Return compulsory bytes: each tensor once, shape (kernels,)."""
    tensors = each(kernel, TENSORS.__getitem__).astype(np.float64)
    moved: Float64Array = tensors * elements * element_bytes
    return moved
