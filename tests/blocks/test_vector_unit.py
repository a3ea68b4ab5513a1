import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.blocks.vector import (
    VECTOR_OPERATIONS,
    VectorUnit,
    reduction_tree_cycles,
    vector_area_mm2,
    vector_constants,
    vector_cycles,
    vector_energy_j,
    vector_leakage_w,
    vector_row_cycles,
)
from archsim.errors import InputError, UnknownNameError

# Without it, approx lets every two energies below 1e-12 J pass for equal.
close = functools.partial(pytest.approx, rel=1e-9, abs=0.0)

FAST = settings(deadline=None, max_examples=100)
OPERATION = st.sampled_from(sorted(VECTOR_OPERATIONS))


@pytest.mark.parametrize(
    ("length", "lanes", "cycles"),
    # v + tree(v) by hand; 20,000 elements need three levels: 157, then 2, then 1.
    [(1, 128, 1), (128, 128, 1), (129, 128, 3), (4096, 128, 33), (20_000, 128, 157 + 2 + 1)],
)
def test_reduction_tree_by_hand(length, lanes, cycles):
    assert reduction_tree_cycles(length, lanes) == cycles


@pytest.mark.parametrize(
    ("operation", "cycles"),
    # One row of 4,096 on 128 lanes: v = 32, tree = 33.
    [("add", 32), ("gelu", 32), ("layer_norm", 2 * 33 + 3 + 5 * 32), ("softmax", 2 * 33 + 3 * 32)],
)
def test_row_cycles_of_the_published_operations(operation, cycles):
    assert vector_row_cycles(operation, 4096, 128) == cycles


def tree_by_definition(length: int, lanes: int) -> int:
    parts = -(-length // lanes)
    return 1 if length <= lanes else parts + tree_by_definition(parts, lanes)


@FAST
@given(length=st.integers(1, 10**9), lanes=st.integers(2, 4096))
def test_tree_equals_its_recursive_definition(length, lanes):
    assert reduction_tree_cycles(length, lanes) == tree_by_definition(length, lanes)


@FAST
@given(
    OPERATION,
    st.integers(0, 10**5),
    st.integers(1, 10**6),
    st.integers(2, 1000),
    st.integers(1, 64),
)
def test_more_hardware_is_never_slower_and_more_work_never_faster(
    operation, rows, length, lanes, pipes
):
    base = vector_cycles(operation, rows, length, lanes, pipes)
    assert vector_cycles(operation, rows, length, lanes + 1, pipes) <= base
    assert vector_cycles(operation, rows, length, lanes, pipes + 1) <= base
    assert vector_cycles(operation, rows + 1, length, lanes, pipes) >= base
    assert vector_cycles(operation, rows, length + 1, lanes, pipes) >= base
    assert base * lanes * pipes >= rows * length


def test_arrays_of_designs_and_rows():
    cycles = vector_cycles("softmax", 100, [[128], [4096]], [64, 128], 8)
    assert cycles.shape == (2, 2)
    assert cycles[1, 1] == 13 * (2 * 33 + 3 * 32)
    assert vector_cycles("softmax", 0, 4096, 128) == 0


def test_energy_is_linear_and_every_operation_costs():
    unit = VectorUnit(128, 8)
    for name in VECTOR_OPERATIONS:
        one, two = vector_energy_j(unit, name, [1000, 2000])
        assert two == close(2 * one)
        assert one > 0
    assert vector_energy_j(unit, "add", 0) == 0


def test_area_leakage_and_constants():
    assert vector_area_mm2(VectorUnit(128, 8)) == close(8 * vector_area_mm2(VectorUnit(128)))
    assert vector_leakage_w(VectorUnit(128)) > 0
    assert all(item.source and item.certainty for item in vector_constants(VectorUnit(128)))
    assert all(operation.source for operation in VECTOR_OPERATIONS.values())


def test_bad_input():
    with pytest.raises(UnknownNameError, match="did you mean softmax"):
        vector_row_cycles("soft-max", 8, 8)
    with pytest.raises(InputError, match=r"^lanes: .*>= 2"):
        VectorUnit(1)
    with pytest.raises(InputError, match=r"^rows: "):
        vector_cycles("add", -1, 8, 8)
    with pytest.raises(InputError, match="too large"):
        vector_cycles("add", np.int64(2**61), 2**40, 2)
