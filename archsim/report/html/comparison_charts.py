"""Charts of several designs beside each other: divided up, and relative to the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archsim.report import plot_style as style
from archsim.report.activity import OTHER, TOGETHER
from archsim.report.comparing import Figure
from archsim.report.html.chart import (
    QUANTITIES,
    TIMES,
    Chart,
    axis,
    figure,
    label,
    labels,
    scale,
    short,
)
from archsim.report.stacked_plot import Panel

_ROW_PIXELS = 46


def part_numbers(panels: Sequence[Panel]) -> dict[str, int]:
    """Return a number for each part, single ones first: a part looks the same in every panel."""
    names = {name: None for panel in panels for parts in panel.parts for name in parts}
    plain = [name for name in names if name not in style.QUIET_COLOURS]
    ordered = sorted(plain, key=lambda name: name.count(TOGETHER))
    return {name: number for number, name in enumerate(ordered)}


def stacked_chart(
    name: str, designs: Sequence[str], panel: Panel, numbers: Mapping[str, int]
) -> Chart:
    """Return one stacked bar per design.

    Args:
        name: Id of the chart.
        designs: Their names.
        panel: From ``comparison_panels``.
        numbers: From ``part_numbers``.
    """
    totals = [sum(parts.values()) for parts in panel.parts]
    factor, unit = scale(max(totals, default=0.0), panel.unit)
    names = list({part: None for parts in panel.parts for part in parts})
    names.sort(key=lambda part: (numbers.get(part, len(numbers)), part == OTHER))
    traces = []
    for part in names:
        values = [parts.get(part, 0.0) for parts in panel.parts]
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": short(part),
                "y": labels(designs),
                "x": [value / factor for value in values],
                "marker": _look(part, numbers),
                "text": [
                    f"{value / total:.0%}" if total > 0 and value / total >= 0.07 else ""
                    for value, total in zip(values, totals, strict=True)
                ],
                "textposition": "inside",
                "insidetextanchor": "middle",
                "textfont": {"size": 11},
                "textangle": 0,
                "hovertext": [
                    f"{label(part)}<br>{short(design)}: {figure(value, panel.unit)}"
                    for design, value in zip(designs, values, strict=True)
                ],
                "hoverinfo": "text",
            }
        )
    notes = [
        {
            "x": total / factor,
            "y": place,
            "text": f"<b>{figure(total, panel.unit, 3)}</b>",
            "showarrow": False,
            "xanchor": "left",
            "xshift": 6,
        }
        for place, total in zip(labels(designs), totals, strict=True)
    ]
    reach = 1.18 * max(totals, default=0.0) / factor or 1.0
    layout = {
        "barmode": "stack",
        "bargap": 0.3,
        "barcornerradius": 0,
        "annotations": notes,
        "xaxis": axis(QUANTITIES[panel.unit].format(unit), range=[0, reach]),
        "yaxis": axis(autorange="reversed", showgrid=False, type="category"),
        "legend": {"y": -0.26, "traceorder": "normal"},
    }
    height = 120 + _ROW_PIXELS * len(designs) + 20 * (len(names) // 4)
    return Chart(name, panel.title, traces, layout, height)


def _look(part: str, numbers: Mapping[str, int]) -> dict[str, object]:
    """Return how a part is drawn; parts that work together are drawn in both their colours."""
    edge = {"color": "white", "width": 1}
    if part in style.QUIET_COLOURS:
        return {"color": style.QUIET_COLOURS[part], "line": edge}
    together = part.split(TOGETHER)
    first, *others = (numbers.get(name, numbers[part]) for name in together)
    pattern = style.web_pattern(first)
    if others:
        second = style.colour(others[0])
        pattern = {"shape": "/", "fillmode": "overlay", "fgcolor": second, "size": 14}
        pattern["solidity"] = 0.5
    return {"color": style.colour(first), "line": edge, "pattern": pattern}


def relative_chart(designs: Sequence[str], figures: Sequence[Figure]) -> Chart | None:
    """Return figures relative to the first design; ``None`` when there is nothing to compare."""
    shown = [item for item in figures if None not in item.relative]
    if len(designs) < 2 or not shown:
        return None
    names = labels(item.name for item in shown)
    traces = []
    for number, design in enumerate(designs):
        ratios = [float(item.relative[number] or 0.0) for item in shown]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": short(design),
                "x": ratios,
                "y": names,
                "cliponaxis": False,
                "marker": {
                    "size": 13,
                    "color": style.colour(number),
                    "symbol": style.symbol(number),
                    "line": {"color": "white", "width": 1},
                },
                "hovertext": [
                    f"{short(design)}<br>{label(item.name)}: "
                    f"{ratio:.3g}{TIMES} of {short(designs[0])}"
                    for item, ratio in zip(shown, ratios, strict=True)
                ],
                "hoverinfo": "text",
            }
        )
    layout = {
        "hovermode": "closest",
        "xaxis": axis(f"relative to {designs[0]}", rangemode="tozero", ticksuffix=TIMES),
        "yaxis": axis(autorange="reversed", type="category"),
        "shapes": [
            {
                "type": "line",
                "yref": "paper",
                "x0": 1,
                "x1": 1,
                "y0": 0,
                "y1": 1,
                "line": {"color": style.INK, "width": 1, "dash": "dash"},
            }
        ],
        "legend": {"y": -0.2},
    }
    height = 130 + 30 * len(shown)
    note = f"The dashed line is {designs[0]}: left of it is less, right of it is more."
    return Chart("relative", "Relative to the first design", traces, layout, height, note)


def trade_off_chart(designs: Sequence[str], points: Mapping[str, tuple[float, float]]) -> Chart:
    """Return latency against energy, one mark per design, lower left being better.

    Args:
        designs: Their names.
        points: Design to latency in s and energy in J.
    """
    time, time_unit = scale(max(points[design][0] for design in designs), "s")
    energy, energy_unit = scale(max(points[design][1] for design in designs), "J")
    # Neighbours get their names above and below in turn.
    along = sorted(designs, key=lambda design: points[design][0])
    place = {design: number for number, design in enumerate(along)}
    traces = [
        {
            "type": "scatter",
            "mode": "markers+text",
            "name": short(design),
            "x": [points[design][0] / time],
            "y": [points[design][1] / energy],
            "text": [short(design)],
            "textposition": "top center" if place[design] % 2 else "bottom center",
            "cliponaxis": False,
            "marker": {
                "size": 15,
                "color": style.colour(number),
                "symbol": style.symbol(number),
                "line": {"color": "white", "width": 1},
            },
            "hovertext": [
                f"{short(design)}<br>{figure(points[design][0], 's')}"
                f"<br>{figure(points[design][1], 'J')}"
            ],
            "hoverinfo": "text",
        }
        for number, design in enumerate(designs)
    ]
    layout = {
        "showlegend": False,
        "hovermode": "closest",
        "xaxis": axis(f"latency ({time_unit})", rangemode="tozero", showline=True),
        "yaxis": axis(f"energy ({energy_unit})", rangemode="tozero", showline=True),
        "margin": {"l": 8, "r": 40, "t": 24, "b": 8},
    }
    note = "Nearer to the lower left corner is better in both."
    return Chart("trade-off", "Latency against energy", traces, layout, 380, note)
