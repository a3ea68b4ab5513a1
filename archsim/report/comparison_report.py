"""The tables of ``archsim compare`` and ``archsim diff``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from archsim.report.activity import OTHER, merge_small, time_by_activity
from archsim.report.change_table import change_table
from archsim.report.result_report import figure_text
from archsim.report.side_by_side import SideBySide
from archsim.report.tables import heading, percent, plain_table, units_of
from archsim.result import STANDARD_METRICS
from archsim.units import is_scaled

if TYPE_CHECKING:
    from archsim.report.comparing import Figure
    from archsim.report.difference import Change, Difference
    from archsim.result import Result

LEAST_SHARE = 0.01


def comparison_report(
    names: Sequence[str], figures: Sequence[Figure], units: Mapping[str, str]
) -> Iterator[RenderableType]:
    """Yield the absolute and the relative tables of a comparison.

    Where it is too wide, units that a figure's name tells are left out. A figure that is the same
    for every design is left out of the relative tables.

    Args:
        names: Name of each design.
        figures: From ``compare_results``.
        units: Unit of each metric.
    """
    known = {**units, **units_of(STANDARD_METRICS)}
    labels = [figure.name for figure in figures]
    cells = [[_cell(v, known.get(figure.name, "")) for v in figure.absolute] for figure in figures]
    numbers = [
        [_cell(v, _scaled(known.get(figure.name, ""))) for v in figure.absolute]
        for figure in figures
    ]
    yield heading("Figures")
    yield SideBySide(names, labels, cells, numbers)
    moved = [f for f in figures if any(ratio not in (None, 1.0) for ratio in f.relative)]
    if not moved:
        return
    ratios = [["-" if v is None else f"{v:.3g}x" for v in figure.relative] for figure in moved]
    yield from (Text(), heading(f"Relative to {names[0]}"))
    yield SideBySide(names, [figure.name for figure in moved], ratios)


def activity_report(names: Sequence[str], results: Sequence[Result]) -> Iterator[RenderableType]:
    """Yield what works when: the latency of each design, divided by the components at work.

    Where it is too wide, shares are left out.

    Args:
        names: Name of each design.
        results: Its result. One without operations has nothing to show.
    """
    if not any(len(result.operations) for result in results):
        return
    times = [{part.name: part.value for part in time_by_activity(result)} for result in results]
    shown = merge_small(times, LEAST_SHARE)
    labels = list({name: None for parts in shown for name in parts if name != OTHER})
    labels += [OTHER] * any(OTHER in parts for parts in shown)
    times_only = [
        [figure_text(parts[label], "s") if label in parts else "-" for parts in shown]
        for label in labels
    ]
    cells = [
        [
            f"{text} {percent(parts[label] / result.latency_s):>6}" if label in parts else text
            for text, parts, result in zip(row, shown, results, strict=True)
        ]
        for label, row in zip(labels, times_only, strict=True)
    ]
    yield from (Text(), heading("What works when (the parts add up to the latency)"))
    yield SideBySide(names, labels, cells, times_only)


def designs_not_run(status: str, reasons: Mapping[str, str]) -> Iterator[RenderableType]:
    """Yield one line per design that could not be run; they are in no table.

    Args:
        status: ``"infeasible"`` or ``"unsupported"``.
        reasons: Design to why it could not run.
    """
    if reasons:
        yield Text()
        for name, reason in reasons.items():
            yield Text.assemble((f"{status}  ", "red"), f"{name}: {reason}", no_wrap=True)


def difference_report(
    found: Difference, names: tuple[str, str], units: Mapping[str, str]
) -> Iterator[RenderableType]:
    """Yield what changed between two results.

    Args:
        found: From ``difference``.
        names: What to call the two results.
        units: Unit of each metric.
    """
    known = {**units, **units_of(STANDARD_METRICS)}
    yield heading("Settings")
    if found.settings:
        columns = [("key", "left"), (names[0], "left"), (names[1], "left")]
        yield plain_table(columns, ((item.key, item.before, item.after) for item in found.settings))
    else:
        yield Text("  the same")
    yield from (Text(), heading("Figures"))
    yield _change_table("figure", found.figures, names, known)
    latency, energy = (_totals(found, name) for name in ("latency_s", "energy_j"))
    parts = (
        ("Latency by components at work", "at work", found.latency_by_component, latency, "s"),
        ("Latency by operation", "operation", found.latency_by_operation, latency, "s"),
        ("Energy by component", "component", found.energy, energy, "J"),
        ("Energy by operation", "operation", found.energy_by_operation, energy, "J"),
    )
    for title, label, changes, totals, unit in parts:
        yield from (Text(), heading(title))
        yield change_table(label, changes, totals, names, unit) if changes else Text("  the same")


def _totals(found: Difference, name: str) -> tuple[float, float]:
    figure = next(item for item in found.figures if item.name == name)
    return figure.before or 0.0, figure.after or 0.0


def _change_table(
    label: str, changes: Sequence[Change], names: tuple[str, str], units: Mapping[str, str]
) -> RenderableType:
    columns = [(label, "left"), (names[0], "right"), (names[1], "right"), ("change", "right")]
    return plain_table(
        columns,
        (
            (
                item.name,
                _cell(item.before, units.get(item.name, "")),
                _cell(item.after, units.get(item.name, "")),
                percent(item.relative, signed=True),
            )
            for item in changes
        ),
    )


def _cell(value: float | None, unit: str) -> str:
    return "-" if value is None else figure_text(value, unit)


def _scaled(unit: str) -> str:
    """Return a unit if it is written with a prefix that depends on the value, else nothing."""
    return unit if is_scaled(unit) else ""
