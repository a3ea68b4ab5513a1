"""The short reports: lists, explanations, verdicts on files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from archsim.report.tables import plain_table

if TYPE_CHECKING:
    from archsim.api.catalogue import Item
    from archsim.api.checking import Checked
    from archsim.api.explaining import Entry


def listing(what: str, items: Sequence[Item]) -> Iterator[RenderableType]:
    """Yield one line per item."""
    if not items:
        yield Text(f"no {what} yet")
        return
    kinds = len({item.kind for item in items}) > 1
    columns = [("name", "left"), *([("kind", "left")] if kinds else []), ("description", "left")]
    yield plain_table(
        columns,
        (
            [item.name, *([item.kind] if kinds else []), " ".join(item.description.split())]
            for item in items
        ),
    )


def explanation(entries: Sequence[Entry]) -> Iterator[RenderableType]:
    """Yield one block per meaning of a name."""
    for number, entry in enumerate(entries):
        if number:
            yield Text()
        title = Text(entry.name, style="bold").append(f"  {entry.category}", style="dim")
        yield title
        rows = [("unit", entry.unit)] if entry.unit else []
        rows += [("meaning", entry.meaning)] if entry.meaning else []
        yield plain_table([("", "left"), ("", "left")], [*rows, *entry.details])


def verdicts(found: Sequence[Checked]) -> Iterator[RenderableType]:
    """Yield one line per file checked; a problem is printed whole, whatever its length."""
    for item in found:
        verdict = ("bad   ", "red") if item.problem else ("good  ", "green")
        what = item.problem or f"{item.role} {item.name!r}"
        name = item.file if item.file.isprintable() else ascii(item.file)
        yield Text.assemble(verdict, f"{name}: {what}", no_wrap=True)
