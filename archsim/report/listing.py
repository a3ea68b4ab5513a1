"""The short reports: lists, explanations, verdicts on files and on papers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from archsim.report.tables import heading, percent, plain_table

if TYPE_CHECKING:
    from archsim.api.catalogue import Item
    from archsim.api.checking import Checked
    from archsim.api.explaining import Entry

_VERDICT_STYLES = {"reproduced": "green", "deviates": "red", "not comparable": "yellow"}


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
        yield Text.assemble(verdict, f"{item.file}: {what}", no_wrap=True)


def reproduction(title: str, rows: Sequence[Mapping[str, object]]) -> Iterator[RenderableType]:
    """Yield the rows of one paper, its verdicts counted, and the causes of what deviates."""
    yield heading(title)
    columns = [("item", "left"), ("configuration", "left"), ("published", "right")]
    columns += [("measured", "right"), ("off by", "right"), ("verdict", "left")]
    yield plain_table(columns, (_row(row) for row in rows))
    counts = Counter(str(row["verdict"]) for row in rows)
    yield Text("  " + ", ".join(f"{count} {name}" for name, count in counts.most_common()))
    causes: dict[str, list[str]] = {}
    for row in rows:
        if row["cause"]:
            causes.setdefault(str(row["cause"]), []).append(str(row["item"]))
    for cause, items in causes.items():
        yield Text(f"  {', '.join(dict.fromkeys(items))}: {cause}", style="dim")
    yield Text()


def _row(row: Mapping[str, object]) -> list[RenderableType]:
    deviation = row["deviation"]
    verdict = str(row["verdict"])
    return [
        str(row["item"]),
        str(row["configuration"]),
        _number(row["published"]),
        _number(row["measured"]),
        percent(deviation if isinstance(deviation, float) else None, signed=True),
        Text(verdict, style=_VERDICT_STYLES.get(verdict, "")),
    ]


def _number(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, int | float) else "-"
