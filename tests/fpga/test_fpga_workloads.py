"""Sizes, counts and traces of the ternary language models and of the transformers with experts."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archsim
from archsim.config import list_named, numbers_without_source
from archsim.errors import InputError
from archsim.workload.moe_vit_routing import check_choices, queue_lengths
from archsim.workload.ternary_lm_model import TernaryLmModel, ffn_width

ORACLE = Path(__file__).parents[1] / "oracles" / "fpga_paper.csv"
KINDS = ("ternary_lm", "moe_vit")
WORKLOADS = sorted(item.name for item in list_named("workloads") if item.kind in KINDS)
MODELS = {
    "370M L=24 d=1024": "matmulfree-370m",
    "1.3B L=24 d=2048": "matmulfree-1.3b",
    "2.7B L=32 d=2560": "matmulfree-2.7b",
}


def oracle_rows(paper, **wanted):
    with ORACLE.open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["paper"].startswith(paper)]
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


@pytest.mark.parametrize(("config", "name"), MODELS.items())
def test_counts_of_the_published_models_are_exact(config, name):
    workload = archsim.load_workload(name)
    model = workload.model
    found = {
        "layers": model.layers,
        "hidden d": model.hidden,
        "GLU hidden f": model.ffn,
        "ternary weights in blocks": model.weights,
        "ternary weights incl. LM head": workload.ternary_weights,
        "recurrent state": model.state_elements,
    }
    rows = oracle_rows("MatMul-free", config=config)
    assert {row["metric"]: int(row["value"]) for row in rows} == found
    assert model.ffn == ffn_width(model.hidden)


@pytest.mark.parametrize(
    ("name", "parameters", "two_bits_mb", "packed_mb", "cache_mb"),
    [
        ("matmulfree-370m", 374.1e6, 77.07, 61.66, 201),
        ("matmulfree-1.3b", 1.3648e9, 308.28, 246.63, 403),
        ("matmulfree-2.7b", 2.7024e9, 634.39, 507.51, 671),
    ],
)
def test_sizes_in_bytes(name, parameters, two_bits_mb, packed_mb, cache_mb):
    model = archsim.load_workload(name).model
    assert model.parameter_count == pytest.approx(parameters, rel=1e-4)
    assert model.weight_bytes(2.0) / 1e6 == pytest.approx(two_bits_mb, abs=0.01)
    assert model.weight_bytes(1.6) / 1e6 == pytest.approx(packed_mb, abs=0.01)
    assert model.kv_cache_bytes(2048) / 1e6 == pytest.approx(cache_mb, abs=0.5)


def test_the_fpga_test_has_one_block_and_nothing_else():
    workload = archsim.load_workload("matmulfree-block-512")
    assert workload.model.block_weights == workload.ternary_weights == 3_407_872
    assert workload.model.block_element_ops == 47 * 512 + 10 * 1536
    assert workload.table_bytes == 0


def test_the_head_adds_its_share_and_the_context_adds_nothing():
    for name, share in (
        ("matmulfree-370m", 0.106),
        ("matmulfree-1.3b", 0.053),
        ("matmulfree-2.7b", 0.032),
    ):
        model = archsim.load_workload(name).model
        assert model.head_weights / model.weights == pytest.approx(share, abs=5e-4)
    long = archsim.load_workload("matmulfree-370m", overrides={"context_tokens": 1_000_000})
    assert long.state_bytes == archsim.load_workload("matmulfree-370m").state_bytes == 49_152


@pytest.mark.parametrize("name", WORKLOADS)
def test_every_number_of_a_workload_has_a_source(name):
    assert numbers_without_source(archsim.load_workload(name)) == []


@given(st.integers(1, 12), st.integers(1, 8), st.integers(1, 16), st.integers(1, 9), st.booleans())
@settings(deadline=None, max_examples=40)
def test_a_trace_holds_the_work_of_the_model(layers, hidden, ffn, rows, head):
    sizes = {"layers": layers, "hidden": 64 * hidden, "ffn": 256 * ffn, "vocab": 1000}
    workload = archsim.load_workload(
        {
            **{"kind": "ternary_lm", "schema_version": 1, "name": "any", "model": sizes},
            **{"batch": rows, "include_head": head, "include_embedding": False},
        }
    )
    model = TernaryLmModel(**sizes)
    totals = workload.trace().totals
    assert totals.macs == rows * workload.ternary_weights
    head_ops = 7 * model.hidden if head else 0
    assert totals.vector_elements == rows * (layers * model.block_element_ops + head_ops)
    assert totals.weight_bytes == workload.ternary_weights // 4


@pytest.mark.parametrize(
    ("name", "tokens", "linear", "attention", "patches"),
    [
        ("m3vit-pascal", 1025, 21.765e9, 9.683e9, 0.302e9),
        ("m3vit-nyud", 1201, 25.502e9, 13.293e9, 0.354e9),
    ],
)
def test_work_of_the_vision_transformer(name, tokens, linear, attention, patches):
    workload = archsim.load_workload(name)
    model = workload.model
    assert workload.tokens == tokens
    assert model.patch_macs(tokens) == pytest.approx(patches, rel=2e-3)
    assert 24 * model.attention_macs(tokens) == pytest.approx(attention, rel=1e-4)
    dense = model.backbone_macs(tokens) - model.patch_macs(tokens)
    assert dense - 24 * model.attention_macs(tokens) == pytest.approx(linear, rel=1e-4)
    gates = model.moe_layers * model.gate_macs(tokens)
    assert workload.trace().totals.macs == model.backbone_macs(tokens) + gates
    assert model.expert_parameters == 295_680


@pytest.mark.parametrize("distribution", ["uniform", "balanced", "zipf"])
def test_every_token_visits_different_experts(distribution):
    workload = archsim.load_workload(
        "edge-moe-cityscapes", overrides={"routing": {"distribution": distribution}}
    )
    choices = workload.choices(seed=5)
    assert choices.shape == (6, 129, 2)
    assert (np.diff(np.sort(choices, axis=2), axis=2) > 0).all()
    queues = queue_lengths(choices, 16)
    assert queues.sum(axis=1).tolist() == [2 * 129] * 6
    if distribution == "balanced":
        assert queues.max() - queues.min() <= 1
    assert (workload.choices(seed=5) == choices).all()


def test_skewed_routing_is_more_skewed_than_uniform_routing():
    def spread(distribution):
        overrides = {"routing": {"distribution": distribution}}
        workload = archsim.load_workload("m3vit-pascal", overrides=overrides)
        return queue_lengths(workload.choices(1), 16).std()

    assert spread("zipf") > 3 * spread("uniform") > 0


def test_recorded_routing_is_used_as_it_is():
    choices = [[token % 4, 4 + token % 3] for token in range(129)]
    routing = {"distribution": "recorded", "choices": choices}
    workload = archsim.load_workload("edge-moe-cityscapes", overrides={"routing": routing})
    assert (workload.choices() == np.array(choices)).all()


@pytest.mark.parametrize(
    ("name", "overrides", "parts"),
    [
        ("matmulfree-370m", {"model.ffn": 2730}, ("multiple of 256", "did you mean 2816")),
        ("matmulfree-370m", {"batch": 0}, ("batch", "found 0")),
        ("m3vit-pascal", {"model.top_k": 17}, ("model.top_k", "found 17", "1 to 16")),
        ("m3vit-pascal", {"model.top_k": 0}, ("model.top_k", "at least one expert")),
        ("m3vit-pascal", {"model.experts": 0}, ("model.experts", "no MoE layers")),
        ("m3vit-pascal", {"model.expert_hidden": 0}, ("model.expert_hidden", "at least 1")),
        ("m3vit-pascal", {"model.moe_layers": 7}, ("model.moe_layers", "at most 6")),
        ("m3vit-pascal", {"model.heads": 7}, ("model.heads", "a divisor of 384")),
        ("m3vit-pascal", {"image.height_pixels": 500}, ("whole patches", "multiple of 16")),
        (
            "edge-moe-cityscapes",
            {"routing": {"distribution": "recorded", "choices": [[0, 1]]}},
            ("routing.choices", "129 tokens with 2"),
        ),
    ],
)
def test_sizes_that_do_not_fit_are_one_sentence(name, overrides, parts):
    with pytest.raises(InputError) as caught:
        archsim.load_workload(name, overrides=overrides)
    for part in parts:
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ([[0, 4]], "no such expert, found 4; allowed: 0 to 3"),
        ([[1, 1]], r"visits an expert once, found \[1, 1\] for token 0"),
        ([[0]], "same number of experts"),
        ([[0.5, 1.0]], "rows that differ"),
    ],
)
def test_bad_choices(choices, sentence):
    with pytest.raises(InputError, match=sentence):
        check_choices(choices, tokens=1, experts=4, top_k=2)
