"""Checked number arguments for the blocks: scalars or arrays in, integer or float arrays out."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archsim.errors import InputError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_MAX_COUNT = 2**62


def whole(name: str, values: ArrayLike, minimum: int = 1) -> Ints:
    """Return ``values`` as int64, refusing anything that is not a whole number >= ``minimum``.

    Args:
        name: What the numbers are, for the message.
        values: Scalar or array.
        minimum: Smallest allowed value.

    Raises:
        InputError: For booleans, text, fractions, NaN, infinities and numbers out of range.
    """
    one: object = values
    # Most calls are about one number, which needs no array to be checked.
    if type(one) is int and minimum <= one <= _MAX_COUNT:
        return np.asarray(one, dtype=np.int64)
    array = np.asarray(values)
    allowed = f"whole numbers >= {minimum}"
    if array.dtype.kind not in "iuf":
        raise InputError("not a number", key=name, found=repr(values), allowed=allowed)
    with np.errstate(invalid="ignore"):
        bad = ~(np.isfinite(array) & (array >= minimum) & (array <= _MAX_COUNT))
        bad |= array != np.floor(array)
    if bad.any():
        raise InputError("out of range", key=name, found=_first(array, bad), allowed=allowed)
    return array.astype(np.int64)


def real(name: str, values: ArrayLike, *, zero: bool = False) -> Floats:
    """Return ``values`` as float64, refusing anything not finite and positive.

    Args:
        name: What the numbers are, for the message.
        values: Scalar or array.
        zero: Whether zero is allowed.

    Raises:
        InputError: For booleans, text, NaN, infinities and numbers out of range.
    """
    array = np.asarray(values)
    allowed = "finite numbers >= 0" if zero else "finite numbers > 0"
    if array.dtype.kind not in "iuf":
        raise InputError("not a number", key=name, found=repr(values), allowed=allowed)
    bad = ~(np.isfinite(array) & ((array >= 0) if zero else (array > 0)))
    if bad.any():
        raise InputError("out of range", key=name, found=_first(array, bad), allowed=allowed)
    return array.astype(np.float64)


def ceil_div(numerator: Ints, denominator: Ints) -> Ints:
    """Divide whole numbers, rounding up."""
    return np.asarray(-(-numerator // denominator), dtype=np.int64)


def product(name: str, *factors: Ints) -> Ints:
    """Multiply counts exactly.

    Raises:
        InputError: If a product would leave the 64-bit range, instead of wrapping around.
    """
    total = np.asarray(1, dtype=np.int64)
    size = np.asarray(1.0)
    for factor in factors:
        total = np.asarray(total * factor, dtype=np.int64)
        size = np.asarray(size * factor.astype(np.float64))
    if np.any(size > _MAX_COUNT):
        raise InputError(
            "too large to count exactly",
            key=name,
            found=f"{np.max(size):.3g}",
            allowed="up to 4.6e18",
        )
    return total


def _first(array: NDArray[np.generic], bad: NDArray[np.bool_]) -> str:
    return repr(np.atleast_1d(array)[np.atleast_1d(bad)][0].item())
