"""Large tables in a page: one compact array per column, which the page's script unpacks."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Role = Literal["design", "parameter", "state", "front", "metric", "reason"]
Exact = str | int | float

BYTES_ALLOWED = 6_500_000
"""Most bytes of all arrays together: in base64 a page with plotly's script stays below 15 MB."""

_FEW = 256


@dataclass(frozen=True, slots=True)
class PackedColumn:
    """A column as the page reads it.

    Attributes:
        name: Its heading.
        role: What it is for.
        form: Type of the array: ``u8``, ``u16``, ``u32``, ``f32`` or ``f64``, little-endian.
        data: The array in base64: values, or positions in ``exact``.
        texts: Levels as shown; ``None`` for plain numbers.
        exact: Levels as exported.
        goal: ``"minimise"``, ``"maximise"`` or empty.
        unit: Unit as shown.
        scale: What numbers are divided by before they are shown.
    """

    name: str
    role: Role
    form: str
    data: str
    texts: tuple[str, ...] | None = None
    exact: tuple[Exact | None, ...] | None = None
    goal: str = ""
    unit: str = ""
    scale: float = 1.0

    def to_dict(self) -> dict[str, object]:
        """Return JSON data."""
        return asdict(self)


def level_column(
    name: str,
    role: Role,
    levels: Sequence[int] | NDArray[np.int64],
    texts: Sequence[str],
    exact: Sequence[Exact],
) -> PackedColumn:
    """Return a column of few different values.

    Args:
        name: Its heading.
        role: What it is for.
        levels: Position of each row's value, shape (rows,).
        texts: Values as shown.
        exact: Values as exported.
    """
    form, data = _whole_numbers(levels, len(texts))
    return PackedColumn(name, role, form, data, tuple(texts), tuple(exact))


def number_column(
    name: str,
    role: Role,
    values: NDArray[np.float64],
    *,
    form: Literal["f32", "f64"] = "f64",
    goal: str = "",
    unit: str = "",
    scale: float = 1.0,
) -> PackedColumn:
    """Return a column of numbers; NaN is an absent one.

    Args:
        name: Its heading.
        role: What it is for.
        values: Shape (rows,).
        form: Precision of many different values; few are kept exactly in any case.
        goal: ``"minimise"``, ``"maximise"`` or empty.
        unit: Unit as shown.
        scale: What to divide by before showing.
    """
    import numpy as np

    distinct, codes = np.unique(values, return_inverse=True)
    if len(distinct) <= min(_FEW, len(values) // 4):
        packed_form, data = _whole_numbers(codes.reshape(-1), len(distinct))
        exact = tuple(None if np.isnan(item) else float(item) for item in distinct)
        return PackedColumn(name, role, packed_form, data, None, exact, goal, unit, scale)
    data = _base64(values.astype("<f4" if form == "f32" else "<f8"))
    return PackedColumn(name, role, form, data, None, None, goal, unit, scale)


def row_numbers(name: str, role: Role, numbers: NDArray[np.int64]) -> PackedColumn:
    """Return a column of whole numbers from 0, one per row."""
    import numpy as np

    return PackedColumn(name, role, "u32", _base64(np.asarray(numbers).astype("<u4")))


def _whole_numbers(values: Sequence[int] | NDArray[np.int64], count: int) -> tuple[str, str]:
    import numpy as np

    bits = 8 if count <= 2**8 else 16 if count <= 2**16 else 32
    return f"u{bits}", _base64(np.asarray(values).astype(f"<u{bits // 8}"))


def _base64(array: NDArray[np.generic]) -> str:
    return base64.b64encode(array.tobytes()).decode("ascii")
