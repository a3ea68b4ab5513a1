"""DRAM commands and energy of a layer against the measured runs of the authors' simulator."""

from __future__ import annotations

import csv
from pathlib import Path
from statistics import mean

import pytest

from archsim.architectures.npu_pim.cost import Activity, dram_energy_j
from archsim.architectures.npu_pim.decode import PassPlanner, time_pass
from archsim.architectures.npu_pim.public import load_system
from archsim.workload import load_workload
from archsim.workload.llm import LlmWorkload

REPOSITORY = Path(__file__).resolve().parents[2]
TRACES = REPOSITORY.parent / "shared" / "traces" / "neupims"
SYSTEMS = {
    "neupims_subbatch_off": "neupims",
    "neupims_subbatch_on": "neupims-subbatch",
    "npu+pim_naive": "npu-pim-naive",
    "npu-only": "npu-only",
}
Row = dict[str, str]


def rows() -> list[Row]:
    with (REPOSITORY / "tests" / "oracles" / "neupims.csv").open() as file:
        return list(csv.DictReader(file))


def run_once(row: Row) -> tuple[Activity, float]:
    """Return what every stage, run once, does (as the measured interval), and its DRAM energy."""
    with (TRACES / f"{row['trace']}.csv").open() as file:
        requests = list(csv.DictReader(file))[: int(row["batch"])]
    workload = load_workload(
        {
            "kind": "llm",
            "name": "oracle",
            "model": row["model"].lower(),
            "batch": 1,
            "lengths": {"distribution": "constant", "tokens": 1},
            "parallel": {"tensor": int(row["tp"])},
        }
    )
    assert isinstance(workload, LlmWorkload)
    hardware = load_system(SYSTEMS[row["mode"]], "compat")
    planner = PassPlanner(hardware, workload, check_capacity=False)
    tokens = [int(request["seq_len"]) for request in requests]
    channels = [int(request["ch_idx"]) for request in requests]
    plan = planner.plan(planner.assign(tokens, channels))
    timed = time_pass(plan, planner.rates, "event")
    activity = Activity()
    for stage in plan.stages:
        attention = [] if stage.mha is None else [(stage.mha, 1)]
        activity.add_pass([(operation, 1) for operation in stage.npu], attention)
    interval_s = sum(played.duration_fs for played in timed.played) * 1e-15
    return activity, sum(dram_energy_j(hardware, activity, interval_s).values())


needs_traces = pytest.mark.skipif(
    not TRACES.is_dir(),
    reason="needs the request lengths of the measured runs, not in this repository but "
    "looked for in ../shared/traces/neupims",
)


@needs_traces
@pytest.mark.parametrize("mode", SYSTEMS)
def test_command_counts_are_exact_and_energy_close(mode: str) -> None:
    deviations = []
    for row in rows():
        if row["mode"] != mode:
            continue
        activity, energy_j = run_once(row)
        assert activity.pim.dot_products == int(row["num_comp_cmds"])
        assert activity.pim.vector_loads == int(row["num_gwrite_cmds"])
        assert activity.pim.results == int(row["num_readres_cmds"])
        # A refresh in the middle of a row-tile makes the simulator activate groups again.
        assert activity.pim.tiles * 8 == pytest.approx(int(row["num_gact_cmds"]), rel=2e-3)
        assert activity.read_bytes / 64 == pytest.approx(int(row["num_read_cmds"]), rel=2e-3)
        deviations.append(energy_j * 1e6 / float(row["dram_energy_uJ"]) - 1)
    assert mean(map(abs, deviations)) < 0.04
    assert max(map(abs, deviations)) < 0.08
