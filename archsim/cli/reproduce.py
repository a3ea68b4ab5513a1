"""``archsim reproduce [PAPER...]``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archsim.cli.options import JsonFlag
from archsim.cli.output import print_json, print_report, with_progress


def reproduce(
    papers: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PAPER...]", help="Names from 'archsim list papers'; all by default."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="FOLDER",
            help="Also write every row (CSV, Markdown) and charts to FOLDER/PAPER, e.g. reports.",
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Only the figures that take seconds.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Measure a paper's published figures and say which are reproduced.

    Prints each published figure beside ours and counts predictions; --json prints every row.
    Nothing is written without --output.
    """
    from archsim.papers.reproducing import prepare, write_report
    from archsim.report.reproduction import reproduction

    chosen = prepare(papers or (), output)
    rows = {paper.name: paper.run(quick) for paper in with_progress(chosen, "reproducing")}
    written = [path for paper in chosen for path in write_report(paper, rows[paper.name], output)]
    if as_json:
        print_json([row.to_dict() for paper in chosen for row in rows[paper.name]])
        return
    for paper in chosen:
        print_report(reproduction(paper.title, [row.to_dict() for row in rows[paper.name]]))
    if output is None:
        print_report(["every row: --json, or --output reports for CSV, Markdown and charts"])
    print_report(f"wrote {path}" for path in written)
