"""The page that says why two results differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from archsim.report.difference import Change, Difference, difference
from archsim.report.html import facts
from archsim.report.html.cells import Badge, Cell, Column, Tile, number, tile
from archsim.report.html.chart import TIMES, Chart, figure
from archsim.report.html.page import render
from archsim.report.html.waterfall import change_waterfall

if TYPE_CHECKING:
    from archsim.result import MetricDeclaration, Result

_TILES = (
    ("latency_s", "Latency", "s"),
    ("energy_j", "Energy", "J"),
    ("average_power_w", "Average power", "W"),
    ("area_mm2", "Area", "mm2"),
)


def difference_page(
    results: tuple[Result, Result],
    names: tuple[str, str],
    declared: Mapping[str, MetricDeclaration],
) -> str:
    """Return the page of two results as HTML.

    Args:
        results: Before and after.
        names: What to call them.
        declared: Metric to its declaration.

    Raises:
        MissingExtraError: jinja2 or plotly is not installed.
    """
    before, after = results
    found = difference(before, after)
    titles = [
        f"{facts.name_of(run, 'workload')} on {facts.name_of(run, 'hardware')}" for run in results
    ]
    return render(
        "difference.html.j2",
        f"{names[0]} and {names[1]} · archsim",
        _charts(found, results, names),
        {
            "names": names,
            "titles": titles,
            "lead": _lead(found, results, names),
            "badges": _badges(results),
            "tiles": _tiles(results),
            "setting_columns": [
                Column("key", key=True),
                *(Column(name, code=True) for name in names),
            ],
            "setting_rows": [
                [Cell(item.key), Cell(item.before), Cell(item.after)] for item in found.settings
            ],
            "change_columns": _columns("figure", names),
            "figure_rows": _rows(found.figures, {k: item.unit for k, item in declared.items()}),
            "busy_columns": _columns("component", names),
            "busy_rows": _rows(found.busy, {item.name: "s" for item in found.busy}),
            "time_columns": _columns("operation", names),
            "time_rows": _rows(found.time, {item.name: "s" for item in found.time}),
        },
    )


def _charts(
    found: Difference, results: tuple[Result, Result], names: tuple[str, str]
) -> list[Chart]:
    latency = results[0].latency_s, results[1].latency_s
    energy = results[0].energy_j, results[1].energy_j
    planned = (
        (
            "latency-component",
            "By the components at work",
            found.latency_by_component,
            latency,
            "s",
        ),
        ("latency-operation", "By operation", found.latency_by_operation, latency, "s"),
        ("energy-component", "By component", found.energy, energy, "J"),
        ("energy-operation", "By operation", found.energy_by_operation, energy, "J"),
    )
    return [
        change_waterfall(name, title, changes, totals=totals, names=names, unit=unit)
        for name, title, changes, totals, unit in planned
        if changes and max(totals) > 0
    ]


def _lead(found: Difference, results: tuple[Result, Result], names: tuple[str, str]) -> str:
    """Return what changed most, and in which part."""
    before, after = results
    sentences = []
    for what, left, right, changes, unit in (
        ("latency", before.latency_s, after.latency_s, found.latency_by_operation, "s"),
        ("energy", before.energy_j, after.energy_j, found.energy, "J"),
    ):
        if not changes or left <= 0 or right <= 0:
            sentences.append(f"The {what} is the same.")
            continue
        share = abs(right / left - 1)
        if share < 1:
            how = f"{share:.1%} {'less' if right < left else 'more'} {what} than"
        else:
            how = f"{right / left:.2f}{TIMES} the {what} of"
        largest = changes[0]
        amount = figure(abs(largest.difference), unit)
        which = f"{largest.name} {'gains' if largest.difference > 0 else 'loses'} {amount}"
        sentences.append(f"{names[1]} needs {how} {names[0]}; the largest change: {which}.")
    return " ".join(sentences)


def _badges(results: Sequence[Result]) -> list[Badge]:
    failed = sum(len(run.failed_checks) for run in results)
    total = sum(len(run.checks) for run in results)
    if failed:
        return [Badge(f"{failed} of {total} checks FAIL", "bad")]
    return [Badge(f"all {total} checks hold", "good")]


def _tiles(results: tuple[Result, Result]) -> list[Tile]:
    tiles = []
    for name, spoken, unit in _TILES:
        left, right = (float(getattr(run, name)) for run in results)
        change = f"{right / left - 1:+.1%}" if left else "no change" if right == left else ""
        tiles.append(tile(spoken, right, unit, f"was {figure(left, unit)}, {change}".rstrip(", ")))
    return tiles


def _columns(first: str, names: tuple[str, str]) -> list[Column]:
    return [
        Column(first, key=first == "figure"),
        Column(names[0], number=True),
        Column(names[1], number=True),
        Column("difference", number=True),
        Column("change", number=True),
    ]


def _rows(changes: Sequence[Change], units: Mapping[str, str]) -> list[list[Cell]]:
    rows = []
    for item in changes:
        unit = units.get(item.name, "")
        cells = [
            Cell("-", mark="faint") if value is None else number(value, unit)
            for value in (item.before, item.after)
        ]
        relative = item.relative
        share = Cell("-", mark="faint") if relative is None else Cell(f"{relative:+.1%}", relative)
        rows.append([Cell(item.name), *cells, number(item.difference, unit), share])
    return rows
