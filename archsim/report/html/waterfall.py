"""Waterfalls: the parts of a whole below each other, each starting where the last one ended."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from archsim.report import plot_style as style
from archsim.report.activity import IDLE, OTHER
from archsim.report.breakdown import STATIC, Share, rest_of
from archsim.report.difference import Change
from archsim.report.html.chart import MINUS, QUANTITIES, Chart, axis, figure, label, labels, scale

SHOWN_PARTS = 11
_ROW_PIXELS = 30
_FRAME_PIXELS = 80
RISE = style.PALETTE[5]
FALL = style.PALETTE[0]


def waterfall(
    name: str, title: str, parts: Sequence[Share], *, whole: float, unit: str, note: str = ""
) -> Chart:
    """Return a waterfall of parts that add up to a whole.

    Args:
        name: Id of the chart.
        title: What it shows.
        parts: In the order drawn; small ones at the end are added up.
        whole: Their sum.
        unit: Unit of the values, e.g. ``"s"``.
        note: How to read it.
    """
    shown = rest_of(parts, SHOWN_PARTS)
    factor, scaled = scale(whole, unit)
    rows = [
        _Row(_called(part), at, part.value, _colour(part), _is_static(part))
        for at, part in _stacked(shown)
    ]
    rows.append(_Row("total", 0.0, whole, style.INK))
    share = [row.length / whole if whole > 0 else 0.0 for row in rows]
    texts = [
        f"{figure(row.length, unit, 3)} · {part:.1%}" for row, part in zip(rows, share, strict=True)
    ]
    texts[-1] = figure(whole, unit, 4)
    hover = [
        f"{label(row.name)}<br>{figure(row.length, unit)} ({part:.2%})"
        + (f"<br>{item.count} times" if item is not None and item.count > 1 else "")
        for row, part, item in zip(rows, share, [*shown, None], strict=True)
    ]
    return Chart(
        name,
        title,
        [_bars(rows, hover, factor)],
        _layout(rows, texts, QUANTITIES[unit].format(scaled), factor),
        height=_FRAME_PIXELS + _ROW_PIXELS * len(rows),
        note=note,
    )


def change_waterfall(
    name: str,
    title: str,
    changes: Sequence[Change],
    *,
    totals: tuple[float, float],
    names: tuple[str, str],
    unit: str,
    note: str = "",
) -> Chart:
    """Return a waterfall from one total to another.

    Args:
        name: Id of the chart.
        title: What it shows.
        changes: Parts whose differences add up to that of the totals, largest first.
        totals: Before and after.
        names: What the two are called.
        unit: Unit of the values.
        note: How to read it.
    """
    shown = list(changes[:SHOWN_PARTS])
    rest = math.fsum(change.difference for change in changes[SHOWN_PARTS:])
    factor, scaled = scale(max(totals), unit)
    rows = [_Row(names[0], 0.0, totals[0], style.INK)]
    texts, hover = [figure(totals[0], unit)], [f"{label(names[0])}<br>{figure(totals[0], unit)}"]
    level = totals[0]
    steps = [(change.name, change.difference, change) for change in shown]
    if len(changes) > len(shown):
        steps.append((f"{len(changes) - len(shown)} smaller", rest, Change("", None, None)))
    for called, step, change in steps:
        colour = RISE if step > 0 else FALL
        rows.append(_Row(called, min(level, level + step), abs(step), colour, step < 0))
        level += step
        texts.append(f"{'+' if step >= 0 else MINUS}{figure(abs(step), unit, 3)}")
        values = [figure(value or 0.0, unit) for value in (change.before, change.after)]
        hover.append(f"{label(called)}<br>{values[0]} → {values[1]}<br>{texts[-1]}")
    rows.append(_Row(names[1], 0.0, totals[1], style.INK))
    texts.append(figure(totals[1], unit))
    hover.append(f"{label(names[1])}<br>{figure(totals[1], unit)}")
    return Chart(
        name,
        title,
        [_bars(rows, hover, factor)],
        _layout(rows, texts, QUANTITIES[unit].format(scaled), factor),
        height=_FRAME_PIXELS + _ROW_PIXELS * len(rows),
        note=note,
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """A bar: where it starts and how long it is, in the unit of the whole."""

    name: str
    start: float
    length: float
    colour: str
    hatched: bool = False


def _bars(rows: Sequence[_Row], hover: Sequence[str], factor: float) -> dict[str, object]:
    return {
        "type": "bar",
        "orientation": "h",
        "y": labels(row.name for row in rows),
        "base": [row.start / factor for row in rows],
        "x": [row.length / factor for row in rows],
        "marker": {
            "color": [row.colour for row in rows],
            "pattern": {
                "shape": ["/" if row.hatched else "" for row in rows],
                "fillmode": "overlay",
                "fgcolor": "white",
                "size": 6,
                "solidity": 0.25,
            },
        },
        "hovertext": list(hover),
        "hoverinfo": "text",
    }


def _layout(
    rows: Sequence[_Row], texts: Sequence[str], title: str, factor: float
) -> dict[str, object]:
    """Return the layout; each text stands where there is room: right of its bar, left, inside."""
    reach = max(row.start + row.length for row in rows) or 1.0
    notes = []
    for place, row, text in zip(labels(row.name for row in rows), rows, texts, strict=True):
        end = row.start + row.length
        if end <= 0.6 * reach:
            x, anchor, shift, colour = end, "left", 5, style.INK
        elif row.start >= 0.4 * reach:
            x, anchor, shift, colour = row.start, "right", -5, style.INK
        else:
            x, anchor, shift, colour = end, "right", -6, "white"
        notes.append(
            {
                "x": x / factor,
                "y": place,
                "text": text,
                "showarrow": False,
                "xanchor": anchor,
                "xshift": shift,
                "font": {"size": 12, "color": colour},
                # Hatching behind a text would hide it.
                "bgcolor": row.colour if colour == "white" else "rgba(0,0,0,0)",
                "borderpad": 1,
            }
        )
    return {
        "showlegend": False,
        "bargap": 0.28,
        "annotations": notes,
        "xaxis": axis(title, range=[0, 1.02 * reach / factor]),
        "yaxis": axis(autorange="reversed", showgrid=False, type="category"),
    }


def _stacked(parts: Sequence[Share]) -> list[tuple[float, Share]]:
    """Return where each part starts: at the end of those before it."""
    at, found = 0.0, []
    for part in parts:
        found.append((at, part))
        at += part.value
    return found


def _called(part: Share) -> str:
    return f"{part.name} · {part.detail}" if part.detail else part.name


def _is_static(part: Share) -> bool:
    return part.detail == "static" or part.name == STATIC


def _colour(part: Share) -> str:
    if part.name in (IDLE, OTHER):
        return style.QUIET_COLOURS[part.name]
    return style.PALETTE[0]
