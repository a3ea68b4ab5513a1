"""Choosing the tile of a matrix product from the room in a buffer.

Two deterministic rules:

* :func:`halving_tile`: start from the whole product and halve the largest of n, k, m (rounding up,
  the first of these on a tie) until the tile fits; the rule of the NeuPIMs simulator.
* :func:`best_tile`: of a fixed set of tile sizes and all six loop orders, the least memory traffic.
  The set does not depend on the room, so **more SRAM is never more traffic**.

Tile sides are multiples of ``align`` (the array's side); room counts the padded tile, as hardware
allocates it. Not modelled: loop orders that change within a product, and tiles kept from one
product to the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archsim.blocks.numbers import Ints, ceil_div, product, whole
from archsim.blocks.traffic import LOOP_ORDERS, ElementBits, gemm_traffic
from archsim.errors import InfeasibleError

_SIZES_PER_SIDE = 16


@dataclass(frozen=True)
class Tile:
    """Tile of a product and the order its steps are walked in.

    Attributes:
        m: Output rows.
        n: Output columns.
        k: Reduction length.
        order: Loops from outermost to innermost.
        bytes: Room one set of its operands takes, padded to the alignment.
    """

    m: int
    n: int
    k: int
    order: str
    bytes: int


@dataclass(frozen=True)
class TrafficCurve:
    """Least traffic of one product as a function of the room for a tile.

    Attributes:
        tiles: Tiles worth choosing, by rising room and falling traffic.
        room_bytes: Room each of them needs, shape (tiles,).
        traffic_bytes: Traffic each of them causes, shape (tiles,).
    """

    tiles: tuple[Tile, ...]
    room_bytes: Ints
    traffic_bytes: Ints

    def index(self, room_bytes: ArrayLike) -> NDArray[np.intp]:
        """Return which tile to take for the room given; scalar or array.

        Raises:
            InfeasibleError: If not even the smallest tile fits.
        """
        room = whole("room_bytes", room_bytes)
        if np.any(room < self.room_bytes[0]):
            raise _does_not_fit(int(room.min()), int(self.room_bytes[0]))
        return np.asarray(np.searchsorted(self.room_bytes, room, side="right") - 1)

    def traffic_at(self, room_bytes: ArrayLike) -> Ints:
        """Return the least traffic in bytes for the room given; scalar or array."""
        return np.asarray(self.traffic_bytes[self.index(room_bytes)])


def _does_not_fit(room_bytes: int, needed_bytes: int) -> InfeasibleError:
    return InfeasibleError(
        "the buffer cannot hold even the smallest tile",
        found=f"{room_bytes} bytes of room",
        allowed=f"at least {needed_bytes} bytes",
    )


def tile_bytes(
    m: ArrayLike,
    n: ArrayLike,
    k: ArrayLike,
    align: int = 1,
    element_bits: ElementBits | None = None,
) -> Ints:
    """Return the room of one operand set, in bytes: inputs, weights, sums, padded to ``align``."""
    width = element_bits or ElementBits()
    step = whole("align", align)
    m, n, k = (
        product("tile room", step, ceil_div(whole(name, side), step))
        for name, side in zip("mnk", (m, n, k), strict=True)
    )
    operands = ((width.inputs, m, k), (width.weights, k, n), (width.partials, m, n))
    bits = sum(product("tile room", np.asarray(size), *sides) for size, *sides in operands)
    return ceil_div(np.asarray(bits), np.asarray(8))


def halving_tile(
    m: int,
    n: int,
    k: int,
    room_bytes: int,
    align: int = 1,
    element_bits: ElementBits | None = None,
) -> Tile:
    """Halve the largest side until one operand set fits, and walk it k innermost.

    Args:
        m: Output rows.
        n: Output columns.
        k: Reduction length.
        room_bytes: Room for one operand set: half the buffer if it is double-buffered.
        align: Sides are padded to a multiple of this when room is counted.
        element_bits: Operand widths; ``None`` is 16-bit operands with 32-bit sums. The NeuPIMs
            simulator keeps sums in 16 bits.

    Raises:
        InfeasibleError: If a tile of one alignment step per side does not fit.
    """
    sides = {"n": int(whole("n", n)), "k": int(whole("k", k)), "m": int(whole("m", m))}
    smallest = int(tile_bytes(1, 1, 1, align, element_bits))
    if smallest > int(whole("room_bytes", room_bytes, minimum=0)):
        raise _does_not_fit(room_bytes, smallest)
    while (
        size := int(tile_bytes(sides["m"], sides["n"], sides["k"], align, element_bits))
    ) > room_bytes:
        largest = max(sides, key=sides.__getitem__)
        sides[largest] = -(-sides[largest] // 2)
    return Tile(sides["m"], sides["n"], sides["k"], "mnk", size)


def _sides(extent: int, align: int) -> Ints:
    """Return the tile sides to try: equal parts of the extent, rounded up to the alignment.

    The first few numbers of parts, then doublings of it, down to one alignment step.
    """
    steps = -(-extent // align)
    parts = set(range(1, min(steps, _SIZES_PER_SIDE // 2) + 1)) | {steps}
    parts |= {2**power for power in range(steps.bit_length())}
    sides = {min(align * -(-steps // part), extent) for part in parts}
    return np.asarray(sorted(sides), dtype=np.int64)


@lru_cache(maxsize=4096)
def traffic_curve(
    m: int, n: int, k: int, align: int = 1, element_bits: ElementBits | None = None
) -> TrafficCurve:
    """Return the least traffic of a product for every amount of room.

    One curve serves all designs that run the product; looking a room up is a binary search.

    Args:
        m: Output rows.
        n: Output columns.
        k: Reduction length.
        align: Alignment of tile sides.
        element_bits: Operand widths; ``None`` is 16-bit operands with 32-bit sums.
    """
    align = int(whole("align", align))
    extents = [int(whole(name, value)) for name, value in zip("mnk", (m, n, k), strict=True)]
    grid = np.meshgrid(*(_sides(extent, align) for extent in extents), indexing="ij")
    tile_m, tile_n, tile_k = (axis.ravel() for axis in grid)
    room = tile_bytes(tile_m, tile_n, tile_k, align, element_bits)
    traffic = np.stack(
        [
            gemm_traffic(m, n, k, tile_m, tile_n, tile_k, order, element_bits).total_bytes
            for order in LOOP_ORDERS
        ]
    )
    best_order = traffic.argmin(axis=0)
    least = traffic.min(axis=0)
    # Rising room; on equal room the least traffic first, then the fewest steps (largest tile).
    by_room = np.lexsort((-tile_m * tile_n * tile_k, least, room))
    falling = np.minimum.accumulate(least[by_room])
    front = by_room[np.concatenate(([True], falling[1:] < falling[:-1]))]
    tiles = tuple(
        Tile(
            int(tile_m[i]), int(tile_n[i]), int(tile_k[i]), LOOP_ORDERS[best_order[i]], int(room[i])
        )
        for i in front
    )
    room, least = room[front], least[front]
    # Curves are shared through the cache: nobody may write into them.
    room.flags.writeable = least.flags.writeable = False
    return TrafficCurve(tiles, room, least)


def best_tile(
    m: int,
    n: int,
    k: int,
    room_bytes: int,
    align: int = 1,
    element_bits: ElementBits | None = None,
) -> Tile:
    """Return the tile and loop order of least memory traffic that fit.

    Args and errors as :func:`halving_tile`.
    """
    curve = traffic_curve(m, n, k, align, element_bits)
    return curve.tiles[int(curve.index(whole("room_bytes", room_bytes)))]
