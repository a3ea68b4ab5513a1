"""What a sentence suggests is close, different and allowed there; else it suggests nothing."""

import pytest

from archsim.config.suggesting import nearest_key
from archsim.errors import InputError, closest

RUN = ("run", "neupims", "good.yaml")

SETTINGS = [
    ("hardware.batch=4", "did you mean workload.batch?"),
    ("memory.timing.trdc=3", "did you mean hardware.memory.timing.trcd?"),
    ("lengths.token=4", "did you mean workload.lengths.tokens?"),
    ("hardware.frequency_hz=1e9", "did you mean hardware.npu.frequency_hz?"),
    ("kind=", "kind: cannot be set over a file; allowed: keys other than sources, extends, kind"),
    ("kind=npu", "kind: cannot be set over a file"),
    ("schema_version=1", "schema_version: cannot be set over a file"),
]
NOTHING = ["hardware.bath=4", "foo=1", "model.kind=x", "lengths.path=4", "lengths.zzz=1"]

FILES = [
    ("lengths: {distribution: sharegpt, tokens: 4}", "lengths.tokens: does not go with distribution"
     ": 'sharegpt'; allowed: distribution\n"),
    ("lengths: {distribution: constant, tokens: 4, mean_tokens: 5}", "lengths.mean_tokens: does not"
     " go with distribution: 'constant'; allowed: distribution, tokens, output_tokens\n"),
    ("lengths: {distribution: sharegpt, toknes: 4}", "lengths.toknes: unknown key; allowed: "
     "distribution\n"),
    ("lengths: {distribution: constant, tokn: 4}", "did you mean lengths.tokens?"),
]  # fmt: skip


@pytest.mark.parametrize(("setting", "part"), SETTINGS)
def test_a_setting_with_a_likely_meaning(refused, setting, part):
    assert part in refused(*RUN, "--set", setting)


@pytest.mark.parametrize("setting", NOTHING)
def test_a_setting_without_one(refused, setting):
    assert refused(*RUN, "--set", setting).endswith(": unknown key\n")


@pytest.mark.parametrize(("line", "part"), FILES)
def test_keys_of_another_choice_are_not_suggested(refused, folder, line, part):
    text = (folder / "good.yaml").read_text(encoding="utf-8")
    kept = [row for row in text.splitlines() if not row.startswith("lengths")]
    (folder / "bad.yaml").write_text("\n".join([*kept, line]), encoding="utf-8")
    assert part in refused("run", "neupims", "bad.yaml")


def test_no_key_is_its_own_suggestion():
    known = ["a.rate_per_s", "a.process", "b.rate"]
    assert nearest_key("a.rate_per_s", known) == ""
    assert nearest_key("a.rate_pers", known) == "a.rate_per_s"
    assert nearest_key("rate", known) == "b.rate"
    assert nearest_key("a.rate", known) == "b.rate"
    assert nearest_key("a.persecond", known) == ""
    assert nearest_key("", known) == ""


def test_of_equally_near_names_the_one_with_the_same_letters_is_meant():
    assert closest("trdc", ["trfc", "trcd", "trp"]) == "trcd"
    assert closest("trcd", ["trcd"]) == ""
    assert closest("TRCD", ["trcd"]) == "trcd"


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "neupims", "gpt4"),
        ("run", "neupims", "gpt4", "--set", "batch=4"),
        ("compare", "gpt4", "neupims"),
    ],
)
def test_an_unknown_workload_lists_workloads_and_no_models(refused, arguments):
    sentence = refused(*arguments)
    assert sentence.startswith("archsim: unknown workload, found 'gpt4'; allowed: ")
    listed = sentence.partition("allowed: ")[2].partition("; did you mean")[0].strip().split(", ")
    assert "gpt3-13b-sharegpt" in listed
    assert not {"gpt2", "gpt3-7b", "gpt3-13b", "llama2-7b"} & set(listed)
    assert "did you mean gpt2?" not in sentence


def test_the_name_of_a_model_is_told_to_be_one(refused):
    assert "this is a model, not a workload" in refused("run", "neupims", "gpt3-7b")


def test_what_a_file_extends_is_of_its_own_sort(refused, folder):
    (folder / "bad.yaml").write_text("kind: llm\nname: x\nextends: gpt4\n", encoding="utf-8")
    sentence = refused("run", "neupims", "bad.yaml")
    assert sentence.startswith("archsim: bad.yaml:3: extends: unknown workload, found 'gpt4'")
    assert "gpt3-7b," not in sentence


def test_a_file_of_that_name_is_still_suggested(refused, folder):
    assert "did you mean the file good.yaml?" in refused("run", "neupims", "good")


@pytest.mark.parametrize("line", ["lengths: {distribution: list, tokens: [%s]}", "zz: [%s]\n%s"])
def test_a_file_with_very_many_problems_is_told_in_part(refused, folder, line):
    if line.startswith("zz"):
        line = "\n".join(f"a{index}: 0" for index in range(40_000))
    else:
        line %= ", ".join(["0"] * 80_000)
    text = (folder / "good.yaml").read_text(encoding="utf-8")
    kept = [row for row in text.splitlines() if not row.startswith(("lengths", "batch"))]
    (folder / "bad.yaml").write_text("\n".join([*kept, line]), encoding="utf-8")
    sentence = refused("run", "neupims", "bad.yaml")
    assert sentence.endswith(" (and at least 100 more problems)\n")


def test_a_file_with_a_few_problems_counts_them():
    from archsim import load_hardware

    lanes = {"extends": "neupims", "name": "x", "npu": {"vector_lanes": 0, "vector_units": 0}}
    with pytest.raises(InputError, match=r"\(and 1 more problem\)$"):
        load_hardware(lanes)
