"""The roofline of a memory by itself: what its operations reach of its bandwidth."""

from __future__ import annotations

from collections.abc import Sequence

from archsim.report import plot_style as style
from archsim.report.html.chart import Chart, axis, figure, labels, scale
from archsim.report.roofline import Stream

_ROW_PIXELS = 36
_FRAME_PIXELS = 110


def bandwidth_chart(found: Sequence[Stream]) -> Chart:
    """Return bars of the rates at which operations move bytes, each before its peak."""
    names = labels(f"{stream.operation} on {stream.component}" for stream in found)
    factor, unit = scale(max(stream.peak_bytes_per_s for stream in found), "B/s")
    peaks = [stream.peak_bytes_per_s / factor for stream in found]
    common = {"type": "bar", "orientation": "h", "y": names, "hoverinfo": "text"}
    facts = [
        f"{name}<br>{figure(stream.achieved, 'B/s', 3)}, {stream.share:.1%} of "
        f"{figure(stream.peak_bytes_per_s, 'B/s', 3)}<br>{figure(stream.bytes, 'B', 3)} in "
        f"{figure(stream.time_s, 's')}"
        for name, stream in zip(names, found, strict=True)
    ]
    traces = [
        {
            **common,
            "name": "peak",
            "x": peaks,
            "marker": {"color": "rgba(0,0,0,0)", "line": {"color": style.MUTED, "width": 1.5}},
            "hovertext": facts,
        },
        {
            **common,
            "name": "achieved",
            "x": [stream.achieved / factor for stream in found],
            "marker": {"color": style.PALETTE[0]},
            "text": [f"{stream.share:.1%}" for stream in found],
            "textposition": "auto",
            "hovertext": facts,
        },
    ]
    layout = {
        "barmode": "overlay",
        "bargap": 0.35,
        "xaxis": axis(f"bytes per second ({unit})", range=[0, 1.05 * max(peaks)]),
        "yaxis": axis(autorange="reversed", showgrid=False, type="category"),
        "legend": {"y": -0.35},
    }
    return Chart(
        "bandwidth",
        "How close each operation comes to the bandwidth",
        traces,
        layout,
        height=_FRAME_PIXELS + _ROW_PIXELS * len(names),
        note="Operations that run at the same time share the bandwidth: their shares add up.",
    )
