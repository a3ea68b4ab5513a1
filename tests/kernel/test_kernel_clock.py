"""Femtoseconds and clocks: exact, rounded once."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.errors import SimulationError
from archsim.kernel import FS_PER_S, Clock, fs_to_seconds, seconds_to_fs


def test_whole_nanosecond_clock() -> None:
    assert Clock(1e9).fs(7) == 7_000_000
    assert Clock(1e9).fs(0) == 0
    assert Clock(1e9).period_fs == 1_000_000
    assert Clock(2e9).fs(3) == 1_500_000


def test_third_of_a_gigahertz_does_not_drift() -> None:
    clock = Clock(Fraction(10**9, 3))
    assert clock.fs(10**12) == 3 * 10**18
    clock = Clock(3 * 10**9)
    assert clock.fs(3 * 10**12) == 10**18
    assert clock.fs(1) == 333_333


def test_a_run_of_cycles_differs_from_summed_cycles() -> None:
    clock = Clock(3e9)
    assert sum(clock.fs(1) for _ in range(3000)) == 999_999_000
    assert clock.fs(3000) == 1_000_000_000


@settings(deadline=None)
@given(
    st.integers(0, 10**12),
    st.one_of(
        st.floats(1e3, 1e12), st.integers(1, 10**13), st.fractions(min_value=1, max_value=10**12)
    ),
)
def test_fs_is_the_rounded_quotient(cycles: int, frequency_hz: float | Fraction) -> None:
    exact = cycles * FS_PER_S / Fraction(frequency_hz)
    assert Clock(frequency_hz).fs(cycles) == round(exact)


@settings(deadline=None)
@given(st.integers(0, 10**15), st.integers(0, 10**15), st.floats(1e6, 1e10))
def test_fs_is_monotonic_and_nearly_additive(first: int, second: int, frequency_hz: float) -> None:
    clock = Clock(frequency_hz)
    together = clock.fs(first + second)
    assert together >= clock.fs(first)
    assert abs(together - clock.fs(first) - clock.fs(second)) <= 1


def test_cycles_invert_fs() -> None:
    clock = Clock(1.5e9)
    assert clock.cycles(clock.fs(3_000_000)) == 3_000_000.0
    assert clock.cycles(1) == 1.5e-6


def test_numpy_integers_are_whole_numbers() -> None:
    assert Clock(1e9).fs(np.int64(5)) == 5_000_000
    assert isinstance(Clock(1e9).fs(np.int32(5)), int)


@pytest.mark.parametrize("frequency", [0, -1.0, math.nan, math.inf, True, "1 GHz", None])
def test_bad_frequency(frequency: object) -> None:
    with pytest.raises(SimulationError, match="clock frequency in Hz must be"):
        Clock(frequency)  # type: ignore[arg-type]


@pytest.mark.parametrize("cycles", [-1, 1.0, math.nan, True, np.float64(2), "3"])
def test_bad_cycles(cycles: object) -> None:
    with pytest.raises(SimulationError, match="cycles must"):
        Clock(1e9).fs(cycles)  # type: ignore[arg-type]


def test_seconds() -> None:
    assert seconds_to_fs(1) == FS_PER_S
    assert seconds_to_fs(14e-9) == 14_000_000
    assert seconds_to_fs(Fraction(1, 3)) == 333_333_333_333_333
    assert fs_to_seconds(FS_PER_S // 4) == 0.25


@settings(deadline=None)
@given(st.integers(0, 2**53 - 1))
def test_seconds_and_back(duration_fs: int) -> None:
    assert abs(seconds_to_fs(fs_to_seconds(duration_fs)) - duration_fs) <= 1


@pytest.mark.parametrize("seconds", [-1e-9, math.nan, math.inf, False])
def test_bad_seconds(seconds: float) -> None:
    with pytest.raises(SimulationError, match="duration in s must be"):
        seconds_to_fs(seconds)
