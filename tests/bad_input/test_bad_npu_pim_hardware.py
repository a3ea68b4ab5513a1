"""Bad hardware files of the NPU+PIM family: one sentence with file, line, key and the allowed."""

from pathlib import Path

import pytest

HEAD = "kind: npu_pim\nschema_version: 1\nname: bad\nextends: neupims\n"
SHIPPED = Path(__file__).resolve().parents[2] / "hw_configs" / "npu_pim" / "npu-only.yaml"
WHOLE = "must be a whole number"

# Line 5 of a file, the key that is named, and further parts of the sentence.
LINES = [
    # Sizes of the NPU.
    ("npu: {systolic_arrays: 0}", "npu.systolic_arrays", WHOLE, "found 0", "1 to 4096"),
    ("npu: {systolic_arrays: -8}", "npu.systolic_arrays", WHOLE, "found -8"),
    ("npu: {systolic_arrays: 5000}", "npu.systolic_arrays", "found 5000", "1 to 4096"),
    ("npu: {systolic_arrays: 8.5}", "npu.systolic_arrays", WHOLE, "found 8.5"),
    ("npu: {systolic_arrays: true}", "npu.systolic_arrays", WHOLE, "found true"),
    ("npu: {systolic_arrays: '8'}", "npu.systolic_arrays", "found '8'", "did you mean 8?"),
    ("npu: {systolic_rows: null}", "npu.systolic_rows", WHOLE, "found null"),
    ("npu: {systolic_columns: [128]}", "npu.systolic_columns", WHOLE, "found a list of 1"),
    ("npu: {vector_lanes: 0}", "npu.vector_lanes", WHOLE, "1 to 4096"),
    ("npu: {vector_units: 99999999999999999999}", "npu.vector_units", WHOLE, "1 to 4096"),
    ("npu: {frequency_hz: 1 GB}", "npu.frequency_hz", "is a size in bytes and not a frequency"),
    ("npu: {frequency_hz: 1 ms}", "npu.frequency_hz", "is a time and not a frequency"),
    ("npu: {frequency_hz: 1 ghz}", "npu.frequency_hz", "unknown unit", "did you mean '1 GHz'?"),
    ("npu: {frequency_hz: -1 GHz}", "npu.frequency_hz", "found '-1 GHz'", "1 Hz to 10 THz"),
    ("npu: {frequency_hz: 0}", "npu.frequency_hz", "found 0", "1 Hz to 10 THz"),
    ("npu: {frequency_hz: .nan}", "npu.frequency_hz", "found .nan", "1 Hz to 10 THz"),
    ("npu: {frequency_hz: .inf}", "npu.frequency_hz", "found .inf", "1 Hz to 10 THz"),
    ("npu: {frequency_hz: fast}", "npu.frequency_hz", "is not a number with a unit"),
    ("npu: {scratchpad_bytes: 8 MHz}", "npu.scratchpad_bytes", "is a frequency and not a size"),
    ("npu: {scratchpad_bytes: 0.3}", "npu.scratchpad_bytes", "whole bytes", "found 0.3"),
    ("npu: {scratchpad_bytes: -1}", "npu.scratchpad_bytes", "found -1", "'64 KiB'"),
    ("npu: {accumulator_bytes: 8 Mb}", "npu.accumulator_bytes", "in bits", "did you mean '8 MB'"),
    ("npu: {systolic_arays: 8}", "npu.systolic_arays", "unknown key", "npu.systolic_arrays?"),
    ("npu: {frequency: 1 GHz}", "npu.frequency", "unknown key", "npu.frequency_hz?"),
    ("npuu: {}", "npuu", "unknown key", "did you mean npu?"),
    ("npu: 8", "npu", "must be a mapping", "found 8", "systolic_arrays"),
    ("npu: null", "npu", "must be a mapping", "found null"),
    # Memory.
    ("memory: {channels: 0}", "memory.channels", WHOLE, "1 to 4096"),
    ("memory: {channels: yes}", "memory.channels", WHOLE, "found 'yes'"),
    ("memory: {channel_bytes: 1 GHz}", "memory.channel_bytes", "is a frequency and not a size"),
    ("memory: {ranks: 17}", "memory.ranks", WHOLE, "1 to 16"),
    ("memory: {burst_bytes: 0}", "memory.burst_bytes", WHOLE, "found 0"),
    (
        "memory: {timing: {trfc: 3900}}", "memory.timing.trfc",
        "a refresh must be shorter than the interval", "found 3900", "less than trefi = 3900",
    ),
    ("memory: {timing: {trfc: 5000}}", "memory.timing.trfc", "less than trefi = 3900"),
    ("memory: {timing: {tfaw: 0}}", "memory.timing.tfaw", WHOLE, "1 to 1000000"),
    ("memory: {timing: {tras: 1.5}}", "memory.timing.tras", WHOLE, "found 1.5"),
    ("memory: {timing: {trp: 14 ns}}", "memory.timing.trp", WHOLE, "found '14 ns'"),
    ("memory: {timing: {trfw: 14}}", "memory.timing.trfw", "unknown key", "memory.timing.trf"),
    ("memory: {currents: {vdd_v: 0}}", "memory.currents.vdd_v", "must be a voltage"),
    ("memory: {currents: {vdd_v: 1.2 A}}", "memory.currents.vdd_v", "is a current and not"),
    ("memory: {currents: {idd4r_a: -0.39}}", "memory.currents.idd4r_a", "found -0.39"),
    # PIM.
    ("pim: {row_buffers: triple}", "pim.row_buffers", "found 'triple'", "single, dual"),
    ("pim: {row_buffers: duel}", "pim.row_buffers", "single, dual", "did you mean dual?"),
    (
        "pim: {banks_per_channel: 16}", "pim.banks_per_channel", "every bank", "found 16",
        "32 = ranks x bank_groups x banks_per_group",
    ),
    ("pim: {row_bytes: 0}", "pim.row_bytes", "found 0", "1 B to 1 MB"),
    ("pim: {row_bytes: 1 KB/s}", "pim.row_bytes", "unknown unit 'KB/s'", "did you mean '1 KiB'"),
    ("pim: {multipliers_per_bank: 0}", "pim.multipliers_per_bank", WHOLE, "1 to 4096"),
    ("pim: {compute_energy_factor: 0}", "pim.compute_energy_factor", "more than 0, at most 1000"),
    ("pim: {compute_energy_factor: .nan}", "pim.compute_energy_factor", "found .nan"),
    ("pim: {row_buffer_area_share: 3.11}", "pim.row_buffer_area_share", "found 3.11", "0 to 1"),
    ("pim: {row_buffer: dual}", "pim.row_buffer", "unknown key", "did you mean pim.row_buffers?"),
    # Scheduler, link, node, mode, artefacts.
    ("scheduler: {channel_assignment: greddy}", "scheduler.channel_assignment", "mean greedy?"),
    ("scheduler: {sub_batch_interleaving: 1}", "scheduler.sub_batch_interleaving", "true or false"),
    ("scheduler: {head_overlap: 'yes'}", "scheduler.head_overlap", "did you mean true?"),
    ("scheduler: {prefill: shard}", "scheduler.prefill", "standalone, shared", "mean shared?"),
    ("scheduler: {sub_batch: true}", "scheduler.sub_batch", "scheduler.sub_batch_interleaving?"),
    (
        "device_link: {bandwidth_bytes_per_s: 300 Gb/s}", "device_link.bandwidth_bytes_per_s",
        "in bits", "'37.5 GB/s'",
    ),
    (
        "device_link: {bandwidth_bytes_per_s: 300 GB}", "device_link.bandwidth_bytes_per_s",
        "is a size in bytes and not a bandwidth", "did you mean '300 GB/s'?",
    ),
    ("device_link: {latency_s: -1 us}", "device_link.latency_s", "found '-1 us'"),
    ("node_nm: 0", "node_nm", WHOLE, "1 to 1000"),
    ("node_nm: 22 nm", "node_nm", WHOLE, "found '22 nm'"),
    ("mode: compatt", "mode", "physical, compat", "did you mean compat?"),
    ("mode: true", "mode", "found true", "physical, compat"),
    ("artefacts: {no_kv_append: 2}", "artefacts.no_kv_append", "must be true or false"),
    ("artefacts: {no_kv_appand: true}", "artefacts.no_kv_appand", "artefacts.no_kv_append?"),
    # What any file must keep to.
    ("schema_version: 2", "schema_version", "the key is already in line 2"),
    ("description: 3", "description", "must be text", "found 3"),
    ("sources: {npu.*: {from: me, certainty: sure}}", "certainty", "found 'sure'", "primary"),
    ("sources: {npu.*: {from: me}}", "sources.npu.*.certainty", "the key is missing"),
    ("sources: {nppu.*: {from: me, certainty: primary}}", "sources.nppu.*", "mean npu.*?"),
    ("npu: {systolic_rows: 4, systolic_rows: 8}", "npu.systolic_rows", "already in line 5"),
    ("npu: {systolic_rows: !!python/tuple [1]}", "npu.systolic_rows", "tags are not allowed"),
    ("npu: &npu {systolic_rows: 4}", "npu", "anchors are not allowed", "extends"),
    ("\tnpu: 1", "", "a tab is used for indentation", "spaces"),
]  # fmt: skip


