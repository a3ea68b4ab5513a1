"""Bank conflicts of real address streams: the derived table, limits and properties."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.architectures.neural_graphics.banks import (
    bank_of,
    conflict_cycles,
    encoding_interval,
)
from archsim.errors import InputError
from archsim.workload.graphics.grid import GridEncoding, grid_levels

BANKS = (1, 2, 4, 8, 16, 32)
HASH = GridEncoding(
    grid="hash", dimensions=3, levels=16, features=2, log2_entries=19, base_resolution=16,
    growth_factor=1.51572,
)  # fmt: skip
MRDG = GridEncoding(
    grid="dense", dimensions=3, levels=8, features=2, base_resolution=16, growth_factor=1.405
)
LRDG = GridEncoding(
    grid="tiled", dimensions=3, levels=2, features=8, base_resolution=128, growth_factor=1.0
)
GIA = GridEncoding(
    grid="hash", dimensions=2, levels=16, features=2, log2_entries=24, base_resolution=16,
    growth_factor=1.25992,
)  # fmt: skip


def uniform(encoding, count=6000, seed=1):
    return np.random.default_rng(seed).random((count, encoding.dimensions), dtype=np.float32)


def means(encoding, banks, interleave="low_order"):
    """Return the mean cycles of each level."""
    return conflict_cycles(encoding, uniform(encoding), banks, interleave).mean(axis=1)


@pytest.mark.parametrize(
    ("banks", "cycles"), list(zip(BANKS, (8, 4, 2.50, 1.63, 1.41, 1.04), strict=True))
)
def test_hashed_levels(banks, cycles):
    hashed = [level.hashed for level in grid_levels(HASH)]
    assert means(HASH, banks)[hashed].mean() == pytest.approx(cycles, rel=0.03)


@pytest.mark.parametrize(
    ("banks", "cycles"),
    [
        (1, [8, 8, 8, 8]), (2, [4, 4, 4, 4]), (4, [4, 3, 3, 4]), (8, [4, 3, 2, 4]),
        (16, [4, 2, 1, 2]), (32, [2, 1, 1, 2]),
    ],
)  # fmt: skip
def test_dense_levels_of_the_hash_grid_always_take_the_same(banks, cycles):
    found = conflict_cycles(HASH, uniform(HASH), banks)[:4]
    # Only a sample whose far corner wraps around the table may differ.
    assert np.median(found, axis=1).tolist() == cycles
    assert found.mean(axis=1) == pytest.approx(cycles, rel=0.03)


@pytest.mark.parametrize(
    ("encoding", "averages"),
    [
        (MRDG, (8, 4, 3.5, 3.0, 2.4, 1.9)),
        (LRDG, (8, 4, 4, 4, 4, 4)),
        (GIA, (4, 2, 1.8, 1.6, 1.4, 1.3)),
    ],
    ids=["mrdg", "lrdg", "gia"],
)
def test_averages_over_levels(encoding, averages):
    for banks, cycles in zip(BANKS, averages, strict=True):
        assert means(encoding, banks).mean() == pytest.approx(cycles, rel=0.03)


@pytest.mark.parametrize("banks", BANKS[2:])
def test_the_worst_dense_level_is_a_power_of_two(banks):
    found = means(MRDG, banks)
    assert found.max() == pytest.approx(4, rel=0.03)
    assert [level.resolution for level in grid_levels(MRDG)][int(found.argmax())] in (16, 32)


@pytest.mark.parametrize(("encoding", "cycles"), [(HASH, 1.85), (MRDG, 2.1), (LRDG, 1.3)])
def test_xor_folding_over_8_banks(encoding, cycles):
    assert means(encoding, 8, "xor_fold").mean() == pytest.approx(cycles, rel=0.03)


@pytest.mark.parametrize(
    ("banks", "cycles"), [(1, 8.0), (4, 3.54), (8, 2.60), (16, 2.06), (32, 1.67)]
)
def test_independent_uniform_addresses_would_conflict_more(banks, cycles):
    drawn = np.random.default_rng(0).integers(0, banks, (20_000, 8))
    fullest = np.array([np.bincount(row, minlength=banks).max() for row in drawn])
    assert fullest.mean() == pytest.approx(cycles, rel=0.03)
    hashed = [level.hashed for level in grid_levels(HASH)]
    assert means(HASH, banks)[hashed].mean() <= fullest.mean()


def test_parity_makes_dense_levels_free_of_conflicts_and_leaves_hashed_ones_alone():
    found = conflict_cycles(HASH, uniform(HASH), 8, "parity")
    assert (found[:4] == 1).all()
    assert (found[4:] == conflict_cycles(HASH, uniform(HASH), 8)[4:]).all()
    assert (conflict_cycles(MRDG, uniform(MRDG), 4, "parity") == 2).all()


def test_banks_by_hand():
    index = np.array([0b101_011_110, 0b1, 8])
    assert bank_of(index, 8, "low_order").tolist() == [0b110, 1, 0]
    assert bank_of(index, 8, "xor_fold").tolist() == [0b101 ^ 0b011 ^ 0b110, 1, 1]
    assert bank_of(index, 1, "xor_fold").tolist() == [0, 0, 0]


def test_lockstep_is_ruled_by_the_slowest_level_of_each_sample():
    cycles = np.array([[1, 4, 1, 1], [2, 1, 2, 3]])
    assert encoding_interval(cycles, None) == (2 + 4 + 2 + 3) / 4


def test_a_fifo_of_one_sample_is_worked_through_by_hand():
    # Ends per level: level 0 at 1, 5, 7, 8 (it waits for the take-away), level 1 at 2, 3, 7, 10.
    cycles = np.array([[1, 4, 1, 1], [2, 1, 2, 3]])
    ends0 = [1, 2 + 4, 6 + 1, 8 + 1]
    ends1 = [2, 2 + 1, 6 + 2, 8 + 3]
    taken = [max(pair) for pair in zip(ends0, ends1, strict=True)]
    assert encoding_interval(cycles, 1) == (taken[3] - taken[2]) / (3 - 2)


def test_streams_of_two_and_three_samples_by_hand():
    # Two samples: from the first take-away at 3 to the second at 4 (level 0 ends at 1 and 3).
    assert encoding_interval(np.array([[1, 2], [3, 1]]), 4) == 4 - 3
    # Three: taken at 3, 6 and 11; half of them fill the FIFOs.
    assert encoding_interval(np.array([[1, 2, 8], [3, 3, 2]]), 2) == 11 - 6
    # A FIFO of one: the second sample starts at 3, the third at 6.
    assert encoding_interval(np.array([[1, 2, 8], [3, 3, 2]]), 1) == 14 - 6


def test_equal_samples_take_the_slowest_level_and_so_does_one_sample():
    assert encoding_interval(np.array([[2, 2, 2], [5, 5, 5]]), 2) == 5
    assert encoding_interval(np.array([[2], [3]]), 2) == 3
    # Only one level changes.
    assert encoding_interval(np.array([[2, 2, 2, 2], [1, 1, 9, 9]]), 1) == (20 - 11) / (3 - 2)


def test_the_steady_rate_is_counted_after_four_fifos():
    # One level: the first 4 samples of a FIFO of one take 9 cycles, the others 2 each.
    cycles = np.array([[9] * 5 + [2] * 15])
    assert encoding_interval(cycles, 1) == 2
    # Later samples of 3 cycles count, from sample 4 on: 10 of 2 and 5 of 3 cycles.
    cycles = np.array([[9] * 5 + [2] * 10 + [3] * 5])
    assert encoding_interval(cycles, 1) == (10 * 2 + 5 * 3) / 15
    # A FIFO of three would skip 12, but half of the samples at most are skipped.
    assert encoding_interval(cycles, 3) == (4 * 2 + 5 * 3) / 9


def test_long_fifos_leave_the_slowest_levels_mean():
    cycles = np.random.default_rng(3).integers(1, 5, (4, 4000))
    cycles[2] += 1
    assert encoding_interval(cycles, 400) == pytest.approx(cycles[2].mean(), rel=0.02)
    assert encoding_interval(cycles, 1) == pytest.approx(encoding_interval(cycles, None), rel=0.02)


def test_on_the_paper_stream_folded_banks_with_fifos_beat_low_order_lockstep():
    points = uniform(HASH, 2000)
    lockstep = encoding_interval(conflict_cycles(HASH, points, 8), None)
    queued = encoding_interval(conflict_cycles(HASH, points, 8, "xor_fold"), 16)
    assert lockstep == pytest.approx(4.0, rel=0.03)
    assert queued < 3.0


@given(
    seed=st.integers(0, 2**31), banks=st.sampled_from(BANKS),
    interleave=st.sampled_from(("low_order", "xor_fold", "parity")),
    encoding=st.sampled_from((HASH, MRDG, LRDG, GIA)), depth=st.integers(1, 64),
)  # fmt: skip
@settings(deadline=None, max_examples=40)
def test_cycles_lie_between_perfect_spread_and_one_bank(seed, banks, interleave, encoding, depth):
    cycles = conflict_cycles(encoding, uniform(encoding, 200, seed), banks, interleave)
    assert cycles.shape == (encoding.levels, 200)
    assert cycles.min() >= max(1, encoding.corners // banks)
    assert cycles.max() <= encoding.corners
    queued, lockstep = encoding_interval(cycles, depth), encoding_interval(cycles, None)
    assert 1.0 <= queued <= encoding.corners
    assert cycles.mean(axis=1).max() <= lockstep <= encoding.corners
    assert encoding_interval(cycles[:, :1], depth) == cycles[:, 0].max()


@given(seed=st.integers(0, 2**31), depth=st.integers(1, 30))
@settings(deadline=None, max_examples=30)
def test_longer_fifos_never_slow_a_stream_down(seed, depth):
    cycles = np.random.default_rng(seed).integers(1, 9, (5, 300))
    # Rates of a finite stream: compare where both have settled, with one sample's slack.
    short, long = encoding_interval(cycles, depth), encoding_interval(cycles, 300)
    assert long <= encoding_interval(cycles, None) + 8 / 100
    assert short <= encoding_interval(cycles, None) * 1.2 + 8 / 100


@pytest.mark.parametrize(
    ("banks", "interleave", "points", "sentence"),
    [
        (6, "low_order", uniform(HASH, 4), "a power of two"),
        (8, "low-order", uniform(HASH, 4), "did you mean low_order"),
        (8, "low_order", uniform(GIA, 4), r"found \(4, 2\)"),
        (8, "low_order", uniform(HASH, 4) + 1.0, "between 0 and 1"),
        (8, "low_order", uniform(HASH, 4) * np.float32("nan"), "between 0 and 1"),
        (8, "low_order", uniform(HASH, 0), "at least one sample"),
    ],
)
def test_bad_arguments(banks, interleave, points, sentence):
    with pytest.raises(InputError, match=sentence):
        conflict_cycles(HASH, points, banks, interleave)
