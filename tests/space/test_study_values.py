"""What a study's values become: the family's own types and units, ranges, lists."""

from __future__ import annotations

import pytest

from archsim.space import choose_designs, load_study

BASE = {"name": "s", "hardware": "neupims", "workload": "gpt3-13b-sharegpt"}


def parameter(spec, key="hardware.npu.frequency_hz"):
    return load_study({**BASE, "space": {key: spec}}).space.parameters[0]


def test_units_are_read_once_and_shown():
    found = parameter({"values": ["1 GHz", 2e9, 3_000_000_000]})
    assert found.values == (1e9, 2e9, 3e9)
    assert all(isinstance(value, float) for value in found.values)
    assert (found.kind, found.unit) == ("ordinal", "Hz")
    sizes = parameter({"values": ["64 KiB", 1e6]}, "hardware.npu.scratchpad_bytes")
    assert sizes.values == (65536, 1_000_000)
    assert all(isinstance(value, int) for value in sizes.values)
    assert sizes.unit == "B"


def test_ranges_are_exact():
    found = parameter({"minimum": "0.5 GHz", "maximum": "1.1 GHz", "step": "0.1 GHz"})
    assert found.values == (0.5e9, 0.6e9, 0.7e9, 0.8e9, 0.9e9, 1.0e9, 1.1e9)
    assert found.kind == "real"
    found = parameter({"minimum": 1, "maximum": 12, "step": 4}, "hardware.npu.systolic_arrays")
    assert (found.values, found.kind) == ((1, 5, 9), "integer")
    log = {"minimum": 1, "maximum": 4096, "points": 13, "scale": "log"}
    assert parameter(log, "hardware.npu.systolic_arrays").values == tuple(
        2**power for power in range(13)
    )
    assert parameter({"minimum": 1e9, "maximum": 2e9, "points": 3}).values == (1e9, 1.5e9, 2e9)
    assert parameter({"minimum": 1e9, "maximum": 2e9, "points": 1}).values == (1e9,)


def test_choices_switches_and_names_of_files_are_categorical():
    buffers = parameter({"values": ["single", "dual"]}, "hardware.pim.row_buffers")
    assert (buffers.kind, buffers.unit) == ("categorical", "")
    switch = parameter({"values": [False, True]}, "hardware.scheduler.sub_batch_interleaving")
    assert switch.values == (False, True)
    without = parameter({"values": [None]}, "hardware.pim")
    assert without.values == (None,)
    models = parameter({"values": ["gpt3-7b", "gpt3-13b"]}, "workload.model")
    assert models.values == ("gpt3-7b", "gpt3-13b")
    layers = parameter({"values": [20, 40]}, "workload.model.layers")
    assert layers.values == (20, 40)


def test_rules_name_values_in_any_way():
    study = load_study(
        {
            **BASE,
            "space": {
                "hardware.npu.frequency_hz": {"values": ["1 GHz", "2 GHz"]},
                "hardware.memory.channels": {
                    "values": [16, 32],
                    "inert_when": {"hardware.npu.frequency_hz": ["2 GHz"]},
                },
            },
        }
    )
    assert study.space.distinct_size == 3
    assert choose_designs(study).tolist() == [[0, 0], [0, 1], [1, 0]]


def test_listed_designs_take_missing_values_from_the_file():
    study = load_study(
        {
            **BASE,
            "method": {"name": "list"},
            "designs": [
                {"hardware.npu.systolic_arrays": 4},
                {"hardware.memory.channels": 16, "workload.batch": 64},
                {},
            ],
        }
    )
    points = [study.space.values(row) for row in choose_designs(study).tolist()]
    keys = ("hardware.npu.systolic_arrays", "hardware.memory.channels", "workload.batch")
    base = (8, 32, 256)
    assert [tuple(point[key] for key in keys) for point in points] == [
        (4, *base[1:]), (8, 16, 64), base,
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["neupims-grid", "neupims-area-budget", "neupims-two-fidelities"])
def test_shipped_studies_are_good(name):
    study = load_study(name)
    designs = choose_designs(study)
    assert len(designs) > 100
    assert study.spec.description


def test_paths_are_beside_the_study(tmp_path):
    (tmp_path / "mine.yaml").write_text("extends: neupims\nname: mine\nnpu: {systolic_arrays: 4}\n")
    (tmp_path / "study.yaml").write_text(
        "name: s\nhardware: mine.yaml\nworkload: gpt3-13b-sharegpt\n"
        "space: {hardware.memory.channels: {values: [16]}}\n"
    )
    study = load_study(tmp_path / "study.yaml")
    assert study.hardware.name == "mine"
