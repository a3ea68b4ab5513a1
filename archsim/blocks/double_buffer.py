"""How long tiles take when loading, computing and storing overlap.

With two buffers, the load of tile i + 1 starts the moment tile i starts computing (its buffer is
then free and the memory idle). Stores of finished tiles share the memory with loads. So the time
is a sum over phases, each as long as the longer of what the memory and the compute unit do in it:

    load 1 | max(compute 1, load 2) | max(compute i, load i+1 + store i-1) ... |
    max(compute n, store n-1) | store n

The phases are a barrier schedule. Without stores it equals the free-running two-buffer pipeline
exactly; with stores it is one that hardware can always keep: no store slips past its phase.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from archsim.blocks.numbers import Ints, product, whole
from archsim.errors import InputError


def overlapped_cycles(
    load: ArrayLike, compute: ArrayLike, tiles: ArrayLike, store: ArrayLike = 0
) -> Ints:
    """Return the cycles of equal tiles with double buffering, in closed form.

    Args:
        load: Cycles to load one tile, >= 0; scalar or array, as all arguments.
        compute: Cycles to compute one tile, >= 0.
        tiles: Number of tiles, >= 1.
        store: Cycles to store one tile's results, >= 0.

    Raises:
        InputError: For numbers that are not whole or out of range.
    """
    load, compute, store = (
        whole(name, value, minimum=0)
        for name, value in (("load", load), ("compute", compute), ("store", store))
    )
    load, compute, store, count = np.broadcast_arrays(load, compute, store, whole("tiles", tiles))
    alone = load + compute + store
    inner = product("cycles", np.maximum(count - 2, 0), np.maximum(compute, load + store))
    several = load + np.maximum(compute, load) + inner + np.maximum(compute, store) + store
    return np.asarray(np.where(count == 1, alone, several), dtype=np.int64)


def serial_cycles(
    load: ArrayLike, compute: ArrayLike, tiles: ArrayLike, store: ArrayLike = 0
) -> Ints:
    """Return the cycles of equal tiles with a single buffer: nothing overlaps."""
    parts = (("load", load), ("compute", compute), ("store", store))
    total = sum((whole(name, value, minimum=0) for name, value in parts), start=np.int64(0))
    return product("cycles", whole("tiles", tiles), np.asarray(total, dtype=np.int64))


def overlapped_cycles_of(load: ArrayLike, compute: ArrayLike, store: ArrayLike = 0) -> int:
    """Return the cycles of unequal tiles with double buffering.

    Args:
        load: Cycles to load each tile, shape (tiles,).
        compute: Cycles to compute each tile, shape (tiles,).
        store: Cycles to store each tile's results, shape (tiles,) or one number for all.

    Raises:
        InputError: For no tiles, unequal lengths, or numbers out of range.
    """
    loads, computes = whole("load", load, minimum=0), whole("compute", compute, minimum=0)
    if loads.ndim != 1 or loads.shape != computes.shape or loads.size == 0:
        raise InputError(
            "needs one load and one compute time per tile",
            found=f"shapes {loads.shape} and {computes.shape}",
            allowed="two lists of equal length >= 1",
        )
    stores = np.broadcast_to(whole("store", store, minimum=0), loads.shape)
    nothing = np.zeros(1, dtype=np.int64)
    next_load = np.concatenate((loads[1:], nothing))
    last_store = np.concatenate((nothing, stores[:-1]))
    phases = np.maximum(computes, next_load + last_store)
    return int(loads[0] + phases.sum() + stores[-1])
