"""``import archsim``: load, override, simulate; and what each says to a wrong argument."""

import copy

import pytest

import archsim
from archsim.api.keys import keys_of, knows

HARDWARE = {
    "kind": "fake_chip",
    "schema_version": 1,
    "name": "chip",
    "core": {"frequency_hz": "1 GHz", "lanes": 4},
    "memory": {"bandwidth_bytes_per_s": 1e9},
}
WORKLOAD = {"kind": "steps", "schema_version": 1, "name": "two", "steps": 2, "elements": 1000}


@pytest.fixture
def pair(fake_family):
    return archsim.load_hardware(HARDWARE), archsim.load_workload(WORKLOAD)


def test_mappings_paths_and_overrides_load_the_same(fake_family, files):
    before = copy.deepcopy(HARDWARE)
    from_mapping = archsim.load_hardware(HARDWARE, overrides={"core.lanes": 8})
    from_path = archsim.load_hardware(files / "chip.yaml", overrides={"core.lanes": 8})
    from_text = archsim.load_hardware(str(files / "chip.yaml"), overrides={"core.lanes": 8})
    assert from_mapping.core.lanes == from_path.core.lanes == from_text.core.lanes == 8
    assert from_path.content_hash() == from_text.content_hash() == from_mapping.content_hash()
    assert before == HARDWARE
    assert archsim.load_workload(WORKLOAD, {"steps": 5}).steps == 5


def test_equal_runs_are_equal_byte_for_byte(pair):
    assert archsim.simulate(*pair).to_dict() == archsim.simulate(*pair).to_dict()


def test_provenance_says_what_ran(pair):
    facts = archsim.simulate(*pair, fidelity="analytic", seed=7).provenance
    assert facts["archsim_version"] == archsim.__version__
    assert (facts["architecture"], facts["fidelity"], facts["seed"]) == ("fake_chip", "analytic", 7)
    for role, spec in zip(("hardware", "workload"), pair, strict=True):
        assert facts[role]["hash"] == spec.content_hash()
        assert facts[role]["kind"] == spec.kind
    keys = [item["key"] for item in facts["constants"]]
    assert "hardware.core.lanes" in keys
    assert "workload.elements" in keys


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"fidelity": "cycle"}, "unknown fidelity, found 'cycle'"),
        ({"fidelity": 3}, "unknown fidelity, found '3'"),
        ({"seed": -1}, "the seed must be a whole number, found -1"),
        ({"seed": True}, "the seed must be a whole number, found True"),
        ({"seed": 1.0}, "the seed must be a whole number, found 1.0"),
        ({"seed": 2**63}, "the seed must be a whole number"),
        ({"hw": "neupims"}, "simulate needs hardware from archsim.load_hardware, found str"),
        ({"wl": None}, "simulate needs a workload from archsim.load_workload, found NoneType"),
    ],
)
def test_wrong_arguments_get_one_sentence(pair, arguments, sentence):
    with pytest.raises(archsim.InputError) as caught:
        archsim.simulate(**{"hw": pair[0], "wl": pair[1], **arguments})
    assert sentence in str(caught.value)


def test_swapped_arguments_and_foreign_workloads_are_refused(pair):
    with pytest.raises(archsim.InputError, match="simulate needs hardware"):
        archsim.simulate(pair[1], pair[0])
    llm = archsim.load_workload("gpt3-7b-sharegpt")
    with pytest.raises(archsim.UnsupportedError) as caught:
        archsim.simulate(pair[0], llm)
    assert "cannot run the workload 'gpt3-7b-sharegpt', found kind 'llm'; allowed: steps" in str(
        caught.value
    )


def test_unknown_names_are_attribute_errors_and_known_ones_are_listed():
    with pytest.raises(AttributeError, match="no attribute 'simulat'"):
        archsim.simulat  # noqa: B018
    assert {"simulate", "load_hardware", "npu_pim", "Result"} <= set(dir(archsim))
    assert set(archsim.__all__) <= set(dir(archsim))


def test_keys_carry_type_default_and_bounds(pair):
    keys = {key.path: key for key in keys_of(type(pair[0]))}
    assert keys["core"].is_section
    assert keys["core.lanes"].default == "4"
    assert keys["core.lanes"].type.startswith("a whole number")
    assert keys["mode"].type == "one of the choices; sound, broken, crash, undeclared"
    assert "kind" not in keys
    assert knows(type(pair[0]), "core.lanes")
    assert not knows(type(pair[0]), "core.lane")
    assert not knows(type(pair[0]), "core.lanes.deeper")
