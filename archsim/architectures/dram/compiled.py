"""``compiled``: Numba's nopython compiler with a typed face."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Compile a function on first use, cached on disk, running without the interpreter lock.

    With ``NUMBA_DISABLE_JIT=1`` the function itself runs: slow, but it can be stepped through.
    """
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
