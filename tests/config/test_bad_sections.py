"""Bad keys, choices, sections and sources, each with the whole sentence it gets."""

from __future__ import annotations

import pytest

BAD: list[tuple[str, str, str]] = [
    (
        "sram_bytes",
        "sram_byte",
        "chip.yaml:7: memory.sram_byte: unknown key; allowed: sram_bytes, "
        "bandwidth_bytes_per_s, latency_s, read_energy_j; did you mean "
        "memory.sram_bytes? (and 1 more problem)",
    ),
    (
        "row_buffers: dual",
        "row_buffers: duel",
        "chip.yaml:8: pim.row_buffers: must be one of the choices, found 'duel'; "
        "allowed: single, dual; did you mean dual?",
    ),
    (
        "row_buffers: dual",
        "row_buffers: 2",
        "chip.yaml:8: pim.row_buffers: must be one of the choices, found 2; allowed: single, dual",
    ),
    (
        "row_buffers: dual",
        "row_buffers: null",
        "chip.yaml:8: pim.row_buffers: must be one of the choices, found null; "
        "allowed: single, dual",
    ),
    (
        "{row_buffers: dual}",
        "dual",
        "chip.yaml:8: pim: must be a mapping, found 'dual'; allowed: row_buffers, banks, or null",
    ),
    (
        "{row_buffers: dual}",
        "[dual]",
        "chip.yaml:8: pim: must be a mapping, found a list of 1; allowed: "
        "row_buffers, banks, or null",
    ),
    (
        "{row_buffers: dual}",
        "{}",
        "chip.yaml:8: pim.row_buffers: the key is missing; allowed: single, dual",
    ),
    (
        "pim:",
        "overlap: yes\npim:",
        "chip.yaml:8: overlap: must be true or false, found 'yes'; did you mean true?",
    ),
    (
        "pim:",
        "overlap: 1\npim:",
        "chip.yaml:8: overlap: must be true or false, found 1",
    ),
    (
        "pim:",
        "overlap: 'true'\npim:",
        "chip.yaml:8: overlap: must be true or false, found 'true'; did you mean true?",
    ),
    (
        "pim:",
        "node_nm: 10\npim:",
        "chip.yaml:8: node_nm: must be one of the choices, found 10; allowed: 7, 28",
    ),
    (
        "pim:",
        "node_nm: true\npim:",
        "chip.yaml:8: node_nm: must be one of the choices, found true; allowed: 7, 28",
    ),
    (
        "pim:",
        "shares: [0.5, 1.5]\npim:",
        "chip.yaml:8: shares.1: must be a number, found 1.5; allowed: 0 to 1",
    ),
    (
        "pim:",
        "shares: 0.5\npim:",
        "chip.yaml:8: shares: must be a list, found 0.5",
    ),
    (
        "pim:",
        "shares: [0.1, 0.1, 0.1, 0.1, 0.1]\npim:",
        "chip.yaml:8: shares: is too long, found a list of 5; allowed: at most 4 entries",
    ),
    (
        "pim:",
        "shares: [a]\npim:",
        "chip.yaml:8: shares.0: must be a number, found 'a'; allowed: 0 to 1",
    ),
    (
        "pim:",
        "ports: {north: {width_byte: 4}}\npim:",
        "chip.yaml:8: ports.north.width_byte: unknown key; allowed: width_bytes; did "
        "you mean ports.north.width_bytes? (and 1 more problem)",
    ),
    (
        "pim:",
        "ports: {north: {width_bytes: 4 kib}}\npim:",
        "chip.yaml:8: ports.north.width_bytes: has an unknown unit 'kib', found '4 "
        "kib'; allowed: 1 B to 1 PB, as a number in B or text such as '64 KiB'; did "
        "you mean '4 KiB'?",
    ),
    (
        "pim:",
        "ports: [north]\npim:",
        "chip.yaml:8: ports: must be a mapping, found a list of 1",
    ),
    (
        "pim:",
        "ports: {north: 3}\npim:",
        "chip.yaml:8: ports.north: must be a mapping, found 3; allowed: width_bytes",
    ),
    (
        "pim:",
        "policy: {name: greed}\npim:",
        "chip.yaml:8: policy.name: must be one of the choices, found 'greed'; "
        "allowed: greedy, fixed; did you mean greedy?",
    ),
    (
        "pim:",
        "policy: {depth: 2}\npim:",
        "chip.yaml:8: policy.name: the key is missing; allowed: greedy, fixed",
    ),
    (
        "pim:",
        "policy: {name: fixed}\npim:",
        "chip.yaml:8: policy.order: the key is missing; allowed: a list",
    ),
    (
        "pim:",
        "policy: {name: fixed, order: [1, 0]}\npim:",
        "chip.yaml:8: policy.order.1: must be a whole number, found 0; allowed: 1 to "
        "9007199254740992",
    ),
    (
        "pim:",
        "policy: greedy\npim:",
        "chip.yaml:8: policy: must be a mapping, found 'greedy'; allowed: name, "
        "depth or name, order",
    ),
    (
        "pim:",
        "policy: {name: greedy, dept: 2}\npim:",
        "chip.yaml:8: policy.dept: unknown key; allowed: name, depth; did you mean policy.depth?",
    ),
    (
        "pim:",
        "policy: {name: 3}\npim:",
        "chip.yaml:8: policy.name: must be one of the choices, found 3; allowed: greedy, fixed",
    ),
    (
        "pim:",
        "label: 12\npim:",
        "chip.yaml:8: label: must be text, found 12",
    ),
    (
        "pim:",
        "label: twelve letters\npim:",
        "chip.yaml:8: label: is too long, found 'twelve letters'; allowed: at most 10 characters",
    ),
    (
        "name: chip\n",
        "",
        "chip.yaml: name: the key is missing; allowed: text",
    ),
    (
        "name: chip",
        "name: ''",
        "chip.yaml:3: name: must be text on one line, found ''",
    ),
    (
        "name: chip",
        "name: 3",
        "chip.yaml:3: name: must be text, found 3",
    ),
    (
        "name: chip",
        'name: "a\\nb"',
        "chip.yaml:3: name: must be text on one line, found 'a\\nb'",
    ),
    (
        "schema_version: 1",
        "schema_version: 2",
        "chip.yaml:2: schema_version: must be one of the choices, found 2; allowed: 1",
    ),
    (
        "schema_version: 1",
        "schema_version: true",
        "chip.yaml:2: schema_version: must be one of the choices, found true; allowed: 1",
    ),
    (
        "schema_version: 1",
        "schema_version: '1'",
        "chip.yaml:2: schema_version: must be one of the choices, found '1'; "
        "allowed: 1; did you mean 1?",
    ),
    (
        "schema_version: 1",
        "schema_version: 1.5",
        "chip.yaml:2: schema_version: must be one of the choices, found 1.5; allowed: 1",
    ),
    (
        "kind: chip",
        "kind: chop",
        "chip.yaml:1: kind: must be one of the choices, found 'chop'; allowed: chip; "
        "did you mean chip?",
    ),
    (
        "kind: chip",
        "kind: 3",
        "chip.yaml:1: kind: must be one of the choices, found 3; allowed: chip",
    ),
    (
        "lanes: 4",
        "lanes: 70000",
        "chip.yaml:6: core.lanes: must be a whole number, found 70000; allowed: 1 to 1024",
    ),
    (
        "64 KiB",
        "3 B",
        "chip.yaml:6: core.lanes: every lane needs a byte, found 4; allowed: at most 3",
    ),
    (
        "core.*:",
        "cores.*:",
        "chip.yaml:10: sources.cores.*: this pattern covers no key; allowed: keys of "
        "the file, with * for anything; did you mean core.*?",
    ),
    (
        "core.*:",
        "core.frequncy_hz:",
        "chip.yaml:10: sources.core.frequncy_hz: this pattern covers no key; "
        "allowed: keys of the file, with * for anything; did you mean "
        "core.frequency_hz?",
    ),
    (
        "primary",
        "primry",
        "chip.yaml:10: sources.core.*.certainty: must be one of the choices, found "
        "'primry'; allowed: primary, recalled, inferred, calibrated, estimate; did "
        "you mean primary?",
    ),
    (
        "certainty: primary",
        "certainty: null",
        "chip.yaml:10: sources.core.*.certainty: must be one of the choices, found "
        "null; allowed: primary, recalled, inferred, calibrated, estimate",
    ),
    (
        ", certainty: primary",
        "",
        "chip.yaml:10: sources.core.*.certainty: the key is missing; allowed: "
        "primary, recalled, inferred, calibrated, estimate",
    ),
    (
        'from: "Data',
        'form: "Data',
        "chip.yaml:10: sources.core.*.form: unknown key; allowed: from, certainty; "
        "did you mean sources.core.*.from? (and 1 more problem)",
    ),
    (
        '{from: "Data sheet, table 1", certainty: primary}',
        "Data sheet",
        "chip.yaml:10: sources.core.*: must be a mapping, found 'Data sheet'; "
        "allowed: from, certainty",
    ),
    (
        'from: "A judgement"',
        'from: ""',
        "chip.yaml:11: sources.*.from: must not be empty, found ''",
    ),
    (
        "pim:",
        "core.lanes: 4\npim:",
        "chip.yaml:8: core.lanes: unknown key; allowed: kind, schema_version, name, "
        "description, sources, core, memory, pim, overlap, node_nm, shares, ports, "
        "policy, label; did you mean core: {lanes: ...}?",
    ),
    (
        "pim:",
        "frequency_hz: 4\npim:",
        "chip.yaml:8: frequency_hz: unknown key; allowed: kind, schema_version, "
        "name, description, sources, core, memory, pim, overlap, node_nm, shares, "
        "ports, policy, label; did you mean core.frequency_hz?",
    ),
    (
        "pim:",
        '"\\e[31m": 4\npim:',
        "chip.yaml:8: contains the character '\\x1b'",
    ),
    (
        "pim:",
        "zzz: 4\nyyy: 5\npim:",
        "chip.yaml:8: zzz: unknown key; allowed: kind, schema_version, name, "
        "description, sources, core, memory, pim, overlap, node_nm, shares, ports, "
        "policy, label (and 1 more problem)",
    ),
]
"""What is replaced in the good file, by what, and the sentence."""


