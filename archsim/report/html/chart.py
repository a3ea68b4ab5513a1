"""A chart of a page: traces and layout as plain data, drawn by plotly in the browser."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from archsim.report import plot_style as style
from archsim.units import format_quantity

_MICRO = re.compile(r" u(?=[A-Z]|s\b)")

Json = Mapping[str, object]

QUANTITIES = {"s": "time ({})", "J": "energy ({})", "mm2": "area ({})"}
"""Unit to the title of its axis, the scaled unit to be filled in."""

TIMES = "\u00d7"
MINUS = "\u2212"


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart.

    Attributes:
        name: Its id on the page: letters, digits and hyphens.
        title: What it shows, in a few words.
        traces: Plotly's traces.
        layout: What differs from the common layout.
        height: In pixels.
        note: One sentence on how to read it; may be empty.
        zooms: Whether readers can zoom and pan; hovering works always.
    """

    name: str
    title: str
    traces: Sequence[Json]
    layout: Json = field(default_factory=dict)
    height: int = 320
    note: str = ""
    zooms: bool = False

    def spec(self) -> dict[str, object]:
        """Return what plotly draws."""
        layout: dict[str, object] = copy.deepcopy(style.WEB_LAYOUT)
        for key, value in self.layout.items():
            known = layout.get(key)
            if isinstance(known, dict) and isinstance(value, Mapping):
                layout[key] = {**known, **value}
            else:
                layout[key] = value
        layout["height"] = self.height
        if not self.zooms:
            for key, value in layout.items():
                if key.startswith(("xaxis", "yaxis")) and isinstance(value, Mapping):
                    layout[key] = {**value, "fixedrange": True}
        return {"data": list(self.traces), "layout": layout, "zooms": self.zooms}


def axis(title: str = "", **more: object) -> dict[str, object]:
    """Return an axis in the common style.

    Args:
        title: Quantity and unit.
        **more: Plotly's settings of this axis.
    """
    found: dict[str, object] = copy.deepcopy(style.WEB_AXIS)
    found["title"] = {"text": label(title), "standoff": 8, "font": {"size": 13}}
    return {**found, **more}


def label(text: str) -> str:
    """Return a text that plotly shows as it is: plotly reads labels as a kind of HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def short(text: str, longest: int = 38) -> str:
    """Return a label that is not too long to stand beside a chart."""
    return label(text if len(text) <= longest else f"{text[: longest - 1]}…")


def labels(names: Iterable[str], longest: int = 38) -> list[str]:
    """Return short labels that differ, so that plotly draws two of them in two places."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        shown = short(name, longest)
        seen[shown] = seen.get(shown, 0) + 1
        found.append(shown + "\u200b" * (seen[shown] - 1))
    return found


def figure(value: float, unit: str, digits: int = 4) -> str:
    """Return a figure with its unit; a pure number gets none, a byte is B, mm2 is mm²."""
    plain = {"1": "", "bytes": "B"}.get(unit, unit)
    # Three digits would show an area, which has no prefixes, as 1.13e+03.
    text = format_quantity(value, plain, digits=max(digits, 4) if unit == "mm2" else digits)
    return _MICRO.sub(" \u00b5", text.replace("mm2", "mm²"))


_PREFIXES: tuple[tuple[float, str], ...] = (
    (1e12, "T"),
    (1e9, "G"),
    (1e6, "M"),
    (1e3, "k"),
    (1.0, ""),
    (1e-3, "m"),
    (1e-6, "\u00b5"),
    (1e-9, "n"),
    (1e-12, "p"),
    (1e-15, "f"),
)


def scale(largest: float, unit: str) -> tuple[float, str]:
    """Return what to divide values by, and the unit they are then in.

    Args:
        largest: Largest magnitude on the axis.
        unit: ``"s"``, ``"J"`` or another base unit; areas are not scaled.
    """
    if unit == "mm2":
        return 1.0, "mm²"
    for size, prefix in _PREFIXES:
        if largest >= size:
            return size, f"{prefix}{unit}"
    return 1.0, unit
