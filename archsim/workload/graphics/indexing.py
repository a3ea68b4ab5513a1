"""Where a grid vertex stands in its level's table: dense stride, or XOR hash, modulo the size."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archsim.errors import InputError, UnknownNameError
from archsim.workload.graphics.grid import is_hashed

PRIMES = (1, 2_654_435_761, 805_459_861)
"""Multipliers of the hash, one per dimension (Mueller et al., SIGGRAPH 2022)."""

KINDS = ("hash", "dense", "tiled")


def grid_index(cells: ArrayLike, resolution: int, entries: int, kind: str) -> NDArray[np.int64]:
    """Return the table index of integer grid cells.

    Args:
        cells: Whole coordinates from 0 to 2^32 - 1, shape (n, dimensions), or one cell of shape
            (dimensions,); 1 to 3 dimensions.
        resolution: Vertices per side of the level.
        entries: Entries of the level's table.
        kind: ``"hash"``, ``"dense"`` or ``"tiled"``. A hash grid whose level has room for every
            vertex is indexed densely.

    Returns:
        Index per cell, 0 to ``entries - 1``, shape (n,) or ().

    Raises:
        InputError: Cells, resolution or entries are not whole numbers in range.
        UnknownNameError: There is no such kind.
    """
    if kind not in KINDS:
        raise UnknownNameError("kind of grid", str(kind), KINDS)
    _check_whole("resolution", resolution)
    _check_whole("entries", entries)
    array = _cells(cells)
    if array.ndim == 1:  # NumPy warns when single numbers wrap around, which hashing relies on
        return np.asarray(grid_index(array[np.newaxis], resolution, entries, kind)[0])
    dimensions = array.shape[1]
    if is_hashed(kind, int(resolution), int(entries), dimensions):
        index = np.zeros(array.shape[0], np.uint32)
        for axis in range(dimensions):
            index ^= array[:, axis].astype(np.uint32) * np.uint32(PRIMES[axis])
        return (index % np.uint64(entries)).astype(np.int64)
    # Every term is reduced first, so that no sum leaves 64 bits whatever the cells are.
    total = np.zeros(array.shape[0], np.uint64)
    size = np.uint64(entries)
    for axis in range(dimensions):
        stride = np.uint64(int(resolution) ** axis % int(entries))
        total += (array[:, axis] % size) * stride % size
    return (total % size).astype(np.int64)


def _check_whole(name: str, value: object) -> None:
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or not 1 <= int(value) <= 2**32:  # type: ignore[call-overload]  # whole by now
        raise InputError("out of range", key=name, found=repr(value), allowed="1 to 2^32")


def _cells(cells: ArrayLike) -> NDArray[np.uint64]:
    try:
        array = np.asarray(cells)
    except (ValueError, OverflowError) as error:
        raise InputError("cells need the shape (n, dimensions)", key="cells") from error
    if array.ndim not in (1, 2) or not 1 <= array.shape[-1] <= len(PRIMES):
        raise InputError(
            "cells need the shape (n, dimensions)",
            key="cells",
            found=f"shape {array.shape}",
            allowed="1 to 3 dimensions",
        )
    if array.dtype.kind not in "iu":
        raise InputError("cells are whole numbers", key="cells", found=f"an array of {array.dtype}")
    if array.size and (int(array.min()) < 0 or int(array.max()) >= 2**32):
        raise InputError(
            "out of range", key="cells", found=f"{array.min()} to {array.max()}",
            allowed="0 to 2^32 - 1",
        )  # fmt: skip
    return array.astype(np.uint64)