def test_the_file_itself_is_good(read_chip, write, chip_text):
    chip = read_chip(write("chip.yaml", chip_text))
    assert chip.core.frequency_hz == 1e9
    assert chip.memory.sram_bytes == 65536
    assert isinstance(chip.memory.sram_bytes, int)
    assert chip.memory.bandwidth_bytes_per_s == 19.2e9


@pytest.mark.parametrize(("old", "new", "sentence"), BAD)
def test_a_bad_section_gets_one_sentence(refusal, write, chip_text, old, new, sentence):
    assert old in chip_text
    path = write("chip.yaml", chip_text.replace(old, new, 1))
    assert refusal(path) == sentence


def test_the_other_problems_are_kept(read_chip, write, chip_text):
    from archsim.errors import InputError

    bad = chip_text.replace("lanes: 4", "lane: 4").replace("1 GHz", "0")
    with pytest.raises(InputError) as caught:
        read_chip(write("chip.yaml", bad))
    assert "core.lane: unknown key" in str(caught.value)
    assert str(caught.value).endswith("(and 2 more problems)")
    first, second = map(str, caught.value.others)
    assert first.startswith("chip.yaml:5: core.frequency_hz: must be a frequency, found 0")
    assert second == "chip.yaml:4: core.lanes: the key is missing; allowed: 1 to 1024"
