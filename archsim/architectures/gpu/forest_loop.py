"""The compiled walk through the trees; see ``residual`` for their layout."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Float64Array = NDArray[np.float64]
Int32Array = NDArray[np.int32]

BLOCK = 64
"""Rows that walk a tree side by side: their steps do not wait for each other."""


@njit(cache=True, nogil=True)  # type: ignore[misc, unused-ignore]  # Numba has no types
def sum_trees(
    columns: Float64Array,
    feature: Int32Array,
    threshold: Float64Array,
    child: Int32Array,
    value: Float64Array,
    roots: Int32Array,
    depths: Int32Array,
    out: Float64Array,
) -> None:
    """Add the leaf that each row reaches in each tree to ``out``, shape (rows,).

    ``columns`` has shape (features, rows).
    """
    count = len(out)
    node = np.empty(BLOCK, dtype=np.int32)
    near = np.empty((len(columns), BLOCK), dtype=np.float64)
    for start in range(0, count, BLOCK):
        size = min(BLOCK, count - start)
        for name in range(len(columns)):
            for i in range(size):
                near[name, i] = columns[name, start + i]
        for tree in range(len(roots)):
            for i in range(size):
                node[i] = roots[tree]
            for _ in range(depths[tree]):
                for i in range(size):
                    at = node[i]
                    right = near[feature[at], i] > threshold[at]
                    node[i] = child[at] + right
            for i in range(size):
                out[start + i] += value[node[i]]
