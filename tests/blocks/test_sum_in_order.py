"""Sums are rounded after each step, whatever Python's own sum does."""

import math

from hypothesis import given
from hypothesis import strategies as st

from archsim.blocks.summing import sum_in_order


def test_every_step_is_rounded():
    assert sum_in_order([0.1] * 10) == 0.9999999999999999  # Python 3.12's sum gives 1.0
    assert sum_in_order([1.0, 1e100, 1.0, -1e100]) == 0.0
    assert sum_in_order([]) == 0.0


@given(st.lists(st.floats(0, 1e9), max_size=50))
def test_it_is_a_loop(values):
    total = 0.0
    for value in values:
        total += value
    assert sum_in_order(iter(values)) == total
    assert math.isclose(total, math.fsum(values), rel_tol=1e-12)
