"""Bank conflicts of real address streams, and what they cost an engine per sample.

A sample reads the 2^D corners of its cell in each level. The entries lie in B banks with one port
each, so a level needs as many cycles as its fullest bank has reads. Reads of one entry by two
corners are not merged.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.neural_graphics.config import Interleave
from archsim.errors import InputError, UnknownNameError
from archsim.workload.graphics.grid import GridEncoding, GridLevel, grid_levels
from archsim.workload.graphics.interpolate import (
    check_positions,
    corner_cells,
    corner_indices,
    locate,
)
from archsim.workload.graphics.sampling import Sampling, render

Ints = NDArray[np.int64]
INTERLEAVES = ("low_order", "xor_fold", "parity")


def bank_of(index: Ints, banks: int, interleave: Interleave) -> Ints:
    """Return the bank of table indices; any shape.

    Args:
        index: Table indices.
        banks: Banks, a power of two.
        interleave: ``"low_order"`` or ``"xor_fold"``; ``"parity"`` needs cells, see
            :func:`conflict_cycles`.
    """
    if banks == 1:
        return np.zeros_like(index)
    if interleave != "xor_fold":
        return index & (banks - 1)
    bits = banks.bit_length() - 1
    folded, rest = index & (banks - 1), index >> bits
    while bool(rest.any()):
        folded = folded ^ (rest & (banks - 1))
        rest = rest >> bits
    return folded


def _parity_bank(cells: Ints, banks: int) -> Ints:
    """Return the bank from the lowest bit of each coordinate, x first, as far as banks reach."""
    weights = 1 << np.arange(cells.shape[-1])
    return (cells & 1) @ weights & (banks - 1)


def conflict_cycles(
    encoding: GridEncoding,
    positions: NDArray[np.float32],
    banks: int,
    interleave: Interleave = "low_order",
) -> Ints:
    """Return the cycles that each level needs for the corner reads of each sample.

    Args:
        encoding: The grid.
        positions: Samples, shape (n, dimensions), from 0 to 1.
        banks: Banks of an engine's memory, a power of two.
        interleave: How entries are laid out over the banks.

    Returns:
        Shape (levels, n), from 1 to 2^dimensions.

    Raises:
        InputError: Banks are no power of two, there is no sample, or one lies outside.
        UnknownNameError: There is no such interleaving.
    """
    if interleave not in INTERLEAVES:
        raise UnknownNameError("interleaving", str(interleave), INTERLEAVES)
    if banks < 1 or banks & (banks - 1):
        raise InputError(
            "banks are chosen by bits of the index", key="banks", found=str(banks),
            allowed="a power of two",
        )  # fmt: skip
    points = check_positions(encoding, positions)
    if not len(points):
        raise InputError("needs at least one sample", key="positions", found="none")
    found = [
        _fullest(_banks_read(encoding, level, points, banks, interleave), banks)
        for level in grid_levels(encoding)
    ]
    return np.stack(found)


def _banks_read(
    encoding: GridEncoding,
    level: GridLevel,
    points: NDArray[np.float32],
    banks: int,
    interleave: Interleave,
) -> Ints:
    if interleave == "parity" and not level.hashed:
        return _parity_bank(corner_cells(locate(points, level)[0]), banks)
    return bank_of(corner_indices(encoding, level, points), banks, interleave)


def _fullest(read: Ints, banks: int) -> Ints:
    """Return the most reads of one bank, for reads of shape (n, corners)."""
    samples = len(read)
    slots = (np.arange(samples)[:, np.newaxis] * banks + read).ravel()
    counts = np.bincount(slots, minlength=samples * banks)
    return np.asarray(counts.reshape(samples, banks).max(axis=1), np.int64)


def encoding_interval(cycles: Ints, fifo_samples: int | None) -> float:
    """Return the mean cycles per sample of engines that work on one level each.

    The engines start a sample when their FIFO has room and the MLP engine, taken as infinitely
    fast, removes one when every level has delivered it. Without FIFOs (lockstep) the slowest
    level of each sample holds all; with long ones the slowest level's mean remains.

    Args:
        cycles: Cycles per level and sample, shape (levels, n).
        fifo_samples: Room of each FIFO, or ``None`` for lockstep.
    """
    samples = cycles.shape[1]
    if fifo_samples is None:
        return float(cycles.max(axis=0).mean())
    if (cycles == cycles[:, :1]).all():
        return float(cycles[:, 0].max())
    # Max-plus recurrence: an engine waits for room, the take-away for the last level.
    finished = np.zeros(cycles.shape[0], np.int64)
    taken = np.zeros(samples, np.int64)
    for sample in range(samples):
        room = taken[sample - fifo_samples] if sample >= fifo_samples else 0
        finished = np.maximum(finished, room) + cycles[:, sample]
        taken[sample] = finished.max()
    # The first samples fill the FIFOs; only what follows is the steady rate.
    start = min(samples // 2, 4 * fifo_samples, samples - 2)
    return float((taken[-1] - taken[start]) / (samples - 1 - start))


@lru_cache(maxsize=4096)
def measured_interval(
    encoding: GridEncoding,
    sampling: Sampling,
    seed: int,
    banks: int,
    interleave: Interleave,
    fifo_samples: int | None,
) -> float:
    """Return ``encoding_interval`` of a frame's own samples; equal arguments are measured once."""
    positions = render(sampling, encoding.dimensions, seed).positions
    cycles = conflict_cycles(encoding, positions, banks, interleave)
    return encoding_interval(cycles, fifo_samples)
