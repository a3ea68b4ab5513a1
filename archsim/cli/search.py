"""``archsim search STUDY``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archsim.cli.options import HtmlOption, JsonFlag
from archsim.cli.output import print_json, print_report, search_watcher


def search(
    study: Annotated[
        str,
        typer.Argument(metavar="STUDY", help="A name from 'archsim list studies', or a YAML file."),
    ],
    workers: Annotated[
        str, typer.Option("--workers", metavar="N", help="Processes; each takes whole runs.")
    ] = "1",
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a key of the study; repeatable."),
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option("--ledger", metavar="FILE", help="Default: NAME.ledger.sqlite, here."),
    ] = None,
    status: Annotated[
        bool, typer.Option("--status", help="Run nothing; say what the ledger holds.")
    ] = False,
    export: Annotated[
        Path | None,
        typer.Option("--export", metavar="FILE", help="Write every evaluation (.csv, .parquet)."),
    ] = None,
    trial: Annotated[
        Path | None,
        typer.Option("--trial", metavar="FILE", help="Write the best design for 'archsim run'."),
    ] = None,
    html: HtmlOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Search a study's space with its methods and seeds; goes on where it was interrupted."""
    from archsim.api.trial import check_trial_file
    from archsim.report.html.page import check_page, write_page
    from archsim.report.html.search_page import search_page
    from archsim.report.search_report import search_report
    from archsim.search.experiment import search as run_search
    from archsim.search.experiment import search_table
    from archsim.search.replay import write_best
    from archsim.space import load_study
    from archsim.sweeps.options import parse_workers, study_settings
    from archsim.sweeps.table import check_export
    from archsim.sweeps.table import export as write_table

    if export is not None:
        check_export(export)
    if trial is not None:
        check_trial_file(trial)
    if html is not None:
        check_page(html)
    overrides, _ = study_settings(settings or (), ())
    loaded = load_study(study, overrides or None)
    if status:
        table = search_table(loaded, ledger=ledger)
    else:
        with search_watcher() as watcher:
            table = run_search(
                loaded, workers=parse_workers(workers), ledger=ledger, watcher=watcher
            )
    summary = table.attrs["summary"]
    if export is not None:
        write_table(table, export)
    if trial is not None:
        write_best(loaded, summary, trial)
    if html is not None:
        write_page(html, search_page(loaded, table))
    if as_json:
        print_json(summary)
    else:
        print_report(search_report(summary, [path for path in (export, trial, html) if path]))
