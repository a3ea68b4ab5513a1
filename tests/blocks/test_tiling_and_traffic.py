from itertools import product as cartesian

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.blocks.tiling import best_tile, halving_tile, tile_bytes, traffic_curve
from archsim.blocks.traffic import LOOP_ORDERS, ElementBits, compulsory_bytes, gemm_traffic
from archsim.errors import InfeasibleError, InputError, UnknownNameError

FAST = settings(deadline=None, max_examples=120)
SIZE = st.integers(1, 3000)
ORDER = st.sampled_from(LOOP_ORDERS)
NEUPIMS = ElementBits(inputs=16, weights=16, outputs=16, partials=16)


def walk(m, n, k, tm, tn, tk, order, width):
    """Count traffic the slow way: one step at a time, one tile of each operand kept."""
    starts = {"m": range(0, m, tm), "n": range(0, n, tn), "k": range(0, k, tk)}
    spans = {
        axis: {s: min(size, total - s) for s in starts[axis]}
        for axis, size, total in (("m", tm, m), ("n", tn, n), ("k", tk, k))
    }
    held = {"in": None, "w": None, "out": None}
    moved = {"in": 0, "w": 0, "partial_read": 0, "partial_write": 0, "out": 0}
    finished: dict[tuple[int, int], int] = {}

    def leave(tile):
        if tile is None:
            return
        elements = spans["m"][tile[0]] * spans["n"][tile[1]]
        if finished[tile] == len(starts["k"]):
            moved["out"] += elements * width.outputs // 8
        else:
            moved["partial_write"] += elements * width.partials // 8

    for step in cartesian(*(starts[axis] for axis in order)):
        at = dict(zip(order, step, strict=True))
        if held["in"] != (at["m"], at["k"]):
            held["in"] = (at["m"], at["k"])
            moved["in"] += spans["m"][at["m"]] * spans["k"][at["k"]] * width.inputs // 8
        if held["w"] != (at["k"], at["n"]):
            held["w"] = (at["k"], at["n"])
            moved["w"] += spans["k"][at["k"]] * spans["n"][at["n"]] * width.weights // 8
        tile = (at["m"], at["n"])
        if held["out"] != tile:
            leave(held["out"])
            held["out"] = tile
            if finished.get(tile, 0):
                moved["partial_read"] += (
                    spans["m"][tile[0]] * spans["n"][tile[1]] * width.partials // 8
                )
        finished[tile] = finished.get(tile, 0) + 1
    leave(held["out"])
    return moved


SMALL = st.integers(1, 9)


@FAST
@given(SMALL, SMALL, SMALL, SMALL, SMALL, SMALL, ORDER)
def test_traffic_equals_a_step_by_step_walk(m, n, k, tm, tn, tk, order):
    width = ElementBits(8, 16, 24, 40)
    slow = walk(m, n, k, tm, tn, tk, order, width)
    fast = gemm_traffic(m, n, k, tm, tn, tk, order, width)
    assert fast.input_bytes == slow["in"]
    assert fast.weight_bytes == slow["w"]
    assert fast.partial_read_bytes == slow["partial_read"]
    assert fast.partial_write_bytes == slow["partial_write"]
    assert fast.output_bytes == slow["out"]


@FAST
@given(SIZE, SIZE, SIZE, SIZE, SIZE, SIZE, ORDER)
def test_never_below_the_compulsory_traffic(m, n, k, tm, tn, tk, order):
    traffic = gemm_traffic(m, n, k, tm, tn, tk, order)
    assert traffic.total_bytes >= compulsory_bytes(m, n, k) == 2 * (m * k + k * n + m * n)
    assert traffic.partial_read_bytes == traffic.partial_write_bytes
    assert traffic.total_bytes == traffic.read_bytes + traffic.write_bytes


@FAST
@given(SIZE, SIZE, SIZE, SIZE, SIZE, SIZE, ORDER, st.integers(1, 500))
def test_a_larger_tile_never_moves_more(m, n, k, tm, tn, tk, order, more):
    base = gemm_traffic(m, n, k, tm, tn, tk, order).total_bytes
    assert gemm_traffic(m, n, k, tm + more, tn + more, tk + more, order).total_bytes <= base


@FAST
@given(
    SIZE,
    SIZE,
    SIZE,
    st.sampled_from([1, 16, 128]),
    st.integers(200_000, 10**8),
    st.integers(0, 10**7),
)
def test_more_sram_is_never_more_traffic(m, n, k, align, room, more):
    curve = traffic_curve(m, n, k, align)
    small, large = curve.traffic_at([room, room + more])
    assert large <= small
    assert np.all(np.diff(curve.room_bytes) > 0)
    assert np.all(np.diff(curve.traffic_bytes) < 0)
    assert curve.traffic_bytes[-1] == compulsory_bytes(m, n, k)


