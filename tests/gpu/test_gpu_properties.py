"""Properties that hold for every product: roofline, monotony, batches, determinism."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import archsim
from archsim.architectures.gpu.cards import load_card
from archsim.architectures.gpu.residual import CLIP

CARDS = ("h100_sxm", "a100_80gb", "rtx_4070")
PEAKS = {
    "h100_sxm": {"fp16": 989.4e12, "bf16": 989.4e12, "tf32": 494.7e12, "fp32": 66.9e12},
    "a100_80gb": {"fp16": 312e12, "bf16": 312e12, "tf32": 156e12, "fp32": 19.5e12},
    "rtx_4070": {"fp16": 58.3e12, "bf16": 58.3e12, "tf32": 29.1e12, "fp32": 29.1e12},
}
BEYOND = {"h100_sxm": (50e6, 3.35e12), "a100_80gb": (40e6, 2.039e12), "rtx_4070": (36e6, 504e9)}

PHYSICS_DIP = 0.01
"""Allowed fall when a size grows: more tiles may draw memory bandwidth a little better."""
HYBRID_DIP = 1.0 - np.exp(-2.0 * CLIP) * (1.0 - PHYSICS_DIP)
"""The residual moves each of the two times by at most its clip."""

sizes = st.integers(0, 130).map(lambda exponent: round(2.0 ** (exponent / 10.0)))
dtypes = st.sampled_from(["fp16", "bf16", "tf32", "fp32"])
quick = settings(deadline=None, max_examples=150)


def seconds(card, model, dtype, *shapes):
    rows = [
        {"kernel": "gemm", "dtype": dtype, "batch": b, "m": m, "n": n, "k": k}
        for b, m, n, k in shapes
    ]
    return archsim.gpu.predict(pd.DataFrame(rows), card, model=model)["seconds"].to_numpy()


@quick
@given(st.sampled_from(CARDS), dtypes, sizes, sizes, sizes)
def test_never_below_the_data_sheet_roofline(card, dtype, m, n, k):
    for model in ("physics", "auto"):
        (found,) = seconds(card, model, dtype, (1, m, n, k))
        size = 2 if dtype in ("fp16", "bf16") else 4
        cache, bandwidth = BEYOND[card]
        moved = size * (m * k + k * n + m * n)
        least = max(2.0 * m * n * k / PEAKS[card][dtype], (moved - cache) / bandwidth)
        assert found >= least * (1.0 - 1e-12)


@quick
@given(st.sampled_from(CARDS), dtypes, st.integers(0, 2), sizes, sizes, sizes, st.floats(1.01, 8.0))
def test_a_larger_product_takes_no_less_time(card, dtype, axis, m, n, k, factor):
    """``n`` and ``k`` stay on 16 bytes: off them, older kernels are slower whatever the size."""
    small = [m, 8 * n, 8 * k]
    large = list(small)
    step = 1 if axis == 0 else 8
    large[axis] = step * int(np.ceil(small[axis] * factor / step))
    for model, dip in (("physics", PHYSICS_DIP), ("auto", HYBRID_DIP)):
        before, after = seconds(card, model, dtype, (1, *small), (1, *large))
        assert after >= before * (1.0 - dip)


@quick
@given(dtypes, st.integers(2, 64), sizes, sizes, sizes)
def test_a_batch_takes_less_than_its_calls_and_more_than_one(dtype, batch, m, n, k):
    one, many = seconds("h100_sxm", "physics", dtype, (1, m, n, k), (batch, m, n, k))
    # A batch that fills the card is not split over its reduction; one product of it may be. And a
    # batch may leave the cache that one product of it stays in: it then waits for the memory.
    card = load_card("h100_sxm")
    size = 2.0 if dtype in ("fp16", "bf16") else 4.0
    memory_s = batch * size * (m * k + k * n + m * n) / card.chip.memory_bytes_per_s
    limit = batch * one * 1.2 + memory_s / card.matmul.memory_share
    assert one * (1.0 - PHYSICS_DIP) <= many <= limit


@quick
@given(dtypes, sizes, sizes, sizes)
def test_power_lies_between_base_and_limit(dtype, m, n, k):
    row = {"kernel": "gemm", "dtype": dtype, "batch": 1, "m": m, "n": n, "k": k}
    for card, low, high in (("h100_sxm", 161.0, 700.0), ("rtx_4070", 45.0, 200.0)):
        found = archsim.gpu.predict(pd.DataFrame([row]), card)
        watts = (found["joules"] / found["seconds"]).to_numpy()[0]
        assert low <= watts <= high * (1.0 + 1e-12)


@quick
@given(sizes, st.integers(1, 96), st.integers(1, 8192), st.integers(1, 4))
def test_attention_grows_with_its_cache_and_is_bound_by_memory(batch, heads, tokens, factor):
    rows = [
        {"kernel": "sdpa", "dtype": "fp16", "batch": batch, "m": heads, "n": n, "k": 128}
        for n in (tokens, tokens * 2 * factor)
    ]
    short, long = archsim.gpu.predict(pd.DataFrame(rows), "h100_sxm")["seconds"]
    # Splitting a longer cache over more blocks may save a little of the last wave.
    assert long >= 0.8 * short
    moved = 2.0 * batch * heads * tokens * 128
    assert short >= (moved - 50e6) / 3.35e12


def test_equal_tables_give_equal_predictions():
    first = seconds("h100_sxm", "hybrid", "fp16", (1, 100, 200, 300), (2, 64, 64, 64))
    assert np.array_equal(
        first, seconds("h100_sxm", "hybrid", "fp16", (1, 100, 200, 300), (2, 64, 64, 64))
    )
