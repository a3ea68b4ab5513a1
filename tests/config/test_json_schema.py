"""The JSON Schema says of a file what the model says."""

from __future__ import annotations

import jsonschema
import pytest

from archsim.config import json_schema, load_document
from archsim.config.yaml_events import parse_yaml
from archsim.errors import InputError


@pytest.fixture
def validator(chip_model):
    schema = json_schema(chip_model)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_a_good_file_is_good_and_units_are_described(validator, chip_text):
    assert validator.is_valid(parse_yaml(chip_text, "").value)
    assert validator.schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    core = validator.schema["$defs"]["Core"]["properties"]
    assert core["frequency_hz"]["description"] == (
        "clock of the core; frequency in Hz, or text such as '1 GHz'"
    )
    assert core["frequency_hz"]["x-unit"] == "Hz"
    memory = validator.schema["$defs"]["Memory"]["properties"]
    assert memory["sram_bytes"]["description"] == "size in B, or text such as '64 KiB'"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("lanes: 4", "lane: 4"),
        ("lanes: 4", "lanes: 0"),
        ("lanes: 4", "lanes: 1025"),
        ("lanes: 4", "lanes: true"),
        ("lanes: 4", "lanes: '4'"),
        ("1 GHz", "1 GB"),
        ("1 GHz", "1 ghz"),
        ("1 GHz", "fast"),
        ("1 GHz", "0"),
        ("64 KiB", "64 KB"),
        ("64 KiB", "1.5"),
        ("dual", "duel"),
        ("kind: chip", "kind: chop"),
        ("schema_version: 1", "schema_version: 2"),
        ("name: chip\n", ""),
        ("certainty: primary", "certainty: sure"),
    ],
)
def test_what_the_model_refuses_the_schema_refuses(validator, read_chip, chip_text, old, new):
    data = parse_yaml(chip_text.replace(old, new), "").value
    assert isinstance(data, dict)
    with pytest.raises(InputError):
        read_chip(data)
    assert not validator.is_valid(data)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1 GHz", "1e9"),
        ("1 GHz", "1.5e3 MHz"),
        ("1 GHz", "1GHz"),
        ("64 KiB", "65536"),
        ("lanes: 4", "lanes: 1e3"),
        ("pim: {row_buffers: dual}", "pim: null"),
        ("pim:", "shares: [0, 0.5]\npim:"),
        ("pim:", "policy: {name: fixed, order: [1]}\npim:"),
    ],
)
def test_what_the_model_takes_the_schema_takes(validator, read_chip, chip_text, old, new):
    data = parse_yaml(chip_text.replace(old, new), "").value
    assert isinstance(data, dict)
    read_chip(data)
    assert validator.is_valid(data)


def test_a_file_that_extends_another_may_leave_keys_out(validator):
    assert validator.is_valid({"name": "x", "extends": "chip"})
    assert not validator.is_valid({"name": "x"})
    assert not validator.is_valid({"extends": "chip"})


def test_every_shipped_workload_fits_its_schema():
    from archsim.config import list_named
    from archsim.workload import workload_class

    for item in list_named("workloads"):
        if item.kind == "llm":
            schema = json_schema(workload_class("llm"))
            data = load_document(item.name, "workloads").data
            jsonschema.Draft202012Validator(schema).validate(data)
