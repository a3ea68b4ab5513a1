"""``archsim explain NAME``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from archsim.cli.options import JsonFlag
from archsim.cli.output import print_json, print_report


def explain(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="A metric, column, configuration key, constant, unit or name."
        ),
    ],
    as_json: JsonFlag = False,
) -> None:
    """Say what a name means, its unit, and where it is set."""
    from archsim.api.explaining import explain as look_up
    from archsim.report.listing import explanation

    entries = look_up(name)
    if as_json:
        print_json([asdict(entry) for entry in entries])
    else:
        print_report(explanation(entries))
