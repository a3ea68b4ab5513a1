"""Charts of the components of a run: how busy they are, and what area they take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archsim.report import plot_style as style
from archsim.report.html.chart import Chart, axis, figure, labels

if TYPE_CHECKING:
    from archsim.result import Result

_ROW_PIXELS = 30
_FRAME_PIXELS = 80


def utilisation_chart(result: Result) -> Chart:
    """Return how busy each component was, as a share of the latency."""
    table = result.components
    names = labels(str(name) for name in table["component"])
    shares = [float(share) for share in table["utilisation"]]
    busy = [figure(float(seconds), "s") for seconds in table["busy_s"]]
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": names,
        "x": shares,
        "marker": {"color": style.PALETTE[0]},
        "text": [f"{share:.1%}" for share in shares],
        "textposition": "outside",
        "cliponaxis": False,
        "hovertext": [
            f"{name}<br>busy {share:.2%} of the run ({seconds})"
            for name, share, seconds in zip(names, shares, busy, strict=True)
        ],
        "hoverinfo": "text",
    }
    layout = {
        "showlegend": False,
        "bargap": 0.3,
        "xaxis": axis("busy time / latency", range=[0, 1.2], tickformat=".0%", dtick=0.25),
        "yaxis": axis(autorange="reversed", showgrid=False, type="category"),
    }
    return Chart(
        "utilisation",
        "How busy each component is",
        [trace],
        layout,
        height=_FRAME_PIXELS + _ROW_PIXELS * len(names),
        note="Busy time, not useful work: a component that waits for data may count as busy.",
    )


def area_chart(result: Result) -> Chart | None:
    """Return the area of each component that has one; ``None`` when none has."""
    table = result.components
    parts = sorted(
        (
            (float(area), str(name))
            for name, area in zip(table["component"], table["area_mm2"], strict=True)
            if area > 0
        ),
        reverse=True,
    )
    if not parts:
        return None
    names = labels(name for _, name in parts)
    total = result.area_mm2
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": names,
        "x": [area for area, _ in parts],
        "marker": {"color": style.PALETTE[2], "pattern": style.web_pattern(2)},
        "text": [f"{figure(area, 'mm2', 3)} · {area / total:.1%}" for area, _ in parts],
        "textposition": "outside",
        "cliponaxis": False,
        "hovertext": [
            f"{name}<br>{figure(area, 'mm2')}" for name, (area, _) in zip(names, parts, strict=True)
        ],
        "hoverinfo": "text",
    }
    layout = {
        "showlegend": False,
        "bargap": 0.3,
        "xaxis": axis("area (mm²)", range=[0, 1.55 * parts[0][0]]),
        "yaxis": axis(autorange="reversed", showgrid=False, type="category"),
    }
    return Chart(
        "area",
        "What takes the area",
        [trace],
        layout,
        height=_FRAME_PIXELS + _ROW_PIXELS * len(names),
        note="All devices together, memory dies included where the family prices them.",
    )
