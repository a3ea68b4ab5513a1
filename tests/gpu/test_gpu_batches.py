"""Many cards at once: every figure is that of a run, whatever is evaluated beside it."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archsim
from archsim.architectures import registry
from archsim.architectures.gpu.job_plan import plan_job
from archsim.architectures.gpu.jobs import job_of
from archsim.architectures.gpu.predicting import has_residual
from archsim.cli.main import main
from archsim.errors import InfeasibleError, InputError, UnsupportedError

GPU = registry.get("gpu")

CHAT = {
    "kind": "llm",
    "schema_version": 1,
    "name": "chat",
    "model": "gpt3-7b",
    "batch": 8,
    "lengths": {"distribution": "alpaca"},
    "parallel": {"tensor": 2, "pipeline": 2},
}
WORKLOADS = {
    "decode": {**CHAT, "generated_tokens": 2},
    "prefill": {**CHAT, "phase": "prefill"},
    "experts": {**CHAT, "model": "mixtral-8x7b"},
    "network": "mobilenetv2",
    "two networks": "cifar-and-nuclei",
    "vision transformer": "vit-s",
    "experts on images": "m3vit-pascal",
    "ternary": "matmulfree-370m-batch6",
    "frame": "gia-hashgrid-8k",
}


def workload(name):
    return archsim.load_workload(WORKLOADS[name])


NUMBERS = {
    "chip.sms": st.integers(8, 300),
    "chip.half_flops": st.floats(1e13, 2e15),
    "chip.tf32_flops": st.floats(1e13, 1e15),
    "chip.l2_bytes": st.integers(1 << 20, 1 << 28),
    "chip.memory_bytes": st.integers(1 << 30, 1 << 36),
    "chip.memory_bytes_per_s": st.floats(1e11, 8e12),
    "chip.link_bytes_per_s": st.floats(1e9, 1e12),
    "chip.board_power_w": st.floats(250.0, 900.0),
    "chip.die_mm2": st.floats(100.0, 900.0),
    "matmul.tensor_efficiency": st.floats(0.3, 1.0),
    "matmul.cache_bytes_per_s": st.floats(1e12, 1e13),
    "matmul.half_launch_s": st.floats(1e-7, 1e-5),
    "matmul.throttle_exponent": st.floats(0.0, 1.0),
    "attention.block_latency_s": st.floats(0.0, 1e-5),
    "attention.prefill_share": st.floats(0.1, 1.0),
    "streaming.norm_element_s": st.floats(0.0, 1e-8),
    "hash_grid.first_level_bytes": st.integers(1 << 14, 1 << 20),
    "power.base_w": st.floats(20.0, 200.0),
    "power.half_j_per_flop": st.floats(0.0, 1e-12),
    "power.memory_j_per_byte": st.floats(0.0, 1e-10),
}


@st.composite
def designs(draw):
    """Return columns of three designs that vary up to eight numbers of a card."""
    keys = draw(st.lists(st.sampled_from(sorted(NUMBERS)), min_size=1, max_size=8, unique=True))
    return {key: np.array([draw(NUMBERS[key]) for _ in range(3)]) for key in keys}


def run(card, work, columns, at):
    """Return the figures of one design as a run gives them, or why it is infeasible."""
    changes = {key: values[at].item() for key, values in columns.items()}
    try:
        result = archsim.simulate(
            archsim.load_hardware(card, overrides=changes), work, fidelity="analytic"
        )
    except InfeasibleError as error:
        return str(error)
    assert not result.failed_checks
    totals = ("latency_s", "energy_j", "area_mm2", "average_power_w")
    return {**{name: getattr(result, name) for name in totals}, **result.metrics}


@pytest.mark.parametrize("name", sorted(WORKLOADS))
@settings(max_examples=5, deadline=None)
@given(card=st.sampled_from(["h100_sxm", "a100_40gb", "rtx_3090"]), columns=designs())
def test_figures_and_reasons_are_those_of_a_run(name, card, columns):
    hardware, work = archsim.load_hardware(card), workload(name)
    found = GPU.evaluate_batch(hardware, work, columns)
    reasons = GPU.infeasible_reasons(hardware, work, columns)
    for at in range(3):
        expected = run(card, work, columns, at)
        if isinstance(expected, str):
            assert found["feasible"][at] == 0.0
            assert reasons[at] == expected
            continue
        assert found["feasible"][at] == 1.0
        assert reasons[at] == ""
        assert set(found) == {*expected, "feasible"}
        for figure, value in expected.items():
            assert found[figure][at] == pytest.approx(value, rel=1e-9, abs=0.0), figure


@pytest.mark.parametrize("name", ["decode", "network", "ternary", "frame"])
def test_a_design_does_not_depend_on_what_is_evaluated_beside_it(name):
    random = np.random.default_rng(1)
    columns = {
        "hardware.chip.sms": random.integers(20, 200, 700),
        "hardware.chip.memory_bytes_per_s": random.uniform(5e11, 4e12, 700),
        "hardware.chip.l2_bytes": random.choice(["4 MiB", "40 MB", "96 MiB"], 700),
    }
    hardware, work = archsim.load_hardware("a100_80gb"), workload(name)
    together = GPU.evaluate_batch(hardware, work, columns)
    for at in (0, 311, 699):
        alone = GPU.evaluate_batch(
            hardware, work, {key: values[at : at + 1] for key, values in columns.items()}
        )
        assert {figure: values[at] for figure, values in together.items()} == {
            figure: values[0] for figure, values in alone.items()
        }


def test_only_the_measured_card_is_corrected_by_the_residual():
    """Its memory may be another (it does not change a kernel), its SMs and products may not."""
    hardware, work = archsim.load_hardware("h100_sxm"), workload("decode")
    assert has_residual(hardware)
    columns = {
        "chip.sms": np.array([132, 132, 131, 132]),
        "residual": np.array(["h100_sxm", "none", "h100_sxm", "h100_sxm"]),
        "power.base_w": np.array([110.0, 110.0, 110.0, 120.0]),
    }
    found = GPU.evaluate_batch(hardware, work, columns)["latency_s"]
    expected = [run("h100_sxm", work, columns, at)["latency_s"] for at in range(4)]
    assert found == pytest.approx(expected, rel=1e-9)
    plain = GPU.evaluate_batch(hardware, work, {"residual": np.array(["none"])})["latency_s"]
    assert found[1] != found[0] == found[3]
    assert found[1] == plain[0]


def test_a_plan_times_each_distinct_kernel_once():
    """A layer of 32: two equal norms and two equal residual sums are one kernel each."""
    work = archsim.load_workload(
        {**CHAT, "lengths": {"distribution": "constant", "tokens": 300}, "parallel": {"tensor": 1}}
    )
    plan = plan_job(job_of(work, 0))
    kernels = list(zip(plan.table.kernel.tolist(), plan.calls.tolist(), strict=True))
    assert kernels.count(("layernorm", 65.0)) == 1  # two in each layer, one behind them
    assert kernels.count(("add", 64.0)) == 1
    assert kernels.count(("sdpa", 32.0)) == 1
    assert kernels.count(("gemm", 32.0)) == 4
    result = archsim.simulate(archsim.load_hardware("a100_80gb"), work, fidelity="analytic")
    assert plan.calls.sum() == result.metrics["kernels"]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"chip.smss": [100, 120]}, r"chip\.smss.*did you mean.*sms"),
        ({"chips.sms": [100, 120]}, r"chips.*did you mean.*chip"),
        ({"chip.sms": [100, 0]}, r"chip\.sms.*found 0"),
        ({"chip.sms": [100.0, 120.5]}, r"chip\.sms.*120\.5"),
        ({"chip.sms": [True, False]}, r"chip\.sms.*[Tt]rue"),
        ({"chip.sms": [*range(100, 200), 0]}, r"chip\.sms.*found 0"),
        ({"chip.memory_bytes_per_s": [1e12, float("nan")]}, r"memory_bytes_per_s.*nan"),
        ({"chip.memory_bytes_per_s": [*np.linspace(1e12, 2e12, 99), np.inf]}, "bytes_per_s.*inf"),
        ({"chip.l2_bytes": ["40 MB", "40 parsecs"]}, "l2_bytes.*40 parsecs"),
        ({"residual": ["none", "a100"]}, r"residual.*a100"),
        ({"kind": ["gpu", "dram"]}, "kind.*dram"),
        ({"power.base_w": [*range(50, 150), 100], "chip.board_power_w": [400] * 100 + [90]},
         "base power must leave room below the board's limit.*found 100 W"),
        ({"matmul.half_paired_share": [0.3, 0.01]}, "cannot be slower than rows on odd ones"),
        ({"chip.sms": [100, 120], "power.base_w": [80.0]}, "differ in length"),
        ({}, "at least one column"),
        ({"chip.sms": []}, "columns of designs are empty"),
    ],
)  # fmt: skip
def test_bad_columns_are_refused_in_one_sentence(columns, message):
    arrays = {key: np.array(values) for key, values in columns.items()}
    for call in (GPU.evaluate_batch, GPU.infeasible_reasons):
        with pytest.raises(InputError, match=message):
            call(archsim.load_hardware("a100_80gb"), workload("network"), arrays)


def test_a_workload_that_the_family_does_not_run_is_refused():
    columns = {"chip.sms": np.array([100])}
    with pytest.raises(UnsupportedError, match="serving"):
        GPU.evaluate_batch(
            archsim.load_hardware("a100_80gb"), archsim.load_workload("gpt3-13b-serving"), columns
        )


def test_the_shipped_study_is_evaluated_in_batches(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    changes = ["--set", "method.name=random", "--set", "budget.evaluations=300"]
    assert main(["sweep", "gpu-decode", *changes, "--export", "table.csv", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)["fidelities"][0]
    assert summary["form"] == "batch"
    assert summary["counts"]["done"] > 0 < summary["counts"]["infeasible"]
    import pandas as pd

    table = pd.read_csv("table.csv")
    row = table[table.status == "done"].iloc[0]
    keys = [name for name in table if name.startswith("hardware.")]
    changes = {name.removeprefix("hardware."): row[name].item() for name in keys}
    result = archsim.simulate(
        archsim.load_hardware("a100_80gb", overrides=changes),
        archsim.load_workload("gpt3-7b-sharegpt"),
        fidelity="analytic",
    )
    assert row.latency_s == pytest.approx(result.latency_s, rel=1e-9)
    assert row.energy_j == pytest.approx(result.energy_j, rel=1e-9)
    assert row.tokens_per_s >= 15_000.0
    full = table[table.reason.fillna("").str.contains("do not fit the card")]
    assert set(full["hardware.chip.memory_bytes"]) == {8e9}
