"""How much each parameter of a sweep moves each objective: charts and a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archsim.report import plot_style as style
from archsim.report.html.cells import Cell, Column, number
from archsim.report.html.chart import Chart, axis, labels
from archsim.report.html.sweep_columns import levels_of, value_texts
from archsim.report.sensitivity import LEAST_DESIGNS, Form, Influence, form_of, influences

if TYPE_CHECKING:
    import pandas as pd

    from archsim.space import Study

HOW: dict[Form, str] = {
    "grid": (
        "Exact Sobol indices: every combination was evaluated, so both are sums over the whole "
        "grid, each combination counting the same. First order: share of the variance that the "
        "parameter's value alone explains. Total: with every interaction that it takes part in."
    ),
    "gaps": (
        "First-order Sobol indices over the designs of the grid that are feasible. Because others "
        "are missing, parameters are not independent of each other: shares can overlap, and "
        "their sum can exceed 100%. Total indices need the whole grid."
    ),
    "sample": (
        "First-order Sobol indices estimated from the evaluated designs that are feasible, by "
        "bins of each parameter's values; bars show plus and minus two standard errors (jackknife "
        "over 20 groups). What is missing to 100% is interactions. Total indices can't be "
        "estimated from such designs. Where constraints removed designs, parameters are not "
        "independent of each other and shares can overlap."
    ),
}
LISTED = "The designs of this study were listed by hand, so they say nothing about a whole space."

_ROW_PIXELS = 34
_FRAME_PIXELS = 110


@dataclass(frozen=True)
class MetricInfluences:
    """Influences on one figure.

    Attributes:
        metric: The figure.
        form: What they were computed from.
        items: One for each parameter, strongest first.
        designs: How many designs they rest on.
    """

    metric: str
    form: Form
    items: tuple[Influence, ...]
    designs: int


@dataclass(frozen=True)
class Sensitivity:
    """Everything the page says about influences.

    Attributes:
        method: How they were computed, and what that can't tell.
        found: One for each objective that has any.
        columns: Of the table.
        rows: Of the table.
    """

    method: str
    found: tuple[MetricInfluences, ...]
    columns: tuple[Column, ...]
    rows: tuple[list[Cell], ...]


def sensitivities(study: Study, table: pd.DataFrame) -> Sensitivity:
    """Return the influence of each parameter on each objective, from the first fidelity.

    Args:
        study: The study.
        table: Of the sweep.
    """
    import numpy as np

    columns = (
        Column("figure", key=True), Column("parameter", key=True),
        Column("first order", number=True), Column("standard error", number=True),
        Column("total", number=True), Column("lowest mean", number=True), Column("at"),
        Column("highest mean", number=True), Column("at"),
    )  # fmt: skip
    if study.spec.method.name == "list":
        return Sensitivity(LISTED, (), columns, ())
    part = table[table["fidelity"] == table["fidelity"].iloc[0]] if len(table) else table
    whole = (
        study.spec.method.name == "grid" and not part["status"].isin(["pending", "running"]).any()
    )
    done = part[part["status"] == "done"]
    parameters = study.space.parameters
    levels = np.stack([levels_of(item, done[item.key]) for item in parameters], axis=1)
    found, rows = [], []
    for metric in dict.fromkeys(item.metric for item in study.objectives):
        values = (
            done[metric].to_numpy(dtype=float) if metric in done else np.full(len(done), np.nan)
        )
        there = np.isfinite(values)
        form = form_of(levels[there], study.space.shape, whole=whole)
        items = influences(study.space.keys, study.space.shape, levels[there], values[there], form)
        if items:
            found.append(MetricInfluences(metric, form, tuple(items), int(there.sum())))
            rows += [_row(study, metric, form, item) for item in items]
    method = HOW[found[0].form] if found else _nothing(len(done))
    return Sensitivity(method, tuple(found), columns, tuple(rows))


def influence_chart(found: MetricInfluences) -> Chart:
    """Return the indices of each parameter, as bars."""
    names = labels(item.key.partition(".")[2] for item in found.items)
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": "first order",
            "y": names,
            "x": [item.first for item in found.items],
            "marker": {"color": style.PALETTE[0]},
            "hovertemplate": "%{y}<br>first order %{x:.1%}<extra></extra>",
        }
    ]
    if found.form == "sample":
        traces[0]["error_x"] = {
            "type": "data",
            "array": [2 * item.error for item in found.items],
            "color": style.INK,
            "thickness": 1.2,
            "width": 4,
        }
    totals = [item.total for item in found.items if item.total is not None]
    if totals:
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": "total",
                "y": names,
                "x": totals,
                "marker": {"color": style.PALETTE[1], "pattern": style.web_pattern(1)},
                "hovertemplate": "%{y}<br>total %{x:.1%}<extra></extra>",
            }
        )
    reach = [item.first + 2 * item.error for item in found.items] + totals
    layout = {
        "barmode": "group",
        "bargap": 0.3,
        "showlegend": bool(totals),
        "legend": {"y": 1.0, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        "xaxis": axis(
            "share of the variance",
            range=[0, max(0.05, min(1.05, 1.08 * max(reach)))],
            tickformat=".0%",
            nticks=5,
            tickangle=0,
        ),
        "yaxis": axis(autorange="reversed", showgrid=False, type="category"),
    }
    return Chart(
        f"influence-{found.metric.replace('_', '-').replace('.', '-')}",
        f"What moves {found.metric}",
        traces,
        layout,
        height=_FRAME_PIXELS + _ROW_PIXELS * len(names),
        note=f"From {found.designs:,} designs.",
    )


def _nothing(designs: int) -> str:
    if designs < LEAST_DESIGNS:
        return f"Too few feasible designs ({designs:,}) to tell influences from."
    return "Every feasible design has the same figures, so no parameter has an influence."


def _row(study: Study, metric: str, form: Form, item: Influence) -> list[Cell]:
    parameter = study.space.parameters[study.space.position(item.key)]
    unit = study.metrics.get(metric, "")
    error = Cell(f"{item.error:.1%}", item.error) if form == "sample" else Cell("exact", 0.0)
    total = Cell("-", mark="faint") if item.total is None else Cell(f"{item.total:.1%}", item.total)
    texts = value_texts(parameter)
    return [
        Cell(metric), Cell(item.key), Cell(f"{item.first:.1%}", item.first), error, total,
        number(item.lowest_mean, unit), Cell(texts[item.lowest]), number(item.highest_mean, unit),
        Cell(texts[item.highest]),
    ]  # fmt: skip
