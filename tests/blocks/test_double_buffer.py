import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.blocks.double_buffer import overlapped_cycles, overlapped_cycles_of, serial_cycles
from archsim.errors import InputError

FAST = settings(deadline=None, max_examples=150)
TIME = st.integers(0, 10**6)


def two_buffers(loads, computes):
    """Free-running pipeline: load i waits for its buffer, compute i for its data and the unit."""
    load_end = [0] * len(loads)
    compute_end = [0] * len(loads)
    for i, (load, compute) in enumerate(zip(loads, computes, strict=True)):
        memory_free = load_end[i - 1] if i else 0
        buffer_free = compute_end[i - 2] if i > 1 else 0
        load_end[i] = max(memory_free, buffer_free) + load
        compute_end[i] = max(load_end[i], compute_end[i - 1] if i else 0) + compute
    return compute_end[-1]


@FAST
@given(st.lists(st.tuples(TIME, TIME), min_size=1, max_size=30))
def test_without_stores_it_is_the_free_running_pipeline(tiles):
    loads, computes = zip(*tiles, strict=True)
    assert overlapped_cycles_of(loads, computes) == two_buffers(loads, computes)


@FAST
@given(TIME, TIME, TIME, st.integers(1, 40))
def test_closed_form_equals_the_sum_over_tiles(load, compute, store, tiles):
    summed = overlapped_cycles_of([load] * tiles, [compute] * tiles, store)
    assert overlapped_cycles(load, compute, tiles, store) == summed


@FAST
@given(TIME, TIME, TIME, st.integers(1, 10**6))
def test_between_the_bound_and_no_overlap(load, compute, store, tiles):
    total = overlapped_cycles(load, compute, tiles, store)
    assert max(tiles * compute, tiles * (load + store)) <= total
    assert total <= serial_cycles(load, compute, tiles, store)


@FAST
@given(TIME, TIME, TIME, st.integers(1, 10**5), st.integers(0, 1000))
def test_monotone_in_everything(load, compute, store, tiles, more):
    base = overlapped_cycles(load, compute, tiles, store)
    assert overlapped_cycles(load + more, compute, tiles, store) >= base
    assert overlapped_cycles(load, compute + more, tiles, store) >= base
    assert overlapped_cycles(load, compute, tiles, store + more) >= base
    assert overlapped_cycles(load, compute, tiles + more, store) >= base


def test_by_hand_and_arrays():
    assert overlapped_cycles(10, 30, 4) == 10 + 3 * 30 + 30
    assert overlapped_cycles([10, 30], [30, 10], 4).tolist() == [130, 130]
    assert overlapped_cycles(10, 15, 3, 10) == 10 + 15 + 20 + 15 + 10


def test_bad_input():
    with pytest.raises(InputError, match="one load and one compute time per tile"):
        overlapped_cycles_of([], [])
    with pytest.raises(InputError, match="one load and one compute time per tile"):
        overlapped_cycles_of([1, 2], [1])
    with pytest.raises(InputError, match=r"^tiles: "):
        overlapped_cycles(1, 1, 0)


def test_nothing_overlaps_with_one_buffer():
    assert serial_cycles(3, 5, 4, 1) == 4 * (3 + 5 + 1)
    assert serial_cycles(0, 1, 7) == 7
