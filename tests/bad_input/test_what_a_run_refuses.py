"""What only building or running a design shows is still told with file, line and key."""

import pytest

import archsim

HARDWARE = "kind: npu_pim\nschema_version: 1\nname: bad\nextends: neupims\n"
ONLY = "hw_configs/npu_pim/npu-only.yaml"

LINES = [
    ("node_nm: 5", "node_nm: unknown process node, found 5 nm", "did you mean 7?"),
    ("npu: {accumulator_bytes: 7}", "npu.accumulator_bytes", "found 7 bytes; allowed: multiples"),
    ("npu: {scratchpad_bytes: 12345}", "npu.scratchpad_bytes", "found 12345 bytes"),
    ("npu: {scratchpad_bytes: 64 B}", "npu.scratchpad_bytes", "from 4096 to 4294967296 bytes"),
    ("npu: {scratchpad_bytes: 8 GiB}", "npu.scratchpad_bytes", "found 8589934592 bytes"),
    (
        "npu: {scratchpad_bytes: 4 KiB}", "npu.scratchpad_bytes: half the scratchpad cannot hold",
        f"found 4096 bytes; allowed: at least 262144 bytes for arrays of 128 rows or columns; "
        f"see npu.systolic_rows in {ONLY}:10",
    ),
    (
        "npu: {systolic_columns: 4096}", "npu.systolic_columns: half the scratchpad cannot hold",
        f"found 4096; allowed: fewer, or a larger npu.scratchpad_bytes; see npu.scratchpad_bytes "
        f"in {ONLY}:15",
    ),
    (
        "memory: {channel_bytes: 1 MiB}", "memory.channel_bytes: the weights of gpt3-7b do not fit",
        "found 3.101 GiB; allowed: at most 32 MiB; raise parallel.tensor",
    ),
    (
        "memory: {channels: 2}", "memory.channels: the weights of gpt3-7b do not fit",
        f"at most 2 GiB; raise parallel.tensor, parallel.pipeline or memory.channel_bytes; "
        f"see memory.channel_bytes in {ONLY}:20",
    ),
    (
        "memory: {timing: {trp: 1934}}", "memory.timing.trp: closing the banks of a rank leaves no",
        "found 1934; allowed: trp + banks of a rank (1950) below trefi / ranks (1950); "
        f"see memory.timing.trefi in {ONLY}:34",
    ),
    (
        "memory: {timing: {tccd_l: 4000}}", "memory.timing.tccd_l: a command must take less time",
        f"found 4000; allowed: less than trefi = 3900; see memory.timing.trefi in {ONLY}:34",
    ),
    ("pim: {row_bytes: 1 B}", "pim.row_bytes: a row cannot hold one element", "at least 2 bytes"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "first", "second"), LINES)
def test_a_device_that_cannot_be_built_or_is_too_small(refused, folder, line, first, second):
    (folder / "bad.yaml").write_text(f"{HARDWARE}{line}\n", encoding="utf-8")
    sentence = refused("run", "bad.yaml", "good.yaml")
    assert sentence.startswith(f"archsim: bad.yaml:5: {first}")
    assert second in sentence


def changed(folder, old, new):
    text = (folder / "good.yaml").read_text(encoding="utf-8")
    assert old in text
    (folder / "bad.yaml").write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("phase", ["decode", "prefill"])
@pytest.mark.parametrize("hardware", ["npu-only", "npu-pim-naive", "neupims"])
def test_a_channel_that_the_memory_does_not_have(refused, folder, hardware, phase):
    changed(folder, "constant, tokens: 64", "list, tokens: [5, 6, 7, 8], channels: [0, 1, 99, 2]")
    sentence = refused("run", hardware, "bad.yaml", "--set", f"phase={phase}")
    assert sentence.startswith("archsim: bad.yaml:6: lengths.channels: request 2 is on a channel")
    assert f"found 99; allowed: 0 to 31; see memory.channels in {ONLY}:19" in sentence


def test_fewer_channels_than_a_workload_names(refused, folder):
    changed(folder, "constant, tokens: 64", "list, tokens: [5, 6, 7, 8], channels: [0, 1, 9, 2]")
    sentence = refused("run", "neupims", "bad.yaml", "--set", "memory.channels=9")
    assert sentence.startswith("archsim: --set: memory.channels: request 2 is on a channel")
    assert "found 9; allowed: at least 10; see lengths.channels in bad.yaml:6" in sentence


def test_the_layer_function_refuses_such_a_channel_too():
    with pytest.raises(archsim.InputError, match=r"request 1 is on a channel .* found -1; allowed"):
        archsim.npu_pim.decode_layer("gpt3-7b", 4, [64, 64], [0, -1], "npu-only")


@pytest.mark.parametrize(
    ("old", "new", "start"),
    [
        ("gpt3-7b", "gpt3-175b", "bad.yaml:7: parallel.tensor: the weights of gpt3-175b"),
        ("batch: 4", "batch: 60000", "bad.yaml:5: batch: keys and values do not fit"),
    ],
)
def test_a_workload_that_is_too_large_for_a_shipped_device(refused, folder, old, new, start):
    changed(folder, old, new)
    sentence = refused("run", "neupims", "bad.yaml")
    assert sentence.startswith(f"archsim: {start}")
    assert f"see memory.channel_bytes in {ONLY}:20" in sentence


def test_a_setting_that_makes_it_too_large_is_named(refused, folder):
    sentence = refused("run", "neupims", "good.yaml", "--set", "batch=60000")
    assert sentence.startswith("archsim: --set: batch: keys and values do not fit")
    sentence = refused("run", "neupims", "good.yaml", "--set", "model.layers=6400")
    assert sentence.startswith("archsim: good.yaml:7: parallel.tensor: the weights of gpt3-7b")


def test_a_serving_request_longer_than_the_cache(refused, folder):
    changed(
        folder,
        "constant, tokens: 64}",
        "constant, tokens: 2000, output_tokens: 40}\nserving: {requests: 2}",
    )
    settings = ("--set", "memory.channel_bytes=103 MiB")
    sentence = refused("run", "neupims", "bad.yaml", *settings)
    assert "memory.channel_bytes: a request is longer than the whole key/value cache" in sentence
    assert sentence.startswith("archsim: --set: ")
