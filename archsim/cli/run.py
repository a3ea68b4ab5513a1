"""``archsim run HARDWARE WORKLOAD``, ``archsim run TRIAL``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from archsim.cli.options import (
    HtmlOption,
    JsonFlag,
    OutputOption,
    Settings,
    TimelineOption,
    WindowOption,
)
from archsim.cli.output import busy, print_json, print_report


def run(
    hardware: Annotated[
        str,
        typer.Argument(
            metavar="HARDWARE",
            help="A name from 'archsim list hardware', or a YAML file; or a trial alone.",
        ),
    ],
    workload: Annotated[
        str | None,
        typer.Argument(
            metavar="[WORKLOAD]", help="A name from 'archsim list workloads', or a YAML file."
        ),
    ] = None,
    settings: Settings = None,
    fidelity: Annotated[
        str | None,
        typer.Option(
            "--fidelity",
            metavar="event|analytic",
            help="Contention and overlap, or closed forms; default: event, or the trial's.",
        ),
    ] = None,
    seed: Annotated[
        str | None,
        typer.Option("--seed", metavar="N", help="Of every random choice; default: 0."),
    ] = None,
    timeline: TimelineOption = None,
    window: WindowOption = "",
    output: OutputOption = None,
    html: HtmlOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Simulate a workload on a piece of hardware, or a trial of a search again."""
    from archsim.api.running import metric_units, run_asked
    from archsim.report.result_report import result_report

    if html is not None:  # pages need much that a printed report does not
        from archsim.report.html.page import check_page

        check_page(html)
    with busy(f"simulating {workload} on {hardware}" if workload else f"simulating {hardware}"):
        result = run_asked(
            hardware,
            workload,
            settings=settings or (),
            fidelity=fidelity,
            seed=seed,
            timeline_path=timeline,
            timeline_window=window,
            output_path=output,
        )
        if html is not None:
            from archsim.api.declared import declarations_of
            from archsim.report.html.page import write_page
            from archsim.report.html.run_page import run_page

            write_page(html, run_page(result, declarations_of(result)))
    if as_json:
        print_json(result.to_dict())
    else:
        print_report(result_report(result, metric_units(result)))
    if result.failed_checks:
        names = ", ".join(check.name for check in result.failed_checks)
        sys.stderr.write(f"archsim: this run broke an invariant, so do not trust it: {names}\n")
        raise typer.Exit(1)
