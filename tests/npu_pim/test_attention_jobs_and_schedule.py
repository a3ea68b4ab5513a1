"""Which row-tiles attention needs, and which channel keeps a request, against the formulas."""

import csv
from collections import Counter
from math import ceil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.architectures.npu_pim.gemv import (
    AttentionShape,
    PimCommands,
    attend_jobs,
    count_commands,
    logit_jobs,
    partial_sums,
)
from archsim.architectures.npu_pim.schedule import (
    Request,
    assign_greedy,
    assign_round_robin,
    by_channel,
    estimated_cycles,
    sub_batches,
)

TRACES = Path(__file__).resolve().parents[3] / "shared" / "traces" / "neupims"
quick = settings(max_examples=60, deadline=None, derandomize=True)


def gpt(heads):
    """GPT-3: heads of 128 features, rows of 512 elements in 32 banks, 16 multipliers a bank."""
    return AttentionShape(heads, 1, 128, 512, 32, 16)


def total(jobs_of, shape, lengths):
    return sum((count_commands(jobs_of(shape, s)) for s in lengths), start=PimCommands())


@quick
@given(st.lists(st.integers(1, 2048), min_size=1, max_size=10), st.sampled_from((4, 8, 10, 14)))
def test_row_tiles_and_vector_loads_follow_the_published_formulas(lengths, heads):
    shape, features = gpt(heads), heads * 128
    keys, values = total(logit_jobs, shape, lengths), total(attend_jobs, shape, lengths)
    assert keys.tiles == sum(ceil(features / 512) * ceil(s / 32) for s in lengths)
    assert keys.vector_loads == sum(ceil(features / 512) for _ in lengths)
    assert keys.results == sum(heads * ceil(s / 32) for s in lengths)
    assert keys.dot_products == 8 * keys.results
    assert values.tiles == values.results == sum(4 * heads * ceil(s / 512) for s in lengths)
    assert values.vector_loads == sum(heads * ceil(s / 512) for s in lengths)
    assert values.dot_products == sum(
        4 * heads * (s // 512 * 32 + ceil(s % 512 / 16)) for s in lengths
    )


def test_a_key_tile_of_four_heads_is_37_packets_and_a_value_tile_k_plus_2():
    keys = count_commands(logit_jobs(gpt(4), 32))
    assert keys.packets - keys.vector_loads == 1 + 32 + 4 == 37
    values = count_commands(attend_jobs(gpt(1), 100))
    assert values.packets - values.vector_loads == 4 * (1 + 7 + 1)


@pytest.mark.skipif(not TRACES.is_dir(), reason="the traces are not here")
def test_packets_of_the_measured_trace():
    with (TRACES / "sg_b256_rr.csv").open(encoding="utf-8") as lines:
        lengths = [int(row["seq_len"]) for row in csv.DictReader(lines)]
    assert total(logit_jobs, gpt(8), lengths).packets == 182_478
    assert total(attend_jobs, gpt(8), lengths).packets == 175_088


def test_grouped_queries_read_each_key_value_head_once_per_query():
    grouped = AttentionShape(2, 4, 128, 512, 32, 16)
    assert grouped.heads == 8
    assert count_commands(attend_jobs(grouped, 300)) == count_commands(attend_jobs(gpt(8), 300))
    # Two heads lie in a row of keys, and it is opened for each of the four queries.
    assert count_commands(logit_jobs(grouped, 32)).tiles == 4


def test_chunks_are_joined_only_when_there_are_several():
    assert partial_sums(gpt(8), 512) == 0
    assert partial_sums(gpt(8), 513) == 8 * 4


def test_algorithm_1_by_hand():
    # 8 heads: 2 chunks of keys. 100 tokens: 4 tiles each; 8 loads and 8 x 4 tiles of values.
    expected = 2 * 100 + 2 * 4 * 184 + 8 * 100 + 8 * 4 * 184
    assert estimated_cycles(gpt(8), 100) == expected == 8360


def test_algorithm_2_puts_the_longest_first_on_the_least_loaded_channel():
    assigned = assign_greedy([10, 500, 300, 310], 2, gpt(8))
    assert [request.tokens for request in assigned] == [10, 500, 300, 310]
    # 500 to channel 0; 310 to 1; 300 to 1, as 500 (18520) weighs more than 310 (13064); 10 to 0.
    loads = {s: estimated_cycles(gpt(8), s) for s in (10, 300, 310, 500)}
    assert loads[500] > loads[310]
    assert [request.channel for request in assigned] == [0, 0, 1, 1]


@quick
@given(st.lists(st.integers(1, 2048), min_size=1, max_size=60), st.integers(1, 16))
def test_greedy_is_balanced_to_within_one_request(lengths, channels):
    shape = gpt(8)
    assigned = assign_greedy(lengths, channels, shape)
    assert Counter(request.tokens for request in assigned) == Counter(lengths)
    loads = [0] * channels
    for request in assigned:
        loads[request.channel] += estimated_cycles(shape, request.tokens)
    longest = max(estimated_cycles(shape, length) for length in lengths)
    assert max(loads) - min(loads) <= longest
    assert max(loads) <= sum(loads) / channels + longest


def test_round_robin_deals_in_turn():
    assert [r.channel for r in assign_round_robin([5] * 7, 3)] == [0, 1, 2, 0, 1, 2, 0]


def test_algorithm_3_alternates_the_larger_half_of_odd_channels():
    requests = [Request(10 * c + i, c) for c in range(3) for i in range(3)]
    first, second = sub_batches(requests)
    assert {c: len(tokens) for c, tokens in by_channel(first).items()} == {0: 2, 1: 1, 2: 2}
    assert {c: len(tokens) for c, tokens in by_channel(second).items()} == {0: 1, 1: 2, 2: 1}


@quick
@given(st.lists(st.builds(Request, st.integers(1, 900), st.integers(0, 7)), max_size=40))
def test_sub_batches_are_halves_of_each_channel_and_lose_nothing(requests):
    first, second = sub_batches(requests)
    assert Counter(first) + Counter(second) == Counter(requests)
    assert abs(len(first) - len(second)) <= 1
    halves = by_channel(first), by_channel(second)
    for channel in by_channel(requests):
        assert abs(len(halves[0].get(channel, [])) - len(halves[1].get(channel, []))) <= 1