def run_hardware(refused, folder, text, *options):
    (folder / "bad.yaml").write_text(text, encoding="utf-8")
    return refused("run", "bad.yaml", "good.yaml", "--output", "out.json", *options)


@pytest.mark.parametrize(
    ("line", "key", "parts"), [(line, key, rest) for line, key, *rest in LINES]
)
def test_a_bad_line_is_named_with_file_line_and_key(refused, folder, line, key, parts):
    sentence = run_hardware(refused, folder, f"{HEAD}{line}\n")
    assert sentence.startswith("archsim: bad.yaml:5: ")
    assert key in sentence
    for part in parts:
        assert part in sentence


def test_sub_batches_without_pim(refused, folder):
    text = f"{HEAD}pim: null\nscheduler: {{sub_batch_interleaving: true}}\n"
    sentence = run_hardware(refused, folder, text)
    assert "bad.yaml:6: scheduler.sub_batch_interleaving: sub-batches interleave" in sentence
    assert "allowed: false, or a pim section" in sentence


def test_sub_batches_with_a_single_row_buffer(refused, folder):
    text = f"{HEAD}pim: {{row_buffers: single}}\nscheduler: {{sub_batch_interleaving: true}}\n"
    sentence = run_hardware(refused, folder, text)
    assert "bad.yaml:6: scheduler.sub_batch_interleaving: a single row buffer" in sentence
    assert "pim.row_buffers: dual" in sentence


