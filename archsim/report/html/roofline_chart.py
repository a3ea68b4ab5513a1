"""The roofline chart: operations under the roofs of the components they ran on."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10

from archsim.report import plot_style as style
from archsim.report.html.chart import Chart, axis, figure, label, scale, short
from archsim.report.roofline import Point, Roofline

LABELLED = 8
NEAR_DECADES = 0.4


def roofline_chart(found: Roofline) -> Chart:
    """Return a log-log chart: intensity against arithmetic rate."""
    intensities = [point.intensity for point in found.points]
    low = min([*intensities, *(roof.ridge for roof in found.roofs)]) / 4
    high = max([*intensities, *(roof.ridge for roof in found.roofs)]) * 8
    factor, unit = scale(max(roof.operations_per_s for roof in found.roofs), "op/s")
    traces: list[dict[str, object]] = []
    for number, roof in enumerate(found.roofs):
        bend = min(max(roof.ridge, low), high)
        xs = [low, bend, high]
        looks = {"color": style.colour(number), "dash": style.DASHES[number % len(style.DASHES)]}
        name = label(roof.name)
        facts = (
            f"{name}<br>peak {figure(roof.operations_per_s, 'operations/s', 3)}"
            f"<br>{figure(roof.bytes_per_s, 'B/s', 3)}<br>ridge {roof.ridge:.3g} operations/B"
        )
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": f"roof of {name}",
                "legendgroup": name,
                "x": xs,
                "y": [roof.attainable(x) / factor for x in xs],
                "line": {**looks, "width": 2},
                "hovertext": [facts] * len(xs),
                "hoverinfo": "text",
            }
        )
    named = _named(found.points)
    most = max(point.time_s for point in found.points)
    for number, roof in enumerate(found.roofs):
        points = [point for point in found.points if point.roof == roof]
        if not points:
            continue
        traces.append(
            {
                "type": "scatter",
                "mode": "markers+text",
                "name": label(roof.name),
                "legendgroup": label(roof.name),
                "x": [point.intensity for point in points],
                "y": [point.achieved / factor for point in points],
                "text": [short(p.operation, 24) if p in named else "" for p in points],
                "textposition": "bottom center",
                "textfont": {"size": 11, "color": style.MUTED},
                "cliponaxis": False,
                "marker": {
                    "color": style.colour(number),
                    "symbol": style.symbol(number),
                    "size": [9 + 15 * (point.time_s / most) ** 0.5 for point in points],
                    "line": {"color": "white", "width": 1},
                    "opacity": 0.9,
                },
                "hovertext": [
                    f"{label(point.operation)} on {label(roof.name)}"
                    f"<br>{point.intensity:.3g} operations/B"
                    f"<br>{figure(point.achieved, 'operations/s', 3)}, "
                    f"{point.share:.0%} of its roof"
                    f"<br>{figure(point.time_s, 's')} in {point.count} runs"
                    for point in points
                ],
                "hoverinfo": "text",
            }
        )
    lowest = min(point.achieved for point in found.points) / factor / 6
    highest = max(roof.operations_per_s for roof in found.roofs) / factor * 2.5
    layout = {
        "xaxis": _log_axis("operational intensity (operations/B)", low, high),
        "yaxis": _log_axis(f"arithmetic rate ({unit})", lowest, highest),
        "legend": {"y": -0.18},
        "hovermode": "closest",
    }
    note = (
        "Each mark is one operation, larger the more time it takes. Under the slope the bytes "
        "limit it, under the flat part the arithmetic; the distance to the roof is lost."
    )
    if any(roof.level for roof in found.roofs):
        note += (
            " Where there is a cache, an operation stands under the roof, of cache or memory, that "
            "leaves it less: what the cache holds asks nothing of the memory."
        )
    title = "How close each operation comes to its roof"
    return Chart("roofline", title, traces, layout, 460, note, zooms=True)


def _named(points: Sequence[Point]) -> list[Point]:
    """Return the points that get a label: the longest ones that are not too near each other."""
    named: list[Point] = []
    for point in sorted(points, key=lambda item: -item.time_s):
        apart = all(
            abs(log10(point.intensity / other.intensity)) > NEAR_DECADES
            or abs(log10(point.achieved / other.achieved)) > NEAR_DECADES
            for other in named
        )
        if apart and len(named) < LABELLED:
            named.append(point)
    return named


def _log_axis(title: str, low: float, high: float) -> dict[str, object]:
    return axis(
        title,
        type="log",
        range=[log10(low), log10(high)],
        dtick=1,
        exponentformat="power",
        showline=True,
    )
