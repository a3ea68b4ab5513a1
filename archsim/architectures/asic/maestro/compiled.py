"""Compilation with Numba, kept apart so that types survive it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Return a function compiled to machine code, kept on disk between runs.

    Integer division by zero is not checked for: callers pass positive divisors. The cache notices
    a change of the function's own file only, so a loop stands in the file of what it loops over.
    """
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
