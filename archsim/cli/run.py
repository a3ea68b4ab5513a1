"""``archsim run HARDWARE WORKLOAD``."""

from __future__ import annotations

import sys

import typer

from archsim.cli.options import (
    FidelityOption,
    HardwareArgument,
    HtmlOption,
    JsonFlag,
    OutputOption,
    SeedOption,
    Settings,
    TimelineOption,
    WindowOption,
    WorkloadArgument,
)
from archsim.cli.output import busy, print_json, print_report


def run(
    hardware: HardwareArgument,
    workload: WorkloadArgument,
    settings: Settings = None,
    fidelity: FidelityOption = "event",
    seed: SeedOption = "0",
    timeline: TimelineOption = None,
    window: WindowOption = "",
    output: OutputOption = None,
    html: HtmlOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Simulate a workload on a piece of hardware."""
    from archsim.api.declared import declarations_of
    from archsim.api.running import metric_units, parse_seed, run_named
    from archsim.report.html.page import check_page, write_page
    from archsim.report.html.run_page import run_page
    from archsim.report.result_report import result_report

    if html is not None:
        check_page(html)
    with busy(f"simulating {workload} on {hardware}"):
        result = run_named(
            hardware,
            workload,
            settings=settings or (),
            fidelity=fidelity,
            seed=parse_seed(seed),
            timeline_path=timeline,
            timeline_window=window,
            output_path=output,
        )
        if html is not None:
            write_page(html, run_page(result, declarations_of(result)))
    if as_json:
        print_json(result.to_dict())
    else:
        print_report(result_report(result, metric_units(result)))
    if result.failed_checks:
        names = ", ".join(check.name for check in result.failed_checks)
        sys.stderr.write(f"archsim: this run broke an invariant, so do not trust it: {names}\n")
        raise typer.Exit(1)
