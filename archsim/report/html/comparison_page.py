"""The page of a comparison: one workload on several designs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archsim.report.activity import time_by_share
from archsim.report.comparing import HEADLINES, Figure, compare_results
from archsim.report.difference import flatten
from archsim.report.html import facts
from archsim.report.html.cells import Badge, Cell, Column, number, tile
from archsim.report.html.chart import TIMES, Chart, figure
from archsim.report.html.comparison_charts import (
    part_numbers,
    relative_chart,
    stacked_chart,
    trade_off_chart,
)
from archsim.report.html.page import render
from archsim.report.stacked_plot import comparison_panels
from archsim.result import not_primary

if TYPE_CHECKING:
    from archsim.result import MetricDeclaration, Result

SPOKEN: dict[str, tuple[str, str]] = {
    "latency_s": ("Latency", "s"),
    "energy_j": ("Energy", "J"),
    "average_power_w": ("Average power", "W"),
    "area_mm2": ("Area", "mm2"),
}
MOST_RELATIVE = 7
"""Figures in the chart of relative figures."""


@dataclass(frozen=True, slots=True)
class NotRun:
    """A design that is in no figure.

    Attributes:
        design: Its name.
        status: ``"infeasible"`` or ``"unsupported"``.
        reason: One sentence.
    """

    design: str
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Measure:
    """One figure on the card of a design."""

    name: str
    value: str
    unit: str
    relative: str
    best: bool
    width: float


def comparison_page(
    results: Mapping[str, Result],
    declared: Mapping[str, MetricDeclaration],
    not_run: Sequence[NotRun] = (),
) -> str:
    """Return the page of a comparison as HTML.

    Args:
        results: Design to result, in the order shown; the first is the base. Not empty.
        declared: Metric to its declaration.
        not_run: Designs without a result.

    Raises:
        MissingExtraError: jinja2 or plotly is not installed.
    """
    designs, runs = list(results), list(results.values())
    figures = compare_results(runs)
    workload = facts.name_of(runs[0], "workload")
    return render(
        "comparison.html.j2",
        f"{workload} on {len(designs)} designs · archsim",
        _charts(results, figures),
        {
            "workload": workload,
            "designs": designs,
            "lead": _lead(designs, figures),
            "badges": _badges(runs, not_run),
            "cards": _cards(results, figures),
            "not_run": not_run,
            "families": sorted({str(run.provenance.get("architecture")) for run in runs}),
            "base": designs[0],
            **_tables(results, figures, declared),
        },
    )


def _charts(results: Mapping[str, Result], figures: Sequence[Figure]) -> list[Chart]:
    designs = list(results)
    names = ("latency", "energy", "area")
    panels = comparison_panels(list(results.values()))
    numbers = part_numbers(panels)
    charts = [
        stacked_chart(name, designs, panel, numbers)
        for name, panel in zip(names, panels, strict=True)
        if any(panel.parts)
    ]
    shown = [item for item in figures if _telling(item)][:MOST_RELATIVE]
    relative = relative_chart(designs, shown)
    charts += [relative] if relative is not None else []
    if len(designs) > 1:
        points = {name: (run.latency_s, run.energy_j) for name, run in results.items()}
        charts.append(trade_off_chart(designs, points))
    return charts


def _telling(item: Figure) -> bool:
    """Say whether a figure is worth a group of bars: reported by all, not the same for all."""
    ratios = [ratio for ratio in item.relative if ratio is not None]
    if len(ratios) < len(item.relative) or all(ratio == 1.0 for ratio in ratios):
        return False
    return max(ratios) < 20


def _cards(results: Mapping[str, Result], figures: Sequence[Figure]) -> list[dict[str, object]]:
    headlines = [item for item in figures if item.name in HEADLINES]
    cards = []
    for place, (design, result) in enumerate(results.items()):
        measures = []
        for item in headlines:
            values = [value or 0.0 for value in item.absolute]
            name, unit = SPOKEN[item.name]
            shown = tile(name, values[place], unit)
            ratio = item.relative[place]
            measures.append(
                _Measure(
                    name=name,
                    value=shown.value,
                    unit=shown.unit,
                    relative="" if place == 0 or ratio is None else f"{ratio:.2f}{TIMES}",
                    best=len(values) > 1
                    and values[place] == min(values)
                    and values.count(min(values)) < len(values),
                    width=round(100 * values[place] / max(values), 2) if max(values) > 0 else 0.0,
                )
            )
        cards.append(
            {
                "design": design,
                "family": str(result.provenance.get("architecture", "?")),
                "measures": measures,
                "failed": len(result.failed_checks),
            }
        )
    return cards


def _lead(designs: Sequence[str], figures: Sequence[Figure]) -> str:
    """Return which design is best at what, computed from the figures."""
    if len(designs) < 2:
        return "Only one design ran, so there is nothing to compare it with."
    found = {item.name: [value or 0.0 for value in item.absolute] for item in figures}
    sentences = []
    for name, best, better in (
        ("latency_s", "is fastest", "as fast as"),
        ("energy_j", "needs least energy", "less than"),
        ("area_mm2", "is smallest", "smaller than"),
    ):
        values = found[name]
        low, high = min(values), max(values)
        if high <= 0 or low == high:
            continue
        winner, loser = designs[values.index(low)], designs[values.index(high)]
        text = f"{winner} {best}, {figure(low, SPOKEN[name][1])}"
        if low > 0:
            gain = (
                f"{high / low:.2f}{TIMES} {better}"
                if name == "latency_s"
                else f"{1 - low / high:.0%} {better}"
            )
            text += f", {gain} {loser}"
        sentences.append(f"{text}.")
    return " ".join(sentences)


def _badges(runs: Sequence[Result], not_run: Sequence[NotRun]) -> list[Badge]:
    failed = sum(len(run.failed_checks) for run in runs)
    total = sum(len(run.checks) for run in runs)
    badges = [Badge(f"all {total} checks hold", "good")]
    if failed:
        badges = [Badge(f"{failed} of {total} checks FAIL", "bad")]
    if not_run:
        badges.append(Badge(f"{len(not_run)} of {len(runs) + len(not_run)} could not run", "warn"))
    fidelity = {str(run.provenance.get("fidelity", "?")): None for run in runs}
    seeds = {str(run.provenance.get("seed", "?")): None for run in runs}
    badges += [Badge(f"{' and '.join(fidelity)} fidelity"), Badge(f"seed {' and '.join(seeds)}")]
    hashes = {str(run.provenance.get("trace_hash")) for run in runs if run.provenance}
    if len(hashes) == 1 and len(runs) > 1:
        badges.append(Badge("the same trace on every design", "good"))
    return badges


def _tables(
    results: Mapping[str, Result],
    figures: Sequence[Figure],
    declared: Mapping[str, MetricDeclaration],
) -> dict[str, object]:
    designs = list(results)
    columns = [Column(design, number=True) for design in designs]
    units = {name: item.unit for name, item in declared.items()}
    units |= {name: unit for name, (_, unit) in SPOKEN.items()}
    return {
        "figure_columns": [Column("figure", key=True), *columns],
        "absolute_rows": [
            [Cell(item.name), *(_absolute(v, units.get(item.name, "")) for v in item.absolute)]
            for item in figures
        ],
        "relative_rows": [
            [Cell(item.name), *(_relative(ratio) for ratio in item.relative)]
            for item in figures
            if any(ratio not in (None, 1.0) for ratio in item.relative)
        ],
        "kind_columns": [Column("kind of operation"), *columns],
        "kind_rows": _kind_rows(results),
        "check_columns": [
            Column("design"),
            Column("family"),
            Column("checks"),
            Column("primary numbers", number=True),
            Column("not primary", number=True),
        ],
        "check_rows": [_check_row(design, run) for design, run in results.items()],
        "setting_columns": [
            Column("hardware key", key=True),
            *(Column(design, code=True) for design in designs),
        ],
        "setting_rows": _setting_rows(results),
    }


def _absolute(value: float | None, unit: str) -> Cell:
    return Cell("-", mark="faint") if value is None else number(value, unit)


def _relative(ratio: float | None) -> Cell:
    return Cell("-", mark="faint") if ratio is None else Cell(f"{ratio:.3g}{TIMES}", ratio)


def _kind_rows(results: Mapping[str, Result]) -> list[list[Cell]]:
    """Return the time of each kind of operation; the columns add up to the latencies."""
    times = [
        {share.name: share.value for share in time_by_share(run, "kind")}
        for run in results.values()
        if len(run.operations)
    ]
    if len(times) < len(results):
        return []
    kinds = {
        kind: max(parts.get(kind, 0.0) for parts in times) for parts in times for kind in parts
    }
    return [
        [Cell(kind), *(_absolute(parts.get(kind), "s") for parts in times)]
        for kind in sorted(kinds, key=lambda name: -kinds[name])
    ]


def _check_row(design: str, run: Result) -> list[Cell]:
    failed, total = len(run.failed_checks), len(run.checks)
    verdict = Cell(f"all {total} hold", mark="chip good")
    if failed:
        verdict = Cell(f"{failed} of {total} FAIL", mark="chip bad")
    constants = run.provenance.get("constants")
    count = len(constants) if isinstance(constants, list) else 0
    weak = len(not_primary(run.provenance))
    return [
        Cell(design),
        Cell(str(run.provenance.get("architecture", "?"))),
        verdict,
        Cell(str(count - weak), count - weak),
        Cell(str(weak), weak),
    ]


def _setting_rows(results: Mapping[str, Result]) -> list[list[Cell]]:
    """Return the hardware keys in which the designs differ."""
    settings = []
    for run in results.values():
        described = run.provenance.get("hardware")
        configuration = described.get("configuration") if isinstance(described, Mapping) else {}
        settings.append(flatten(configuration or {}))
    keys = {key: None for found in settings for key in found if key and key != "name"}
    return [
        [Cell(key), *(Cell(found.get(key, "-")) for found in settings)]
        for key in keys
        if len({found.get(key) for found in settings}) > 1
    ]
