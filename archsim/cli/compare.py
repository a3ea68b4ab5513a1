"""``archsim compare WORKLOAD HARDWARE...``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archsim.cli.options import (
    FidelityOption,
    HtmlOption,
    JsonFlag,
    SeedOption,
    Settings,
    WorkloadArgument,
)
from archsim.cli.output import print_json, print_report, with_progress


def compare(
    workload: WorkloadArgument,
    hardware: Annotated[
        list[str],
        typer.Argument(metavar="HARDWARE...", help="Names or YAML files; the first is the base."),
    ],
    settings: Settings = None,
    fidelity: FidelityOption = "event",
    seed: SeedOption = "0",
    figures: Annotated[
        str,
        typer.Option(
            "--figures", metavar="NAME,...", help="Show only these, e.g. latency_s,tokens_per_s."
        ),
    ] = "",
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="FILE", help="Also draw latency, energy and area (.svg)."),
    ] = None,
    html: HtmlOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Simulate one workload on several pieces of hardware."""
    from archsim.api.declared import declarations_of
    from archsim.api.running import metric_units, parse_seed, try_named
    from archsim.errors import UnsupportedError
    from archsim.report.comparing import compare_results
    from archsim.report.comparison_plot import check_plot, write_comparison
    from archsim.report.comparison_report import (
        activity_report,
        comparison_report,
        designs_not_run,
    )
    from archsim.report.html.comparison_page import NotRun, comparison_page
    from archsim.report.html.page import check_page, write_page

    if plot is not None:
        check_plot(plot)
    if html is not None:
        check_page(html)
    outcomes = [
        try_named(name, workload, settings=settings or (), fidelity=fidelity, seed=parse_seed(seed))
        for name in with_progress(hardware, "comparing")
    ]
    if all(outcome.status == "unsupported" for outcome in outcomes):
        raise UnsupportedError(outcomes[0].reason)
    ran = {outcome.hardware: outcome.result for outcome in outcomes if outcome.result}
    chosen = [name.strip() for name in figures.split(",") if name.strip()]
    compared = compare_results(list(ran.values()), chosen) if ran else []
    if plot is not None and ran:
        write_comparison(plot, ran, f"{Path(workload).stem}, {fidelity} fidelity")
    if html is not None and ran:
        declared = {name: item for r in ran.values() for name, item in declarations_of(r).items()}
        left_out = [NotRun(o.hardware, o.status, o.reason) for o in outcomes if o.result is None]
        write_page(html, comparison_page(ran, declared, left_out))
    if as_json:
        print_json([outcome.to_dict() for outcome in outcomes])
        return
    if ran:
        units = {name: unit for r in ran.values() for name, unit in metric_units(r).items()}
        print_report(comparison_report(list(ran), compared, units))
        print_report(activity_report(list(ran), list(ran.values())))
    for status in ("infeasible", "unsupported"):
        reasons = {item.hardware: item.reason for item in outcomes if item.status == status}
        print_report(designs_not_run(status, reasons))
