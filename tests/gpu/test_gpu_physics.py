"""Kernel models against figures computed by hand from the card's constants."""

import math

import numpy as np
import pandas as pd
import pytest

import archsim
from archsim.architectures.gpu.attention import splits
from archsim.architectures.gpu.cards import load_card, names
from archsim.architectures.gpu.config import Chip
from archsim.architectures.gpu.gemm import ALIGNED, HALF, ODD, PAIRED, TF32, alignment
from archsim.architectures.gpu.gemm import time_products as plan_products
from archsim.architectures.gpu.tiled import blocks_per_sm, occupancy
from archsim.architectures.gpu.transfer import transfer
from archsim.errors import InputError

H100 = load_card("h100_sxm")


def whole(*values):
    return np.array(values, dtype=np.int64)


def test_alignment_counts_bytes_of_both_rows():
    half = alignment(whole(HALF, HALF, HALF, HALF), whole(64, 64, 63, 8), whole(64, 66, 64, 12))
    assert half.tolist() == [ALIGNED, PAIRED, ODD, PAIRED]
    tf32 = alignment(whole(TF32, TF32, TF32), whole(64, 64, 63), whole(4, 6, 4))
    assert tf32.tolist() == [ALIGNED, PAIRED, ODD]


def test_a_large_product_runs_at_its_rate_slowed_by_the_power_limit():
    """8192^3 in fp16: 0.95 of 989.4 TFLOP/s would draw 2.2 times the board's limit."""
    plan = plan_products(H100, whole(HALF), whole(1), *(whole(8192) for _ in range(3)))
    work = 2.0 * 8192.0**3
    reached = work / plan.seconds[0]
    assert 0.68 <= reached / 989.4e12 <= 0.85
    drawn = (161.9 + 1.507e-12 * 0.9 * 989.4e12) / 700.0
    assert drawn ** (1 / 3) == pytest.approx(0.95 * 0.93 / (reached / 989.4e12), rel=0.06)


def test_one_tile_waits_for_its_launch_and_little_else():
    """A 32 x 32 x 32 product: the launch floor, one tile's results to the cache, its operands."""
    fit = H100.matmul
    plan = plan_products(H100, whole(HALF), whole(1), whole(32), whole(32), whole(32))
    assert (plan.tile_m[0], plan.tile_n[0], plan.split[0]) == (32.0, 32.0, 1.0)
    sms, cache = H100.chip.sms, fit.cache_bytes_per_s
    compute = 32 * 2 * 32 * 32 / (0.95 * 989.4e12 / sms)
    operands = 32 * 64 * 2 * sms / (2 * cache)
    body = max(compute, operands) + fit.epilogue_factor * 1024 * 2 * sms / cache
    moved = 3 * 1024 * 2
    memory = max(moved / cache, moved / fit.sm_bytes_per_s)
    expected = fit.half_launch_s + (body**4 + memory**4) ** 0.25
    assert plan.seconds[0] == pytest.approx(expected, rel=1e-12)
    assert plan.busy_share[0] == pytest.approx(1 / 132)


def test_waves_of_tiles_are_whole():
    """133 tiles of 132 SMs take a second wave; the work of the first is not stretched."""
    fast, slow = (
        plan_products(H100, whole(2), whole(1), whole(128 * count), whole(4096), whole(4096))
        for count in (33, 34)
    )
    assert slow.seconds[0] >= fast.seconds[0]


def test_few_heads_are_split_over_blocks():
    """Eight heads fill 264 slots best when each is split over its 32 key blocks."""
    assert splits(whole(8), whole(32), 264).tolist() == [32]
    # 212 heads fill four fifths of the slots alone; 211 do not, and five blocks each fill 99.9 %.
    assert splits(whole(211, 212), whole(32, 32), 264).tolist() == [5, 1]
    assert splits(whole(8), whole(1), 264).tolist() == [1]


def test_decode_attention_reads_its_cache_at_memory_speed():
    row = {"kernel": "gemv_qk", "dtype": "fp16", "batch": 8192, "m": 1, "n": 4096, "k": 128}
    found = archsim.gpu.predict(pd.DataFrame([row]), "h100_sxm")["seconds"][0]
    assert found == pytest.approx(8192 * 4096 * 128 * 2 / (0.8921 * 3.35e12), rel=0.05)


def test_whole_blocks_fill_2048_slots_and_leave_a_third_of_1536():
    tile = whole(4, 8, 16, 32)
    assert occupancy(H100.chip, tile).tolist() == [1.0, 1.0, 1.0, 1.0]
    ada = load_card("rtx_4070").chip
    assert occupancy(ada, tile).tolist() == [1.0, 1.0, 1.0, pytest.approx(2 / 3)]
    assert blocks_per_sm(H100.chip, whole(16, 32)).tolist() == [6, 1]
    assert blocks_per_sm(ada, whole(8, 16, 32)).tolist() == [24, 6, 1]


