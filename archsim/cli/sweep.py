"""``archsim sweep STUDY``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archsim.cli.options import HtmlOption, JsonFlag
from archsim.cli.output import busy, print_json, print_report, sweep_watcher


def sweep(
    study: Annotated[
        str,
        typer.Argument(metavar="STUDY", help="A name from 'archsim list studies', or a YAML file."),
    ],
    workers: Annotated[
        str, typer.Option("--workers", metavar="N", help="Processes that simulate.")
    ] = "1",
    ray: Annotated[
        str | None,
        typer.Option(
            "--ray", metavar="ADDRESS", help="Evaluate on a Ray cluster: auto, or HOST:PORT."
        ),
    ] = None,
    limits: Annotated[
        list[str] | None,
        typer.Option(
            "--limit",
            metavar="KEY=VALUE",
            help="Of one trial: wall_s, memory_bytes, events; of this command: designs.",
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a key of the study; repeatable."),
    ] = None,
    fidelity: Annotated[
        str | None,
        typer.Option("--fidelity", metavar="event|analytic", help="Instead of the study's."),
    ] = None,
    multi_fidelity: Annotated[
        bool,
        typer.Option(
            "--multi-fidelity", help="Analytic over all; event on the best and the Pareto front."
        ),
    ] = False,
    ledger: Annotated[
        Path | None,
        typer.Option("--ledger", metavar="FILE", help="Default: NAME.ledger.sqlite, here."),
    ] = None,
    status: Annotated[
        bool, typer.Option("--status", help="Run nothing; say what the ledger holds.")
    ] = False,
    export: Annotated[
        Path | None,
        typer.Option("--export", metavar="FILE", help="Write the table (.csv or .parquet)."),
    ] = None,
    html: HtmlOption = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try failed trials again.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Evaluate every design of a study; an interrupted sweep goes on where it was."""
    from archsim.report.html.page import check_page, write_page
    from archsim.report.html.sweep_page import sweep_page
    from archsim.report.sweep_report import sweep_report
    from archsim.space import load_study
    from archsim.sweeps import sweep as run_sweep
    from archsim.sweeps import sweep_table
    from archsim.sweeps.options import parse_workers, study_settings
    from archsim.sweeps.table import check_export
    from archsim.sweeps.table import export as write_table

    if export is not None:
        check_export(export)
    if html is not None:
        check_page(html)
    overrides, most = study_settings(
        settings or (), limits or (), fidelity=fidelity, multi_fidelity=multi_fidelity
    )
    loaded = load_study(study, overrides or None)
    if status:
        with busy("reading the ledger"):
            table = sweep_table(loaded, ledger=ledger)
    else:
        with sweep_watcher() as watcher:
            table = run_sweep(
                loaded,
                workers=parse_workers(workers),
                ledger=ledger,
                ray=ray,
                most=most,
                retry_failed=retry_failed,
                watcher=watcher,
            )
    with busy("writing files"):
        if export is not None:
            write_table(table, export)
        if html is not None:
            write_page(html, sweep_page(loaded, table))
    summary = table.attrs["summary"]
    if as_json:
        print_json(summary)
    else:
        print_report(sweep_report(summary, [path for path in (export, html) if path]))
