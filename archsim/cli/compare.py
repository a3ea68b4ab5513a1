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
    from archsim.api.running import metric_units, parse_seed, run_named
    from archsim.report.comparing import compare_results
    from archsim.report.comparison_report import comparison_report

    results = [
        run_named(name, workload, settings=settings or (), fidelity=fidelity, seed=parse_seed(seed))
        for name in with_progress(hardware, "comparing")
    ]
    if as_json:
        pairs = zip(hardware, results, strict=True)
        print_json([{"hardware": name, **result.to_dict()} for name, result in pairs])
        return
    units = {name: unit for result in results for name, unit in metric_units(result).items()}
    print_report(comparison_report(hardware, compare_results(results), units))
