"""The ``archsim`` command: its sub-commands, and how each of them ends."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from archsim.cli.check import check
from archsim.cli.compare import compare
from archsim.cli.diff import diff
from archsim.cli.explain import explain
from archsim.cli.failures import guarded
from archsim.cli.leaderboard import leaderboard
from archsim.cli.list_things import list_things
from archsim.cli.proxy import proxy
from archsim.cli.reproduce import reproduce
from archsim.cli.run import run
from archsim.cli.schema import schema
from archsim.cli.search import search
from archsim.cli.sweep import sweep


class OneSentenceGroup(TyperGroup):
    """A command group in which every failure is one sentence on stderr and an exit code."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = "archsim",
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> int:
        """Run the command line; returns the exit code, or exits with it in standalone mode."""
        run_command = super().main
        code = guarded(
            lambda: run_command(
                args,
                prog_name,
                complete_var,
                False,
                windows_expand_args=windows_expand_args,
                **extra,
            )
        )
        if standalone_mode:
            sys.exit(code)
        return code


app = typer.Typer(
    cls=OneSentenceGroup,
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _archsim(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Cycle-approximate models of accelerators: one workload to latency, energy and area."""
    if version:
        from archsim.version import __version__

        sys.stdout.write(f"archsim {__version__}\n")
    elif context.invoked_subcommand is None:
        sys.stdout.write(context.get_help() + "\n")


for _function, _name in (
    (run, "run"),
    (compare, "compare"),
    (sweep, "sweep"),
    (search, "search"),
    (leaderboard, "leaderboard"),
    (proxy, "proxy"),
    (reproduce, "reproduce"),
    (list_things, "list"),
    (explain, "explain"),
    (check, "check"),
    (diff, "diff"),
    (schema, "schema"),
):
    app.command(_name)(_function)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: What follows ``archsim``; by default those of the process.

    Returns:
        The exit code.
    """
    code: int = get_command(app).main(arguments, "archsim", standalone_mode=False)
    return code
