"""Bad command lines for the NPU+PIM family: exit code 2, one sentence, nothing written."""

import json

import pytest

RUN = ("run", "neupims", "good.yaml", "--output", "out.json")

SETTINGS = [
    ("npu.frequncy_hz=1e9", "npu.frequncy_hz: unknown key", "hardware.npu.frequency_hz?"),
    ("frequency_hz=1e9", "frequency_hz: unknown key", "hardware.npu.frequency_hz?"),
    ("channels=4", "channels: unknown key", "hardware.memory.channels?"),
    ("hardware.batch=4", "hardware.batch: unknown key", ""),
    ("name=x", "name: is a key of both files", "hardware.name or workload.name"),
    ("batch=0", "batch: must be a whole number", "1 to 65536"),
    ("workload.batch=true", "batch: must be a whole number", "found true"),
    ("npu=3", "npu: must be a mapping", "systolic_arrays"),
    ("npu.systolic_arrays=", "a setting needs a value", "key=value"),
    ("npu.systolic_arrays", "a setting needs a value", "key=value"),
    ("=3", "a setting needs a key", "key=value"),
    ("npu..systolic_arrays=3", "a setting needs a key", "key=value"),
    ("npu.systolic_arrays=1e99", "npu.systolic_arrays", "1 to 4096"),
    ("npu.systolic_arrays={a: 1}", "npu.systolic_arrays", "found a mapping"),
    ("npu.systolic_arrays=[1", "npu.systolic_arrays", ""),
    ("npu.frequency_hz=1GB", "is a size in bytes and not a frequency", "found '1GB'"),
    ("npu.frequency_hz=.nan", "must be a frequency", "found .nan"),
    ("npu.frequency_hz=nan", "is not a number with a unit", "found 'nan'"),
    ("memory.timing.trfc=4000", "memory.timing.trfc: a refresh must be", "trefi = 3900"),
    ("pim.banks_per_channel=8", "every bank of a channel", "32 = ranks"),
    ("memory.ranks=1", "pim.banks_per_channel", "16 = ranks"),
    ("scheduler.sub_batch_interleaving=yes", "true or false", "did you mean true?"),
    ("scheduler.prefill=Shared", "standalone, shared", "did you mean shared?"),
    ("mode=comptible", "physical, compat", "did you mean compat?"),
    ("artefacts.nokv=true", "artefacts.nokv: unknown key", "no_kv_append?"),
    ("node_nm=5", "--set: node_nm: unknown process node", "did you mean 7?"),
    ("npu.scratchpad_bytes=4 KiB", "--set: npu.scratchpad_bytes", "at least 262144 bytes"),
    ("npu.accumulator_bytes=7", "npu.accumulator_bytes: a buffer is", "multiples of 16 bytes"),
    ("model=gpt4", "model: unknown model", "gpt3-7b"),
    ("model.heads=33", "model.heads: kv_heads must divide heads", "a multiple of 32; see model"),
    ("model.kv_heads=33", "model.kv_heads: kv_heads must divide heads", "a divisor of 32; see"),
    ("generated_tokens=3000", "--set: generated_tokens: no request of gpt3-7b", "1 to 2048; see"),
    ("memory.timing.trefi=200", "--set: memory.timing.trefi: a refresh must", "npu-only.yaml:33"),
    ("parallel.tensor=3", "the 32 heads of gpt3-7b do not divide", "a divisor of 32"),
    ("parallel.pipeline=7", "the 32 layers of gpt3-7b do not divide", "a divisor of 32"),
    ("lengths.tokens=0", "lengths.tokens", "1 to 4194304"),
    ("lengths.tokens=9999", "longer than gpt3-7b can be", "at most 2048"),
    ("extends=npu-only", "extends: cannot be set over a file", ""),
    ("sources=3", "sources: cannot be set over a file", ""),
    ("description=3", "description: is a key of both files", "workload.description"),
]

