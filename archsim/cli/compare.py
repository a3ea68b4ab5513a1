"""``archsim compare WORKLOAD HARDWARE...``."""

from __future__ import annotations

from typing import Annotated

import typer

from archsim.cli.options import FidelityOption, JsonFlag, SeedOption, Settings, WorkloadArgument
from archsim.cli.output import print_json, print_report, with_progress


def compare(
    workload: WorkloadArgument,
    hardware: Annotated[
        list[str],
        typer.Argument(metavar="HARDWARE...", help="Names or YAML files; the first is the base."),
    ],
    settings: Settings = None,
    fidelity: FidelityOption = "event",
    seed: SeedOption = "0",
    as_json: JsonFlag = False,
) -> None:
    """Simulate one workload on several pieces of hardware."""
    from archsim.api.running import metric_units, parse_seed, try_named
    from archsim.report.comparing import compare_results
    from archsim.report.comparison_report import comparison_report, infeasible_designs

    outcomes = [
        try_named(name, workload, settings=settings or (), fidelity=fidelity, seed=parse_seed(seed))
        for name in with_progress(hardware, "comparing")
    ]
    if as_json:
        print_json([outcome.to_dict() for outcome in outcomes])
        return
    ran = {outcome.hardware: outcome.result for outcome in outcomes if outcome.result}
    units = {name: unit for r in ran.values() for name, unit in metric_units(r).items()}
    if ran:
        figures = compare_results(list(ran.values()))
        print_report(comparison_report(list(ran), figures, units))
    print_report(infeasible_designs({item.hardware: item.reason for item in outcomes}))
