"""The two tables of a result: fixed columns, three cell types, no missing values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from archsim.errors import SimulationError

if TYPE_CHECKING:
    import pandas as pd

CellType = Literal["number", "integer", "boolean", "text"]
"""Cell types a result table may hold: float64, int64, bool and text."""

JsonCell = float | int | bool | str
JsonTable = dict[str, object]


def normalise(frame: pd.DataFrame, required: Sequence[str], table: str) -> pd.DataFrame:
    """Return ``frame`` with the required columns first, plain dtypes and a range index.

    Args:
        frame: The table as an architecture built it.
        required: Columns that must be there.
        table: Name of the table, for messages.

    Raises:
        SimulationError: A column is missing or doubled, or a cell is missing, infinite or of a
            type that a result cannot hold.
    """
    missing = [column for column in required if column not in frame.columns]
    if missing:
        raise SimulationError(f"the {table} table lacks the column {missing[0]!r}")
    if not frame.columns.is_unique:
        raise SimulationError(f"the {table} table has two columns of the same name")
    order = [*required, *(column for column in frame.columns if column not in required)]
    return table_from_columns(
        {str(name): (cell_type(frame[name], table), frame[name].tolist()) for name in order}, table
    )


def cell_type(column: pd.Series, table: str) -> CellType:
    """Return the cell type of a column, judged by its dtype and, for objects, its cells."""
    import pandas as pd

    if pd.api.types.is_bool_dtype(column.dtype):
        return "boolean"
    if pd.api.types.is_integer_dtype(column.dtype):
        return "integer"
    if pd.api.types.is_float_dtype(column.dtype):
        return "number"
    if all(isinstance(cell, str) for cell in column):
        return "text"
    raise SimulationError(f"column {column.name!r} of the {table} table is not of one plain type")


def table_from_columns(
    columns: Mapping[str, tuple[CellType, Sequence[JsonCell]]], table: str
) -> pd.DataFrame:
    """Build a frame from typed columns of equal length; refuse NaN and infinities."""
    import numpy as np
    import pandas as pd

    data: dict[str, object] = {}
    for name, (kind, cells) in columns.items():
        if kind == "text":
            data[name] = pd.Series(list(cells), dtype="str")
            continue
        dtype = {"number": "float64", "integer": "int64", "boolean": "bool"}[kind]
        values = np.asarray(cells, dtype=np.dtype(dtype))
        if kind == "number" and not np.isfinite(values).all():
            raise SimulationError(f"column {name!r} of the {table} table holds NaN or infinity")
        data[name] = values
    return pd.DataFrame(data)


def to_json(frame: pd.DataFrame, table: str) -> JsonTable:
    """Return ``{"types": {column: cell type}, "columns": {column: [cells]}}``."""
    names = [str(name) for name in frame.columns]
    return {
        "types": {name: cell_type(frame[name], table) for name in names},
        "columns": {name: frame[name].tolist() for name in names},
    }


def from_json(data: object, required: Sequence[str], table: str) -> pd.DataFrame:
    """Rebuild the exact frame that ``to_json`` wrote.

    Raises:
        SimulationError: The data does not have that shape.
    """
    if not isinstance(data, dict) or set(data) != {"types", "columns"}:
        raise SimulationError(f"{table} must be a mapping with the keys 'types' and 'columns'")
    types, columns = data["types"], data["columns"]
    if not isinstance(types, dict) or not isinstance(columns, dict) or list(types) != list(columns):
        raise SimulationError(f"{table}.types and {table}.columns must name the same columns")
    missing = [name for name in required if name not in columns]
    if missing:
        raise SimulationError(f"the {table} table lacks the column {missing[0]!r}")
    typed: dict[str, tuple[CellType, Sequence[JsonCell]]] = {}
    length: int | None = None
    for name, kind in types.items():
        cells = columns[name]
        if kind not in ("number", "integer", "boolean", "text"):
            raise SimulationError(
                f"column {name!r} of the {table} table has the unknown type {kind!r}"
            )
        if not isinstance(cells, list) or not all(_fits(cell, kind) for cell in cells):
            raise SimulationError(
                f"column {name!r} of the {table} table must be a list of type {kind}"
            )
        if length is not None and len(cells) != length:
            raise SimulationError(f"the columns of the {table} table differ in length")
        length = len(cells)
        typed[name] = (kind, cells)
    return table_from_columns(typed, table)


def _fits(cell: object, kind: str) -> bool:
    if kind == "text":
        return isinstance(cell, str)
    if kind == "boolean":
        return isinstance(cell, bool)
    if isinstance(cell, bool):
        return False
    if kind == "integer":
        return isinstance(cell, int) and -(2**63) <= cell < 2**63
    return isinstance(cell, float)
