"""``compiled``, ``uncounted`` and ``inlined``: Numba's nopython compiler with a typed face.

With ``NUMBA_DISABLE_JIT=1`` the functions themselves run: slow, but they can be stepped through.
Machine code is kept on disk per file; who edits a rule deletes the ``__pycache__`` folder, because
the controller's own file does not change with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Compile a function on first use, cached on disk, running without the interpreter lock."""
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def uncounted(function: Function) -> Function:
    """Compile a function that does not count the users of its arrays; it must not make any.

    Functions compiled into each other would otherwise count the users of every array they hand
    on, by atomic additions: those took two thirds of the controller's time.
    """
    # Numba's own option, beside its public ones, for code without its memory manager.
    options: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
    return cast(Function, numba.njit(**options)(function))


def inlined(function: Function) -> Function:
    """Compile a function into its callers: a call would hand over several arrays each time."""
    decorate = numba.njit(cache=True, nogil=True, error_model="numpy", inline="always")
    return cast(Function, decorate(function))
