"""Matrix products on the systolic arrays: physical, and as the authors' simulator times them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from archsim.architectures.npu_pim.operations import Step
from archsim.blocks.tiling import best_tile
from archsim.blocks.traffic import gemm_traffic

AUTHORS_PAD_BYTES = 134_218 * 1024
"""Scratchpad the authors' simulator really uses (field ``sram_size``; ``spad_size`` is dead)."""


@dataclass(frozen=True, slots=True)
class Product:
    """One matrix product, ``copies`` times.

    Attributes:
        m: Rows (tokens).
        k: Reduction.
        n: Output features.
        copies: Independent products of this shape, with weights of their own.
        bias_bytes: Bytes of the bias of one copy.
        element_bytes: Bytes of one element.
    """

    m: int
    k: int
    n: int
    copies: int = 1
    bias_bytes: int = 0
    element_bytes: int = 2

    @property
    def macs(self) -> int:
        """Multiply-accumulates of all copies."""
        return self.m * self.k * self.n * self.copies


@dataclass(frozen=True, slots=True)
class Arrays:
    """What a product needs to know of the NPU.

    Attributes:
        count, rows, columns: Systolic arrays and their sides.
        room_bytes: Room for one tile set: half the scratchpad.
        banks: Banks of a memory channel.
    """

    count: int
    rows: int
    columns: int
    room_bytes: int
    banks: int


@lru_cache(maxsize=8192)
def physical_steps(product: Product, arrays: Arrays) -> tuple[tuple[Step, ...], int, int]:
    """Return steps, bytes read and bytes written of a product with real scratchpads.

    Weight stationary: each array holds a block of ``rows x columns`` weights and streams the
    token rows through it, the next block being loaded behind the present one; blocks are dealt to
    the arrays. Tiles are chosen for the least traffic in half the scratchpad and double buffered:
    the first tile's load is exposed, then loads, stores and compute overlap.

    Not modelled: bank conflicts in the scratchpad, and idle arrays while the last blocks drain.
    """
    traffic, tiles, compute, drain = _physical_traffic(product, arrays)
    read, written = traffic
    first = -(-read // tiles)
    compute *= product.copies
    steps = (
        Step(stream_bytes=first),
        Step(stream_bytes=read * product.copies - first + written * product.copies,
             compute_cycles=compute, tail_cycles=drain),
    )  # fmt: skip
    return steps, read * product.copies, written * product.copies


def _physical_traffic(product: Product, arrays: Arrays) -> tuple[tuple[int, int], int, int, int]:
    align = max(arrays.rows, arrays.columns)
    moved, tiles = _tiled(product.m, product.n, product.k, arrays.room_bytes, align)
    scale = product.element_bytes / 2
    read = int(moved[0] * scale) + product.bias_bytes
    written = int(moved[1] * scale)
    blocks = -(-product.k // arrays.rows) * -(-product.n // arrays.columns)
    # A block stays at least until its successor is loaded, one row a cycle.
    stream = max(product.m, arrays.rows)
    compute = -(-blocks // arrays.count) * stream
    drain = 2 * arrays.rows + arrays.columns - 2
    return (read, written), tiles, compute, drain


@lru_cache(maxsize=8192)
def _tiled(m: int, n: int, k: int, room_bytes: int, align: int) -> tuple[tuple[int, int], int]:
    """Return 16-bit traffic (read, written) and tiles of a product; arrays of one side share it."""
    tile = best_tile(m, n, k, room_bytes, align)
    traffic = gemm_traffic(m, n, k, tile.m, tile.n, tile.k, tile.order)
    return (int(traffic.read_bytes), int(traffic.write_bytes)), int(traffic.tiles)


@lru_cache(maxsize=8192)
def authors_steps(
    product: Product, arrays: Arrays, *, strict: bool
) -> tuple[tuple[Step, ...], int]:
    """Return steps and bytes read of a product as the authors' simulator runs it.

    Weights stream in blocks past stationary token rows; all arrays share one stream. A product is
    one tile if it fits half of the oversized pad, otherwise the largest side is halved until it
    does. All of a tile's loads are issued at once; the first pass over its weights waits for them,
    the other passes (one per block of token rows) are compute alone. The next tile's loads run
    meanwhile.

    Operands arrive in rounds over all banks of a channel, so when the last round is there, that
    many blocks are still to be computed, behind one array fill and before one drain.

    Args:
        product: The product.
        arrays: The arrays; ``room_bytes`` is not used.
        strict: Each weight preload waits for the drain of the block before it.
    """
    sides, outer = _halve(product, arrays)
    rows, columns, inner = sides
    parts = outer[0] * outer[1] * outer[2]
    stream = -(-arrays.columns // arrays.count)
    row_blocks = -(-rows // arrays.rows)
    reduction_blocks, feature_blocks = -(-inner // arrays.rows), -(-columns // arrays.columns)
    fill, drain = 2 * arrays.rows - 1, arrays.rows + arrays.columns - 2 + stream
    if strict:
        one_pass = reduction_blocks * (fill + stream * feature_blocks)
        preload = fill
    else:
        one_pass = reduction_blocks * (arrays.rows + stream * (feature_blocks - 1))
        preload = arrays.rows - stream
    last_round = min(arrays.banks, feature_blocks * reduction_blocks)
    exposed = fill + stream * last_round + preload * last_round // feature_blocks
    if not strict:
        exposed += drain
    size = product.element_bytes
    tile_bytes = (inner * columns + rows * inner) * size
    steps = [
        Step(
            stream_bytes=tile_bytes + (product.bias_bytes if part == 0 else 0),
            compute_cycles=one_pass,
            tail_cycles=(row_blocks - 1) * one_pass,
        )
        for part in range(parts)
    ]
    last = steps[-1]
    steps[-1] = Step(last.stream_bytes, 0, last.compute_cycles, last.tail_cycles + exposed)
    read = sum(step.stream_bytes for step in steps)
    return tuple(steps) * product.copies, read * product.copies


def _halve(product: Product, arrays: Arrays) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Halve the largest of rows, reduction, features (the first on a tie) until a tile fits."""
    align = arrays.columns
    sides = [product.m, product.k, product.n]
    outer = [1, 1, 1]

    def needed() -> int:
        m, k, n = (-(-side // align) * align for side in sides)
        return (m * k + k * n + m * n) * product.element_bytes

    while needed() > AUTHORS_PAD_BYTES // 2:
        largest = max(range(3), key=lambda index: (sides[index], -index))
        sides[largest] = -(-sides[largest] // 2)
        outer[largest] *= 2
    return (sides[0], sides[2], sides[1]), (outer[0], outer[1], outer[2])


def authors_written_bytes(product: Product, arrays: Arrays) -> int:
    """Return the result bytes the authors' simulator writes: its index is not transposed.

    Only ``m x columns x ceil(m / columns)`` elements of each product reach memory.
    """
    elements = product.m * arrays.columns * -(-product.m // arrays.columns)
    return min(elements, product.m * product.n) * product.element_bytes * product.copies
