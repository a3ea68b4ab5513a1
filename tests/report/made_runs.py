"""Runs made by hand for the pages' tests: hostile names, many operations."""

import pandas as pd

from archsim.result import Check, assemble

HOSTILE = "<script>alert('x')</script>"
FORMULA = "=HYPERLINK(1)"


def made_run(*, operations=4, name="chip", component="core", scale=1.0, latency_s=1.0):
    """Return a run of one component and a memory, with names of the caller's choice."""
    step = latency_s / operations
    rows = [
        (
            f"{component} op{number % 3}",
            ("gemm", "softmax")[number % 2],
            (component, "memory")[number % 2],
            number * step,
            (number + 1) * step,
            1e-3,
            100.0,
            10.0,
        )
        for number in range(operations)
    ]
    columns = ["operation", "kind", "component", "start_s", "end_s", "energy_j"]
    columns += ["arithmetic_operations", "operand_bytes"]
    components = pd.DataFrame(
        {
            "component": [component, "memory"],
            "busy_s": [latency_s / 2, latency_s / 2],
            "dynamic_energy_j": [1e-3 * operations * scale, 0.0],
            "static_energy_j": [0.1, 0.2 * scale],
            "area_mm2": [3.0 * scale, 1.5],
            "bytes": [0.0, 1e6],
            "peak_operations_per_s": [1e6, 0.0],
            "peak_bytes_per_s": [0.0, 1e6],
        }
    )
    configuration = {"core": {"lanes": 4, "label": name}}
    return assemble(
        latency_s=latency_s,
        components=components,
        operations=pd.DataFrame(rows, columns=columns),
        metrics={"tokens_per_s": 5.0 * scale, "odd_figure": -1.0},
        provenance={
            "archsim_version": "0",
            "architecture": "made_up",
            "fidelity": "event",
            "seed": 0,
            "trace_hash": "",
            "hardware": {"name": name, "kind": "k", "hash": "h", "configuration": configuration},
            "workload": {"name": f"w {name}", "kind": "k", "hash": "h", "configuration": {}},
            "constants": [
                {"key": name, "value": 1.5, "source": FORMULA, "certainty": "estimate"},
                {
                    "key": "core.b",
                    "value": [1, 2],
                    "source": "data sheet",
                    "certainty": "primary",
                },
                {"key": "core.c", "value": 2, "source": "a guess", "certainty": "inferred"},
            ],
        },
        more_checks=[Check(f"holds for {name}", True, "1 and 1")],
    )
