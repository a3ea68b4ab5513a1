"""Columns of designs, as ``Architecture.evaluate_batch`` takes them: checked, and made distinct."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from archsim.errors import InputError

Columns = Mapping[str, NDArray[np.generic]]


def hardware_columns(columns: Columns) -> dict[str, NDArray[np.generic]]:
    """Return the columns as arrays, their keys without the prefix ``hardware.``."""
    return {key.removeprefix("hardware."): np.asarray(value) for key, value in columns.items()}


def common_length(columns: Columns) -> int:
    """Return how many designs there are.

    Raises:
        InputError: There is no column, one is not flat, or they differ in length.
    """
    shapes = {key: value.shape for key, value in columns.items()}
    if not shapes or any(len(shape) != 1 for shape in shapes.values()):
        raise InputError("designs need at least one column, each a flat array")
    if len(set(shapes.values())) != 1:
        found = ", ".join(f"{key}: {shape[0]}" for key, shape in shapes.items())
        raise InputError("columns of designs differ in length", found=found)
    return int(next(iter(shapes.values()))[0])


def value_at(column: NDArray[np.generic], place: int) -> object:
    """Return one value of a column as a Python object."""
    return column[place : place + 1].tolist()[0]


def levels_of(values: NDArray[np.generic]) -> tuple[list[object], NDArray[np.intp]]:
    """Return the distinct values of a column as Python objects, and which one each design has.

    Values of different types are different: true is not 1.
    """
    if values.dtype == object:
        found: dict[tuple[type, object], int] = {}
        items = values.tolist()
        codes = [found.setdefault((type(item), item), len(found)) for item in items]
        return [item for _, item in found], np.array(codes, dtype=np.intp)
    import pandas as pd

    which, distinct = pd.factorize(values, use_na_sentinel=False)
    return np.asarray(distinct).tolist(), which


def combinations(
    codes: Sequence[NDArray[np.intp]], count: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return one design of each distinct combination of codes, and which one each design is.

    Args:
        codes: Small whole numbers, e.g. from ``levels_of``, each of shape (count,).
        count: Designs.
    """
    import pandas as pd

    which = np.zeros(count, dtype=np.intp)
    for code in codes:
        which, _ = pd.factorize(which * (int(code.max(initial=0)) + 1) + code)
    first = np.zeros(int(which.max(initial=-1)) + 1, dtype=np.intp)
    first[which[::-1]] = np.arange(count - 1, -1, -1)
    return first, which


def distinct_rows(columns: Columns, count: int) -> tuple[list[dict[str, object]], NDArray[np.intp]]:
    """Return the distinct combinations of the columns, and which one each design is.

    Args:
        columns: Arrays of shape (count,); none at all means one empty combination.
        count: Designs.
    """
    code = np.zeros(count, dtype=np.int64)
    for value in columns.values():
        levels, inverse = np.unique(value, return_inverse=True)
        code = code * len(levels) + inverse
        _, code = np.unique(code, return_inverse=True)
    _, first, which = np.unique(code, return_index=True, return_inverse=True)
    rows = [{key: value_at(value, int(index)) for key, value in columns.items()} for index in first]
    return rows, which
