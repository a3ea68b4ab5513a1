"""``archsim schema KIND``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archsim.cli.options import JsonFlag
from archsim.cli.output import print_json


def schema(
    kind: Annotated[
        str | None,
        typer.Argument(metavar="KIND", help="A kind of file, e.g. npu_pim, llm or dram_device."),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--all", metavar="FOLDER", help="Write the schema of every kind instead."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Print the JSON Schema of a kind of file, for editors and other tools."""
    from archsim.api.schemas import kinds, schema_of, write_schemas
    from archsim.errors import InputError

    # A schema is JSON already: --json is taken, as by every command, and changes nothing.
    del as_json
    if (kind is None) == (folder is None):
        raise InputError("schema needs either a kind or --all FOLDER", allowed=", ".join(kinds()))
    if kind is not None:
        print_json(schema_of(kind))
    elif folder is not None:
        print_json([str(path) for path in write_schemas(folder)])
