"""Reader of request lists: CSV files with the columns ``seq_len[,ch_idx]``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from archsim.errors import InputError, closest
from archsim.paths import is_file, path_exists

MAX_ROWS = 65_536
"""Most requests a file may hold."""

MAX_TOKENS = 4_194_304
"""Longest request."""

MAX_CHANNEL = 65_535
"""Largest channel index."""

_MAX_LINE = 1_000
_COLUMNS = ("seq_len", "ch_idx")


@dataclass(frozen=True)
class RequestList:
    """What a request file says.

    Attributes:
        tokens: Length of each request.
        channels: Memory channel of each request; ``None`` without a ``ch_idx`` column.
    """

    tokens: tuple[int, ...]
    channels: tuple[int, ...] | None


def read_request_csv(path: Path) -> RequestList:
    """Read a request list, one line at a time.

    The first line names the columns: ``seq_len`` or ``seq_len,ch_idx``. Blank lines at the end
    and a byte-order mark are allowed.

    Args:
        path: The file.

    Raises:
        InputError: The file or one of its lines is not as described; names file and line.
    """
    if not is_file(path):
        problem = "is not a regular file" if path_exists(path) else "does not exist"
        raise InputError(f"the request list {problem}", found=str(path))
    rows: list[tuple[int, ...]] = []
    columns = 0
    blank = 0
    number = 0
    try:
        with path.open(encoding="utf-8-sig", newline=None) as lines:
            while line := lines.readline(_MAX_LINE):
                number += 1
                where = f"{path}:{number}"
                if len(line) >= _MAX_LINE:
                    raise InputError(f"line is longer than {_MAX_LINE} characters", where=where)
                if not line.strip():
                    blank = blank or number
                    continue
                if blank:
                    raise InputError("blank line between requests", where=f"{path}:{blank}")
                fields = [part.strip() for part in line.split(",")]
                if columns == 0:
                    columns = _header(fields, where)
                    continue
                rows.append(_row(fields, columns, where))
                if len(rows) > MAX_ROWS:
                    raise InputError(f"more than {MAX_ROWS} requests", where=where)
    except UnicodeDecodeError as error:
        raise InputError("the request list is not UTF-8 text", found=str(path)) from error
    except OSError as error:
        raise InputError(f"cannot read the request list: {error.strerror}") from error
    if not rows:
        raise InputError("the request list has no requests", found=str(path))
    channels = tuple(row[1] for row in rows) if columns == 2 else None
    return RequestList(tuple(row[0] for row in rows), channels)


def _header(fields: list[str], where: str) -> int:
    if fields not in (["seq_len"], ["seq_len", "ch_idx"]):
        unknown = next((name for name in fields if name not in _COLUMNS), "")
        raise InputError(
            "the first line must name the columns",
            where=where,
            found=repr(",".join(fields)),
            allowed="'seq_len' or 'seq_len,ch_idx'",
            suggestion=closest(unknown, _COLUMNS) if unknown else "",
        )
    return len(fields)


def _row(fields: list[str], columns: int, where: str) -> tuple[int, ...]:
    if len(fields) != columns:
        raise InputError(
            "wrong number of columns", where=where, found=str(len(fields)), allowed=str(columns)
        )
    bounds = ((1, MAX_TOKENS), (0, MAX_CHANNEL))
    return tuple(
        _whole_number(text, name, low, high, where)
        for text, name, (low, high) in zip(fields, _COLUMNS, bounds, strict=False)
    )


def _whole_number(text: str, name: str, low: int, high: int, where: str) -> int:
    plain = re.fullmatch(r"[+-]?[0-9]{1,18}", text)
    if plain is None or not low <= int(text) <= high:
        raise InputError(
            f"{name} is not a whole number in range",
            where=where,
            found=repr(text[:40]),
            allowed=f"{low} to {high}",
        )
    return int(text)
