"""The report of a sweep, from its summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich.text import Text

from archsim.report.tables import heading, plain_table

if TYPE_CHECKING:
    from rich.console import RenderableType

_STATUSES = ("done", "infeasible", "failed", "running", "pending")


def sweep_report(
    summary: Mapping[str, Any], written: Iterable[object] = ()
) -> Iterator[RenderableType]:
    """Yield the report of a sweep.

    Args:
        summary: ``Summary.to_dict()``.
        written: Files that were written.
    """
    rate = summary["new"] / summary["seconds"] if summary["seconds"] else 0.0
    new = f", {summary['new']:,} evaluated now ({rate:,.0f}/s)" if summary["new"] else ""
    yield Text(f"{summary['study']}: {summary['space']:,} points{new}", style="bold")
    yield plain_table(
        [("fidelity", "left"), ("designs", "right"), *((name, "right") for name in _STATUSES)],
        (
            [
                f"{part['fidelity']} ({part['form']})",
                f"{part['designs']:,}",
                *(f"{part['counts'][name]:,}" for name in _STATUSES),
            ]
            for part in summary["fidelities"]
        ),
    )
    for part in summary["fidelities"]:
        yield from _best(part)
        for reason, count in part["obstacles"]:
            yield Text(f"{count:,} infeasible: {reason}", style="yellow")
        for reason, count in part["failures"]:
            yield Text(f"{count:,} failed: {reason}", style="red")
    if summary["rank_correlation"]:
        yield heading("Rank correlation of analytic and event (Spearman)")
        yield plain_table(
            [("", "left"), ("", "right")],
            (
                [name, "not defined" if value is None else f"{value:.4f}"]
                for name, value in summary["rank_correlation"].items()
            ),
        )
    yield Text(f"ledger {summary['ledger']}")
    if not summary["complete"]:
        yield Text("not complete: the same command goes on from here")
    for path in written:
        yield Text(f"wrote {path}")


def _best(part: Mapping[str, Any]) -> Iterator[RenderableType]:
    for best in part["best"]:
        yield heading(f"{best['objective']} ({part['fidelity']}): {best['value']:.6g}")
        yield plain_table(
            [("", "left"), ("", "left")],
            (
                [key, str(value).lower() if isinstance(value, bool) else str(value)]
                for key, value in best["point"].items()
            ),
        )
    if len(part["best"]) > 1:
        count = part["pareto"]
        noun = "design" if count == 1 else "designs"
        yield Text(f"{count:,} {noun} in the Pareto front ({part['fidelity']})")
