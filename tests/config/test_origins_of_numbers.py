"""Every number says where it is from, and a changed number does not keep its old source."""

from __future__ import annotations

import json

import pytest
from pydantic import create_model

from archsim.config import (
    HardwareSpec,
    PositiveInt,
    Source,
    build,
    constants,
    load_document,
    numbers_without_source,
)

BASE = """\
kind: chip
name: base
core: {frequency_hz: 1 GHz, lanes: 4, scale: 2.0}
memory: {sram_bytes: 64 KiB, bandwidth_bytes_per_s: 1 GB/s, latency_s: 1 ns}
sources:
  core.*: {from: Sheet, certainty: primary}
  core.lanes: {from: Drawing, certainty: recalled}
  memory.*: {from: Measured, certainty: calibrated}
"""
SET = "estimate"


@pytest.fixture
def origins(read_chip):
    """Return a function from a source and settings to key -> (source, certainty)."""

    def find(source, overrides=None):
        found = constants(read_chip(source, overrides=overrides))
        return {item.key: (item.source, item.certainty) for item in found}

    return find


def test_every_number_is_listed_in_order_with_its_source(write, read_chip, origins):
    chip = read_chip(write("base.yaml", BASE))
    assert [(item.key, item.value) for item in constants(chip)] == [
        ("core.frequency_hz", 1e9),
        ("core.lanes", 4),
        ("core.scale", 2.0),
        ("memory.sram_bytes", 65536),
        ("memory.bandwidth_bytes_per_s", 1e9),
        ("memory.latency_s", 1e-9),
        ("node_nm", 7),
        ("policy.depth", 1),
    ]
    found = origins("base.yaml")
    assert found["core.frequency_hz"] == ("Sheet", "primary")
    assert found["core.lanes"] == ("Drawing", "recalled")
    assert found["memory.latency_s"] == ("Measured", "calibrated")
    assert found["node_nm"] == ("no source given", "estimate")
    assert numbers_without_source(chip) == ["node_nm", "policy.depth"]


def test_lists_of_numbers_are_one_constant_and_truth_is_no_number(write, read_chip):
    text = BASE + "  shares: {from: x, certainty: primary}\nshares: [0.5, 0.25]\noverlap: true\n"
    found = {item.key: item for item in constants(read_chip(write("base.yaml", text)))}
    assert found["shares"].value == (0.5, 0.25)
    assert found["shares"].source == "x"
    assert "overlap" not in found


def test_a_setting_does_not_keep_the_source_of_what_it_replaces(write, origins, read_chip):
    write("base.yaml", BASE)
    found = origins("base.yaml", {"core.lanes": 8, "core.frequency_hz": "2 GHz"})
    assert found["core.lanes"] == ("set by user (--set)", SET)
    assert found["core.frequency_hz"] == ("set by user (--set)", SET)
    assert found["core.scale"] == ("Sheet", "primary")
    chip = read_chip("base.yaml", overrides={"core.lanes": 8})
    assert "core.lanes" in numbers_without_source(chip)


def test_setting_the_value_that_is_there_changes_nothing(write, origins, read_chip):
    write("base.yaml", BASE)
    assert origins("base.yaml", {"core.lanes": 4}) == origins("base.yaml")
    one = read_chip("base.yaml", overrides={"core.lanes": 4})
    assert one == read_chip("base.yaml")


def test_setting_a_default_is_noted_too(write, origins):
    write("base.yaml", BASE + "  '*': {from: Judged, certainty: inferred}\n")
    assert origins("base.yaml")["node_nm"] == ("Judged", "inferred")
    assert origins("base.yaml", {"node_nm": 28})["node_nm"] == ("set by user (--set)", SET)


def test_a_setting_is_noted_where_nothing_gave_a_source(write, origins):
    write("base.yaml", BASE)
    assert origins("base.yaml")["policy.depth"] == ("no source given", SET)
    found = origins("base.yaml", {"policy": {"name": "greedy", "depth": 3}})
    assert found["policy.depth"] == ("set by user (--set)", SET)


def test_a_file_gives_the_sources_of_what_it_changes(write, origins):
    write("base.yaml", BASE)
    child = (
        "extends: base.yaml\nname: child\n"
        "core: {lanes: 16, scale: 3.0}\nmemory: {latency_s: 2 ns}\n"
        "sources:\n  core.*: {from: New sheet, certainty: inferred}\n"
    )
    found = origins(write("child.yaml", child))
    # Its own pattern speaks of what it wrote, though the older one is more specific.
    assert found["core.lanes"] == ("New sheet", "inferred")
    assert found["core.scale"] == ("New sheet", "inferred")
    # Not of what it inherited, which keeps its source.
    assert found["core.frequency_hz"] == ("Sheet", "primary")
    assert found["memory.sram_bytes"] == ("Measured", "calibrated")
    # And without a source of its own the old one is not taken.
    assert found["memory.latency_s"] == ("set by user (child.yaml:4)", SET)


def test_a_file_may_fill_in_sources_that_are_missing(write, origins):
    write("base.yaml", BASE.replace("  memory.*: {from: Measured, certainty: calibrated}\n", ""))
    child = "extends: base.yaml\nname: child\nsources:\n  '*': {from: Found, certainty: recalled}\n"
    found = origins(write("child.yaml", child))
    assert found["memory.latency_s"] == ("Found", "recalled")
    assert found["core.lanes"] == ("Drawing", "recalled")
    assert found["core.scale"] == ("Sheet", "primary")


