"""Every shipped device runs every shipped workload that fits it; every number has a source."""

import pytest

import archsim
from archsim.config import list_named, numbers_without_source
from archsim.errors import InfeasibleError

DEVICES = sorted(item.name for item in list_named("hw_configs") if item.kind == "npu_pim")
WORKLOADS = sorted(item.name for item in list_named("workloads") if item.kind == "llm")
MODELS = sorted(item.name for item in list_named("workloads") if item.kind == "llm_model")
SHORT = {"serving.requests": 24, "serving.max_iterations": 12}


def loaded(name):
    return archsim.load_workload(name, overrides=SHORT if name.endswith("serving") else None)


def test_the_family_ships_its_devices_and_workloads():
    assert {"npu-only", "npu-pim-naive", "neupims", "neupims-subbatch", "neupims-edge"} <= set(
        DEVICES
    )
    assert {"gpt3-7b-sharegpt", "gpt3-13b-sharegpt", "gpt3-13b-serving"} <= set(WORKLOADS)


@pytest.mark.parametrize("name", DEVICES)
def test_every_number_of_a_device_has_a_source(name):
    assert numbers_without_source(archsim.load_hardware(name)) == []


@pytest.mark.parametrize("name", WORKLOADS)
def test_every_number_of_a_workload_and_its_model_has_a_source(name):
    workload = archsim.load_workload(name)
    assert numbers_without_source(workload) == []
    assert numbers_without_source(workload.model) == []


@pytest.mark.parametrize("name", MODELS)
def test_every_number_of_a_model_has_a_source(name):
    from archsim.workload.llm_load import load_model

    assert numbers_without_source(load_model(name)) == []


def outcome(device, workload):
    """Return the result of a pair, or the sentence that says why it does not fit."""
    hardware, run = archsim.load_hardware(device), loaded(workload)
    try:
        return archsim.simulate(hardware, run, fidelity="analytic")
    except InfeasibleError as error:
        return str(error)


@pytest.mark.parametrize("workload", WORKLOADS)
@pytest.mark.parametrize("device", [name for name in DEVICES if name != "neupims-edge"])
def test_every_workload_runs_on_every_large_device_with_all_checks_passing(device, workload):
    result = outcome(device, workload)
    assert not isinstance(result, str), result
    assert result.checks
    assert not result.failed_checks, result.failed_checks
    assert result.latency_s > 0.0
    assert result.energy_j > 0.0


def test_the_small_device_runs_what_fits_and_refuses_the_rest():
    results = {name: outcome("neupims-edge", name) for name in WORKLOADS}
    refused = {name: result for name, result in results.items() if isinstance(result, str)}
    assert all("do not fit" in sentence for sentence in refused.values()), refused
    assert "gpt3-175b-sharegpt" in refused
    assert "gpt3-7b-alpaca" not in refused
    for name in results.keys() - refused.keys():
        assert not results[name].failed_checks, name


@pytest.mark.parametrize("device", ["neupims", "neupims-subbatch"])
@pytest.mark.parametrize("workload", WORKLOADS)
def test_event_fidelity_passes_all_checks_and_is_never_faster(device, workload):
    hardware, run = archsim.load_hardware(device), loaded(workload)
    played = archsim.simulate(hardware, run, fidelity="event")
    assert not played.failed_checks, played.failed_checks
    if run.serving is None:
        closed = archsim.simulate(hardware, run, fidelity="analytic")
        assert played.latency_s >= closed.latency_s
        if not hardware.scheduler.sub_batch_interleaving:
            assert played.latency_s == closed.latency_s
