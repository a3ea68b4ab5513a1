"""Workload and model files, shipped and hand-written, good and bad."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import jsonschema
import pytest
import yaml

from archsim.config import json_schema, list_named, numbers_without_source
from archsim.errors import InputError
from archsim.workload import WORKLOAD_KINDS, load_model, load_workload, workload_class
from archsim.workload.lengths import DISTRIBUTIONS, SampledLengths
from archsim.workload.llm import LlmWorkload
from archsim.workload.llm_load import model_names
from archsim.workload.llm_model import LlmModel

SHIPPED = [
    "gpt3-7b-sharegpt",
    "gpt3-13b-sharegpt",
    "gpt3-30b-sharegpt",
    "gpt3-175b-sharegpt",
    "gpt3-7b-alpaca",
    "gpt3-13b-alpaca",
    "gpt3-13b-prefill",
    "gpt3-13b-serving",
    "llama3-8b-sharegpt",
    "mixtral-8x7b-sharegpt",
]

SMALL = {
    "kind": "llm",
    "schema_version": 1,
    "name": "small",
    "model": "gpt2",
    "batch": 4,
    "lengths": {"distribution": "constant", "tokens": 100},
}
LLAMA = {
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 256,
    "intermediate_size": 512,
    "max_position_embeddings": 1024,
    "num_attention_heads": 8,
    "num_hidden_layers": 4,
    "num_key_value_heads": 2,
    "vocab_size": 1000,
}


def load(source: str | Path | dict[str, object], **overrides: object) -> LlmWorkload:
    found = load_workload(source, {key.replace("__", "."): v for key, v in overrides.items()})
    assert isinstance(found, LlmWorkload)
    return found


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_workloads_load_and_trace(name: str) -> None:
    work = load(name)
    assert work.name == name
    assert work.description
    trace = work.trace(seed=0)
    assert len(trace.context_tokens) == work.batch
    assert sum(g.repeat for g in trace.groups if g.name.endswith("layer")) == work.model.layers


def test_shipped_files_are_the_listed_ones() -> None:
    files = list_named("workloads")
    assert sorted(item.name for item in files if item.kind == "llm") == sorted(SHIPPED)
    assert all(item.description for item in files)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("gpt2", 124_439_808),
        ("opt-13b", 12_853_473_280),
        ("llama2-7b", 6_738_415_616),
        ("llama2-70b", 68_976_648_192),
        ("llama3-8b", 8_030_261_248),
        ("llama3-70b", 70_553_706_496),
        ("mistral-7b", 7_241_732_096),
        ("mixtral-8x7b", 46_702_792_704),
        ("qwen2-7b", 7_615_616_512),
    ],
)
def test_shipped_models_have_the_published_parameters(name: str, parameters: int) -> None:
    assert load_model(name).parameter_count == parameters


@pytest.mark.parametrize(
    ("name", "billions"), [("7b", 6.7), ("13b", 13), ("30b", 30), ("175b", 175)]
)
def test_gpt3_shapes(name: str, billions: float) -> None:
    model = load_model(f"gpt3-{name}")
    assert model.head_dim == 128
    assert model.ffn == 4 * model.hidden == 4 * 128 * model.heads
    assert model.parameter_count / 1e9 == pytest.approx(billions, rel=0.02)


def test_every_shipped_model_is_tested() -> None:
    assert len(model_names()) == 9 + 4


@pytest.mark.parametrize("name", SHIPPED)
def test_every_number_of_a_shipped_workload_has_a_source(name: str) -> None:
    assert numbers_without_source(load(name)) == []


def test_every_number_of_a_shipped_model_has_a_source() -> None:
    for name in model_names():
        assert numbers_without_source(load_model(name)) == [], name


def test_shipped_files_and_variants_follow_the_json_schema() -> None:
    for model_class, kind in ((LlmWorkload, "llm"), (LlmModel, "llm_model")):
        schema = json_schema(model_class)
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for item in list_named("workloads"):
            if item.kind == kind:
                validator.validate(yaml.safe_load(item.path.read_text()))
    validator = jsonschema.Draft202012Validator(json_schema(LlmWorkload))
    others = {key: value for key, value in SMALL.items() if key != "model"}
    validator.validate(others | {"config": "config.json"})
    validator.validate(SMALL | {"lengths": {"distribution": "csv", "path": "a.csv"}})
    for bad in (
        others,
        SMALL | {"batch": 0},
        SMALL | {"model": 3},
        SMALL | {"lengths": {"distribution": "csv"}},
    ):
        assert not validator.is_valid(bad)


def test_mapping_and_overrides() -> None:
    assert load(SMALL).model.layers == 12
    work = load(SMALL, batch=8, model__layers=2, lengths__tokens=50)
    assert (work.batch, work.model.layers, work.trace().totals.kv_read_bytes) == (
        8, 2, 8 * 50 * 2 * 2 * 768 * 2,
    )  # fmt: skip
    assert load(SMALL, model="opt-13b").model.name == "opt-13b"


def test_written_out_model() -> None:
    sizes = load_model("gpt2").model_dump(by_alias=True) | {"name": "mine", "layers": 3}
    assert load(SMALL | {"model": sizes}).model.layers == 3
    assert load(SMALL | {"model": sizes}, model__layers=5).model.layers == 5


def test_model_may_extend_a_shipped_one() -> None:
    model = {"extends": "gpt2", "name": "shallow", "layers": 3}
    work = load(SMALL | {"model": model})
    assert (work.model.name, work.model.layers, work.model.hidden) == ("shallow", 3, 768)
    assert load(SMALL | {"model": model}, model__layers=5).model.layers == 5
    with pytest.raises(InputError, match=r"model\.layrs.*did you mean model\.layers\?"):
        load(SMALL | {"model": model | {"layrs": 3}})


def test_distributions_are_all_known() -> None:
    variants = [cls.model_fields["distribution"].default for cls in get_args(SampledLengths)]
    assert sorted([*variants, "csv"]) == sorted(DISTRIBUTIONS)


def test_loaded_workload_stands_on_its_own(tmp_path: Path) -> None:
    """What a result stores builds the same workload again, without the files it came from."""
    (tmp_path / "lengths.csv").write_text("seq_len,ch_idx\n5,1\n9,0\n")
    (tmp_path / "config.json").write_text(json.dumps(LLAMA))
    data = SMALL | {
        "config": "config.json",
        "lengths": {"distribution": "csv", "path": "lengths.csv"},
    }
    del data["model"], data["batch"]
    path = tmp_path / "small.yaml"
    path.write_text(json.dumps(data))
    work = load(path)
    assert (work.batch, work.model.kv_heads) == (2, 2)
    assert work.context_lengths().tolist() == [5, 9]
    channels = work.channel_indices()
    assert channels is not None
    assert channels.tolist() == [1, 0]
    again = load(json.loads(json.dumps(work.model_dump(mode="json", by_alias=True))))
    assert again == work
    assert again.content_hash() == work.content_hash()
    assert again.trace().content_hash() == work.trace().content_hash()


def test_config_takes_overrides(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(LLAMA))
    assert load(SMALL, config=str(path)).model.hidden == 256
    data = {key: value for key, value in SMALL.items() if key != "model"}
    work = load(data | {"config": str(path)}, model__layers=2)
    assert (work.model.layers, work.model.hidden) == (2, 256)


def test_batch_follows_from_a_list() -> None:
    data = SMALL | {"lengths": {"distribution": "list", "tokens": [3, 4, 5]}}
    del data["batch"]
    assert load(data).batch == 3


YAML = """kind: llm
schema_version: 1
name: small
model: gpt2
batch: 4
lengths: {distribution: constant, tokens: 100}
"""


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("kind: llm", "kind: lmm", ["small.yaml:1", "unknown workload kind", "did you mean llm?"]),
        ("kind: llm\n", "", ["a workload needs to say its kind", "allowed: llm"]),
        ("kind: llm", "kind: llm_model", ["small.yaml:1", "this is a model, not a workload"]),
        ("kind: llm", "kind: 3", ["small.yaml:1", "needs to say its kind", "found 3"]),
        ("model: gpt2", "model: gpt4", ["small.yaml:4", "model", "'gpt4'", "did you mean gpt2?"]),
        (
            "model: gpt2",
            "model: gpt3-7b-sharegpt",
            ["gpt3-7b-sharegpt.yaml:2: kind: this is not a language model, found 'llm'"],
        ),
        ("model: gpt2", "model: 3", ["small.yaml:4", "model: must be text"]),
        ("model: gpt2\n", "", ["an LLM workload needs a model", "config: PATH"]),
        ("model: gpt2", "model: gpt2\nconfig: x.json", ["small.yaml:5", "not both"]),
        ("model: gpt2", "config: x.json", ["small.yaml:4", "config", "does not exist", "x.json"]),
        ("model: gpt2", "config: 7", ["small.yaml:4", "config: must be text"]),
        ("batch: 4", "batch: 0", ["small.yaml:5", "batch", "0"]),
        ("batch: 4", "batch: true", ["small.yaml:5", "batch"]),
        ("batch: 4", "batch: 1000000", ["small.yaml:5", "batch", "65536"]),
        ("batch: 4", "batsh: 4", ["small.yaml:5", "batsh", "did you mean"]),
        ("batch: 4\n", "", ["batch"]),
        ("batch: 4", "batch: 4\nphase: training", ["small.yaml:6", "phase", "decode"]),
        (
            "batch: 4",
            "batch: 4\nparallel: {tensor: 5}",
            ["small.yaml:6", "parallel.tensor", "12 heads"],
        ),
        (
            "batch: 4",
            "batch: 4\nparallel: {pipeline: 5}",
            ["small.yaml:6", "12 layers", "5 stages"],
        ),
        (
            "batch: 4",
            "batch: 4\nparallel: {tenser: 2}",
            ["small.yaml:6", "parallel.tenser", "tensor"],
        ),
        ("constant", "konstant", ["small.yaml:6", "log_normal", "csv", "did you mean constant?"]),
        ("tokens: 100", "tokens: 0", ["small.yaml:6", "tokens", "0"]),
        ("tokens: 100", "tokens: 1.5", ["small.yaml:6", "tokens", "1.5"]),
        ("tokens: 100", "tokens: .nan", ["small.yaml:6"]),
        ("tokens: 100", "tokens: 1025", ["small.yaml:6", "1025 tokens", "at most 1024"]),
        ("constant, tokens: 100", "list, tokens: []", ["small.yaml:6", "tokens"]),
        ("constant, tokens: 100", "list, tokens: [1, 2]", ["small.yaml:5", "more requests than"]),
        ("constant, tokens: 100", "list, tokens: 7", ["small.yaml:6", "tokens"]),
        (
            "constant, tokens: 100",
            "list, tokens: [1, 2, 3, 4], channels: [0]",
            ["small.yaml:6", "lengths.channels", "every request needs one channel"],
        ),
        (
            "constant, tokens: 100",
            "csv, path: no.csv",
            ["small.yaml:6", "does not exist", "no.csv"],
        ),
        ("constant, tokens: 100", "csv", ["small.yaml:6: lengths.path: the key is missing"]),
        (
            "constant, tokens: 100",
            "csv, paht: a.csv",
            ["small.yaml:6: lengths.paht", "did you mean"],
        ),
        (
            "constant, tokens: 100",
            "log_normal, mean_tokens: 3000, sd_tokens: 1",
            ["small.yaml:6", "lengths.mean_tokens", "less than max_tokens"],
        ),
        (
            "batch: 4",
            "batch: 4\nserving: {requests: 5}",
            ["lengths.output_tokens", "how many tokens"],
        ),
        (
            "batch: 4",
            "batch: 4\nserving: {requests: 5, arrivals: {process: poisson, rate_per_s: 0}}",
            ["small.yaml:6", "rate_per_s"],
        ),
        (
            "batch: 4",
            "batch: 4\nserving: {requests: 5, arrivals: {process: poison, rate_per_s: 1}}",
            ["small.yaml:6", "poisson"],
        ),
    ],
)
def test_bad_files_are_one_sentence(tmp_path: Path, old: str, new: str, parts: list[str]) -> None:
    path = tmp_path / "small.yaml"
    assert old in YAML
    path.write_text(YAML.replace(old, new))
    with pytest.raises(InputError) as caught:
        load_workload(path)
    sentence = str(caught.value)
    assert "\n" not in sentence
    for part in parts:
        assert part in sentence


def test_bad_csv_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("seq_len\n5\nx\n")
    path = tmp_path / "small.yaml"
    path.write_text(YAML.replace("constant, tokens: 100", "csv, path: r.csv"))
    with pytest.raises(InputError, match=r"r\.csv:3: seq_len is not a whole number in range"):
        load_workload(path)


def test_bad_overrides_are_one_sentence() -> None:
    with pytest.raises(InputError, match=r"layers.*0"):
        load(SMALL, model__layers=0)
    with pytest.raises(InputError, match=r"layrs.*layers"):
        load(SMALL, model__layrs=3)
    with pytest.raises(InputError, match=r"unknown model, found 'gpt5'"):
        load(SMALL, model="gpt5")


def test_model_errors_name_the_model_file(tmp_path: Path) -> None:
    text = (Path(list_path("gpt2"))).read_text().replace("kv_heads: 12", "kv_heads: 5")
    path = tmp_path / "mine.yaml"
    path.write_text(text.replace("name: gpt2", "name: mine"))
    with pytest.raises(InputError, match=r"mine\.yaml:\d+: kv_heads: kv_heads must divide heads"):
        load_model(path)


def list_path(name: str) -> str:
    return str(next(item.path for item in list_named("workloads") if item.name == name))


def test_registry_of_kinds() -> None:
    assert {"llm", "network", "memory_trace", "ternary_lm", "moe_vit"} <= set(WORKLOAD_KINDS)
    assert workload_class("llm") is LlmWorkload
    with pytest.raises(InputError, match="unknown workload kind, found 'cnn'"):
        workload_class("cnn")
