"""Building blocks of everything printed: an 80-column console, plain tables, bars.

Boxes and bars fall back to ASCII where the output's encoding is not UTF-8.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from archsim.result import MetricDeclaration

WIDTH = 80


def make_console(stream: TextIO) -> Console:
    """Return a console as wide as the terminal, and 80 columns wide in files and pipes."""
    console = Console(file=stream, highlight=False, soft_wrap=False, emoji=False, markup=False)
    if not console.is_terminal:
        console.width = WIDTH
    return console


@dataclass(frozen=True)
class Bar:
    """A horizontal bar for a share of a whole, drawn in eighths of a column.

    Attributes:
        share: Part of the whole; drawn within 0 and 1.
        columns: Length of a full bar.
    """

    share: float
    columns: int = 20

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text(bar_text(self.share, self.columns, ascii_only=options.ascii_only), style="cyan")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(self.columns, self.columns)


def bar_text(share: float, columns: int, *, ascii_only: bool) -> str:
    """Return the characters of a bar without trailing blanks."""
    part = min(max(share, 0.0), 1.0) * columns
    if ascii_only:
        return "#" * round(part)
    full, eighths = divmod(round(part * 8), 8)
    return "█" * full + ("▏▎▍▌▋▊▉"[eighths - 1] if eighths else "")


def heading(text: str) -> Text:
    """Return a section heading."""
    return Text(text, style="bold")


def plain_table(
    columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[RenderableType]]
) -> Table:
    """Return a borderless table, indented by two.

    Args:
        columns: Heading and alignment (``"left"`` or ``"right"``) of each column.
        rows: Cells, one per column; text cells are taken literally.
    """
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=any(name for name, _ in columns))
    table.add_column("")
    for number, (name, alignment) in enumerate(columns):
        right = alignment == "right"
        table.add_column(
            Text(name, style="dim"),
            justify="right" if right else "left",
            no_wrap=right or number == 0,
            overflow="fold",
        )
    for row in rows:
        table.add_row("", *(Text(cell) if isinstance(cell, str) else cell for cell in row))
    return table


def units_of(declarations: Iterable[MetricDeclaration]) -> dict[str, str]:
    """Return metric name to unit."""
    return {item.name: item.unit for item in declarations}


def percent(share: float | None, *, signed: bool = False) -> str:
    """Return a share as a percentage with one decimal; an absent one is a dash."""
    if share is None:
        return "-"
    return f"{share:+.1%}" if signed else f"{share:.1%}"


def print_all(stream: TextIO, parts: Iterable[RenderableType]) -> None:
    """Print renderables one below the other; files and pipes get no trailing blanks.

    A text marked ``no_wrap`` is printed on one line, however long.
    """
    console = make_console(stream)
    if console.is_terminal:
        _print_each(console, parts)
        return
    with console.capture() as captured:
        _print_each(console, parts)
    stream.write("".join(f"{line.rstrip()}\n" for line in captured.get().split("\n")[:-1]))


def _print_each(console: Console, parts: Iterable[RenderableType]) -> None:
    for part in parts:
        console.print(part, soft_wrap=isinstance(part, Text) and bool(part.no_wrap))
