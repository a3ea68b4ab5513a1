"""Charts of several designs beside each other: divided up, and relative to the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archsim.report import plot_style as style
from archsim.report.activity import OTHER, TOGETHER
from archsim.report.comparing import Figure
from archsim.report.html.chart import TIMES, Chart, axis, figure, label, labels, scale, short
from archsim.report.stacked_plot import Panel

_ROW_PIXELS = 46


def stacked_chart(name: str, designs: Sequence[str], panel: Panel, note: str = "") -> Chart:
    """Return one stacked bar per design.

    Args:
        name: Id of the chart.
        designs: Their names.
        panel: From ``comparison_panels``.
        note: How to read it.
    """
    totals = [sum(parts.values()) for parts in panel.parts]
    factor, unit = scale(max(totals, default=0.0), panel.unit)
    names = list({part: None for parts in panel.parts for part in parts})
    names.sort(key=lambda part: (part in style.QUIET_COLOURS, part == OTHER, TOGETHER in part))
    traces = []
    for number, part in enumerate(names):
        values = [parts.get(part, 0.0) for parts in panel.parts]
        quiet = style.QUIET_COLOURS.get(part)
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": short(part),
                "y": labels(designs),
                "x": [value / factor for value in values],
                "marker": {
                    "color": quiet or style.colour(number),
                    "line": {"color": "white", "width": 1},
                    "pattern": {} if quiet else style.web_pattern(number),
                },
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
    layout = {
        "barmode": "stack",
        "bargap": 0.3,
        "barcornerradius": 0,
        "annotations": notes,
        "xaxis": axis(unit, range=[0, 1.18 * max(totals, default=0.0) / factor or 1.0]),
        "yaxis": axis(autorange="reversed", showgrid=False, type="category"),
        "legend": {"y": -0.26, "traceorder": "normal"},
    }
    height = 120 + _ROW_PIXELS * len(designs) + 20 * (len(names) // 4)
    return Chart(name, panel.title, traces, layout, height, note)


def relative_chart(designs: Sequence[str], figures: Sequence[Figure]) -> Chart | None:
    """Return figures relative to the first design; ``None`` when there is only one design."""
    shown = [item for item in figures if None not in item.relative]
    if len(designs) < 2 or not shown:
        return None
    traces = []
    for number, design in enumerate(designs):
        ratios = [float(item.relative[number] or 0.0) for item in shown]
        traces.append(
            {
                "type": "bar",
                "name": short(design),
                "x": [label(item.name) for item in shown],
                "y": ratios,
                "marker": {
                    "color": style.colour(number),
                    "pattern": style.web_pattern(number),
                },
                "text": [f"{ratio:.2f}{TIMES}" for ratio in ratios],
                "textposition": "outside",
                "cliponaxis": False,
                "hovertext": [
                    f"{short(design)}<br>{label(item.name)}: "
                    f"{ratio:.3g}{TIMES} of {short(designs[0])}"
                    for item, ratio in zip(shown, ratios, strict=True)
                ],
                "hoverinfo": "text",
            }
        )
    layout = {
        "barmode": "group",
        "bargap": 0.25,
        "xaxis": axis(showgrid=False, type="category"),
        "yaxis": axis(f"relative to {designs[0]}", rangemode="tozero"),
        "shapes": [
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": 1,
                "y1": 1,
                "line": {"color": style.INK, "width": 1, "dash": "dash"},
            }
        ],
        "margin": {"l": 8, "r": 8, "t": 24, "b": 8},
    }
    note = f"The dashed line is {designs[0]}; below it is less, above it is more."
    return Chart(
        "relative", "Side by side, relative to the first design", traces, layout, 380, note
    )


def trade_off_chart(designs: Sequence[str], points: Mapping[str, tuple[float, float]]) -> Chart:
    """Return latency against energy, one mark per design, lower left being better.

    Args:
        designs: Their names.
        points: Design to latency in s and energy in J.
    """
    time, time_unit = scale(max(points[design][0] for design in designs), "s")
    energy, energy_unit = scale(max(points[design][1] for design in designs), "J")
    traces = [
        {
            "type": "scatter",
            "mode": "markers+text",
            "name": short(design),
            "x": [points[design][0] / time],
            "y": [points[design][1] / energy],
            "text": [short(design)],
            "textposition": "top center",
            "cliponaxis": False,
            "marker": {
                "size": 15,
                "color": style.colour(number),
                "symbol": style.SYMBOLS[number % len(style.SYMBOLS)],
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
