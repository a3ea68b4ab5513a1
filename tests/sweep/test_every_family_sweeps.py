"""Every family can be swept, by its ordinary keys and by those of its workloads."""

from __future__ import annotations

import numpy as np
import pytest

import archsim
from archsim.space import load_study

STUDIES = {
    "npu_pim": (
        "neupims", "gpt3-7b-alpaca",
        {"hardware.memory.channels": [1, 16, 32], "workload.batch": [16, 32]}, "batch",
    ),
    "asic": (
        "dla-1024", "resnet9",
        {"hardware.accelerators.dla.pes": [64, 1024], "hardware.frequency_hz": ["1 GHz", 2e9]},
        None,
    ),
    "dram": (
        "dram-ddr4-2400", "memory-random",
        {"hardware.controller.Scheduler": ["Fifo", "FrFcfs"], "workload.requests": [200, 300]},
        None,
    ),
    "gpu": (
        "rtx_4070", "gpt3-7b-alpaca",
        {"hardware.chip.memory_bytes": ["8 GB", "48 GB"], "workload.batch": [1, 8]}, None,
    ),
    "fpga": (
        "d5005-ternary", "matmulfree-370m",
        {"hardware.ternary_core.frequency_hz": ["150 MHz", "200 MHz"]}, "batch",
    ),
    "fpga-moe": (
        "m3vit-zcu104", "m3vit-pascal",
        {"hardware.vit_accelerator.policy": ["reorder", "token_major"]}, "batch",
    ),
    "neural_graphics": (
        "ngpc-8", "gia-hashgrid", {"hardware.cluster.processors": [8, 16, 32]}, "batch",
    ),
}  # fmt: skip


@pytest.mark.parametrize("family", STUDIES)
def test_a_family_can_be_swept_and_batches_agree_with_runs(family):
    hardware, workload, values, form = STUDIES[family]
    space = {key: {"values": list(options)} for key, options in values.items()}
    study = load_study(
        {
            "name": family,
            "hardware": hardware,
            "workload": workload,
            "space": space,
        }
    )
    table = archsim.sweep(study, ledger=f"{family}.sqlite")
    (part,) = table.attrs["summary"]["fidelities"]
    assert part["form"] == (form or part["form"])
    assert part["counts"]["done"] >= 2, table["reason"].tolist()
    assert part["counts"]["failed"] == part["counts"]["pending"] == 0, table["reason"].tolist()
    assert all(table["reason"][table["status"] == "infeasible"])
    for at in range(len(table)):
        settings = {
            owner: {
                key.removeprefix(f"{owner}."): value
                for key, value in study.space.values(row).items()
                if key.startswith(f"{owner}.")
            }
            for owner in ("hardware", "workload")
            for row in [tuple(study.space.levels(at))]
        }
        if table["status"][at] != "done":
            continue
        one = archsim.simulate(
            archsim.load_hardware(hardware, settings["hardware"]),
            archsim.load_workload(workload, settings["workload"]),
            fidelity="analytic",
        )
        for name in ("latency_s", "energy_j", "area_mm2"):
            np.testing.assert_allclose(table[name][at], getattr(one, name), rtol=1e-9)