OPTIONS = [
    (("--seed", "-1"), "the seed must be a whole number", "found -1"),
    (("--seed", "x"), "the seed must be a whole number", "found 'x'"),
    (("--seed", "1e3"), "the seed must be a whole number", "allowed: 0 to"),
    (("--seed", ""), "the seed must be a whole number", "found ''"),
    (("--fidelity", "evnt"), "unknown fidelity", "did you mean event?"),
    (("--fidelity", "EVENT"), "unknown fidelity", "did you mean event?"),
    (("--fidelity", "cycle"), "unknown fidelity", "analytic, event"),
    (("--timeline", "no/t.json.gz"), "cannot write 'no/t.json.gz'", "'no' does not exist"),
    (("--timeline", "t.txt"), "a timeline file must have a JSON ending", ".json.gz"),
    (("--timeline", "t.json", "--fidelity", "analytic"), "event fidelity", "analytic"),
    (("--output", "no/o.json"), "cannot write 'no/o.json'", "'no' does not exist"),
    (("--output", "."), "cannot write '.'", "it is a folder"),
    (("--sett", "batch=1"), "no such option '--sett'", "--set"),
    (("extra.yaml",), "unexpected extra argument", "extra.yaml"),
    (("--set", "npu.systolic_arrays=4", "--set", "npu.systolic_arrays=8"), "is set twice", "npu"),
    (("--set", "batch=4", "--set", "workload.batch=8"), "is set twice", "batch"),
]

NAMES = [
    (("run", "neupms", "good.yaml"), "unknown hardware, found 'neupms'", "mean neupims?"),
    (("run", "NEUPIMS", "good.yaml"), "unknown hardware", "did you mean neupims?"),
    (("run", "", "good.yaml"), "unknown hardware, found ''", "allowed: "),
    (("run", "no.yaml", "good.yaml"), "the file 'no.yaml' does not exist", ""),
    (("run", "neupims", "gpt3-13b-sharegp"), "unknown workload", "gpt3-13b-sharegpt?"),
    (("run", "neupims", "no.yaml"), "the file 'no.yaml' does not exist", ""),
    (("run", "good.yaml", "neupims"), "good.yaml:1: kind: expected a hardware file", "workload"),
    (("run", "neupims"), "missing argument 'WORKLOAD'", "archsim run --help"),
    (("compare", "good.yaml"), "missing argument 'HARDWARE...'", ""),
    (("compare", "good.yaml", "neupims", "neupim"), "unknown hardware", "mean neupims?"),
    (("compare", "neupims", "good.yaml"), "expected a hardware file", ""),
    (("compare", "good.yaml", "neupims", "--seed", "-1"), "the seed must be", "found -1"),
    (
        ("compare", "good.yaml", "npu-only", "neupims", "--set", "npu.systolic_rows=0"),
        "npu.systolic_rows", "1 to 4096",
    ),
    (("explain", "tokens_per_sec"), "unknown name", "did you mean tokens_per_s?"),
    (("explain", "npu.systolic_array"), "unknown name", "systolic_arrays?"),
    (("schema", "npu-pim"), "unknown kind", "did you mean npu_pim?"),
    (("list", "hardwares"), "unknown list", "did you mean hardware?"),
]  # fmt: skip

SYSTEMS = [
    ("npu-only", "scheduler.sub_batch_interleaving=true", "this device has no PIM"),
    ("npu-pim-naive", "scheduler.sub_batch_interleaving=true", "a single row buffer"),
    ("neupims-subbatch", "pim.row_buffers=single", "a single row buffer"),
    ("neupims-subbatch", "pim=null", "this device has no PIM"),
    ("npu-only", "pim.row_bytes=1 KiB", "pim.row_buffers: the key is missing"),
    ("neupims-edge", "memory.channels=0", "memory.channels: must be a whole number"),
]


@pytest.mark.parametrize(("setting", "first", "second"), SETTINGS)
def test_a_bad_setting(refused, setting, first, second):
    sentence = refused(*RUN, "--set", setting)
    assert first in sentence
    assert second in sentence


@pytest.mark.parametrize(("options", "first", "second"), OPTIONS)
def test_a_bad_option(refused, options, first, second):
    sentence = refused("run", "neupims", "good.yaml", *options)
    assert first in sentence
    assert second in sentence


@pytest.mark.parametrize(("arguments", "first", "second"), NAMES)
def test_a_bad_name(refused, arguments, first, second):
    sentence = refused(*arguments)
    assert first in sentence
    assert second in sentence


@pytest.mark.parametrize(("system", "setting", "part"), SYSTEMS)
def test_a_setting_that_the_system_cannot_have(refused, system, setting, part):
    assert part in refused("run", system, "good.yaml", "--set", setting)


def test_an_infeasible_design_is_a_row_of_a_comparison(folder, capsys):
    from archsim.cli.main import main

    code = main(
        ["compare", "good.yaml", "neupims", "npu-only", "--set", "model=gpt3-175b", "--json"]
    )
    rows = json.loads(capsys.readouterr().out)
    assert code == 0
    assert {row["status"] for row in (rows if isinstance(rows, list) else rows["designs"])} == {
        "infeasible"
    }