def test_a_layer_is_the_sum_of_its_kernels():
    hidden, context, heads, requests = 4096, 1024, 32, 8
    layer = {"kernel": "layer", "dtype": "fp16", "batch": requests, "m": hidden, "n": context,
             "k": heads, "extra": "phase=decode;ffn=4;tp=1"}  # fmt: skip
    one = {"dtype": "fp16", "batch": 1, "extra": ""}
    parts = [
        {**one, "kernel": "gemm", "m": requests, "n": n, "k": k}
        for n, k in (
            (3 * hidden, hidden), (hidden, hidden), (4 * hidden, hidden), (hidden, 4 * hidden)
        )
    ]  # fmt: skip
    parts += [{**one, "kernel": "layernorm", "m": requests, "n": hidden, "k": 1}] * 2
    parts += [{**one, "kernel": "add", "m": requests, "n": hidden, "k": 1}] * 2
    parts += [{**one, "kernel": "gelu", "m": requests, "n": 4 * hidden, "k": 1}]
    parts += [
        {**one, "kernel": "sdpa", "batch": requests, "m": heads, "n": context, "k": 128,
         "extra": "kv=separate"}
    ]  # fmt: skip
    whole_layer = archsim.gpu.predict(pd.DataFrame([layer]), "h100_sxm")
    kernels = archsim.gpu.predict(pd.DataFrame(parts), "h100_sxm")
    assert whole_layer["seconds"][0] == pytest.approx(kernels["seconds"].sum(), rel=1e-12)
    assert whole_layer["joules"][0] == pytest.approx(kernels["joules"].sum(), rel=1e-12)


def test_layers_refuse_sizes_that_do_not_divide():
    row = {"kernel": "layer", "dtype": "fp16", "batch": 1, "m": 4096, "n": 64, "k": 30,
           "extra": "phase=decode;ffn=4;tp=1"}  # fmt: skip
    with pytest.raises(archsim.InputError, match="kernel layer: heads"):
        archsim.gpu.predict(pd.DataFrame([row]), "h100_sxm")
    row |= {"k": 32, "extra": "phase=train"}
    with pytest.raises(archsim.InputError, match="option phase"):
        archsim.gpu.predict(pd.DataFrame([row]), "h100_sxm")


@pytest.mark.parametrize("name", [name for name in names() if name != "h100_sxm"])
def test_unmeasured_cards_hold_the_transferred_constants(name):
    card = load_card(name)
    for section, constants in transfer(H100, card.chip).items():
        for key, value in constants.items():
            shipped = getattr(getattr(card, section), key)
            assert shipped == pytest.approx(value, rel=6e-4), f"{section}.{key}"


def test_a_card_transferred_to_itself_is_itself():
    same = transfer(H100, Chip(**H100.chip.model_dump()))
    for section, constants in same.items():
        for key, value in constants.items():
            assert math.isclose(value, getattr(getattr(H100, section), key), rel_tol=1e-12)


def fused(points=1 << 20, inputs=32, width=64, outputs=16, hidden=2, dtype="fp16"):
    return pd.DataFrame(
        {"kernel": ["fused_mlp"], "dtype": [dtype], "batch": [points], "m": [inputs], "n": [width],
         "k": [outputs], "extra": [f"hidden={hidden}"]}
    )  # fmt: skip


def test_fused_network_by_hand():
    gpu = load_card("h100_sxm")
    fit, chip = gpu.fused_mlp, gpu.chip
    points, multiplies, moved = 1 << 20, 32 * 64 + 64 * 64 + 64 * 16, (1 << 20) * 48 * 2
    transfer = moved / (gpu.matmul.memory_share * chip.memory_bytes_per_s)
    compute = 2 * points * multiplies / (fit.tensor_share * chip.half_flops)
    wanted = gpu.streaming.launch_s + 3 * fit.layer_s + compute + fit.exposed_share * transfer
    assert compute + fit.exposed_share * transfer > transfer
    found = archsim.gpu.predict(fused(), "h100_sxm")
    assert found["seconds"][0] == pytest.approx(wanted)


def test_a_fused_network_beats_the_same_layer_by_layer():
    loose = fused().assign(kernel="mlp2hidden", extra="")
    both = archsim.gpu.predict(pd.concat([fused(), loose], ignore_index=True), "h100_sxm")
    assert both["seconds"][0] < both["seconds"][1] / 3
    assert both["joules"][0] < both["joules"][1]


@pytest.mark.parametrize(("hidden", "said"), [("0", "hidden"), ("65", "1 to 64"), ("x", "hidden")])
def test_fused_network_with_bad_layers_is_one_sentence(hidden, said):
    with pytest.raises(InputError, match=said):
        archsim.gpu.predict(fused(hidden=hidden), "h100_sxm")
