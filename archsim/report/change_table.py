"""A waterfall for terminals: how the parts lead from one total to another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.text import Text

from archsim.report.difference import Change
from archsim.report.result_report import figure_text
from archsim.report.tables import plain_table

SHOWN_STEPS = 10
_COLUMNS = 22


@dataclass(frozen=True, slots=True)
class Step:
    """A bar from one level to another, drawn within a frame.

    Attributes:
        start, end: Where it starts and ends.
        reach: What the whole width stands for.
        is_total: Whether it is a total and no change.
    """

    start: float
    end: float
    reach: float
    is_total: bool = False

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text(self.text(ascii_only=options.ascii_only), style=self._style())

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(_COLUMNS, _COLUMNS)

    def text(self, *, ascii_only: bool) -> str:
        """Return the characters: a rise, a fall and a total differ without colour too."""
        low, high = sorted((self._column(self.start), self._column(self.end)))
        first = min(int(low), _COLUMNS - 1)
        length = max(1, round(high) - first)
        rises = self.end >= self.start
        plain = "=" if self.is_total else "+" if rises else "-"
        blocks = "\u2588" if self.is_total else "\u2593" if rises else "\u2591"
        return " " * first + (plain if ascii_only else blocks) * length

    def _column(self, level: float) -> float:
        """Return where a level lies; one beyond the frame, also below 0, lies at its edge."""
        if level <= 0.0:
            return 0.0
        return _COLUMNS * (level / self.reach) if level < self.reach else float(_COLUMNS)

    def _style(self) -> str:
        return "" if self.is_total else "red" if self.end >= self.start else "green"


def change_table(
    label: str,
    changes: Sequence[Change],
    totals: tuple[float, float],
    names: tuple[str, str],
    unit: str,
) -> RenderableType:
    """Return the table: both totals, and between them each part with what it changed.

    Args:
        label: Heading of the parts, e.g. ``"operation"``.
        changes: Parts, largest change first; their differences add up to that of the totals.
        totals: Before and after.
        names: What the two are called.
        unit: Unit of the values.
    """
    columns = [(label, "left"), (names[0], "right"), (names[1], "right"), ("change", "right")]
    shown = list(changes[:SHOWN_STEPS])
    rest = changes[SHOWN_STEPS:]
    level, levels = totals[0], [totals[0]]
    for change in shown:
        level += change.difference
        levels.append(level)
    reach = max(*totals, *levels)
    rows: list[list[RenderableType]] = [
        ["total before", figure_text(totals[0], unit), "", "", Step(0.0, totals[0], reach, True)]
    ]
    for change, start, end in zip(shown, levels, levels[1:], strict=False):
        cells = ["-" if v is None else figure_text(v, unit) for v in (change.before, change.after)]
        rows.append(
            [change.name, *cells, _signed(change.difference, unit), Step(start, end, reach)]
        )
    if rest:
        step = math.fsum(change.difference for change in rest)
        rows.append(
            [f"{len(rest)} more", "", "", _signed(step, unit), Step(level, level + step, reach)]
        )
    change_text = _signed(totals[1] - totals[0], unit)
    after = figure_text(totals[1], unit)
    rows.append(["total after", "", after, change_text, Step(0.0, totals[1], reach, True)])
    return plain_table([*columns, ("", "left")], rows)


def _signed(value: float, unit: str) -> str:
    return f"{'-' if value < 0 else '+'}{figure_text(abs(value), unit)}"
