"""The page of one run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from archsim.report.activity import time_by_activity, time_by_share
from archsim.report.breakdown import energy_by_component, energy_parts, time_by_operation
from archsim.report.html import facts
from archsim.report.html.bandwidth_chart import bandwidth_chart
from archsim.report.html.cells import Cell, Column, Tile, number, percentage, tile
from archsim.report.html.chart import Chart
from archsim.report.html.component_charts import area_chart, utilisation_chart
from archsim.report.html.page import render
from archsim.report.html.roofline_chart import roofline_chart
from archsim.report.html.timeline_chart import timeline_charts
from archsim.report.html.waterfall import waterfall
from archsim.report.roofline import Roofline, roofline, streams
from archsim.result import STANDARD_METRICS

if TYPE_CHECKING:
    from archsim.result import MetricDeclaration, Result

SECTIONS: tuple[tuple[str, str], ...] = (
    ("time", "Time"),
    ("energy", "Energy"),
    ("components", "Components"),
    ("roofline", "Roofline"),
    ("timeline", "Timeline"),
    ("figures", "Figures"),
    ("checks", "Checks"),
    ("sources", "Sources"),
    ("provenance", "Provenance"),
)
TILE_NAMES: dict[str, str] = {
    "latency_s": "Latency",
    "energy_j": "Energy",
    "average_power_w": "Average power",
    "area_mm2": "Area",
}
NO_ROOFLINE = (
    "No roofline: no operation of this run has both arithmetic and memory traffic to place it by."
)


def run_page(result: Result, declared: Mapping[str, MetricDeclaration]) -> str:
    """Return the page of a run as HTML.

    Args:
        result: The run.
        declared: Metric to its declaration; one that is not there is shown without unit.

    Raises:
        MissingExtraError: jinja2 or plotly is not installed.
    """
    found = roofline(result)
    workload, hardware = (facts.name_of(result, owner) for owner in ("workload", "hardware"))
    timelines = timeline_charts(result)
    return render(
        "run.html.j2",
        f"{workload} on {hardware} · archsim",
        [*_charts(result, found), *timelines],
        {
            "workload": workload,
            "hardware": hardware,
            "lead": [facts.lead(result, found)],
            "badges": facts.badges(result),
            "failed": result.failed_checks,
            "tiles": _tiles(result, declared),
            "sections": SECTIONS,
            "timelines": [chart.name for chart in timelines],
            "no_roofline": NO_ROOFLINE,
            "source_sentence": facts.source_sentence(result),
            **_tables(result, declared, found),
        },
    )


def _charts(result: Result, found: Roofline | None) -> list[Chart]:
    latency, energy = result.latency_s, result.energy_j
    charts = [utilisation_chart(result)] if len(result.components) else []
    area = area_chart(result)
    charts += [area] if area is not None else []
    if len(result.operations) and latency > 0:
        charts += [
            waterfall(
                "time-activity",
                "Latency, by the components at work",
                time_by_activity(result),
                whole=latency,
                unit="s",
            ),
            waterfall(
                "time-kind",
                "Latency, by kind of operation",
                time_by_share(result, "kind"),
                whole=latency,
                unit="s",
            ),
        ]
    if energy > 0:
        by_component = energy_by_component(result)
        charts += [
            waterfall(
                "energy-component",
                "Energy, by component",
                by_component,
                whole=energy,
                unit="J",
            ),
            waterfall(
                "energy-kind",
                "Energy, by kind of operation",
                energy_parts(result, "kind"),
                whole=energy,
                unit="J",
            ),
        ]
    if found is not None:
        charts.append(roofline_chart(found))
    elif moving := streams(result):
        charts.append(bandwidth_chart(moving))
    return charts


def _tiles(result: Result, declared: Mapping[str, MetricDeclaration]) -> list[Tile]:
    tiles = [
        tile(TILE_NAMES[item.name], getattr(result, item.name), item.unit)
        for item in STANDARD_METRICS
    ]
    rates = [name for name in result.metrics if name.endswith("_per_s") and name in declared]
    if rates:
        name = rates[0]
        tiles.append(tile(_spoken(name), result.metrics[name], declared[name].unit))
    return tiles


def _spoken(name: str) -> str:
    text = name.removesuffix("_per_s").replace("_", " ")
    return f"{text[:1].upper()}{text[1:]} per second"


def _tables(
    result: Result, declared: Mapping[str, MetricDeclaration], found: Roofline | None
) -> dict[str, object]:
    points = found.points if found is not None else ()
    return {
        "time_columns": [
            Column("operation"),
            Column("on"),
            Column("runs", number=True),
            Column("time", number=True),
            Column("of latency", number=True),
        ],
        "time_rows": [
            [
                Cell(item.name),
                Cell(item.detail),
                Cell(f"{item.count:,}", item.count),
                number(item.value, "s"),
                percentage(item.share),
            ]
            for item in time_by_operation(result)
        ],
        "component_columns": [
            Column("component"),
            Column("busy", number=True),
            Column("busy time", number=True),
            Column("dynamic energy", number=True),
            Column("static energy", number=True),
            Column("area", number=True),
            Column("bytes moved", number=True),
        ],
        "component_rows": _component_rows(result),
        "roofline_columns": [
            Column("operation"),
            Column("on"),
            Column("runs", number=True),
            Column("operations/B", number=True),
            Column("achieved", number=True),
            Column("roof", number=True),
            Column("of its roof", number=True),
            Column("time", number=True),
        ],
        "roofline_rows": [
            [
                Cell(point.operation),
                Cell(point.roof.name),
                Cell(f"{point.count:,}", point.count),
                Cell(f"{point.intensity:.3g}", point.intensity),
                number(point.achieved, "op/s", 3),
                number(point.attainable, "op/s", 3),
                percentage(point.share),
                number(point.time_s, "s"),
            ]
            for point in sorted(points, key=lambda item: -item.time_s)
        ],
        "figure_columns": [
            Column("figure", key=True),
            Column("value", number=True),
            Column("meaning"),
        ],
        "figure_rows": _figure_rows(result, declared),
        "check_columns": [Column("what must hold"), Column("verdict"), Column("figures")],
        "check_rows": [
            [
                Cell(check.name),
                Cell("holds", mark="chip good") if check.passed else Cell("FAILS", mark="chip bad"),
                Cell(check.detail),
            ]
            for check in result.checks
        ],
        "weak_columns": [
            Column("key", key=True),
            Column("value", number=True),
            Column("certainty"),
            Column("source"),
        ],
        "weak_rows": facts.weak_rows(result),
        "fact_columns": [Column("what"), Column("value", code=True)],
        "fact_rows": facts.fact_rows(result),
        "setting_columns": [Column("key", key=True), Column("value", code=True)],
        "setting_rows": facts.setting_rows(result),
    }


def _component_rows(result: Result) -> list[list[Cell]]:
    units = {"busy_s": "s", "dynamic_energy_j": "J", "static_energy_j": "J", "area_mm2": "mm2"}
    columns = [*units, "bytes"]
    table = result.components
    rows = []
    for position, name in enumerate(table["component"]):
        cells = [Cell(str(name)), percentage(float(table["utilisation"].iloc[position]))]
        for column in columns:
            value = float(table[column].iloc[position])
            unit = units.get(column, "B")
            cells.append(number(value, unit) if value else Cell("-", 0.0, mark="faint"))
        rows.append(cells)
    return rows


def _figure_rows(result: Result, declared: Mapping[str, MetricDeclaration]) -> list[list[Cell]]:
    values = {item.name: float(getattr(result, item.name)) for item in STANDARD_METRICS}
    rows = []
    for name, value in {**values, **result.metrics}.items():
        known = declared.get(name)
        meaning = known.meaning if known is not None else ""
        rows.append([Cell(name), number(value, known.unit if known else ""), Cell(meaning)])
    return rows
