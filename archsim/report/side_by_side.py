"""Designs beside each other: as few tables as the width of the terminal allows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from archsim.report.tables import plain_table

_GAP = 2
_LONGEST_NAME = 12


@dataclass(frozen=True)
class SideBySide:
    """A table with one column per design that fits the width it is printed in.

    Where the whole table is too wide, shorter cells are taken, then names are folded; what then
    still doesn't fit goes into further tables below.

    Attributes:
        names: Name of each design.
        labels: Name of each row.
        cells: One list per row, one text per design.
        short_cells: The same, shorter; empty when there is no shorter way.
    """

    names: Sequence[str]
    labels: Sequence[str]
    cells: Sequence[Sequence[str]]
    short_cells: Sequence[Sequence[str]] = field(default=())

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        folded = replace(self, names=[folded_name(name) for name in self.names])
        ways = [self, folded]
        if self.short_cells:
            ways = [self, *(replace(way, cells=self.short_cells) for way in ways)]
        chosen = next((way for way in ways if way._needed() <= options.max_width), ways[-1])
        for number, block in enumerate(chosen._blocks(options.max_width)):
            if number:
                yield Text()
            yield plain_table(
                [("", "left"), *((chosen.names[design], "right") for design in block)],
                (
                    [label, *(row[design] for design in block)]
                    for label, row in zip(chosen.labels, chosen.cells, strict=True)
                ),
            )

    def _label_columns(self) -> int:
        return _GAP + max(map(len, self.labels), default=0) + _GAP

    def _columns(self, design: int) -> int:
        name = max(map(len, self.names[design].split("\n")))
        return max(name, *(len(row[design]) for row in self.cells)) + _GAP

    def _needed(self) -> int:
        return self._label_columns() + sum(map(self._columns, range(len(self.names))))

    def _blocks(self, width: int) -> Iterator[list[int]]:
        """Yield the designs of each table."""
        block: list[int] = []
        left = width - self._label_columns()
        for design in range(len(self.names)):
            needed = self._columns(design)
            if block and needed > left:
                yield block
                block, left = [], width - self._label_columns()
            block.append(design)
            left -= needed
        yield block


def folded_name(name: str) -> str:
    """Return a name in lines of about twelve characters, broken behind ``-``, ``_`` and ``.``.

    A path is shortened to the file's name.
    """
    lines = [""]
    for part in re.findall(r"[^-_.]*[-_.]?", PurePath(name).name):
        if lines[-1] and len(lines[-1]) + len(part) > _LONGEST_NAME:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)
