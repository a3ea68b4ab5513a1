"""Designs in batches: equal to single runs, infeasible ones with their reason."""

from __future__ import annotations

import numpy as np
import pytest

import archsim
from archsim.architectures.asic import ARCHITECTURE
from archsim.errors import InfeasibleError, InputError

WORKLOAD = {
    "kind": "network",
    "name": "small",
    "networks": {"net": {"family": "resnet9", "input_size": 16}},
}


@pytest.mark.parametrize("name", ["heterogeneous", "nasaic-w1", "systolic-32x32"])
def test_figures_equal_those_of_single_runs(name: str) -> None:
    hardware, workload = archsim.load_hardware(name), archsim.load_workload(WORKLOAD)
    clocks = np.array([0.5e9, 1e9, 2e9, 1e9])
    found = ARCHITECTURE.evaluate_batch(hardware, workload, {"frequency_hz": clocks})
    for index, clock in enumerate(clocks.tolist()):
        alone = archsim.simulate(
            archsim.load_hardware(name, {"frequency_hz": clock}), workload, fidelity="analytic"
        )
        figures = {
            "latency_s": alone.latency_s,
            "energy_j": alone.energy_j,
            "area_mm2": alone.area_mm2,
            "average_power_w": alone.average_power_w,
            **alone.metrics,
        }
        assert {key: found[key][index] for key in figures} == figures
    assert found["feasible"].tolist() == [1.0] * 4


def test_infeasible_designs_say_why() -> None:
    hardware = archsim.load_hardware("nasaic-w1")
    workload = archsim.load_workload(WORKLOAD)
    columns = {
        "hardware.accelerators.dla.pes": np.array([576, 32, 4096]),
        "hardware.accelerators.shi.pes": np.array([1792, 1792, 1792]),
    }
    found = ARCHITECTURE.evaluate_batch(hardware, workload, columns)
    assert found["feasible"].tolist() == [1.0, 0.0, 0.0]
    assert np.isinf(found["latency_s"][1:]).all()
    reasons = ARCHITECTURE.infeasible_reasons(hardware, workload, columns)
    assert reasons is not None
    assert reasons[0] == ""
    assert "fewer PEs than one cluster" in reasons[1]
    assert "exceed the budget" in reasons[2]
    design = archsim.load_hardware("nasaic-w1", {"accelerators.dla.pes": 4096})
    with pytest.raises(InfeasibleError) as caught:
        archsim.simulate(design, workload)
    assert str(caught.value) == reasons[2]


def test_bad_columns_are_refused() -> None:
    hardware, workload = archsim.load_hardware("dla-1024"), archsim.load_workload(WORKLOAD)
    for columns, message in (
        ({}, "at least one column"),
        ({"frequency_hz": np.ones((2, 2))}, "each a flat array"),
        ({"frequency_hz": np.ones(2), "node_nm": np.array([28])}, "all of one length"),
        ({"accelerators.dla.pees": np.array([64])}, "unknown key"),
        ({"accelerators.dla.pes": np.array([-64])}, "accelerators.dla"),
    ):
        with pytest.raises(InputError, match=message):
            ARCHITECTURE.evaluate_batch(hardware, workload, columns)
