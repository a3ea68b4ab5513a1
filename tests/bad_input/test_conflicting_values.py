"""Values that do not fit together: told from the one written last, with the place of the other."""

import pytest

import archsim

HARDWARE = "kind: npu_pim\nschema_version: 1\nname: bad\nextends: neupims-subbatch\n"
WORKLOAD = "kind: llm\nschema_version: 1\nname: bad\nextends: gpt3-7b-sharegpt\n"
SHIPPED = "hw_configs/npu_pim"

HARDWARE_LINES = [
    (
        "memory: {timing: {trefi: 200}}", "memory.timing.trefi", "found 200",
        f"memory.timing.trfc in {SHIPPED}/npu-only.yaml:33",
    ),
    (
        "memory: {timing: {trfc: 5000}}", "memory.timing.trfc", "found 5000",
        f"memory.timing.trefi in {SHIPPED}/npu-only.yaml:34",
    ),
    (
        "memory: {ranks: 3}", "memory.ranks", "found 3",
        f"pim.banks_per_channel in {SHIPPED}/npu-pim-naive.yaml:11",
    ),
    (
        "pim: {banks_per_channel: 8}", "pim.banks_per_channel", "found 8",
        f"memory.ranks in {SHIPPED}/npu-only.yaml:22",
    ),
    (
        "pim: {row_buffers: single}", "pim.row_buffers", "found 'single'",
        f"scheduler.sub_batch_interleaving in {SHIPPED}/neupims-subbatch.yaml:10",
    ),
    (
        "pim: null", "pim", "found null",
        f"scheduler.sub_batch_interleaving in {SHIPPED}/neupims-subbatch.yaml:10",
    ),
]  # fmt: skip

WORKLOAD_LINES = [
    ("phase: prefill\ngenerated_tokens: 3", 6, "generated_tokens", "phase in bad.yaml:5"),
    ("generated_tokens: 3\nphase: prefill", 5, "generated_tokens", "phase in bad.yaml:6"),
    ("generated_tokens: 4000", 5, "generated_tokens", "workloads/models/gpt3-7b.yaml:17"),
    ("parallel: {tensor: 3}", 5, "parallel.tensor", "workloads/models/gpt3-7b.yaml:8"),
    ("lengths: {distribution: constant, tokens: 9999}", 5, "lengths.tokens", "gpt3-7b.yaml:17"),
    (
        "lengths: {distribution: list, tokens: [5, 6]}", 5, "lengths",
        "batch in workloads/llm/gpt3-7b-sharegpt.yaml:8",
    ),
]  # fmt: skip


def refusal(refused, folder, hardware="", workload="", *settings):
    (folder / "bad.yaml").write_text(hardware or workload, encoding="utf-8")
    files = ("bad.yaml", "good.yaml") if hardware else ("neupims", "bad.yaml")
    return refused("run", *files, *(part for item in settings for part in ("--set", item)))


@pytest.mark.parametrize(("line", "key", "found", "other"), HARDWARE_LINES)
def test_the_users_line_is_blamed_and_the_inherited_one_named(
    refused, folder, line, key, found, other
):
    sentence = refusal(refused, folder, hardware=f"{HARDWARE}{line}\n")
    assert sentence.startswith(f"archsim: bad.yaml:5: {key}: ")
    assert f", {found}; allowed: " in sentence
    assert f"; see {other}" in sentence


@pytest.mark.parametrize(("lines", "at", "key", "other"), WORKLOAD_LINES)
def test_so_it_is_in_workloads_and_the_models_they_name(refused, folder, lines, at, key, other):
    sentence = refusal(refused, folder, workload=f"{WORKLOAD}{lines}\n")
    assert sentence.startswith(f"archsim: bad.yaml:{at}: {key}: ")
    assert "; see " in sentence
    assert other in sentence


def test_a_setting_is_blamed_before_any_file(refused, folder):
    text = f"{HARDWARE}memory: {{timing: {{trfc: 300}}}}\n"
    sentence = refusal(refused, folder, text, "", "memory.timing.trefi=290")
    assert sentence.startswith("archsim: --set: memory.timing.trefi: ")
    assert "; see memory.timing.trfc in bad.yaml:5" in sentence


def test_data_from_python_is_not_blamed_on_the_file_it_extends():
    data = {"extends": "neupims", "name": "x", "memory": {"timing": {"trefi": 200}}}
    with pytest.raises(archsim.InputError) as caught:
        archsim.load_hardware(data)
    assert str(caught.value).startswith("memory.timing.trefi: a refresh must be shorter")
    assert "see memory.timing.trfc in hw_configs/npu_pim/npu-only.yaml:33" in str(caught.value)
    data["memory"] = {"channels": 0}
    with pytest.raises(archsim.InputError) as caught:
        archsim.load_hardware(data)
    assert str(caught.value).startswith("memory.channels: must be a whole number, found 0")


INLINE = [
    ("{extends: gpt3-7b, name: x, heads: 0}", "model.heads: must be a whole number, found 0"),
    ("{extends: gpt3-7b, name: x, heads: 33}", "model.heads: kv_heads must divide heads, found 33"),
    ("{extends: gpt3-7b, name: x, kv_heads: 3}", "model.kv_heads: kv_heads must divide heads"),
    ("{extends: gpt3-7b, name: x, experts: 8}", "model.top_k: each token needs"),
    ("{extends: gpt3-7b, name: x, hiden: 4}", "model.hiden: unknown key"),
    ("{extends: gpt3-7c, name: x}", "model.extends: unknown model, found 'gpt3-7c'"),
]


@pytest.mark.parametrize(("model", "part"), INLINE)
def test_a_model_written_into_a_workload_is_blamed_in_its_line(refused, folder, model, part):
    text = (folder / "good.yaml").read_text(encoding="utf-8")
    sentence = refusal(refused, folder, "", text.replace("gpt3-7b", model))
    assert sentence.startswith(f"archsim: bad.yaml:4: {part}")


def test_a_setting_of_a_model_written_into_a_workload(refused, folder):
    text = (folder / "good.yaml").read_text(encoding="utf-8")
    text = text.replace("gpt3-7b", "{extends: gpt3-7b, name: x, heads: 64}")
    sentence = refusal(refused, folder, "", text, "model.heads=0")
    assert sentence.startswith("archsim: --set: model.heads: must be a whole number, found 0")
