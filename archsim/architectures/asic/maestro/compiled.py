"""Compilation with Numba, kept apart so that types survive it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Return a function compiled to machine code, kept on disk between runs.

    Integer division by zero is not checked for: callers pass positive divisors.
    """
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
