"""``archsim leaderboard LEDGER...``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archsim.cli.options import JsonFlag
from archsim.cli.output import print_json, print_report


def leaderboard(
    ledgers: Annotated[
        list[Path], typer.Argument(metavar="LEDGER...", help="Ledger files of searches.")
    ],
    as_json: JsonFlag = False,
) -> None:
    """Rank methods on each space, trace, objective and budget that ledgers hold runs of."""
    from archsim.report.search_report import leaderboard_report
    from archsim.search.leaderboard import board_rows
    from archsim.search.leaderboard import leaderboard as rank

    rows = board_rows(rank(ledgers))
    if as_json:
        print_json(rows)
    else:
        print_report(leaderboard_report(rows))