def test_three_files_and_a_setting(write, origins):
    write("base.yaml", BASE)
    write(
        "mid.yaml",
        "extends: base.yaml\nname: mid\ncore: {lanes: 8}\n"
        "sources: {core.lanes: {from: Mid, certainty: primary}}\n",
    )
    path = write("top.yaml", "extends: mid.yaml\nname: top\ncore: {scale: 1.5}\n")
    found = origins(path, {"memory.sram_bytes": 1024})
    assert found["core.lanes"] == ("Mid", "primary")
    assert found["core.scale"] == ("set by user (top.yaml:3)", SET)
    assert found["memory.sram_bytes"] == ("set by user (--set)", SET)
    assert found["core.frequency_hz"] == ("Sheet", "primary")


def test_an_entry_is_replaced_as_a_whole(write, refusal):
    write("base.yaml", BASE)
    child = "extends: base.yaml\nname: child\nsources:\n  core.*: {from: Half}\n"
    assert refusal(write("child.yaml", child)).startswith(
        "child.yaml:4: sources.core.*.certainty: the key is missing; allowed: primary, recalled"
    )


@pytest.mark.parametrize("sources", ["3", "[a]", "null", "text"])
def test_sources_that_are_no_mapping_are_refused_with_their_line(write, refusal, sources):
    write("base.yaml", BASE)
    path = write("child.yaml", f"extends: base.yaml\nname: child\nsources: {sources}\n")
    assert refusal(path, {"core.lanes": 5}).startswith("child.yaml:3: sources: must be a mapping")


def test_a_section_taken_away_leaves_its_patterns_harmless(write, read_chip):
    text = BASE + "  pim.*: {from: x, certainty: primary}\npim: {row_buffers: dual}\n"
    write("base.yaml", text)
    assert read_chip("base.yaml", overrides={"pim": None}).pim is None


def test_notes_survive_writing_and_reading(write, read_chip):
    write("base.yaml", BASE)
    chip = read_chip("base.yaml", overrides={"core.lanes": 8})
    again = read_chip(json.loads(json.dumps(chip.model_dump(mode="json", by_alias=True))))
    assert again == chip
    assert constants(again) == constants(chip)
    plain = read_chip(json.loads(chip.model_dump_json()))
    assert plain == chip


def test_the_hash_is_of_what_is_simulated(write, read_chip):
    write("base.yaml", BASE)
    chip = read_chip("base.yaml")
    same = [
        read_chip("base.yaml", overrides={"name": "other", "description": "Other"}),
        read_chip("base.yaml", overrides={"core.frequency_hz": 1e9, "core.lanes": 4.0}),
        read_chip("base.yaml", overrides={"core.frequency_hz": 1_000_000_000}),
        read_chip("base.yaml", overrides={"memory.sram_bytes": "65536 B"}),
        read_chip(write("other.yaml", BASE.replace("Sheet", "Other sheet"))),
        read_chip(write("child.yaml", "extends: base.yaml\nname: child\n")),
        chip.model_copy(update={"sources": {}}),
    ]
    assert {item.content_hash() for item in same} == {chip.content_hash()}
    changed = [
        read_chip("base.yaml", overrides={"core.lanes": 5}),
        read_chip("base.yaml", overrides={"overlap": True}),
        read_chip("base.yaml", overrides={"policy": {"name": "greedy", "depth": 2}}),
        read_chip("base.yaml", overrides={"shares": [0.0]}),
        read_chip("base.yaml", overrides={"pim.row_buffers": "dual"}),
    ]
    hashes = {item.content_hash() for item in changed}
    assert len(hashes) == len(changed)
    assert chip.content_hash() not in hashes
    assert len(chip.content_hash()) == 64


def test_parts_with_sources_of_their_own(write, chip_model):
    """A specification inside another one (a model in a workload) keeps its own sources."""

    parts = {"count": (PositiveInt, ...), "chip": (chip_model, ...)}
    System = create_model("System", __base__=HardwareSpec, **parts)  # noqa: N806  # a class
    inner = "".join(f"  {line}\n" for line in BASE.splitlines())
    text = (
        f"kind: system\nname: system\ncount: 2\nchip:\n{inner}"
        "sources:\n  count: {from: Counted, certainty: primary}\n"
        "  '*': {from: Outside, certainty: inferred}\n"
    )
    path = write("system.yaml", text)
    system = build(System, load_document(path, "hw_configs"))
    found = {item.key: item.source for item in constants(system)}
    assert found["count"] == "Counted"
    assert found["chip.core.lanes"] == "Drawing"
    assert found["chip.node_nm"] == "Outside"
    system = build(System, load_document(path, "hw_configs", {"chip.core.lanes": 8}))
    found = {item.key: item.source for item in constants(system)}
    assert found["chip.core.lanes"] == "set by user (--set)"


def test_a_source_is_written_as_it_is_read():
    source = Source.model_validate({"from": "x", "certainty": "primary"})
    assert source.model_dump() == {"from": "x", "certainty": "primary"}
    assert Source.model_validate(source.model_dump()) == source
