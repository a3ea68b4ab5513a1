"""Row-tiles by hand: command sums, steady figures that come out of refresh, the refresh window."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.architectures.npu_pim.public import load_system
from archsim.architectures.npu_pim.row_tile import (
    VECTOR_LOAD,
    ChannelWalk,
    blocked_cycles,
    expected_cycles,
    row_tile_timing,
)


def timing_of(system):
    hardware = load_system(system)
    return row_tile_timing(hardware.memory, hardware.pim)


DUAL, SINGLE = timing_of("neupims"), timing_of("npu-pim-naive")


def steady(timing, jobs, repeats=2000):
    """Cycles per repetition over a hundred and more refresh periods."""
    return ChannelWalk(timing, timing.period // 2, 0, shared=False).run(jobs * repeats) / repeats


def test_tiles_without_refresh_are_the_sum_of_their_commands():
    # 32 precharges and the header; 4 activates of each rank, tFAW apart, ranks in turn; tRCD;
    # three groups of 8 + 1 dot products of 2 cycles before the last; tRTP.
    assert DUAL.tile_cycles(reads=4, commands=8) == 33 + (3 * 30 + 1) + 14 + 3 * 2 * 9 + 5 == 197
    assert DUAL.tile_cycles(reads=1, commands=8) == 33 + 91 + 14 + 5 == 143
    # The compute tail of a dual buffer is not waited for, so the length does not matter.
    assert DUAL.tile_cycles(reads=1, commands=32) == 143
    # A single buffer waits for the dot products of its last group.
    assert SINGLE.tile_cycles(reads=1, commands=32) == 143 + 2 * 32


def test_a_short_group_is_padded_to_the_filling_of_the_adder_tree():
    assert DUAL.group_cycles(1) == DUAL.group_cycles(6) == 2 * 7
    assert DUAL.group_cycles(7) == 2 * 8


@pytest.mark.parametrize(
    ("timing", "jobs", "cycles"),
    [
        (DUAL, [(1, 4, 8)], 280),  # K row-tile of four heads
        (DUAL, [(1, 1, 8)], 190),  # V row-tile
        (DUAL, [VECTOR_LOAD], 110),
        (DUAL, [VECTOR_LOAD, (4, 1, 32)], 110 + 4 * 190),  # attended values of one head and chunk
        (SINGLE, [(1, 4, 8)], 268),
        (SINGLE, [VECTOR_LOAD, (4, 1, 8)], 110 + 4 * (190 + 3.5 * 8)),
        (SINGLE, [VECTOR_LOAD, (4, 1, 32)], 110 + 4 * (190 + 3.5 * 32)),
    ],
)
def test_steady_figures_of_the_authors_come_out_within_5_percent(timing, jobs, cycles):
    assert steady(timing, jobs) == pytest.approx(cycles, rel=0.05)


def test_a_missing_head_saves_as_measured():
    # Measured: about 23 cycles per head missing in the last chunk; by command count 18.
    saved = (steady(DUAL, [(1, 4, 8)]) - steady(DUAL, [(1, 1, 8)])) / 3
    assert saved == pytest.approx(23, rel=0.25)


def test_work_waits_for_a_refresh_that_it_would_run_into():
    # Estimate with all banks closed: 3 x 30 + 14 + 2 x 32 + 2 x 3.
    estimate = DUAL.tile_estimate(reads=4, commands=8, open_banks=0)
    assert estimate == 174
    # Fits: header in cycle 0, activates at 1 + 3 x 30 and one later, tRCD, dots, tRTP.
    free = ChannelWalk(DUAL, estimate + 1, 0, shared=False)
    assert free.run([(1, 4, 8)]) == 92 + 14 + 54 + 5
    # Does not: refresh at 174, rank 0 comes back 260 later and then takes 3 x 30.
    held = ChannelWalk(DUAL, estimate, 0, shared=False)
    assert held.run([(1, 4, 8)]) == 174 + 260 + 90 + 14 + 54 + 5


def test_a_vector_load_reopens_its_row_after_the_refresh_of_its_rank():
    rested = ChannelWalk(DUAL, 1950, 0, shared=False)
    assert rested.run([VECTOR_LOAD]) == 97
    # Refresh of rank 0 at cycle 50 closes the row: the load waits 260, then tRCD.
    held = ChannelWalk(DUAL, 50, 0, shared=False)
    assert held.run([VECTOR_LOAD]) == 50 + 260 + 14 + 97


JOBS = st.lists(
    st.one_of(
        st.just(VECTOR_LOAD),
        st.tuples(st.integers(1, 30), st.integers(1, 4), st.sampled_from((1, 6, 8, 32))),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(JOBS, st.integers(1, 1950), st.integers(0, 1), st.booleans(), st.booleans())
def test_many_tiles_at_once_take_as_long_as_one_by_one(jobs, slack, rank, shared, dual):
    timing = DUAL if dual else SINGLE
    together = ChannelWalk(timing, slack, rank, shared=shared).run(jobs)
    single = [
        (1, *rest) if count else VECTOR_LOAD for count, *rest in jobs for _ in range(count or 1)
    ]
    assert ChannelWalk(timing, slack, rank, shared=shared).run(single) == together


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(JOBS, min_size=1, max_size=4), st.booleans())
def test_requests_end_one_after_the_other_and_never_before_their_commands(requests, dual):
    timing = DUAL if dual else SINGLE
    ends = expected_cycles(timing, requests)
    assert ends == sorted(ends)
    tiles = sum(
        count * (timing.tile_cycles(reads, commands) - 32 - timing.tail_cycles(commands))
        for jobs in requests
        for count, reads, commands in jobs
        if count
    )
    assert ends[-1] >= tiles
    assert blocked_cycles(timing, requests) <= ends[-1]


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("period", [*range(60, 420, 6), 124, 125, 153, 155, 1949, 1950])
def test_a_walk_ends_however_little_time_refreshes_leave(period, shared):
    tight = replace(DUAL, period=period, trfc=min(260, period - 1))
    loads = replace(tight, vector_load=1921)
    for timing in (tight, loads):
        walk = ChannelWalk(timing, period // 2, 0, shared=shared)
        assert walk.run([VECTOR_LOAD, (5, 4, 8), VECTOR_LOAD]) >= 2 * timing.vector_load


def test_ranks_take_turns_to_refresh():
    hardware = load_system("neupims")
    for ranks in (1, 2, 4):
        memory = hardware.memory.model_copy(update={"ranks": ranks})
        found = row_tile_timing(memory, hardware.pim)
        assert (found.ranks, found.period) == (ranks, memory.timing.trefi // ranks)


def test_a_long_sequence_starts_in_the_middle_between_two_refreshes():
    jobs = [VECTOR_LOAD, (400, 4, 8)]
    walked = ChannelWalk(DUAL, DUAL.period // 2, 0, shared=False).run(jobs)
    assert expected_cycles(DUAL, [jobs]) == [walked + DUAL.read_latency]
    # A short one is the mean over thirteen phases of either rank.
    short = [(2, 4, 8)]
    phases = [
        ChannelWalk(DUAL, max(1, DUAL.period * (2 * i + 1) // 26), rank, shared=False).run(short)
        for i in range(13)
        for rank in range(DUAL.ranks)
    ]
    assert expected_cycles(DUAL, [short]) == [-(-sum(phases) // len(phases)) + DUAL.read_latency]


def test_no_jobs_take_no_time():
    assert expected_cycles(DUAL, [(), ()]) == [0, 0]
