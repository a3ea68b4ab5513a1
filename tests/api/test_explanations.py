"""``archsim explain`` knows every metric, key, component, kind and constant there is."""

import pytest

import archsim
from archsim.api.catalogue import catalogue
from archsim.api.explaining import everything, explain, matching
from archsim.api.keys import keys_of
from archsim.architectures import registry
from archsim.errors import UnknownNameError
from archsim.workload.load import WORKLOAD_KINDS, workload_class

SMALL_RUNS = {
    "npu_pim": ("neupims", "gpt3-7b-sharegpt", {"batch": 8}),
    "fpga": ("d5005-prototype", "matmulfree-370m", {}),
    "asic": ("heterogeneous", "resnet18", {}),
    "dram": ("dram-ddr4-2400", "memory-mix", {}),
    "neural_graphics": ("ngpc-16", "nerf-hashgrid", {}),
    "gpu": ("h100_sxm", "gpt3-7b-sharegpt", {"batch": 8}),
}
"""A small run of each family; others must be added here when they come."""


@pytest.fixture(scope="module")
def entries():
    return list(everything())


def explained(entries, name):
    return matching(entries, name)


def families():
    return [kind for kind in registry.names() if kind in registry.BUILTIN]


def test_every_family_has_a_run_here():
    assert set(families()) <= set(SMALL_RUNS)


@pytest.mark.parametrize("kind", [kind for kind in SMALL_RUNS if kind in registry.BUILTIN])
def test_every_part_of_a_result_is_explained(entries, kind):
    hardware, workload, settings = SMALL_RUNS[kind]
    run = archsim.simulate(
        archsim.load_hardware(hardware),
        archsim.load_workload(workload, settings or None),
        fidelity="analytic",
    )
    family = registry.get(kind)
    unknown = [name for name in run.metrics if not explained(entries, name)]
    unknown += [str(c) for c in run.operations.columns if not explained(entries, str(c))]
    unknown += [str(c) for c in run.components.columns if not explained(entries, str(c))]
    unknown += [str(k) for k in run.operations["kind"].unique() if not explained(entries, str(k))]
    for table in (run.components, run.operations):
        unknown += [
            str(name)
            for name in table["component"].unique()
            if name not in family.components and "*" not in family.components
        ]
    assert unknown == []
    weak = [entry for entry in entries if f"of {kind}" in entry.category and not entry.meaning]
    assert weak == []


@pytest.mark.parametrize("kind", [kind for kind in SMALL_RUNS if kind in registry.BUILTIN])
def test_every_constant_of_a_run_is_explained(entries, kind):
    hardware, workload, settings = SMALL_RUNS[kind]
    run = archsim.simulate(
        archsim.load_hardware(hardware),
        archsim.load_workload(workload, settings or None),
        fidelity="analytic",
    )
    keys = [str(item["key"]) for item in run.provenance["constants"]]
    assert [key for key in keys if not explained(entries, key)] == []


@pytest.mark.parametrize("kind", families())
def test_every_key_of_a_family_has_a_meaning(kind):
    missing = [key.path for key in keys_of(registry.get(kind).hardware_model) if not key.meaning]
    assert missing == []


@pytest.mark.parametrize("kind", sorted(WORKLOAD_KINDS))
def test_every_key_of_a_workload_has_a_meaning(kind):
    missing = [key.path for key in keys_of(workload_class(kind)) if not key.meaning]
    assert missing == []


def test_every_shipped_name_is_explained(entries):
    names = [item.name for what in ("hardware", "workloads", "models") for item in catalogue(what)]
    assert [name for name in names if not explained(entries, name)] == []


def test_a_key_says_unit_meaning_default_and_source():
    (found,) = explain("hardware.npu.frequency_hz")
    assert (found.unit, found.meaning) == ("Hz", "clock of arrays and vector units")
    details = dict(found.details)
    assert details["required"] == "yes"
    assert details["npu-only"].startswith("1 GHz (primary: ")


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("accelerators.dla.pes", "hardware key of kind asic"),
        ("systolic arrays", "component of npu_pim"),
        ("npu_pim.turnaround", "constant of npu_pim"),
        ("encode_and_infer", "operation kind of neural_graphics"),
        ("peak_bytes_per_s", "column of Result.components"),
        ("operand_bytes", "column of Result.operations"),
    ],
)
def test_less_common_names_are_found(entries, name, category):
    assert category in [entry.category for entry in explained(entries, name)]


@pytest.mark.parametrize(
    ("near", "meant"),
    [
        ("tokens_per_sec", "tokens_per_s"),
        ("systolic array", "systolic arrays"),
        ("latencys", "latency_s"),
    ],
)
def test_near_misses_are_suggested(near, meant):
    with pytest.raises(UnknownNameError) as caught:
        explain(near)
    assert caught.value.suggestion == meant


def test_a_key_whose_default_is_empty_is_not_called_required():
    found = [entry for entry in explain("description") if entry.category.endswith("kind asic")]
    assert dict(found[0].details)["default"] == "''"
