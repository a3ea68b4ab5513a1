"""``archsim check FILE...``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from archsim.cli.options import JsonFlag
from archsim.cli.output import print_json, print_report


def check(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Hardware, workload or study files, or names."),
    ],
    as_json: JsonFlag = False,
) -> None:
    """Check hardware, workload and study files; exit with 2 if any of them is bad."""
    from archsim.report.listing import verdicts
    from archsim.search.checking import check_file

    found = [check_file(name) for name in files]
    if as_json:
        print_json([asdict(item) for item in found])
    else:
        print_report(verdicts(found))
    if any(item.problem for item in found):
        raise typer.Exit(2)
