"""Settings over a file: ``key=value`` texts and mappings from Python."""

from __future__ import annotations

import decimal
from fractions import Fraction

import numpy as np
import pytest

from archsim.config import load_document, parse_override
from archsim.errors import InputError


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("core.lanes=8", "core.lanes", 8),
        (" core.lanes = 8 ", "core.lanes", 8),
        ("a=1e9", "a", 1e9),
        ("a=1 GHz", "a", "1 GHz"),
        ("a=yes", "a", "yes"),
        ("a=true", "a", True),
        ("a=null", "a", None),
        ("a=''", "a", ""),
        ("a='8'", "a", "8"),
        ("a=b=c", "a", "b=c"),
        ("a=[1, 2.5, x]", "a", [1, 2.5, "x"]),
        ("a={b: 1, c: {d: on}}", "a", {"b": 1, "c": {"d": "on"}}),
        ("a-b.c_d=x", "a-b.c_d", "x"),
    ],
)
def test_texts_are_read_like_a_file(text, key, value):
    found = parse_override(text)
    assert found == (key, value)
    assert type(found[1]) is type(value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("core.lanes", "--set: a setting needs a value, found 'core.lanes'; allowed: key=value"),
        ("", "--set: a setting needs a value, found ''; allowed: key=value"),
        (
            "core.lanes=",
            "--set: core.lanes: a setting needs a value, found 'core.lanes='; "
            "allowed: key=value; null for nothing, '' for empty text",
        ),
        ("=4", "--set: a setting needs a key, found '=4'; allowed: key=value, with dots between"),
        ("a..b=4", "--set: a setting needs a key, found 'a..b=4'; allowed: key=value"),
        (".a=4", "--set: a setting needs a key, found '.a=4'; allowed: key=value"),
        ("a b=4", "--set: a setting needs a key, found 'a b=4'; allowed: key=value"),
        ("sources.x=4", "--set: sources.x: cannot be set over a file; allowed: keys other than"),
        ("extends=x", "--set: extends: cannot be set over a file; allowed: keys other than"),
        ("a=[1", "--set: a: is not valid YAML: "),
        ("a=*x", "--set: a: aliases are not allowed, found *x"),
        ("a=!!python/name:os.system x", "--set: a: tags are not allowed, found '!!python/name:os."),
        ("a={b: 1, b: 2}", "--set: b: the key is already in line 1"),
        ("a=1e999", "--set: a: the number is too large, found '1e999'"),
        ("a=\x1b[31m", "--set: a: contains the character '\\x1b', so it is not text"),
        ("a=1\n--- \n2", "--set: a: holds more than one document"),
    ],
)
def test_bad_texts_get_one_sentence(text, sentence):
    with pytest.raises(InputError) as caught:
        parse_override(text)
    assert str(caught.value).startswith(sentence)
    assert str(caught.value).isprintable()


def test_a_setting_merges_sections_and_replaces_values(write, read_chip, chip_text):
    path = write("chip.yaml", chip_text)
    chip = read_chip(path, overrides={"core": {"lanes": 8}, "shares": [0.5], "pim": None})
    assert (chip.core.lanes, chip.core.frequency_hz) == (8, 1e9)
    assert chip.shares == (0.5,)
    assert chip.pim is None
    assert read_chip(path, overrides={"name": "other"}).name == "other"


def test_the_last_setting_wins(write, read_chip, chip_text):
    path = write("chip.yaml", chip_text)
    settings = {"core.lanes": 8, "core": {"lanes": 16}}
    assert read_chip(path, overrides=settings).core.lanes == 16
    settings = {"core": {"lanes": 16}, "core.lanes": 8}
    assert read_chip(path, overrides=settings).core.lanes == 8


