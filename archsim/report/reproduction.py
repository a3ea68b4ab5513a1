"""What ``archsim reproduce`` prints of a paper: each published figure, predictions counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from archsim.report.tables import heading, percent, plain_table

_VERDICT_STYLES = {"reproduced": "green", "deviates": "red", "not comparable": "yellow"}
_PREDICTION = "prediction"
_IN_WORDS = {
    "reproduced": "reproduced",
    "deviates": "deviating",
    "not comparable": "not comparable",
    _PREDICTION: "predicted",
}

_Row = Mapping[str, object]


def reproduction(title: str, rows: Sequence[_Row]) -> Iterator[RenderableType]:
    """Yield the published figures of one paper by configuration, verdicts counted, and causes.

    Predictions have nothing to be held against, so they are counted by item.

    Args:
        title: The paper's.
        rows: As of ``archsim.papers.Row.to_dict``.
    """
    yield heading(title)
    counts = Counter(str(row["verdict"]) for row in rows)
    told = (f"{counts[name]} {word}" for name, word in _IN_WORDS.items() if counts[name])
    yield Text("  " + ", ".join(told))
    by_configuration: dict[str, list[_Row]] = {}
    for row in rows:
        if row["verdict"] != _PREDICTION:
            by_configuration.setdefault(str(row["configuration"]), []).append(row)
    for configuration, compared in by_configuration.items():
        yield from (Text(), Padding(Text(configuration, style="bold"), (0, 0, 0, 2)))
        yield _figures(compared)
    yield from _causes(rows)
    predicted = Counter(str(row["item"]) for row in rows if row["verdict"] == _PREDICTION)
    if predicted:
        yield from (Text(), Text("  Predictions, which nothing is published for", style="bold"))
        yield plain_table(
            [("figures", "right"), ("item", "left")],
            ([str(count), item] for item, count in predicted.items()),
        )
    yield Text()


def _figures(rows: Sequence[_Row]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), expand=True)
    table.add_column("")
    table.add_column(Text("item", style="dim"), ratio=1)
    for name in ("published", "measured", "off by"):
        table.add_column(Text(name, style="dim"), justify="right", no_wrap=True)
    table.add_column(Text("verdict", style="dim"), no_wrap=True)
    for row in rows:
        deviation, verdict = row["deviation"], str(row["verdict"])
        table.add_row(
            "",
            Text(str(row["item"])),
            _number(row["published"]),
            _number(row["measured"]),
            percent(deviation if isinstance(deviation, float) else None, signed=True),
            Text(verdict, style=_VERDICT_STYLES.get(verdict, "")),
        )
    return table


def _causes(rows: Sequence[_Row]) -> Iterator[RenderableType]:
    causes: dict[str, list[str]] = {}
    for row in rows:
        if row["cause"] and row["verdict"] != _PREDICTION:
            causes.setdefault(str(row["cause"]), []).append(str(row["item"]))
    if causes:
        yield from (Text(), Text("  Why", style="bold"))
    for cause, items in causes.items():
        text = Text(", ".join(dict.fromkeys(items)), style="dim").append(f": {cause}")
        yield Padding(text, (0, 0, 0, 2))


def _number(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, int | float) else "-"
