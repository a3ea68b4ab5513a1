"""Which part of a run a timeline shows: two times as people write them."""

from __future__ import annotations

from archsim.errors import InputError
from archsim.units import parse_exact

_FS_PER_S = 10**15
_EXAMPLE = "two times such as '0 s:2 ms'"


def parse_window(text: str) -> tuple[int, int]:
    """Return the start and the end of a window in femtoseconds.

    Args:
        text: Two times with a colon between them, e.g. ``"1 ms:1500 us"``.

    Raises:
        InputError: It is no window.
    """
    first, colon, second = text.partition(":")
    if not colon:
        raise InputError("is not a timeline window", found=repr(text), allowed=_EXAMPLE)
    times = [parse_exact(part.strip(), "time") for part in (first, second)]
    start, end = (round(time * _FS_PER_S) for time in times)
    if not 0 <= start < end:
        raise InputError(
            "a timeline window must end after it starts, and start at 0 s or later",
            found=repr(text),
            allowed=_EXAMPLE,
        )
    return start, end
