"""Closed forms over many designs: equal to one run each, checked like one run each."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import archsim
from archsim.architectures import registry
from archsim.errors import InfeasibleError, InputError, UnsupportedError

Columns = dict[str, NDArray[np.generic]]

KEYS: dict[str, list[object]] = {
    "npu.systolic_arrays": [2, 8],
    "npu.systolic_rows": [64, 128],
    "npu.scratchpad_bytes": [2**14, 2**22, 2**25],
    "npu.vector_units": [2, 16],
    "npu.frequency_hz": [0.7e9, 1e9],
    "memory.channels": [16, 32],
    "memory.banks_per_group": [4],
    "memory.timing.trp": [14, 20],
    "memory.frequency_hz": [0.9e9, 1.2e9],
    "device_link.latency_s": [1e-7, 1e-6],
    "node_nm": [7, 28],
}
PIM_KEYS: dict[str, list[object]] = {
    "scheduler.channel_assignment": ["greedy", "round_robin"],
    "pim.row_bytes": [1024, 2048],
}
WORKLOAD = {
    "kind": "llm",
    "schema_version": 1,
    "name": "twelve",
    "model": "gpt3-13b",
    "batch": 12,
    "lengths": {
        "distribution": "list",
        "tokens": [30, 700, 5, 1024, 90, 333, 64, 512, 1000, 17, 256, 128],
    },
    "parallel": {"tensor": 4, "pipeline": 2},
}


def evaluate(
    system: str, columns: Columns, phase: str = "decode"
) -> dict[str, NDArray[np.float64]]:
    hardware = archsim.load_hardware(system)
    workload = archsim.load_workload({**WORKLOAD, "phase": phase})
    return registry.get("npu_pim").evaluate_batch(hardware, workload, columns)


@settings(deadline=None, max_examples=12)
@given(
    st.sampled_from(["npu-only", "npu-pim-naive", "neupims", "neupims-subbatch"]),
    st.sampled_from(["decode", "prefill"]),
    st.sampled_from(["physical", "compat"]),
    st.integers(0, 2**31),
)
def test_each_design_equals_a_run_of_its_own(system: str, phase: str, mode: str, seed: int) -> None:
    random = np.random.default_rng(seed)
    keys = {**KEYS, "mode": [mode], **({} if system == "npu-only" else PIM_KEYS)}
    if system == "neupims-subbatch":
        keys["scheduler.sub_batch_interleaving"] = [True, False]
    rows = [{key: random.choice(np.array(v)).item() for key, v in keys.items()} for _ in range(4)]
    columns = {key: np.array([row[key] for row in rows]) for key in keys}
    found = evaluate(system, columns, phase)
    workload = archsim.load_workload({**WORKLOAD, "phase": phase})
    for index, row in enumerate(rows):
        one = {name: float(values[index]) for name, values in found.items()}
        try:
            run = archsim.simulate(
                archsim.load_hardware(system, row), workload, fidelity="analytic"
            )
        except InfeasibleError:
            assert one["feasible"] == 0
            assert one["latency_s"] == one["energy_j"] == np.inf
            assert one["area_mm2"] == one["tokens_per_s"] == one["average_power_w"] == 0
            continue
        assert one["feasible"] == 1
        assert one["latency_s"] == pytest.approx(run.latency_s, rel=1e-9)
        assert one["energy_j"] == pytest.approx(run.energy_j, rel=1e-9)
        assert one["area_mm2"] == pytest.approx(run.area_mm2, rel=1e-12)
        assert one["average_power_w"] == pytest.approx(run.average_power_w, rel=1e-9)
        for name in ("tokens_per_s", "energy_per_token_j"):
            assert one[name] == pytest.approx(run.metrics[name], rel=1e-9)


def test_what_does_not_fit_is_infeasible_and_the_rest_stands() -> None:
    found = evaluate(
        "neupims", {"memory.channels": np.array([1, 32]), "npu.systolic_arrays": np.array([8, 8])}
    )
    assert found["feasible"].tolist() == [0, 1]
    assert np.isinf(found["latency_s"]).tolist() == [True, False]
    assert all(np.isfinite(found[name]).all() for name in ("area_mm2", "tokens_per_s"))


def test_all_infeasible() -> None:
    found = evaluate("neupims-subbatch", {"memory.channels": np.array([1, 2])})
    assert found["feasible"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({}, "at least one column"),
        ({"npu.systolic_arrays": np.array([[1, 2]])}, "flat array"),
        (
            {"npu.systolic_arrays": np.array([1, 2]), "memory.channels": np.array([1])},
            "differ in length",
        ),
        ({"npu.systolic_arays": np.array([4])}, "systolic_arrays"),
        ({"memory.channels": np.array([0])}, "memory.channels"),
        ({"npu.frequency_hz": np.array([np.nan])}, "finite and above zero"),
        ({"memory.frequency_hz": np.array([0.0])}, "finite and above zero"),
        ({"memory.timing.trfc": np.array([10**5])}, "shorter than the interval"),
        ({"pim.banks_per_channel": np.array([7])}, "every bank of a channel"),
    ],
)
def test_bad_columns(columns: Columns, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        evaluate("neupims", columns)


def test_order_and_company_do_not_matter() -> None:
    random = np.random.default_rng(3)
    columns: Columns = {
        "npu.systolic_arrays": random.choice([2, 4, 8], 40),
        "memory.channels": random.choice([16, 24, 32], 40),
        "npu.frequency_hz": random.uniform(0.5e9, 2e9, 40),
    }
    whole = evaluate("neupims-subbatch", columns)
    turned = evaluate("neupims-subbatch", {k: v[::-1] for k, v in columns.items()})
    for name, values in whole.items():
        assert np.array_equal(values, turned[name][::-1]), name
    some = evaluate("neupims-subbatch", {key: value[:7] for key, value in columns.items()})
    assert all(np.array_equal(values[:7], some[name]) for name, values in whole.items())


def test_reasons_of_infeasible_designs_are_those_of_one_run_each() -> None:
    hardware, workload = archsim.load_hardware("neupims"), archsim.load_workload(WORKLOAD)
    rows = [(1, 2**22, 1e9), (2, 2**22, 2e9), (1, 2**12, 1e9), (32, 2**12, 1e9), (32, 2**13, 1e9)]
    keys = ("memory.channels", "npu.scratchpad_bytes", "npu.frequency_hz")
    columns = {key: np.array([row[at] for row in rows]) for at, key in enumerate(keys)}
    assert evaluate("neupims", columns)["feasible"].tolist() == [0] * 5
    found = registry.get("npu_pim").infeasible_reasons(hardware, workload, columns)
    for row, reason in zip(rows, found or [], strict=True):
        design = archsim.load_hardware("neupims", dict(zip(keys, row, strict=True)))
        with pytest.raises(InfeasibleError) as caught:
            archsim.simulate(design, workload, fidelity="analytic")
        assert str(caught.value) == reason


def test_a_serving_run_has_no_batch_form() -> None:
    workload = archsim.load_workload("gpt3-13b-serving")
    hardware = archsim.load_hardware("neupims")
    with pytest.raises(UnsupportedError, match="serving"):
        registry.get("npu_pim").evaluate_batch(
            hardware, workload, {"memory.channels": np.array([32])}
        )
