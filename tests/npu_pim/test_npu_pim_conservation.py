"""Conservation in random runs: every check of a result passes, parts sum to totals."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import archsim
from archsim.architectures.npu_pim.batch import evaluate

random_runs = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("random_runs.py"))))
devices, workloads = random_runs.hardware_settings, random_runs.workload_mappings
fidelities = st.sampled_from(("analytic", "event"))


def budget(examples):
    return settings(
        max_examples=examples, deadline=None, derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
    )  # fmt: skip


def assert_sound(result):
    assert result.checks
    assert not result.failed_checks, [(c.name, c.detail) for c in result.failed_checks]
    table = result.components
    energy = table["dynamic_energy_j"].sum() + table["static_energy_j"].sum()
    assert result.energy_j == pytest.approx(energy, rel=1e-12)
    assert result.area_mm2 == pytest.approx(table["area_mm2"].sum(), rel=1e-12)
    assert result.average_power_w == pytest.approx(result.energy_j / result.latency_s, rel=1e-12)
    assert table["utilisation"].between(0.0, 1.0).all()
    assert all(np.isfinite(value) for value in result.metrics.values())


@budget(40)
@given(devices(), workloads(), fidelities)
def test_every_check_of_a_run_passes(device, workload, fidelity):
    hardware, run = random_runs.load(device, workload)
    result = archsim.simulate(hardware, run, fidelity=fidelity, seed=1)
    assert_sound(result)
    operations = result.operations
    assert (operations["end_s"] >= operations["start_s"]).all()
    assert operations["end_s"].max() == pytest.approx(result.latency_s, rel=1e-9)
    dynamic = result.components["dynamic_energy_j"].sum()
    assert operations["energy_j"].sum() == pytest.approx(dynamic, rel=1e-6)


@budget(30)
@given(devices(), random_runs.servings(), fidelities, st.sampled_from(("standalone", "shared")))
def test_every_check_of_a_serving_run_passes(device, workload, fidelity, prefill):
    hardware, run = random_runs.load(device, workload, scheduler__prefill=prefill)
    result = archsim.simulate(hardware, run, fidelity=fidelity, seed=2)
    assert_sound(result)
    assert result.metrics["requests_completed"] <= run.serving.requests
    if run.serving.max_iterations is None:
        assert result.metrics["requests_completed"] == run.serving.requests


@budget(30)
@given(devices(), workloads(), st.data())
def test_batch_evaluation_equals_single_analytic_runs(device, workload, data):
    workload = {**workload, "generated_tokens": 1}
    hardware, run = random_runs.load(device, workload)
    count = 4
    columns = {
        "npu.frequency_hz": st.floats(5e8, 2e9),
        "memory.frequency_hz": st.floats(5e8, 2e9),
        "npu.systolic_arrays": st.integers(1, 8),
        "memory.channels": st.integers(2, 8),
        "npu.scratchpad_bytes": st.sampled_from((2**20, 2**22)),
    }
    chosen = data.draw(st.lists(st.sampled_from(sorted(columns)), min_size=1, unique=True))
    values = {
        key: data.draw(st.lists(columns[key], min_size=count, max_size=count)) for key in chosen
    }
    batch = evaluate(hardware, run, {key: np.array(value) for key, value in values.items()})
    assert (batch["feasible"] == 1.0).all()
    for index in range(count):
        name, settings_ = device
        changed = {key: value[index] for key, value in values.items()}
        one = archsim.simulate(
            *random_runs.load((name, settings_ | changed), workload), fidelity="analytic"
        )
        for figure in ("latency_s", "energy_j", "area_mm2", "average_power_w"):
            assert batch[figure][index] == pytest.approx(getattr(one, figure), rel=1e-9), figure
        tokens_per_s = one.metrics["tokens_per_s"]
        assert batch["tokens_per_s"][index] == pytest.approx(tokens_per_s, rel=1e-9)
