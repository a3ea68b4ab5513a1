"""``archsim diff RESULT_A RESULT_B``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archsim.cli.options import HtmlOption, JsonFlag
from archsim.cli.output import print_json, print_report


def diff(
    before: Annotated[
        Path, typer.Argument(metavar="RESULT_A", help="From 'archsim run --output'.")
    ],
    after: Annotated[Path, typer.Argument(metavar="RESULT_B", help="From 'archsim run --output'.")],
    html: HtmlOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Show what changed between two results: settings, figures, time and energy."""
    from archsim.api.declared import declarations_of
    from archsim.api.running import metric_units
    from archsim.report.comparison_report import difference_report
    from archsim.report.difference import difference
    from archsim.report.html.difference_page import difference_page
    from archsim.report.html.page import check_page, write_page
    from archsim.result import Result

    if html is not None:
        check_page(html)
    results = Result.load(before), Result.load(after)
    found = difference(*results)
    names = (before.stem, after.stem) if before.stem != after.stem else ("before", "after")
    if html is not None:
        declared = {**declarations_of(results[0]), **declarations_of(results[1])}
        write_page(html, difference_page(results, names, declared))
    if as_json:
        print_json(found.to_dict())
        return
    units = {**metric_units(results[0]), **metric_units(results[1])}
    print_report(difference_report(found, names, units))
