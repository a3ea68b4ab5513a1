"""``archsim schema KIND``."""

from __future__ import annotations

from typing import Annotated

import typer

from archsim.cli.options import JsonFlag
from archsim.cli.output import print_json


def schema(
    kind: Annotated[
        str,
        typer.Argument(metavar="KIND", help="A kind of file, e.g. npu_pim, llm or study."),
    ],
    as_json: JsonFlag = False,
) -> None:
    """Print the JSON Schema of a kind of file, for editors and other tools."""
    from archsim.space.schema import schema_of

    # A schema is JSON already: --json is taken, as by every command, and changes nothing.
    del as_json
    print_json(schema_of(kind))
