"""Loops over look-ups, compiled with Numba: address streams, features, bank conflicts.

Numba is imported at the first call. With ``NUMBA_DISABLE_JIT=1`` the same functions run as plain
Python, for reading along; tests compare them with the vectorised forms.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from archsim.workload.graphics.grid import GridEncoding, grid_levels
from archsim.workload.graphics.indexing import PRIMES
from archsim.workload.graphics.interpolate import Positions, check_positions

Function = TypeVar("Function", bound=Callable[..., None])

BLOCK = 1 << 16
"""Samples whose features are made level by level before the next block: what caches hold."""


def address_stream(encoding: GridEncoding, positions: Positions) -> NDArray[np.uint32]:
    """Return every table index that samples read.

    Args:
        encoding: The grid; at most 2^32 entries per level.
        positions: Shape (n, dimensions), from 0 to 1.

    Returns:
        Shape (levels, n, 2^dimensions).

    Raises:
        InputError: A position lies outside [0, 1].
    """
    points = check_positions(encoding, positions)
    out = np.empty((encoding.levels, len(points), encoding.corners), np.uint32)
    kernel = _compiled(_write_addresses)
    for number, level in enumerate(grid_levels(encoding)):
        kernel(
            points, np.float32(level.scale), level.resolution, level.entries, level.hashed,
            PRIMES, out[number],
        )  # fmt: skip
    return out


def encode_fast(
    encoding: GridEncoding, tables: list[NDArray[np.float32]], positions: Positions
) -> NDArray[np.float32]:
    """Return the encoded features in float32; ``interpolate.encode`` with ``"fp32"``, faster.

    Sums run in corner order, so the last bits may differ from those of the vectorised form.

    Args:
        encoding: The grid.
        tables: Per level, float32 of shape (entries, features).
        positions: Shape (n, dimensions), from 0 to 1.

    Returns:
        Shape (n, levels x features).
    """
    points = check_positions(encoding, positions)
    out = np.empty((len(points), encoding.outputs), np.float32)
    kernel = _feature_kernel(encoding.features)
    levels = grid_levels(encoding)
    for start in range(0, len(points), BLOCK):
        block = slice(start, start + BLOCK)
        for number, (level, table) in enumerate(zip(levels, tables, strict=True)):
            kernel(
                points[block], np.float32(level.scale), level.resolution, level.entries,
                level.hashed, PRIMES, table, out[block], number * encoding.features,
            )  # fmt: skip
    return out


@cache
def _compiled(function: Function) -> Function:
    from numba import njit

    return cast(Function, njit(cache=True, nogil=True)(function))


def _write_addresses(
    points: NDArray[np.float32],
    scale: np.float32,
    resolution: int,
    entries: int,
    hashed: bool,
    primes: tuple[int, int, int],
    out: NDArray[np.uint32],
) -> None:
    """Write the table index of each corner of each sample in one level."""
    samples, dimensions = points.shape
    corners = 1 << dimensions
    power_of_two = entries & (entries - 1) == 0
    part = np.zeros((dimensions, 2), np.int64)  # share of the index of both sides of each axis
    for n in range(samples):
        stride = 1
        for axis in range(dimensions):
            cell = int(np.floor(np.float32(scale * points[n, axis]) + np.float32(0.5)))
            for side in range(2):
                if hashed:
                    part[axis, side] = ((cell + side) * primes[axis]) & 0xFFFFFFFF
                else:
                    part[axis, side] = (cell + side) * stride
            stride *= resolution
        for corner in range(corners):
            index = 0
            for axis in range(dimensions):
                if hashed:
                    index ^= part[axis, (corner >> axis) & 1]
                else:
                    index += part[axis, (corner >> axis) & 1]
            if power_of_two:
                index &= entries - 1
            elif index >= entries:
                index %= entries
            out[n, corner] = index


@cache
def _feature_kernel(features: int) -> Callable[..., None]:
    """Return the loop over samples of one level; a constant number of features is unrolled."""

    def write_features(
        points: NDArray[np.float32],
        scale: np.float32,
        resolution: int,
        entries: int,
        hashed: bool,
        primes: tuple[int, int, int],
        table: NDArray[np.float32],
        out: NDArray[np.float32],
        column: int,
    ) -> None:
        """Write the interpolated features of one level to ``out`` from ``column`` on."""
        samples, dimensions = points.shape
        corners = 1 << dimensions
        power_of_two = entries & (entries - 1) == 0
        part = np.zeros((dimensions, 2), np.int64)
        share = np.zeros((dimensions, 2), np.float32)
        total = np.zeros(features, np.float32)
        for n in range(samples):
            stride = 1
            for axis in range(dimensions):
                scaled = np.float32(scale * points[n, axis]) + np.float32(0.5)
                cell = int(np.floor(scaled))
                share[axis, 1] = np.float32(scaled - np.float32(cell))
                share[axis, 0] = np.float32(1.0) - share[axis, 1]
                for side in range(2):
                    if hashed:
                        part[axis, side] = ((cell + side) * primes[axis]) & 0xFFFFFFFF
                    else:
                        part[axis, side] = (cell + side) * stride
                stride *= resolution
            for feature in range(features):
                total[feature] = 0.0
            for corner in range(corners):
                index = 0
                weight = np.float32(1.0)
                for axis in range(dimensions):
                    side = (corner >> axis) & 1
                    weight *= share[axis, side]
                    if hashed:
                        index ^= part[axis, side]
                    else:
                        index += part[axis, side]
                if power_of_two:
                    index &= entries - 1
                elif index >= entries:
                    index %= entries
                for feature in range(features):
                    total[feature] += weight * table[index, feature]
            for feature in range(features):
                out[n, column + feature] = total[feature]

    compiled: Callable[..., None] = _compiled(write_features)
    return compiled
