"""Designs in batches: equal to single runs, infeasible ones with their reason."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archsim
from archsim.architectures.asic import ARCHITECTURE
from archsim.errors import InfeasibleError, InputError, UnsupportedError

WORKLOAD = {
    "kind": "network",
    "name": "small",
    "networks": {"net": {"family": "resnet9", "input_size": 16}},
}


KEYS: dict[str, tuple[object, ...]] = {
    "frequency_hz": (0.5e9, 1e9, 1e9 / 3, 1.234567e9, 2e9, 123456789.0),
    "noc_latency_cycles": (0, 1, 7),
    "node_nm": (7, 28, 45),
    "arbiter": ("hierarchical", "matrix"),
    "mode": ("physical", "compat"),
    "maestro_version": ("feb2020", "master"),
    "budget.pes": (None, 4096),
    "budget.area_mm2": (None, 20.0, 4000.0),
    "scheduler.objective": ("latency", "energy"),
    "dram.memory": ("lpddr4", "hbm2"),
    "dram.bandwidth_bytes_per_s": (1e8, 8e9, 25.6e9, 1e10 / 7, 3e11),
    "dram.sharing": ("dynamic", "static"),
}
OF_TEMPLATE: dict[str, tuple[object, ...]] = {
    "template": ("dla", "shi", "rs"),
    "pes": (4, 32, 64, 100, 576, 1024, 4096),
    "noc_bandwidth_bytes_per_cycle": (1, 8, 56, 64, 333),
    "simd": (1, 4, 9),
    "l1_bytes": (64, 256, 16384),
    "l2_bytes": (4096, 100_000, 1 << 20),
}
OF_ARRAY: dict[str, tuple[object, ...]] = {
    "rows": (1, 8, 32, 100),
    "columns": (1, 16, 32),
    "dataflow": ("os", "ws", "is"),
    "noc_bandwidth_bytes_per_cycle": (1, 8, 128),
    "l2_bytes": (4096, 1 << 21),
}
CHIPS = ("dla-1024", "shi-1024", "rs-1024", "systolic-32x32", "heterogeneous", "nasaic-w1")


def alone(
    name: str, design: dict[str, object], workload: archsim.workload.WorkloadSpec
) -> dict[str, float] | str:
    """Return the figures of one design by ``simulate``, or why it is infeasible."""
    base: dict[str, object] = {"scheduler.method": "greedy"} if name == "nasaic-w1" else {}
    try:
        found = archsim.simulate(
            archsim.load_hardware(name, base | design), workload, fidelity="analytic"
        )
    except InfeasibleError as error:
        return str(error)
    return {
        "latency_s": found.latency_s,
        "energy_j": found.energy_j,
        "area_mm2": found.area_mm2,
        "average_power_w": found.average_power_w,
        **found.metrics,
    }


@st.composite
def batches(draw: st.DrawFn) -> tuple[str, dict[str, np.ndarray]]:
    """Draw a shipped chip, some of its keys, and a few designs over them."""
    name = draw(st.sampled_from(CHIPS))
    hardware = archsim.load_hardware(name)
    keys = dict(KEYS)
    for unit, accelerator in hardware.accelerators.items():  # type: ignore[attr-defined]
        systolic = accelerator.template == "systolic"
        more = OF_ARRAY if systolic else OF_TEMPLATE
        keys |= {f"accelerators.{unit}.{key}": values for key, values in more.items()}
        if systolic:
            del keys["mode"]  # MAESTRO has no rules for it
    if name == "nasaic-w1":
        # Compat mode without a memory section.
        keys = {key: value for key, value in keys.items() if not key.startswith(("dram", "mode"))}
    chosen = draw(st.lists(st.sampled_from(sorted(keys)), min_size=1, max_size=6, unique=True))
    count = draw(st.integers(1, 4))
    columns = {}
    for key in chosen:
        values = [draw(st.sampled_from(keys[key])) for _ in range(count)]
        mixed = len({type(value) for value in values}) > 1 or None in values
        columns[f"hardware.{key}"] = np.array(values, dtype=object if mixed else None)
    if name == "nasaic-w1":
        columns["scheduler.method"] = np.array(["greedy"] * count)
    return name, columns


@settings(deadline=None, max_examples=120)
@given(batches())
def test_figures_equal_those_of_single_runs(batch: tuple[str, dict[str, np.ndarray]]) -> None:
    name, columns = batch
    hardware, workload = archsim.load_hardware(name), archsim.load_workload(WORKLOAD)
    found = ARCHITECTURE.evaluate_batch(hardware, workload, columns)
    reasons = ARCHITECTURE.infeasible_reasons(hardware, workload, columns)
    assert reasons is not None
    for index in range(len(reasons)):
        design = {
            key.removeprefix("hardware."): value.tolist()[index] for key, value in columns.items()
        }
        figures = alone(name, design, workload)
        if isinstance(figures, str):
            assert found["feasible"][index] == 0.0
            assert reasons[index] == figures
            continue
        assert found["feasible"][index] == 1.0
        assert reasons[index] == ""
        assert {key: found[key][index] for key in figures} == pytest.approx(figures, rel=1e-12)
        one = {key: value[index : index + 1] for key, value in columns.items()}
        by_itself = ARCHITECTURE.evaluate_batch(hardware, workload, one)
        assert {key: value[index] for key, value in found.items()} == {
            key: value[0] for key, value in by_itself.items()
        }


def test_many_values_are_read_like_few() -> None:
    """A column of many numbers is checked at its ends; values that are no whole numbers are not."""
    hardware, workload = archsim.load_hardware("dla-1024"), archsim.load_workload(WORKLOAD)
    key = "accelerators.dla.pes"
    pes = np.arange(64, 64 + 200)
    found = ARCHITECTURE.evaluate_batch(hardware, workload, {key: pes})
    assert found["feasible"].all()
    for place in (0, 77, 199):
        design = {key: np.array([pes[place]])}
        assert (
            ARCHITECTURE.evaluate_batch(hardware, workload, design)["energy_j"][0]
            == found["energy_j"][place]
        )
    as_floats = ARCHITECTURE.evaluate_batch(hardware, workload, {key: pes.astype(float)})
    np.testing.assert_array_equal(as_floats["energy_j"], found["energy_j"])
    with pytest.raises(InputError, match=r"accelerators\.dla"):
        ARCHITECTURE.evaluate_batch(hardware, workload, {key: pes + 0.5})
    with pytest.raises(InputError, match=r"accelerators\.dla"):
        ARCHITECTURE.evaluate_batch(hardware, workload, {key: np.append(pes, 1 << 30)})


def test_a_latency_limit_makes_designs_infeasible() -> None:
    workload = archsim.load_workload(WORKLOAD)
    for name in ("dla-1024", "heterogeneous"):
        limits = {"scheduler.objective": "energy", "scheduler.latency_s": 1e-4}
        hardware = archsim.load_hardware(name, limits)
        columns = {"frequency_hz": np.array([1e7, 1e9, 2e9])}
        found = ARCHITECTURE.evaluate_batch(hardware, workload, columns)
        reasons = ARCHITECTURE.infeasible_reasons(hardware, workload, columns)
        assert reasons is not None
        for index, clock in enumerate(columns["frequency_hz"].tolist()):
            figures = alone(name, limits | {"frequency_hz": clock}, workload)
            assert reasons[index] == (figures if isinstance(figures, str) else "")
            assert found["feasible"][index] == float(not isinstance(figures, str))
        assert "longer than the latency limit" in reasons[0]


def test_what_the_loops_cannot_count_is_planned_alone() -> None:
    """A clock and a memory so slow that femtoseconds leave 64 bits are refused as in a run."""
    hardware, workload = archsim.load_hardware("dla-1024"), archsim.load_workload(WORKLOAD)
    for columns in (
        {"frequency_hz": np.array([1e9, 1.0])},
        {"dram.bandwidth_bytes_per_s": np.array([1e9, 1.0])},
    ):
        with pytest.raises(UnsupportedError, match="too long to be scheduled"):
            ARCHITECTURE.evaluate_batch(hardware, workload, columns)
    slow = {"frequency_hz": np.array([1e9, 2e3])}
    found = ARCHITECTURE.evaluate_batch(hardware, workload, slow)
    figures = alone("dla-1024", {"frequency_hz": 2e3}, workload)
    assert isinstance(figures, dict)
    assert {key: found[key][1] for key in figures} == pytest.approx(figures, rel=1e-12)


def test_cp_sat_plans_designs_one_by_one() -> None:
    hardware, workload = archsim.load_hardware("nasaic-w1"), archsim.load_workload(WORKLOAD)
    columns = {
        "frequency_hz": np.array([0.5e9, 1e9, 0.5e9]),
        "scheduler.method": np.array(["greedy", "cp_sat", "cp_sat"]),
    }
    found = ARCHITECTURE.evaluate_batch(hardware, workload, columns)
    assert found["schedule_optimal"].tolist() == [0.0, 1.0, 1.0]
    assert found["schedule_makespan_s"][2] <= found["schedule_makespan_s"][0]
    assert found["greedy_makespan_s"][2] == pytest.approx(found["greedy_makespan_s"][0])


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
        ({"frequency_hz": np.ones(2), "node_nm": np.array([28])}, "differ in length"),
        ({"accelerators.dla.pees": np.array([64])}, "unknown key"),
        ({"accelerators.dla.pes": np.array([-64])}, "accelerators.dla"),
    ):
        with pytest.raises(InputError, match=message):
            ARCHITECTURE.evaluate_batch(hardware, workload, columns)
