"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Change a key, e.g. npu.frequency_hz=2e9 or workload.batch=64; repeatable.",
    ),
]
FidelityOption = Annotated[
    str,
    typer.Option(
        "--fidelity", metavar="event|analytic", help="Contention and overlap, or closed forms."
    ),
]
SeedOption = Annotated[
    str, typer.Option("--seed", metavar="N", help="Seed of every random choice.")
]
HardwareArgument = Annotated[
    str,
    typer.Argument(metavar="HARDWARE", help="A name from 'archsim list hardware', or a YAML file."),
]
WorkloadArgument = Annotated[
    str,
    typer.Argument(
        metavar="WORKLOAD", help="A name from 'archsim list workloads', or a YAML file."
    ),
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", metavar="FILE", help="Also write the result as JSON.")
]
TimelineOption = Annotated[
    Path | None,
    typer.Option(
        "--timeline",
        metavar="FILE",
        help="Record a timeline for ui.perfetto.dev (.json or .json.gz).",
    ),
]
HtmlOption = Annotated[
    Path | None,
    typer.Option("--html", metavar="FILE", help="Also write a page that opens in any browser."),
]
WindowOption = Annotated[
    str,
    typer.Option("--timeline-window", metavar="START:END", help="Only this part, e.g. '0 s:2 ms'."),
]
