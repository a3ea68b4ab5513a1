"""``archsim list hardware|workloads|models|studies|devices|papers|architectures``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from archsim.cli.options import JsonFlag
from archsim.cli.output import print_json, print_report


def list_things(
    what: Annotated[
        str,
        typer.Argument(metavar="hardware|workloads|models|studies|devices|papers|architectures"),
    ],
    as_json: JsonFlag = False,
) -> None:
    """List what can be named on the command line."""
    from archsim.papers.listing import everything
    from archsim.report.listing import listing

    items = everything(what)
    if as_json:
        print_json([asdict(item) for item in items])
    else:
        print_report(listing(what, items))
