"""``archsim proxy STUDY...``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archsim.cli.options import JsonFlag
from archsim.cli.output import print_json, print_report


def proxy(
    studies: Annotated[
        list[str],
        typer.Argument(metavar="STUDY...", help="Studies that have been searched."),
    ],
    metrics: Annotated[
        list[str] | None,
        typer.Option("--metric", metavar="NAME", help="What to predict; repeatable."),
    ] = None,
    by_trace: Annotated[
        bool, typer.Option("--by-trace", help="Judge on traces that the proxy has not seen.")
    ] = False,
    ledger: Annotated[
        Path | None,
        typer.Option("--ledger", metavar="FILE", help="Default: each study's own, here."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Judge how well a random forest learns the simulator from what a search has tried."""
    from archsim.report.search_report import proxy_report
    from archsim.search.proxies import judge_proxies, to_json

    found = judge_proxies(
        studies, metrics=metrics or (), split="trace" if by_trace else "random", ledger=ledger
    )
    if as_json:
        print_json([to_json(report) for report in found])
    else:
        print_report(proxy_report([to_json(report) for report in found]))
