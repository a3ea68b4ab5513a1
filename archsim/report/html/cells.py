"""Tables of a page: what a cell shows, and what it sorts and exports as."""

from __future__ import annotations

from dataclasses import dataclass

from archsim.report.html.chart import figure


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, and whether it holds numbers, dotted keys or values of settings."""

    name: str
    number: bool = False
    key: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell.

    Attributes:
        text: What is shown.
        value: What it sorts by and is exported as; by default the text.
        mark: Style classes of the text.
        faint: A remark beside it.
    """

    text: str
    value: str | float | None = None
    mark: str = ""
    faint: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """A headline figure: its name, its value, its unit, a remark below it."""

    name: str
    value: str
    unit: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Badge:
    """A short fact; ``mark`` is ``good``, ``bad``, ``warn`` or empty."""

    text: str
    mark: str = ""


def number(value: float, unit: str, digits: int = 4) -> Cell:
    """Return a figure that sorts and exports exactly."""
    return Cell(figure(value, unit, digits), value)


def percentage(share: float) -> Cell:
    """Return a share of a whole."""
    return Cell(f"{share:.1%}", share)


def tile(name: str, value: float, unit: str, more: str = "") -> Tile:
    """Return a headline figure, its unit apart from the number."""
    text, _, shown_unit = figure(value, unit).partition(" ")
    return Tile(name, text, shown_unit, more)