@FAST
@given(SIZE, SIZE, SIZE, st.sampled_from([1, 16, 128]), st.integers(150_000, 10**8))
def test_tiles_fit_and_the_best_beats_the_halved_one_in_its_own_set(m, n, k, align, room):
    best = best_tile(m, n, k, room, align)
    halved = halving_tile(m, n, k, room, align)
    for tile in (best, halved):
        assert tile.bytes == tile_bytes(tile.m, tile.n, tile.k, align) <= room
        assert 1 <= tile.m <= m
        assert 1 <= tile.n <= n
        assert 1 <= tile.k <= k
    moved = gemm_traffic(m, n, k, best.m, best.n, best.k, best.order).total_bytes
    assert moved == traffic_curve(m, n, k, align).traffic_at(room)


@FAST
@given(SIZE, SIZE, SIZE, st.integers(150_000, 10**8), st.integers(0, 10**7))
def test_halving_with_more_sram_never_moves_more(m, n, k, room, more):
    moved = [
        gemm_traffic(m, n, k, tile.m, tile.n, tile.k, tile.order).total_bytes
        for tile in (halving_tile(m, n, k, r, 128) for r in (room, room + more))
    ]
    assert moved[1] <= moved[0]


def test_halving_by_hand():
    # 2 bytes x (nk + km + mn) of 512 x 512 x 512 is 1.5 MiB: to fit 400 KiB all sides are halved.
    tile = halving_tile(512, 512, 512, 400 * 1024, 128, NEUPIMS)
    assert (tile.m, tile.n, tile.k, tile.bytes) == (256, 256, 256, 3 * 2 * 256 * 256)
    # On a tie n is halved first, then k, then m.
    tile = halving_tile(512, 512, 512, 1024 * 1024, 128, NEUPIMS)
    assert (tile.m, tile.n, tile.k) == (512, 256, 512)


def test_halving_rounds_odd_sides_up():
    # 1 x 5 x 1 takes 2 + 10 + 20 bytes; halved once it is 1 x 3 x 1.
    assert halving_tile(1, 5, 1, 32).n == 5
    assert halving_tile(1, 5, 1, 31).n == 3


def test_a_product_that_fits_is_one_tile():
    # GPT3-7B, tensor parallel 4, batch 256: all fits half of the NeuPIMs simulator's 131 MiB pad.
    tile = halving_tile(256, 3072, 4096, 134_218 * 1024 // 2, 128, NEUPIMS)
    assert (tile.m, tile.n, tile.k) == (256, 3072, 4096)
    traffic = gemm_traffic(256, 3072, 4096, tile.m, tile.n, tile.k, tile.order, NEUPIMS)
    assert traffic.tiles == 1
    assert traffic.total_bytes == compulsory_bytes(256, 3072, 4096, NEUPIMS)


def test_a_buffer_too_small_is_infeasible_and_says_what_is_needed():
    needed = int(tile_bytes(1, 1, 1, 128))
    for choose in (halving_tile, best_tile):
        with pytest.raises(InfeasibleError, match=f"at least {needed} bytes"):
            choose(1000, 1000, 1000, needed - 1, 128)
        assert choose(1000, 1000, 1000, needed, 128).bytes == needed


def test_elements_narrower_than_a_byte_are_packed():
    four_bit = ElementBits(weights=4)
    traffic = gemm_traffic(1, 3, 3, 1, 3, 3, element_bits=four_bit)
    assert (traffic.input_bytes, traffic.weight_bytes, traffic.output_bytes) == (6, 5, 6)
    assert tile_bytes(1, 3, 3, element_bits=four_bit) == -(-(3 * 16 + 9 * 4 + 3 * 32) // 8)


def test_bad_input():
    with pytest.raises(UnknownNameError, match="loop order"):
        gemm_traffic(1, 1, 1, 1, 1, 1, "mmk")
    with pytest.raises(InputError, match=r"^tile_n: "):
        gemm_traffic(1, 1, 1, 1, 0, 1)
    for choose in (halving_tile, best_tile):
        with pytest.raises(InputError, match=r"^align: "):
            choose(8, 8, 8, 1000, 0)
    with pytest.raises(InputError, match=r"^partials: "):
        ElementBits(partials=0)
