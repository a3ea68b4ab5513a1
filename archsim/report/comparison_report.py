"""The tables of ``archsim compare`` and ``archsim diff``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from archsim.report.result_report import figure_text
from archsim.report.tables import heading, percent, plain_table, units_of
from archsim.result import STANDARD_METRICS

if TYPE_CHECKING:
    from archsim.report.comparing import Figure
    from archsim.report.difference import Change, Difference

SHOWN_CHANGES = 15


def comparison_report(
    names: Sequence[str], figures: Sequence[Figure], units: Mapping[str, str]
) -> Iterator[RenderableType]:
    """Yield the absolute and the relative table of a comparison.

    Args:
        names: Name of each design.
        figures: From ``compare_results``.
        units: Unit of each metric.
    """
    known = {**units, **units_of(STANDARD_METRICS)}
    columns = [("", "left"), *((name, "right") for name in names)]
    absolute = (
        [figure.name, *(_cell(value, known.get(figure.name, "")) for value in figure.absolute)]
        for figure in figures
    )
    yield heading("Figures")
    yield plain_table(columns, absolute)
    if len(names) < 2:
        return
    relative = (
        [figure.name, *("-" if value is None else f"{value:.3g}x" for value in figure.relative)]
        for figure in figures
    )
    yield from (Text(), heading(f"Relative to {names[0]}"))
    yield plain_table(columns, relative)


def infeasible_designs(reasons: Mapping[str, str]) -> Iterator[RenderableType]:
    """Yield one line per design that could not be run.

    Args:
        reasons: Design to why it is infeasible; empty for one that ran.
    """
    for name, reason in reasons.items():
        if reason:
            yield Text.assemble(("infeasible  ", "red"), f"{name}: {reason}", no_wrap=True)


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
    parts = (
        ("Time by operation", "operation", found.time, "s"),
        ("Busy time by component", "component", found.busy, "s"),
        ("Energy by component", "component", found.energy, "J"),
    )
    for title, label, changes, unit in parts:
        yield from (Text(), heading(title))
        if not changes:
            yield Text("  the same")
            continue
        shown = changes[:SHOWN_CHANGES]
        yield _change_table(label, shown, names, {item.name: unit for item in shown})
        if len(changes) > len(shown):
            yield Text(f"  and {len(changes) - len(shown)} smaller changes (all with --json)")


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
