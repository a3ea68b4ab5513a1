"""Charts of a search: how good over what was spent, what was chosen when, how lucky a run was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from archsim.report import plot_style as style
from archsim.report.html.chart import Chart, axis, label, short
from archsim.report.html.sweep_columns import levels_of, value_texts

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from archsim.space import Parameter, Study

WINDOWS = 12
MAXIMUM_BINS = 12

_ROW_PIXELS = 15
_GAP_PIXELS = 42
_STRIP_PIXELS = 44
_FRAME_PIXELS = 80


def curve_chart(name: str, title: str, methods: Sequence[Mapping[str, Any]], curve: str) -> Chart:
    """Return the best reward so far of each method: median and quartiles over its runs.

    Args:
        name: Id of the chart.
        title: What it is over.
        methods: Entries of a search's summary.
        curve: ``"by_evaluations"`` or ``"by_unique"``.
    """
    traces: list[dict[str, object]] = []
    for number, method in enumerate(methods):
        points = [
            point
            for point in zip(
                method[curve]["counts"], method[curve]["lower_quartile"],
                method[curve]["median"], method[curve]["upper_quartile"], strict=True,
            )
            if None not in point
        ]  # fmt: skip
        if not points:
            continue
        counts, low, middle, high = (list(column) for column in zip(*points, strict=True))
        colour, shown = style.colour(number), short(str(method["method"]))
        band = {"type": "scatter", "mode": "lines", "line": {"width": 0, "shape": "hv"}}
        traces += [
            {**band, "x": counts, "y": low, "legendgroup": shown, "showlegend": False,
             "hoverinfo": "skip"},
            {**band, "x": counts, "y": high, "legendgroup": shown, "showlegend": False,
             "hoverinfo": "skip", "fill": "tonexty", "fillcolor": f"{colour}2E"},
            {
                "type": "scatter", "mode": "lines+markers", "name": shown, "legendgroup": shown,
                "x": counts, "y": middle,
                "line": {"color": colour, "width": 2, "shape": "hv",
                         "dash": style.DASHES[number % len(style.DASHES)]},
                "marker": {"symbol": style.symbol(number), "size": 6, "color": colour},
                "hovertemplate": f"{shown}<br>after %{{x:,}}: median %{{y:.5g}}<extra></extra>",
            },
        ]  # fmt: skip
    layout = {
        "xaxis": axis(title, type="log", tickvals=_round_counts(methods, curve), tickformat=",d"),
        "yaxis": axis("best reward so far"),
        "hovermode": "closest",
        "legend": {"y": -0.24},
    }
    return Chart(
        name,
        f"Best reward over {title}",
        traces,
        layout,
        height=380,
        note="Line: median over runs; band: from the lower to the upper quartile.",
    )


def _round_counts(methods: Sequence[Mapping[str, Any]], curve: str) -> list[int]:
    """Return 1, 2, 5, 10 and so on up to the largest count, at most eight of them."""
    most = max((method[curve]["counts"][-1] for method in methods), default=1)
    every = [digit * 10**power for power in range(len(str(most))) for digit in (1, 2, 5)]
    found = [count for count in every if count <= most]
    return found if len(found) <= 8 else [count for count in found if str(count)[0] == "1"]


def choice_chart(
    name: str, method: str, study: Study, rows: pd.DataFrame, agents: Mapping[str, str]
) -> Chart:
    """Return what a method chose when: the share of each value in windows of its steps.

    Args:
        name: Id of the chart.
        method: The method.
        study: The study.
        rows: The method's evaluations.
        agents: Key of a parameter to the agent that sets it.
    """
    import numpy as np

    steps = rows["step"].to_numpy(dtype=np.int64)
    most = int(steps.max()) + 1
    count = min(WINDOWS, most)
    window = steps * count // most
    middles = [(at + 0.5) * most / count for at in range(count)]
    blocks = [
        (parameter, *_shares(parameter, levels_of(parameter, rows[parameter.key]), window, count))
        for parameter in study.space.parameters
        if len(parameter.values) > 1
    ]
    inner = sum(_ROW_PIXELS * len(texts) + _GAP_PIXELS for _, texts, _ in blocks)
    traces, notes = [], []
    layout: dict[str, object] = {
        "xaxis": axis("evaluation of a run", range=[0, most], anchor="free", position=0),
        "showlegend": False,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 46},
    }
    top = 1.0
    for number, (parameter, texts, shares) in enumerate(blocks, 1):
        start = top - _GAP_PIXELS * 0.6 / inner
        end = start - _ROW_PIXELS * len(texts) / inner
        axis_name = "y" if number == 1 else f"y{number}"
        traces.append(
            {
                "type": "heatmap", "x": middles, "y": list(range(len(texts))), "z": shares.tolist(),
                "yaxis": axis_name, "zmin": 0, "zmax": 1, "showscale": number == 1,
                "colorscale": _scale(), "customdata": [[text] * count for text in texts],
                "colorbar": {"tickformat": ".0%", "len": min(
                    1.0, 220 / inner), "y": 1, "yanchor": "top", "thickness": 12},
                "hovertemplate": f"{label(parameter.key)} = %{{customdata}}<br>%{{z:.1%}} of the "
                "choices around step %{x:.0f}<extra></extra>",
            }
        )  # fmt: skip
        spread = max(1, len(texts) // 6)
        layout[f"yaxis{'' if number == 1 else number}"] = axis(
            domain=[max(0.0, end), min(1.0, start)], showgrid=False,
            tickvals=list(range(0, len(texts), spread)),
            ticktext=[short(text, 24) for text in texts[::spread]], tickfont={"size": 11},
        )  # fmt: skip
        agent = agents.get(parameter.key, "")
        shown = short(parameter.key.partition(".")[2], 32) + (f" ({label(agent)})" if agent else "")
        notes.append(
            {"text": shown, "x": 0, "y": min(1.0, start), "xref": "paper", "yref": "paper",
             "xanchor": "left", "yanchor": "bottom", "showarrow": False, "font": {"size": 12}}
        )  # fmt: skip
        top = end - _GAP_PIXELS * 0.4 / inner
    layout["annotations"] = notes
    return Chart(
        name, f"What {method} chose, over its steps", traces, layout, height=inner + _FRAME_PIXELS,
        note="Share of the choices of each window, all runs together; in brackets: the agent.",
    )  # fmt: skip


def strip_chart(
    name: str, title: str, groups: Mapping[str, Sequence[tuple[float, str]]], note: str
) -> Chart:
    """Return one dot per result, a row per group, with a bar at the median.

    Args:
        name: Id of the chart.
        title: Its title.
        groups: Group to its results, each with what a reader sees when hovering.
        note: How to read it.
    """
    import numpy as np

    traces: list[dict[str, object]] = []
    names = list(groups)
    for number, (_, items) in enumerate(groups.items()):
        values = [value for value, _ in items]
        # A fixed spread, so that equal results lie beside each other and pages are the same.
        places = [number + 0.26 * (((at * 7) % 11) / 5 - 1) for at in range(len(items))]
        traces += [
            {
                "type": "scatter", "mode": "markers", "x": values, "y": places,
                "marker": {"symbol": style.symbol(number), "color": style.colour(number),
                           "size": 9, "opacity": 0.75, "line": {"width": 0.8, "color": style.INK}},
                "hovertext": [label(text) for _, text in items],
                "hovertemplate": "%{hovertext}<br>%{x:.5g}<extra></extra>",
            },
            {
                "type": "scatter", "mode": "lines", "x": [float(np.median(values))] * 2,
                "y": [number - 0.36, number + 0.36], "line": {"color": style.INK, "width": 2.5},
                "hovertemplate": "median %{x:.5g}<extra></extra>",
            },
        ]  # fmt: skip
    layout = {
        "showlegend": False,
        "hovermode": "closest",
        "xaxis": axis("best reward of a run"),
        "yaxis": axis(
            tickvals=list(range(len(names))), ticktext=[short(item, 30) for item in names],
            range=[len(names) - 0.5, -0.5], showgrid=False,
        ),
    }  # fmt: skip
    height = _FRAME_PIXELS + _STRIP_PIXELS * len(names)
    return Chart(name, title, traces, layout, height=height, note=note)


def _shares(
    parameter: Parameter, levels: NDArray[np.int64], window: NDArray[np.int64], count: int
) -> tuple[list[str], NDArray[np.float64]]:
    """Return the shown values (neighbours joined if many), and their share of each window."""
    import numpy as np

    texts, size = value_texts(parameter), len(parameter.values)
    bins = np.arange(size)
    if size > MAXIMUM_BINS:
        bins = np.arange(size) * MAXIMUM_BINS // size
        ends = [np.flatnonzero(bins == at)[[0, -1]] for at in range(MAXIMUM_BINS)]
        texts = [texts[a] if a == b else f"{texts[a]} to {texts[b]}" for a, b in ends]
    found = np.zeros((len(texts), count))
    np.add.at(found, (bins[levels], window), 1.0)
    return texts, found / np.maximum(found.sum(axis=0), 1)


def _scale() -> list[list[object]]:
    """Return a scale from white to the darkest tone."""
    tones = ["#ffffff", *reversed(style.WEB_SEQUENCE)]
    return [[at / (len(tones) - 1), tone] for at, tone in enumerate(tones)]
