"""``KernelTable``: GPU kernels by column, read from a data frame and checked once."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.gpu.gemm import FP32, HALF, TF32
from archsim.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

Float64Array = NDArray[np.float64]
Int64Array = NDArray[np.int64]
TextArray = NDArray[np.str_]
Value = TypeVar("Value", str, int, float)

DTYPES: dict[str, int] = {"fp16": HALF, "bf16": HALF, "tf32": TF32, "fp32": FP32}
"""Number formats and the rates they run at."""

KERNELS: dict[str, tuple[str, ...]] = {
    "gemm": ("fp16", "bf16", "tf32", "fp32"),
    "gemv_qk": ("fp16", "bf16"),
    "gemv_sv": ("fp16", "bf16"),
    "sdpa": ("fp16", "bf16"),
    "sdpa_prefill": ("fp16", "bf16"),
    "copy": ("fp16", "bf16", "fp32"),
    "add": ("fp16", "bf16", "fp32"),
    "gelu": ("fp16", "bf16", "fp32"),
    "softmax": ("fp16", "bf16", "fp32"),
    "layernorm": ("fp16", "bf16", "fp32"),
    "tiled": ("fp32",),
    "encode3d": ("fp16",),
    "mlp2hidden": ("fp16", "bf16"),
    "fused_mlp": ("fp16", "bf16"),
    "layer": ("fp16", "bf16"),
}
"""Kernels, and the number formats each is modelled for."""

COLUMNS = ("kernel", "dtype", "batch", "m", "n", "k")
"""Columns that a table must have; ``extra`` may be left out."""

LARGEST = 2**40
MOST_ELEMENTS = 2**62


@dataclass(frozen=True)
class KernelTable:
    """Kernels by column; every array has shape (kernels,).

    Attributes:
        kernel: One of ``KERNELS``.
        dtype: Number format.
        precision: ``HALF``, ``TF32`` or ``FP32``.
        batch: Independent instances.
        m: First size; what it means depends on the kernel.
        n: Second size.
        k: Third size.
        extra: ``key=value`` pairs joined by semicolons.
    """

    kernel: TextArray
    dtype: TextArray
    precision: Int64Array
    batch: Int64Array
    m: Int64Array
    n: Int64Array
    k: Int64Array
    extra: TextArray

    def __len__(self) -> int:
        return len(self.kernel)

    def where(self, mask: NDArray[np.bool_]) -> KernelTable:
        """Return the rows that a mask of shape (kernels,) picks."""
        return KernelTable(
            self.kernel[mask], self.dtype[mask], self.precision[mask], self.batch[mask],
            self.m[mask], self.n[mask], self.k[mask], self.extra[mask],
        )  # fmt: skip

    def volume(self) -> Float64Array:
        """Return batch x m x n x k, shape (kernels,)."""
        volume: Float64Array = self.batch.astype(np.float64) * self.m * self.n * self.k
        return volume

    def option(self, key: str, default: str | None = None) -> TextArray:
        """Return one value of ``extra`` for every row, shape (kernels,).

        Args:
            key: Name of the option, e.g. ``"tile"``.
            default: Value of rows without it; None makes that an error.

        Raises:
            InputError: A row lacks the option.
        """

        def value_in(text: str) -> str:
            value = _options(text).get(key, default)
            if value is None:
                kernel = self.kernel[self.extra == text][0]
                raise InputError(
                    f"kernel {kernel} needs {key}=... in the column extra", found=repr(text)
                )
            return value

        return each(self.extra, value_in).astype(np.str_)

    def whole_option(self, key: str, default: int | None = None) -> Int64Array:
        """Return a whole-number option of every row, shape (kernels,).

        Raises:
            InputError: A row lacks the option, or it is no whole number of at least 1.
        """
        texts = self.option(key, None if default is None else str(default))

        def number(text: str) -> int:
            if not (text.isdecimal() and int(text) > 0):
                raise InputError(
                    f"option {key} in the column extra",
                    found=repr(text),
                    allowed="a whole number of at least 1",
                )
            return int(text)

        return each(texts, number).astype(np.int64)


def distinct(texts: TextArray) -> list[str]:
    """Return the distinct texts, sorted; cheap where there is only one."""
    if len(texts) and np.all(texts == texts[0]):
        return [str(texts[0])]
    found: list[str] = np.unique(texts).tolist()
    return found


def each(texts: TextArray, function: Callable[[str], Value]) -> NDArray[np.generic]:
    """Return a function of every text, called once for each distinct one; shape as given."""
    found = {text: function(text) for text in distinct(texts)}
    if len(found) == 1:
        return np.full(len(texts), next(iter(found.values())))
    return np.array([found[text] for text in texts.tolist()])


def _options(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in text.split(";") if part]
    for key, separator, value in pairs:
        if not (key and separator and value):
            raise InputError(
                "column extra", found=repr(text), allowed="key=value pairs joined by semicolons"
            )
    return {key.strip(): value.strip() for key, _, value in pairs}


def read_table(frame: pd.DataFrame) -> KernelTable:
    """Check a data frame and return its kernels.

    Args:
        frame: Columns as in ``COLUMNS``, optionally ``extra``; further columns are ignored.

    Raises:
        InputError: It is no data frame, a column is missing, or a value is not allowed.
    """
    columns = getattr(frame, "columns", None)
    if columns is None:
        raise InputError(
            "kernels must be a data frame",
            found=f"an object of type {type(frame).__name__}",
            allowed=f"a pandas DataFrame with the columns {', '.join(COLUMNS)} and extra",
        )
    for name in COLUMNS:
        if name not in columns:
            near = difflib.get_close_matches(name, [str(column) for column in columns], 1)
            raise InputError(
                f"the kernels lack the column {name!r}",
                found=", ".join(str(column) for column in columns) or "no columns",
                suggestion=f"{near[0]!r}" if near else "",
            )
    kernel = _names(frame, "kernel", "kernel", KERNELS)
    dtype = _names(frame, "dtype", "dtype", DTYPES)
    for name, allowed in KERNELS.items():
        bad = dtype[(kernel == name) & ~np.isin(dtype, allowed)]
        if len(bad):
            raise InputError(
                f"kernel {name} is not modelled for this dtype",
                found=repr(str(bad[0])),
                allowed=", ".join(allowed),
            )
    batch, m, n, k = (_sizes(frame, name) for name in ("batch", "m", "n", "k"))
    volume = batch.astype(np.float64) * m * n * k
    if np.any(volume > MOST_ELEMENTS):
        raise InputError(
            "batch x m x n x k of a kernel", found=f"{volume.max():.3g}", allowed="at most 2^62"
        )
    if "extra" in columns:
        given = frame["extra"].to_numpy(dtype=object)
        extra = np.array(["" if text is None or text != text else str(text) for text in given])
    else:
        extra = np.full(len(kernel), "")
    precision = np.array([DTYPES[str(name)] for name in dtype], dtype=np.int64)
    return KernelTable(kernel, dtype, precision, batch, m, n, k, extra.astype(np.str_))


def _names(frame: pd.DataFrame, column: str, what: str, known: Mapping[str, object]) -> TextArray:
    values = frame[column].to_numpy(dtype=object)
    for value in dict.fromkeys(values.tolist()):
        if value not in known:
            raise UnknownNameError(what, str(value), known)
    return values.astype(np.str_)


def _sizes(frame: pd.DataFrame, column: str) -> Int64Array:
    values = frame[column].to_numpy()
    if values.dtype == np.bool_ or not np.issubdtype(values.dtype, np.number):
        raise InputError(
            f"column {column!r}", found=f"values of type {values.dtype}", allowed="whole numbers"
        )
    numbers = values.astype(np.float64)
    bad = ~np.isfinite(numbers) | (numbers < 1) | (numbers > LARGEST) | (numbers % 1 != 0)
    if np.any(bad):
        row = int(np.flatnonzero(bad)[0])
        raise InputError(
            f"column {column!r} in row {row}",
            found=f"{numbers[row]:g}",
            allowed=f"whole numbers from 1 to {LARGEST}",
        )
    return values.astype(np.int64)