def test_more_banks_than_pim_units(refused, folder):
    sentence = run_hardware(refused, folder, f"{HEAD}memory: {{bank_groups: 8}}\n")
    assert "bad.yaml:5: memory.bank_groups: every bank of a channel carries a PIM" in sentence
    assert "found 8; allowed: as many as give pim.banks_per_channel = 32, and not 64" in sentence
    assert "see pim.banks_per_channel in hw_configs/npu_pim/npu-pim-naive.yaml:11" in sentence


def test_a_refresh_interval_below_the_inherited_refresh(refused, folder):
    sentence = run_hardware(refused, folder, f"{HEAD}memory: {{timing: {{trefi: 200}}}}\n")
    assert "bad.yaml:5: memory.timing.trefi: a refresh must be shorter" in sentence
    assert "found 200; allowed: more than trfc = 260" in sentence
    assert "see memory.timing.trfc in hw_configs/npu_pim/npu-only.yaml:33" in sentence


@pytest.mark.parametrize(
    ("line", "key", "part"),
    [
        ("memory: {currents: {idd3n_a: 0.4}}", "idd3n_a", "at most idd4r_a = 0.39 A"),
        ("memory: {currents: {idd4r_a: 0.01}}", "idd4r_a", "at least idd3n_a = 0.055 A"),
        ("memory: {currents: {idd0_a: 0.001}}", "idd0_a", "less than nothing"),
        ("memory: {currents: {idd2n_a: 2.0}}", "idd2n_a", "or more than idd0_a = 0.065 A"),
    ],
)
def test_currents_that_do_not_fit_together(refused, folder, line, key, part):
    sentence = run_hardware(refused, folder, f"{HEAD}{line}\n")
    assert f"bad.yaml:5: memory.currents.{key}: " in sentence
    assert part in sentence


