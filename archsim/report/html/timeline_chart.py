"""When each component works: every operation as a bar, or shares of slices of a long run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archsim.report import plot_style as style
from archsim.report.html.chart import Chart, axis, figure, label, scale, short
from archsim.report.occupancy import lanes, occupancy

if TYPE_CHECKING:
    from archsim.result import Result

MOST_BARS = 1500
CLOSE_LOOK = 300
SLICES = 240
FIRST_LOOK = 60
"""Operations in the first view of a chart of all operations."""
_ROW_PIXELS = 34
_FRAME_PIXELS = 110


def timeline_charts(result: Result) -> list[Chart]:
    """Return the timeline: one chart of all operations, or an overview and a close look."""
    count = len(result.operations)
    if count == 0 or result.latency_s <= 0:
        return []
    if count <= MOST_BARS:
        return [_bars(result, range(count), "timeline", "When each operation runs")]
    shown = range(CLOSE_LOOK)
    close = _bars(result, shown, "timeline-close", f"The first {CLOSE_LOOK} operations")
    return [_overview(result), close]


def _bars(result: Result, rows: range, name: str, title: str) -> Chart:
    table = result.operations.iloc[rows.start : rows.stop]
    factor, unit = scale(float(table["end_s"].max()), "s")
    own_lanes = lanes(result, rows)
    places = [
        short(str(name)) if lane == 0 else f"{short(str(name))} ({lane + 1})"
        for name, lane in zip(table["component"], own_lanes, strict=True)
    ]
    kinds = list(dict.fromkeys(str(kind) for kind in table["kind"]))
    columns = ("operation", "kind", "start_s", "end_s", "energy_j")
    cells = list(zip(places, *(table[column] for column in columns), strict=True))
    traces = []
    for number, kind in enumerate(kinds):
        own = [row for row in cells if row[2] == kind]
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": short(kind),
                "y": [row[0] for row in own],
                "base": [row[3] / factor for row in own],
                "x": [(row[4] - row[3]) / factor for row in own],
                "marker": {
                    "color": style.colour(number),
                    "pattern": style.web_pattern(number),
                    "line": {"width": 0.5, "color": "white"},
                },
                "hovertext": [
                    f"{label(str(row[1]))} ({label(kind)})<br>at {figure(row[3], 's')}, "
                    f"for {figure(row[4] - row[3], 's')}"
                    + (f"<br>{figure(row[5], 'J')}" if row[5] > 0 else "")
                    for row in own
                ],
                "hoverinfo": "text",
            }
        )
    order = sorted(dict.fromkeys(places), key=places.index)
    end = float(table["end_s"].max()) / factor
    first = float(table["end_s"].iloc[min(FIRST_LOOK, len(table)) - 1]) / factor
    layout: dict[str, object] = {
        "barmode": "overlay",
        "bargap": 0.25,
        "barcornerradius": 0,
        "xaxis": axis(f"simulated time ({unit})", range=[0, end]),
        "yaxis": axis(
            categoryorder="array",
            categoryarray=list(reversed(order)),
            showgrid=True,
            fixedrange=True,
            type="category",
        ),
        "dragmode": "zoom",
        "hovermode": "closest",
        "legend": {"y": -0.22},
    }
    if len(table) > 2 * FIRST_LOOK:
        layout["xaxis"] = axis(f"simulated time ({unit})", range=[0, first])
        layout["margin"] = {"l": 8, "r": 8, "t": 40, "b": 8}
        layout["updatemenus"] = [_ranges((f"first {FIRST_LOOK} operations", first), ("all", end))]
    note = "Drag across the chart to look closer; a double click shows the whole range again."
    height = _FRAME_PIXELS + _ROW_PIXELS * len(order) + 40
    return Chart(name, title, traces, layout, height, note, zooms=True)


def _ranges(*views: tuple[str, float]) -> dict[str, object]:
    """Return the buttons that switch between views, each named and ending somewhere."""
    return {
        "type": "buttons",
        "direction": "right",
        "x": 1,
        "xanchor": "right",
        "y": 1.02,
        "yanchor": "bottom",
        "pad": {"t": 0, "b": 4},
        "font": {"size": 12},
        "bgcolor": "white",
        "bordercolor": "#D0D7DE",
        "buttons": [
            {"label": name, "method": "relayout", "args": [{"xaxis.range": [0, end]}]}
            for name, end in views
        ],
    }


def _overview(result: Result) -> Chart:
    found = occupancy(result, SLICES)
    factor, unit = scale(result.latency_s, "s")
    middles = (found.edges_s[:-1] + found.edges_s[1:]) / 2 / factor
    trace = {
        "type": "heatmap",
        "x": [float(x) for x in middles],
        "y": [short(name) for name in found.components],
        "z": [[round(float(cell), 4) for cell in row] for row in found.shares],
        "zmin": 0,
        "zmax": 1,
        "ygap": 3,
        "colorscale": [[0, "#F3F5F7"], [0.5, style.PALETTE[4]], [1, "#003D66"]],
        "colorbar": {"title": {"text": "busy"}, "tickformat": ".0%", "thickness": 12},
        "hovertemplate": "%{y}<br>%{x:.4g} " + unit + "<br>busy %{z:.0%}<extra></extra>",
    }
    layout = {
        "xaxis": axis(f"simulated time ({unit})"),
        "yaxis": axis(autorange="reversed", showgrid=False, type="category"),
    }
    count = len(result.operations)
    note = f"{count:,} operations in {SLICES} slices of equal length, shaded by the share at work."
    height = _FRAME_PIXELS + _ROW_PIXELS * len(found.components)
    title = "When each component works"
    return Chart("timeline", title, [trace], layout, height, note, zooms=True)
