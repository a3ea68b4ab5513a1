"""Layers as columns: what many layers look like to the vectorised functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archsim.architectures.asic.maestro.layers import (
    LARGEST_EXTENT,
    LARGEST_MACS,
    LAYER_TYPES,
    Layer,
)
from archsim.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

Columns: TypeAlias = "Mapping[str, ArrayLike] | pd.DataFrame"
"""Layers as a user gives them: a DataFrame, or a mapping of scalars and arrays."""

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

EXTENT_COLUMNS = ("K", "C", "R", "S", "Y", "X", "stride")


@dataclass(frozen=True, eq=False)
class LayerTable:
    """Layers by column, every column of shape (layers,).

    Attributes:
        type_names: Layer types that occur, as in ``LAYER_TYPES``.
        type_codes: Index into them; int64, as every column.
        K, C, R, S, Y, X, stride: As in ``Layer``.
    """

    type_names: tuple[str, ...]
    type_codes: Ints
    K: Ints
    C: Ints
    R: Ints
    S: Ints
    Y: Ints
    X: Ints
    stride: Ints

    def __len__(self) -> int:
        return len(self.type_codes)

    @property
    def depthwise(self) -> Bools:
        """Whether each layer is depthwise."""
        known = np.array([LAYER_TYPES[name] for name in self.type_names], np.bool_)
        if len(known) == 1:
            return np.full(len(self), known[0])
        return np.asarray(known[self.type_codes])

    @property
    def filters(self) -> Ints:
        """Output channels that share an input: K, or 1 for a depthwise layer."""
        return np.where(self.depthwise, 1, self.K)

    def layer(self, index: int) -> Layer:
        """Return one layer."""
        extents = (int(getattr(self, name)[index]) for name in EXTENT_COLUMNS)
        return Layer(self.type_names[self.type_codes[index]], *extents)

    def take(self, indices: NDArray[np.intp]) -> LayerTable:
        """Return some layers, in the order asked for."""
        columns = (getattr(self, name)[indices] for name in ("type_codes", *EXTENT_COLUMNS))
        return LayerTable(self.type_names, *columns)


def layer_table(layers: Columns) -> LayerTable:
    """Return layers given by columns, checked.

    Args:
        layers: ``type, K, C, R, S, Y, X`` and optionally ``stride``: a DataFrame, or a mapping of
            scalars and arrays of equal length.

    Raises:
        InputError: A column is missing or a layer impossible; the message names the first one.
        UnknownNameError: There is no such layer type.
    """
    missing = [name for name in ("type", *EXTENT_COLUMNS[:-1]) if name not in layers]
    if missing:
        raise InputError(
            "layers need the columns type, K, C, R, S, Y and X",
            found=f"no {', '.join(missing)}",
        )
    given: dict[str, ArrayLike] = {
        **{name: layers[name] for name in EXTENT_COLUMNS[:-1]},
        "stride": layers.get("stride", 1),
    }
    columns = {name: np.asarray(value) for name, value in given.items()}
    kinds = np.asarray(layers["type"], dtype=object)
    shapes = [value.shape for value in columns.values()] + [kinds.shape]
    longest = max((shape[0] for shape in shapes if shape), default=1)
    if any(len(shape) > 1 or (shape and shape[0] not in (1, longest)) for shape in shapes):
        raise InputError("columns of layers differ in length", found=str(shapes))
    whole = {
        name: np.ascontiguousarray(np.broadcast_to(_whole(name, value), longest))
        for name, value in columns.items()
    }
    names, codes = _types(kinds, longest)
    table = LayerTable(names, codes, **whole)
    _check(table)
    return table


def table_of(layers: Sequence[Layer]) -> LayerTable:
    """Return checked layers as columns."""
    names = tuple(dict.fromkeys(layer.type for layer in layers))
    codes = np.array([names.index(layer.type) for layer in layers], np.int64)
    columns = (
        np.array([getattr(layer, name) for layer in layers], np.int64) for name in EXTENT_COLUMNS
    )
    return LayerTable(names, codes, *columns)


def _types(kinds: NDArray[np.object_], count: int) -> tuple[tuple[str, ...], Ints]:
    import pandas as pd

    codes, found = pd.factorize(np.atleast_1d(kinds))
    names = tuple(str(name) for name in found.tolist())
    for name in names:
        if name not in LAYER_TYPES:
            raise UnknownNameError("layer type", name, LAYER_TYPES, key="type")
    if (codes < 0).any():
        raise UnknownNameError("layer type", "none", LAYER_TYPES, key="type")
    return names, np.ascontiguousarray(np.broadcast_to(codes.astype(np.int64), count))


def _whole(name: str, given: NDArray[np.generic]) -> Ints:
    if given.dtype.kind not in "iuf":
        raise InputError("extents of a layer are whole numbers", key=name, found=str(given.dtype))
    # Whole numbers are compared as such: a conversion of a million of them costs time.
    values: NDArray[np.float64] | Ints = (
        given.astype(np.float64) if given.dtype.kind == "f" else given.astype(np.int64)
    )
    with np.errstate(invalid="ignore"):
        bad = ~((values >= 1) & (values <= LARGEST_EXTENT))
        if values.dtype.kind == "f":
            bad |= values != np.floor(values)
    if bad.any():
        raise InputError(
            f"extents of a layer are whole numbers (layer {int(np.argmax(bad))})",
            key=name,
            found=repr(values.ravel()[int(np.argmax(bad))].item()),
            allowed=f"1 to {LARGEST_EXTENT}",
        )
    return values.astype(np.int64)


def _check(table: LayerTable) -> None:
    """Let ``Layer`` say what is wrong with the first layer that breaks a rule over columns."""
    bad = (table.R > table.Y) | (table.S > table.X) | (table.depthwise & (table.K != 1))
    # In floating point: the product of many large extents would wrap around.
    size = table.filters.astype(np.float64) * table.C * (table.R * table.S) * (table.Y * table.X)
    bad |= size > LARGEST_MACS
    for index in np.flatnonzero(bad).tolist():
        try:
            table.layer(index)
        except InputError as error:
            raise error.located(f"layer {index}") from None
