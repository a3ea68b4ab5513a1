"""Time of the textbook shared-memory product, tile edge T: occupancy decides the best tile.

A block is T x T threads and keeps two T x T tiles in shared memory::

    FLOP/s = SMs * f * 2 * lanes / (c0 + c1/T) * occupancy * busy * filled^e

``lanes`` is what one warp fills of its 32 lanes, ``c0`` the issue cycles of a multiply-add with its
shared loads, ``c1`` the cycles of one tile step (two global loads, two barriers, the loop) and
``busy`` the share of SMs with a block, ``filled`` how full the waves of blocks are
(a last wave that is not full still runs faster, hence the small exponent ``e``) and ``occupancy``
the share of the SM's thread slots in use: a tile of 32 fills 2048 slots exactly,
but only 1024 of 1536, so the best tile is 32 on one card and 16 on the other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.gpu.config import Chip, GpuHardware

Float64Array = NDArray[np.float64]
Int64Array = NDArray[np.int64]

WARP = 32
WORD_BYTES = 4
REGISTERS_PER_THREAD = 40
"""Registers of the textbook kernel as compilers report it (estimate)."""
MAX_BLOCK_THREADS = 1024


def blocks_per_sm(chip: Chip, tile: Int64Array) -> Int64Array:
    """Return the blocks that fit one SM, shape (kernels,): threads, blocks, shared, registers."""
    threads = tile * tile
    by_threads = chip.threads_per_sm // threads
    warps = -(-threads // WARP)
    by_registers = chip.registers_per_sm // (warps * WARP * REGISTERS_PER_THREAD)
    by_shared = chip.shared_bytes_per_sm // (2 * threads * WORD_BYTES)
    fits = np.minimum(
        np.minimum(by_threads, by_registers), np.minimum(by_shared, chip.blocks_per_sm)
    )
    blocks: Int64Array = fits.astype(np.int64)
    return blocks


def occupancy(chip: Chip, tile: Int64Array) -> Float64Array:
    """Return the share of an SM's thread slots that whole blocks can fill, shape (kernels,).

    The limit on blocks is left out: blocks of a few threads are bound by issue, not by slots
    (measured on the H100: tiles of 1 to 4 lose nothing by filling a quarter of the slots).
    """
    threads = tile * tile
    share: Float64Array = (chip.threads_per_sm // threads) * threads / chip.threads_per_sm
    return share


def time_tiled(
    gpu: GpuHardware, m: Int64Array, n: Int64Array, k: Int64Array, tile: Int64Array
) -> Float64Array:
    """Time textbook products in fp32, s, shape (kernels,).

    Args:
        gpu: The card.
        m: Rows of the result.
        n: Columns of the result.
        k: Reduction.
        tile: Tile edge, 1 to 32.
    """
    chip, fit = gpu.chip, gpu.tiled
    lanes = np.minimum(tile * tile, WARP)
    scale = chip.fp32_lanes / 128.0
    cycles = fit.issue_cycles + fit.tile_cycles / tile
    rate = chip.sms * chip.frequency_hz * scale * 2.0 * lanes / cycles
    blocks = np.ceil(m / tile) * np.ceil(n / tile)
    slots = blocks_per_sm(chip, tile) * chip.sms
    busy = np.minimum(1.0, blocks / chip.sms)
    filled = blocks / (np.ceil(blocks / slots) * slots * busy)
    rate = rate * occupancy(chip, tile) * busy * filled**fit.wave_exponent
    seconds: Float64Array = fit.launch_s + 2.0 * m * n.astype(np.float64) * k / rate
    return seconds
