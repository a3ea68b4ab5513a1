"""CSV that a spreadsheet shows as it is: no text cell can start a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\n")
"""First characters that spreadsheets take for the start of a formula (OWASP, CSV injection)."""

Cell = str | int | float | bool | None


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return CSV with a header; absent cells are empty, numbers stay numbers.

    Args:
        columns: Header.
        rows: One cell per column each. A text that could start a formula gets an apostrophe in
            front, which spreadsheets don't show; a carriage return, which would end the row
            unquoted, becomes a line feed.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([_harmless(column) for column in columns])
    for row in rows:
        writer.writerow(["" if cell is None else _harmless(cell) for cell in row])
    return buffer.getvalue()


def _harmless(cell: str | float | bool) -> str | float | bool:
    if not isinstance(cell, str):
        return cell
    text = cell.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if text.startswith(STARTS_FORMULA) else text