@pytest.mark.parametrize(
    ("line", "key", "part"),
    [
        ("npu: {scratchpad_bytes: 4 KiB}", "npu.scratchpad_bytes", "at least 262144 bytes"),
        ("npu: {accumulator_bytes: 7}", "bytes", "16 equal banks"),
        ("pim: {row_bytes: 1}", "pim.row_bytes: a row cannot hold one element", "at least 2 bytes"),
        ("node_nm: 5", "process node", "did you mean 7?"),
        ("node_nm: 130", "process node", "45, 32, 28, 22"),
        ("memory: {channel_bytes: 64 MiB}", "memory.channel_bytes", "at most 2 GiB"),
    ],
)
def test_what_only_the_simulation_can_refuse(refused, folder, line, key, part):
    sentence = run_hardware(refused, folder, f"{HEAD}{line}\n")
    assert key in sentence
    assert part in sentence


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ("bad.yaml: the file is empty",)),
        ("hello\n", ("bad.yaml:1", "must be a mapping", "found 'hello'")),
        ("- 1\n", ("bad.yaml:1", "must be a mapping", "found a list of 1")),
        (f"{HEAD}---\n{HEAD}", ("bad.yaml:5", "more than one document")),
        (f"{HEAD}npu: {{systolic_rows: 8\n", ("bad.yaml:6", "is not valid YAML")),
        (HEAD.replace("npu_pim", "npu-pim"), ("bad.yaml:1: kind", "did you mean npu_pim?")),
        (HEAD.replace("npu_pim", "llm"), ("bad.yaml:1: kind", "expected a hardware file")),
        (HEAD.replace("version: 1", "version: 2"), ("bad.yaml:2: schema_version", "found 2")),
        (HEAD.replace("name: bad\n", ""), ("bad.yaml: name: the key is missing",)),
        (HEAD.replace("extends: neupims", "extends: neupim"), ("bad.yaml:4", "mean neupims?")),
        (HEAD.replace("extends: neupims", "extends: bad.yaml"), ("bad.yaml:4", "each other")),
        (HEAD.replace("extends: neupims", "extends: ../x.yaml"), ("bad.yaml:4", "leaves the")),
        (HEAD.replace("extends: neupims", "extends: [neupims]"), ("bad.yaml:4", "one file")),
        (HEAD.replace("extends: neupims\n", ""), ("bad.yaml", "the key is missing", "3 more")),
    ],
)
def test_files_that_are_wrong_as_a_whole(refused, folder, text, parts):
    sentence = run_hardware(refused, folder, text)
    for part in parts:
        assert part in sentence


@pytest.mark.parametrize(
    ("removed", "key"),
    [("    tfaw: 30\n", "memory.timing.tfaw"), ("node_nm: 22\n", "node_nm"),
     ("  channels: 32\n", "memory.channels"), ("    vdd_v: 1.2\n", "memory.currents.vdd_v")],
)  # fmt: skip
def test_a_missing_key_is_named(refused, folder, removed, key):
    text = SHIPPED.read_text(encoding="utf-8")
    assert removed in text
    sentence = run_hardware(refused, folder, text.replace(removed, ""))
    assert f"{key}: the key is missing" in sentence
    assert "bad.yaml" in sentence
