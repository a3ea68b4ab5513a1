"""The encoding itself: which corners a sample reads, their weights, and the interpolated features.

A position x in [0, 1] lies at ``scale * x + 0.5``; its cell is the floor, its fraction the rest
(float32, as on the GPU). The half cell staggers the levels; at x = 1 the far corner of a dense
grid may lie outside and wraps around.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from archsim.errors import InputError
from archsim.workload.graphics.grid import GridEncoding, GridLevel, grid_levels
from archsim.workload.graphics.indexing import grid_index

Positions = NDArray[np.float32]
Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Precision = Literal["fp16", "fp32"]


def corner_offsets(dimensions: int) -> Ints:
    """Return the corners of a cell, shape (2^dimensions, dimensions); x changes fastest."""
    corners = np.arange(1 << dimensions)[:, np.newaxis]
    return ((corners >> np.arange(dimensions)) & 1).astype(np.int64)


def locate(positions: Positions, level: GridLevel) -> tuple[Ints, Floats]:
    """Return cell and fraction of positions in a level, both of shape (n, dimensions)."""
    scaled = np.float32(level.scale) * np.asarray(positions, np.float32) + np.float32(0.5)
    cells = np.floor(scaled)
    return cells.astype(np.int64), (scaled - cells).astype(np.float32)


def corner_cells(cells: Ints) -> Ints:
    """Return the corner vertices of cells, shape (n, 2^dimensions, dimensions)."""
    return cells[:, np.newaxis, :] + corner_offsets(cells.shape[1])


def corner_weights(fractions: Floats) -> Floats:
    """Return the weight of each corner, shape (n, 2^dimensions); every row sums to 1."""
    offsets = corner_offsets(fractions.shape[1])
    upper = fractions[:, np.newaxis, :]
    parts = np.where(offsets == 1, upper, np.float32(1.0) - upper)
    return np.asarray(np.prod(parts, axis=2, dtype=np.float32))


def corner_indices(encoding: GridEncoding, level: GridLevel, positions: Positions) -> Ints:
    """Return the table index that each corner of each sample reads, shape (n, 2^dimensions)."""
    cells = corner_cells(locate(positions, level)[0])
    flat = cells.reshape(-1, encoding.dimensions)
    index = grid_index(flat, level.resolution, level.entries, encoding.grid)
    return index.reshape(cells.shape[:2])


def encode(
    encoding: GridEncoding,
    tables: Sequence[NDArray[np.floating]],
    positions: Positions,
    precision: Precision = "fp16",
) -> Floats:
    """Return the encoded features of positions.

    Args:
        encoding: The grid.
        tables: Per level, shape (entries, features).
        positions: Shape (n, dimensions), from 0 to 1.
        precision: ``"fp16"`` rounds after every fused multiply-add as the GPU's half precision
            does; ``"fp32"`` keeps float32 sums.

    Returns:
        Shape (n, levels x features), levels concatenated.

    Raises:
        InputError: Shapes do not fit, or a position lies outside [0, 1].
    """
    levels = grid_levels(encoding)
    points = check_positions(encoding, positions)
    if len(tables) != len(levels):
        raise InputError(
            "needs one table per level",
            key="tables",
            found=str(len(tables)),
            allowed=str(len(levels)),
        )
    out = []
    for level, table in zip(levels, tables, strict=True):
        if table.shape != (level.entries, encoding.features):
            raise InputError(
                "a table has the wrong shape", key="tables", found=str(table.shape),
                allowed=str((level.entries, encoding.features)),
            )  # fmt: skip
        weights = corner_weights(locate(points, level)[1])
        values = table[corner_indices(encoding, level, points)]
        out.append(_blend(weights, values, precision))
    return np.concatenate(out, axis=1)


def check_positions(encoding: GridEncoding, positions: Positions) -> Positions:
    """Return positions as float32, refusing those of another shape or outside [0, 1]."""
    points = np.asarray(positions, np.float32)
    if points.ndim != 2 or points.shape[1] != encoding.dimensions:
        raise InputError(
            "positions need the shape (n, dimensions)", key="positions", found=str(points.shape),
            allowed=f"(n, {encoding.dimensions})",
        )  # fmt: skip
    if not bool(np.all((points >= 0.0) & (points <= 1.0))):
        raise InputError("positions lie between 0 and 1", key="positions")
    return points


def _blend(weights: Floats, values: NDArray[np.floating], precision: Precision) -> Floats:
    """Return the weighted sums over corners, shape (n, features)."""
    if precision == "fp32":
        blended: Floats = np.einsum("nc,ncf->nf", weights, values.astype(np.float32))
        return blended
    # A half-precision product is exact in float64, and so is the sum before the one rounding.
    total = np.zeros(values[:, 0].shape, np.float16)
    for corner in range(weights.shape[1]):
        weight = weights[:, corner, np.newaxis].astype(np.float16).astype(np.float64)
        product = weight * values[:, corner].astype(np.float16).astype(np.float64)
        total = (product + total.astype(np.float64)).astype(np.float16)
    return total.astype(np.float32)
