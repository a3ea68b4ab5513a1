"""Cycles of layers on a weight-stationary array with a limited bandwidth."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.asic.maestro.table import Columns
from archsim.architectures.asic.scalesim.operands import (
    Shape,
    input_addresses,
    input_order,
    sets_of_addresses,
)
from archsim.blocks.numbers import whole
from archsim.errors import InputError

Ints = NDArray[np.int64]

SETS_PER_MEMORY = 100
"""Sets that SCALE-Sim divides a memory into."""


def stalls(shape: Shape, words: int, input_bytes: int, filter_bytes: int, output_bytes: int) -> int:
    """Return the cycles that a layer stalls, as SCALE-Sim counts them.

    Args:
        shape: Layer and array.
        words: Words of one byte per cycle of each of the three interfaces.
        input_bytes: Input memory; half is in use while the other half is fetched.
        filter_bytes: Filter memory, likewise.
        output_bytes: Output memory; a half drains while the other fills.
    """
    from archsim.architectures.asic.scalesim.buffers import stall_cycles

    per_set = -(-input_bytes // SETS_PER_MEMORY)
    offsets, numbers, input_sets = sets_of_addresses(input_order(shape), per_set)
    filter_per_set = -(-filter_bytes // SETS_PER_MEMORY)
    filter_sets = shape.reduction * shape.filters // filter_per_set + 1
    return stall_cycles(
        input_addresses(shape), offsets, numbers, input_sets,
        _window(input_bytes, per_set, input_sets, words),
        filter_per_set, filter_sets,
        _window(filter_bytes, filter_per_set, filter_sets, words),
        shape.filters, shape.array_rows, shape.array_columns, output_bytes, words,
    )  # fmt: skip


def stalling_shapes(
    layers: Columns, sizes: Mapping[str, Ints], array_rows: Ints, array_columns: Ints
) -> list[Shape]:
    """Return the layers as shapes.

    Args:
        layers: Columns ``H, W, R, S, C, K, stride`` if they are convolutions.
        sizes: Columns m, n and k of the matrix products they amount to.
        array_rows, array_columns: Arrays.

    Raises:
        InputError: The columns contradict each other.
    """
    count = len(sizes["m"])
    names = ("H", "W", "R", "S", "C", "K", "stride")
    if all(name in layers for name in names):
        given = [np.broadcast_to(whole(name, layers[name]), count) for name in names]
    else:
        one = np.ones(count, np.int64)
        given = [sizes["m"], one, one, one, sizes["k"], sizes["n"], one]
    shapes = [
        Shape(*(int(column[index]) for column in (*given, array_rows, array_columns)))
        for index in range(count)
    ]
    for index, shape in enumerate(shapes):
        product = (int(sizes["m"][index]), int(sizes["n"][index]), int(sizes["k"][index]))
        if (shape.pixels, shape.filters, shape.reduction) != product:
            raise InputError(
                f"the convolution of layer {index} is not the matrix product beside it",
                found=f"{shape.pixels} x {shape.reduction} x {shape.filters}",
                allowed=f"{product[0]} x {product[2]} x {product[1]}",
            )
    return shapes


def _window(n_bytes: int, per_set: int, sets: int, words: int) -> Ints:
    """Return the sets in use, the sets fetched ahead, and the cycles of such a fetch."""
    in_use = (n_bytes + 1) // 2
    ahead = n_bytes - in_use
    active = min(-(-in_use // per_set), sets)
    fetched = min(-(-ahead // per_set), sets - active)
    # Every line of words takes a cycle, and the port answers one later.
    return np.array([active, fetched, -(-ahead // words) + 1], np.int64)
