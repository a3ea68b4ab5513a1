"""The report of one run: figures, where time and energy go, components, checks, sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from archsim.report.breakdown import Share, energy_by_component, rest_of, time_by_operation
from archsim.report.tables import Bar, heading, percent, plain_table
from archsim.result import STANDARD_METRICS, not_primary
from archsim.units import format_quantity

if TYPE_CHECKING:
    from archsim.result import Result

SHOWN_ROWS = 12
SHOWN_KEYS = 5
_BAR_COLUMNS = 14


def result_report(result: Result, units: Mapping[str, str]) -> Iterator[RenderableType]:
    """Yield the parts of a report, to be printed one below the other.

    Args:
        result: The run.
        units: Unit of each metric; one that is not there is printed without a unit.
    """
    yield _title(result)
    yield from (Text(), _figures(result, units))
    if len(result.operations):
        yield from (Text(), heading("Where time goes"))
        yield _time_table(result)
    if result.energy_j > 0:
        yield from (Text(), heading("Where energy goes"))
        yield _energy_table(result)
    if len(result.components):
        yield from (Text(), heading("Components"))
        yield _component_table(result)
    yield Text()
    yield from _checks(result)
    yield from _sources(result)


def figure_text(value: float, unit: str) -> str:
    """Return a figure with its unit, four digits long; a pure number gets no unit."""
    plain = {"1": "", "bytes": "B"}.get(unit, unit)
    return format_quantity(value, plain, digits=4)


def _title(result: Result) -> Text:
    facts = result.provenance
    names = [_name(facts, owner) for owner in ("hardware", "workload")]
    run = f"{facts.get('fidelity', '?')} fidelity, seed {facts.get('seed', '?')}"
    title = Text(" on ".join(reversed(names)), style="bold")
    return title.append(f"  ({run}, archsim {facts.get('archsim_version', '?')})", style="dim")


def _name(facts: Mapping[str, object], owner: str) -> str:
    described = facts.get(owner)
    name = described.get("name") if isinstance(described, Mapping) else None
    return str(name) if name else f"unnamed {owner}"


def _figures(result: Result, units: Mapping[str, str]) -> RenderableType:
    rows = [
        (item.name, figure_text(getattr(result, item.name), item.unit)) for item in STANDARD_METRICS
    ]
    rows += [
        (name, figure_text(value, units.get(name, ""))) for name, value in result.metrics.items()
    ]
    return plain_table([("", "left"), ("", "right")], rows)


def _time_table(result: Result) -> RenderableType:
    columns = [("operation", "left"), ("on", "left"), ("time", "right"), ("of latency", "right")]
    shares = rest_of(time_by_operation(result), SHOWN_ROWS)
    return plain_table([*columns, ("", "left")], (_share_row(item, "s") for item in shares))


def _energy_table(result: Result) -> RenderableType:
    columns = [("component", "left"), ("part", "left"), ("energy", "right"), ("of total", "right")]
    shares = rest_of(energy_by_component(result), SHOWN_ROWS)
    return plain_table([*columns, ("", "left")], (_share_row(item, "J") for item in shares))


def _share_row(item: Share, unit: str) -> list[RenderableType]:
    value = format_quantity(item.value, unit)
    return [item.name, item.detail, value, percent(item.share), Bar(item.share, _BAR_COLUMNS)]


def _component_table(result: Result) -> RenderableType:
    columns = [("component", "left"), ("busy", "right"), ("", "left"), ("energy", "right")]
    columns += [("area", "right"), ("moved", "right")]
    table = result.components
    rows = (
        (
            str(name),
            percent(share),
            Bar(share, 10),
            format_quantity(dynamic + static, "J"),
            format_quantity(area, "mm2") if area > 0 else "-",
            format_quantity(moved, "B") if moved > 0 else "-",
        )
        for name, share, dynamic, static, area, moved in zip(
            table["component"],
            table["utilisation"],
            table["dynamic_energy_j"],
            table["static_energy_j"],
            table["area_mm2"],
            table["bytes"],
            strict=True,
        )
    )
    return plain_table(columns, rows)


def _checks(result: Result) -> Iterator[RenderableType]:
    failed = result.failed_checks
    total = len(result.checks)
    if not failed:
        yield Text.assemble(("Checks   ", "bold"), (f"all {total} invariants hold", "green"))
        return
    yield Text.assemble(("Checks   ", "bold"), (f"{len(failed)} of {total} invariants FAIL", "red"))
    for check in failed:
        yield Text(f"  {check.name}: {check.detail}", style="red")


def _sources(result: Result) -> Iterator[RenderableType]:
    constants = result.provenance.get("constants")
    total = len(constants) if isinstance(constants, list) else 0
    weak = not_primary(result.provenance)
    line = Text.assemble(
        ("Sources  ", "bold"), f"{total - len(weak)} of {total} numbers are primary"
    )
    if not weak:
        yield line
        return
    counts = Counter(str(item.get("certainty")) for item in weak)
    line.append("; " + ", ".join(f"{count} {name}" for name, count in counts.most_common()))
    yield line
    keys = [str(item.get("key")) for item in weak]
    more = f" and {len(keys) - SHOWN_KEYS} more" if len(keys) > SHOWN_KEYS else ""
    text = f"not primary: {', '.join(keys[:SHOWN_KEYS])}{more} (all with --json)"
    yield Padding(Text(text, style="dim"), (0, 0, 0, 9))
