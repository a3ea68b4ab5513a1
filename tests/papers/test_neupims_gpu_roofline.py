"""The roofline GPU: a bound from the trace's own work and traffic."""

import pytest

from archsim.papers.neupims.gpu_roofline import (
    PEAK_BYTES_PER_S,
    PEAK_FLOP_PER_S,
    gpu_tokens_per_s,
)
from archsim.papers.neupims.measure import workload
from archsim.papers.neupims.points import GRID, MODELS, Point


@pytest.mark.parametrize("point", GRID[:: len(GRID) // 8], ids=str)
def test_no_pass_is_faster_than_its_arithmetic_and_its_traffic(point):
    totals = workload(point).trace(seed=3).totals
    moved = (
        totals.weight_bytes + totals.input_bytes + totals.output_bytes
        + totals.kv_read_bytes + totals.kv_write_bytes
    )  # fmt: skip
    arithmetic_s = 2 * totals.macs / PEAK_FLOP_PER_S.value
    traffic_s = moved / PEAK_BYTES_PER_S.value
    pass_s = point.batch / point.model.tensor / gpu_tokens_per_s("physical", point, (3,))
    rounding = 1e-12 * pass_s
    assert max(arithmetic_s, traffic_s) - rounding <= pass_s
    assert pass_s <= arithmetic_s + traffic_s + rounding


def test_layers_alone_are_faster_than_a_whole_pass():
    point = Point(MODELS[0], "alpaca", 64)
    assert gpu_tokens_per_s("compat", point, (0,)) > gpu_tokens_per_s("physical", point, (0,))


def test_a_larger_batch_serves_more_tokens_and_longer_contexts_fewer():
    small, large = (Point(MODELS[1], "alpaca", batch) for batch in (64, 512))
    assert gpu_tokens_per_s("physical", large, (0,)) > gpu_tokens_per_s("physical", small, (0,))
    chats = Point(MODELS[1], "sharegpt", 512)
    assert gpu_tokens_per_s("physical", chats, (0,)) < gpu_tokens_per_s("physical", large, (0,))