def test_a_setting_can_make_a_section(write, read_chip, chip_text):
    path = write("chip.yaml", chip_text)
    chip = read_chip(path, overrides={"ports.north.width_bytes": "4 KiB", "pim": None})
    assert chip.ports["north"].width_bytes == 4096
    chip = read_chip(path, overrides={"pim": None, "pim.row_buffers": "single"})
    assert chip.pim is not None
    assert chip.pim.row_buffers == "single"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"core.lane": 8},
            "--set: core.lane: unknown key; allowed: frequency_hz, lanes, scale; "
            "did you mean core.lanes?",
        ),
        (
            {"cores.lanes": 8},
            "--set: cores.lanes: unknown key; allowed: kind, schema_version, name, description, "
            "sources, core, memory, pim, overlap, node_nm, shares, ports, policy, label; "
            "did you mean core.lanes?",
        ),
        (
            {"lanes": 8},
            "--set: lanes: unknown key; allowed: kind, schema_version, name, description, "
            "sources, core, memory, pim, overlap, node_nm, shares, ports, policy, label; "
            "did you mean core.lanes?",
        ),
        (
            {"hardware.frequncy_hz": 8},
            "--set: hardware.frequncy_hz: unknown key; allowed: kind, schema_version, name, "
            "description, sources, core, memory, pim, overlap, node_nm, shares, ports, policy, "
            "label; did you mean core.frequency_hz?",
        ),
        (
            {"core.lanes.deep": 8},
            "--set: core.lanes.deep: core.lanes is a value, so it has no keys, found 4",
        ),
        ({"core.lanes": "8"}, "--set: core.lanes: must be a whole number, found '8'; allowed: 1"),
        ({"core.lanes": float("nan")}, "--set: core.lanes: must be a whole number, found .nan"),
        ({"core.lanes": True}, "--set: core.lanes: must be a whole number, found true"),
        ({"core": 3}, "--set: core: must be a mapping, found 3; allowed: frequency_hz, lanes"),
        ({"core": None}, "--set: core: must be a mapping, found null"),
        ({"pim": {"row_buffers": "tripl"}}, "--set: pim.row_buffers: must be one of the choices"),
        ({"ports.north.width": 3}, "--set: ports.north.width: unknown key; allowed: width_bytes"),
        (
            {"ports.north": {}},
            "--set: ports.north.width_bytes: the key is missing; allowed: 1 B to 1 PB",
        ),
        ({"": 3}, "--set: a setting needs a key, found ''"),
        ({3: 3}, "--set: a setting needs a key, found 3"),
        ({"core": {3: 3}}, "--set: core: a key must be text, found 3"),
        ({"core.lanes": 3 + 4j}, "--set: core.lanes: is of a type that no file can hold, found an"),
        ({"core.lanes": {1, 2}}, "--set: core.lanes: is of a type that no file can hold"),
        ({"core.lanes": b"4"}, "--set: core.lanes: is of a type that no file can hold"),
        ({"core.lanes": np.array([4])}, "--set: core.lanes: is of a type that no file can hold"),
        ({"sources": {}}, "--set: sources: cannot be set over a file"),
    ],
)
def test_bad_settings_get_one_sentence(write, refusal, chip_text, settings, sentence):
    path = write("chip.yaml", chip_text)
    assert refusal(path, settings).startswith(sentence)


def test_numbers_of_numpy_and_the_standard_library_are_numbers(write, read_chip, chip_text):
    path = write("chip.yaml", chip_text)
    settings = {
        "core.lanes": np.int64(8),
        "core.scale": np.float32(0.5),
        "overlap": np.bool_(True),
        "shares": (Fraction(1, 2), np.float64(0.25)),
        "label": np.str_("x"),
    }
    chip = read_chip(path, overrides=settings)
    assert (chip.core.lanes, chip.core.scale, chip.overlap) == (8, 0.5, True)
    assert (chip.shares, chip.label) == ((0.5, 0.25), "x")
    assert type(chip.core.lanes) is int
    with pytest.raises(InputError, match="no file can hold"):
        read_chip(path, overrides={"core.scale": decimal.Decimal("0.5")})


def test_a_mapping_that_holds_itself_is_refused(refusal):
    circle: dict[str, object] = {"name": "x"}
    circle["self"] = circle
    assert "is nested too deeply" in refusal(circle)


def test_the_mapping_given_is_not_changed_and_not_kept(read_chip):
    ports = {"north": {"width_bytes": 4}}
    data = {
        "name": "chip",
        "core": {"frequency_hz": 1e9, "lanes": 4},
        "memory": {"sram_bytes": 64, "bandwidth_bytes_per_s": 1e9},
        "ports": ports,
    }
    document = load_document(data, "hw_configs", {"ports.north.width_bytes": 8})
    assert document.data["ports"] == {"north": {"width_bytes": 8}}
    assert ports == {"north": {"width_bytes": 4}}
    assert read_chip(data).ports["north"].width_bytes == 4
    assert load_document(data, "hw_configs").locate("core.lanes") == ""
