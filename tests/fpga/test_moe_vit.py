"""Transformers with experts: published latencies, trip counts, policies, caches, conservation."""

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archsim
from archsim.architectures.fpga.moe_layer import (
    lru_misses,
    reorder_cycles,
    token_major_cycles,
)
from archsim.errors import InputError
from archsim.workload.moe_vit_routing import queue_lengths

moe_vit = archsim.fpga.moe_vit
ORACLE = Path(__file__).parents[1] / "oracles" / "fpga_paper.csv"
SIX_TOKENS = np.array([(0, 2), (0, 1), (1, 3), (0, 2), (2, 3), (0, 1)])


def published(paper, metric, config):
    with ORACLE.open(encoding="utf-8") as stream:
        found = [
            float(row["value"])
            for row in csv.DictReader(stream)
            if row["paper"].startswith(paper) and (row["metric"], row["config"]) == (metric, config)
        ]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("image", "name", "tolerance"), [("pascal", "PASCAL-Context", 1e-3), ("nyud", "NYUD-v2", 1e-2)]
)
def test_latencies_of_table_4(image, name, tolerance):
    rows = {
        "FPGA ViT-small": ("vit-s", "reorder", tolerance),
        "FPGA MoE ViT-small reorder": ("m3vit", "reorder", tolerance),
        "FPGA MoE ViT-small no-reorder": ("m3vit", "token_major", 1e-3),
    }
    for config, (model, policy, allowed) in rows.items():
        latency_ms = published("M3ViT", "latency", f"{config} {name}")
        found = moe_vit(model, image, policy)
        assert found.latency_s * 1e3 == pytest.approx(latency_ms, rel=allowed), config
        assert found.energy_j == 10.0 * found.latency_s


def test_derived_figures_of_m3vit():
    for image, ratio in (("pascal", 9.23), ("nyud", 8.88)):
        slow, fast = (moe_vit("m3vit", image, policy) for policy in ("token_major", "reorder"))
        assert slow.latency_s / fast.latency_s == pytest.approx(ratio, rel=0.01)
    resident = moe_vit("m3vit", "pascal", "resident")
    assert resident.memory_bytes / 2**20 == pytest.approx(11.610, rel=1e-3)
    assert resident.memory_bytes / fast.memory_bytes == pytest.approx(2.40, rel=5e-3)
    assert resident.bytes_moved == 0
    assert fast.trip_counts["unit_load"] == 6930
    assert fast.trip_counts["unit_visit"] == 192
    assert fast.trip_counts["gate"] == 5 * 1201


@pytest.mark.parametrize(
    ("tokens", "projections", "attention", "ffn", "total_ms"),
    [(129, 74_304, 102_168, 148_608, 17.09), (197, 113_472, 236_400, 226_944, 32.53)],
)
def test_trip_counts_of_edge_moe(tokens, projections, attention, ffn, total_ms):
    found = moe_vit("edge-moe", tokens)
    counts = found.trip_counts
    assert counts["qkv_projection"] == projections
    assert counts["qk"] == counts["av"] == attention
    assert counts["dense_ffn"] == counts["moe_compute"] == ffn
    assert counts["unit_load"] == 4608
    assert found.compute_cycles / 300e3 == pytest.approx(total_ms, abs=5e-3)


@pytest.mark.parametrize(
    ("experts", "overlapped", "serial"), [(16, 153_216, 296_064), (2, 153_216, 167_040)]
)
def test_a_moe_block_of_edge_moe(experts, overlapped, serial):
    routing = np.arange(2 * 129).reshape(129, 2) % experts
    found = moe_vit("edge-moe", 129, routing=routing)
    assert found.moe_cycles == [overlapped] * 6
    alone = moe_vit("edge-moe", 129, routing=routing, overrides={"double_buffer": False})
    assert alone.moe_cycles == [serial] * 6


def test_edge_moe_with_overheads_comes_close_to_its_reported_latency():
    found = moe_vit("edge-moe", 197, routing="balanced", overheads=True)
    without = moe_vit("edge-moe", 197, routing="balanced")
    assert found.latency_s - without.latency_s == pytest.approx(394_272 / 300e6, rel=1e-9)
    assert found.latency_s * 1e3 == pytest.approx(34.64, rel=0.025)


@pytest.mark.parametrize(("compute", "cycles"), [(2, 44), (3, 48), (4, 58), (5, 70)])
def test_order_of_experts_by_hand(compute, cycles):
    queues = queue_lengths(SIX_TOKENS, 4).tolist()
    assert queues == [4, 3, 3, 2]
    assert reorder_cycles(queues, load=10, compute=compute) == cycles


@pytest.mark.parametrize(
    ("capacity", "misses", "cycles"),
    [(0, 12, 168), (1, 10, 148), (2, 9, 138), (3, 6, 108), (4, 4, 88)],
)
def test_order_of_tokens_by_hand(capacity, misses, cycles):
    assert lru_misses(SIX_TOKENS, capacity) == misses
    assert token_major_cycles(12, misses, load=10, compute=4) == cycles


