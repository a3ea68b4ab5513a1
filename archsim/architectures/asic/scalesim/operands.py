"""Operands of a weight-stationary layer in the order in which SCALE-Sim fetches and reads them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archsim.errors import InputError

Ints = NDArray[np.int64]

LARGEST_OPERAND = 1 << 26


@dataclass(frozen=True, slots=True)
class Shape:
    """One layer on one array.

    Attributes:
        rows, columns: Input image; a matrix product has one column and no overlap of windows.
        filter_rows, filter_columns: Filter.
        channels: Input channels.
        filters: Output channels.
        stride: Stride of both axes.
        array_rows, array_columns: Systolic array.
    """

    rows: int
    columns: int
    filter_rows: int
    filter_columns: int
    channels: int
    filters: int
    stride: int
    array_rows: int
    array_columns: int

    def __post_init__(self) -> None:
        if self.filter_rows > self.rows or self.filter_columns > self.columns:
            raise InputError(
                "a filter is larger than its input",
                found=f"{self.filter_rows} x {self.filter_columns} over {self.rows} x "
                f"{self.columns}",
            )
        largest = self.reduction * max(self.pixels, self.filters)
        if largest > LARGEST_OPERAND:
            raise InputError(
                "an operand is too large to follow element by element",
                found=f"{largest} elements",
                allowed=f"up to {LARGEST_OPERAND}",
            )

    @property
    def output_columns(self) -> int:
        """Columns of the output, one more where the last filter reaches beyond the image."""
        return -(-(self.columns - self.filter_columns) // self.stride) + 1

    @property
    def pixels(self) -> int:
        """Output pixels."""
        return (-(-(self.rows - self.filter_rows) // self.stride) + 1) * self.output_columns

    @property
    def reduction(self) -> int:
        """Inputs of one output."""
        return self.filter_rows * self.filter_columns * self.channels


def input_addresses(shape: Shape) -> Ints:
    """Return the address of every input of every output pixel, shape (pixels, reduction).

    It is -1 beyond the image.
    """
    row, column = np.divmod(np.arange(shape.pixels), shape.output_columns)
    row, column = row * shape.stride, column * shape.stride
    start = (row * shape.columns + column) * shape.channels
    tap_row, rest = np.divmod(np.arange(shape.reduction), shape.filter_columns * shape.channels)
    tap_column, channel = np.divmod(rest, shape.channels)
    inside = (tap_row * shape.columns + tap_column) * shape.channels + channel
    beyond = row[:, None] + tap_row[None, :] >= shape.rows
    beyond |= column[:, None] + tap_column[None, :] >= shape.columns
    return np.where(beyond, -1, start[:, None] + inside[None, :])


def input_order(shape: Shape) -> Ints:
    """Return the addresses of the inputs in the order in which they are fetched.

    Folds of the reduction stand below each other, and the whole is read along diagonals, as the
    array's rows ask for it one after the other.
    """
    addresses = input_addresses(shape)
    taps = np.arange(shape.reduction)
    fold, place = np.divmod(taps, shape.array_rows)
    line = fold[None, :] * shape.pixels + np.arange(shape.pixels)[:, None] + place[None, :]
    key = line * shape.array_rows + place[None, :]
    order = addresses.ravel()[np.argsort(key.ravel(), kind="stable")]
    return np.asarray(order[order >= 0])


def sets_of_addresses(order: Ints, per_set: int) -> tuple[Ints, Ints, int]:
    """Return in which sets of the fetch order each address lies.

    Args:
        order: Addresses as they are fetched.
        per_set: Elements of a set.

    Returns:
        CSR offsets by address, set numbers, and the number of sets.
    """
    sets = np.arange(len(order)) // per_set
    count = len(order) // per_set + 1
    pairs = np.unique(order * count + sets)
    address, number = np.divmod(pairs, count)
    offsets = np.searchsorted(address, np.arange(int(order.max()) + 2)).astype(np.int64)
    return offsets, number.astype(np.int64), count
