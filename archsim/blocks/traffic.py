"""Memory traffic of a tiled matrix product, counted exactly.

A product ``outputs[m, n] += inputs[m, k] x weights[k, n]`` is cut into tiles, walked by three loops
from outermost to innermost. The buffer holds one tile of each operand; a tile is fetched when its
index differs from that of the step before. So an operand is fetched once per round of every loop
that does not index it and lies outside the innermost loop (of more than one step) that does. The
outputs are partial sums until the last k tile: when they leave the buffer early, they are written
each time and read back each time but the first, in accumulator width. The last write is in output
width.

Counts are exact for ragged edges (every full round of an operand covers each element once) and
never below the compulsory traffic: each operand once.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import ArrayLike

from archsim.blocks.numbers import Ints, ceil_div, product, whole
from archsim.errors import UnknownNameError

#: Loop orders, outermost first.
LOOP_ORDERS: tuple[str, ...] = tuple("".join(order) for order in permutations("mnk"))


@dataclass(frozen=True)
class ElementBits:
    """Width of the elements of a product.

    Attributes:
        inputs: Bits per input element.
        weights: Bits per weight element.
        outputs: Bits per finished output element.
        partials: Bits per partial sum.
    """

    inputs: int = 16
    weights: int = 16
    outputs: int = 16
    partials: int = 32

    def __post_init__(self) -> None:
        for name in ("inputs", "weights", "outputs", "partials"):
            whole(name, getattr(self, name))


@dataclass(frozen=True)
class GemmTraffic:
    """Bytes a tiled product moves to and from memory; every field is an array.

    Widths below a byte are packed: each operand's bits are added up, then rounded up to bytes.

    Attributes:
        input_bytes: Inputs read.
        weight_bytes: Weights read.
        partial_read_bytes: Partial sums read back.
        partial_write_bytes: Partial sums written.
        output_bytes: Finished outputs written.
        tiles: Tile steps of the product.
    """

    input_bytes: Ints
    weight_bytes: Ints
    partial_read_bytes: Ints
    partial_write_bytes: Ints
    output_bytes: Ints
    tiles: Ints

    @property
    def read_bytes(self) -> Ints:
        """All bytes read."""
        return np.asarray(self.input_bytes + self.weight_bytes + self.partial_read_bytes)

    @property
    def write_bytes(self) -> Ints:
        """All bytes written."""
        return np.asarray(self.partial_write_bytes + self.output_bytes)

    @property
    def total_bytes(self) -> Ints:
        """All bytes read and written."""
        return np.asarray(self.read_bytes + self.write_bytes)


def gemm_traffic(
    m: ArrayLike,
    n: ArrayLike,
    k: ArrayLike,
    tile_m: ArrayLike,
    tile_n: ArrayLike,
    tile_k: ArrayLike,
    order: str = "mnk",
    element_bits: ElementBits | None = None,
) -> GemmTraffic:
    """Return the exact memory traffic of tiled products.

    Args:
        m: Output rows; scalar or array, as all sizes.
        n: Output columns.
        k: Reduction length.
        tile_m: Rows of an output tile; more than m counts as m.
        tile_n: Columns of an output tile.
        tile_k: Reduction length of a tile.
        order: Loops from outermost to innermost, one of :data:`LOOP_ORDERS`.
        element_bits: Operand widths; ``None`` is 16-bit operands with 32-bit sums.

    Raises:
        InputError: For sizes that are not whole numbers >= 1, or too large to count.
        UnknownNameError: For another loop order.
    """
    if order not in LOOP_ORDERS:
        raise UnknownNameError("loop order", order, LOOP_ORDERS)
    width = element_bits or ElementBits()
    m, n, k, tile_m, tile_n, tile_k = np.broadcast_arrays(
        *(
            whole(name, value)
            for name, value in zip(
                ("m", "n", "k", "tile_m", "tile_n", "tile_k"),
                (m, n, k, tile_m, tile_n, tile_k),
                strict=True,
            )
        )
    )
    trips = {"m": ceil_div(m, tile_m), "n": ceil_div(n, tile_n), "k": ceil_div(k, tile_k)}
    outputs = product("outputs", m, n)
    rounds = _rounds(trips, order, "mn")
    partials = _bytes(width.partials, outputs, rounds - 1)
    return GemmTraffic(
        input_bytes=_bytes(width.inputs, m, k, _rounds(trips, order, "mk")),
        weight_bytes=_bytes(width.weights, k, n, _rounds(trips, order, "kn")),
        partial_read_bytes=partials,
        partial_write_bytes=partials,
        output_bytes=_bytes(width.outputs, outputs),
        tiles=product("tiles", *trips.values()),
    )


def _bytes(bits: int, *counts: Ints) -> Ints:
    """Return the bytes of so many elements of a width in bits."""
    return ceil_div(product("traffic", *counts, np.asarray(bits)), np.asarray(8))


def _rounds(trips: dict[str, Ints], order: str, indices: str) -> Ints:
    """Return how often each element of an operand passes between memory and buffer."""
    (other,) = set("mnk") - set(indices)
    place = order.index(other)
    # The operand changes inside a round of the other loop only if a loop further in moves it.
    moved = np.zeros(trips[other].shape, dtype=np.bool_)
    for inner in order[place + 1 :]:
        moved |= trips[inner] > 1
    return np.asarray(np.where(moved, trips[other], 1), dtype=np.int64)


def compulsory_bytes(
    m: ArrayLike, n: ArrayLike, k: ArrayLike, element_bits: ElementBits | None = None
) -> Ints:
    """Return the least traffic of any schedule: every operand moved once."""
    m, n, k = whole("m", m), whole("n", n), whole("k", k)
    return gemm_traffic(m, n, k, m, n, k, element_bits=element_bits).total_bytes