def test_cache_hits_emerge_and_a_cache_of_all_experts_loads_each_once():
    found = [moe_vit("m3vit", "pascal", "token_major", size) for size in (0, 1, 4, 8, 16)]
    assert [item.cache_hits for item in found] == sorted(item.cache_hits for item in found)
    assert found[0].cache_hits == 0
    assert found[-1].expert_loads == 6 * 16
    assert found[-1].bytes_moved == moe_vit("m3vit", "pascal", "reorder").bytes_moved
    for smaller, larger in itertools.pairwise(found):
        assert larger.latency_s < smaller.latency_s
        assert larger.memory_bytes > smaller.memory_bytes
    assert found[-1].memory_bytes == moe_vit("m3vit", "pascal", "resident").memory_bytes


def test_one_token_gains_nothing_from_reordering():
    reordered, in_turn = (moe_vit("m3vit", 1, policy) for policy in ("reorder", "token_major"))
    assert reordered.bytes_moved == in_turn.bytes_moved == 6 * 4 * 443_520
    serial = moe_vit(
        "m3vit", 1, "reorder", overrides={"double_buffer": False, "prefetch_first": False}
    )
    assert serial.cycles == in_turn.cycles
    assert reordered.latency_s <= in_turn.latency_s


@given(
    st.integers(1, 60), st.integers(1, 4), st.integers(4, 12), st.integers(0, 500),
    st.integers(1, 60), st.integers(0, 2**32),
)  # fmt: skip
@settings(deadline=None, max_examples=100)
def test_reordering_lies_between_its_bounds(tokens, top_k, experts, load, compute, seed):
    random = np.random.default_rng(seed)
    choices = np.argsort(random.random((tokens, experts)), axis=1)[:, :top_k]
    queues = queue_lengths(choices, experts).tolist()
    assert sum(queues) == tokens * top_k
    active = sum(1 for queue in queues if queue)
    cycles = reorder_cycles(queues, load=load, compute=compute)
    work = tokens * top_k * compute
    assert max(work, active * load) <= cycles <= work + active * load
    assert reorder_cycles(queues, load=load, compute=compute, hidden=load) <= cycles
    serial = reorder_cycles(queues, load=load, compute=compute, double_buffer=False)
    assert serial == work + active * load
    for capacity in range(experts + 1):
        misses = lru_misses(choices, capacity)
        assert active <= misses <= tokens * top_k
        assert misses <= lru_misses(choices, max(0, capacity - 1))


@given(st.integers(1, 400), st.integers(0, 1000), st.sampled_from(["reorder", "token_major"]))
@settings(deadline=None, max_examples=40)
def test_bytes_are_conserved(tokens, seed, policy):
    found = moe_vit("m3vit", tokens, policy, seed=seed)
    active = sum(1 for layer in found.queues for queue in layer if queue)
    visits = sum(map(sum, found.queues))
    assert visits == 6 * 4 * tokens
    loads = active if policy == "reorder" else visits
    assert found.bytes_moved == loads * 443_520
    assert found.cycles >= found.compute_cycles * (1 - 1e-12)


def test_the_same_seed_gives_the_same_image_and_routing_can_be_given():
    assert moe_vit("edge-moe", 129, seed=4) == moe_vit("edge-moe", 129, seed=4)
    assert moe_vit("edge-moe", 129, seed=4) != moe_vit("edge-moe", 129, seed=5)
    layers = np.stack([np.arange(258).reshape(129, 2) % (2 + layer) for layer in range(6)])
    found = moe_vit("edge-moe", 129, routing=layers)
    assert [sum(1 for queue in layer if queue) for layer in found.queues] == [2, 3, 4, 5, 6, 7]
    skewed = moe_vit("edge-moe", 129, routing={"distribution": "zipf", "exponent": 3.0})
    assert max(skewed.queues[0]) > max(moe_vit("edge-moe", 129).queues[0])


@pytest.mark.parametrize(
    ("arguments", "options", "sentence"),
    [
        (("m3vitt",), {}, "unknown model, found 'm3vitt'.*did you mean m3vit"),
        (("m3vit", "paskal"), {}, "unknown image.*did you mean pascal"),
        (("m3vit", 0), {}, "tokens of an image, found 0"),
        (("m3vit", 2.5), {}, "a name or a number of tokens"),
        (("m3vit", "pascal", "tokenmajor"), {}, "unknown policy.*did you mean token_major"),
        (("m3vit", "pascal", "token_major", 17), {}, "more experts than a layer has, found 17"),
        (("m3vit", "pascal", "token_major", -1), {}, "cache_experts"),
        (("m3vit", "pascal", "reorder", 4), {}, "only the policy token_major has a cache"),
        (("edge-moe", 2), {"routing": [[0, 16], [0, 1]]}, "no such expert, found 16"),
        (("edge-moe", 2), {"routing": [[0, 1]]}, "2 tokens with 2 expert numbers"),
        (("edge-moe", 2), {"routing": "ziph"}, "unknown routing.*did you mean zipf"),
        (("edge-moe", 2), {"routing": {"distribution": "zipf", "exponent": -1}}, "exponent"),
        (("m3vit",), {"fidelity": "exact"}, "unknown fidelity"),
        (("m3vit",), {"overrides": {"weight_bit": 8}}, "did you mean vit_accelerator.weight_bits"),
    ],
)
def test_bad_arguments_are_one_sentence(arguments, options, sentence):
    with pytest.raises(InputError, match=sentence):
        moe_vit(*arguments, **options)
