"""Integer simulation time: femtoseconds, and clocks that turn whole cycles into them.

One femtosecond resolves a 1 THz clock to 0.1 % and leaves no limit in Python's integers. A run of
cycles is converted in exact rational arithmetic and rounded once, so a 1/3 GHz clock does not
drift however long it runs.
"""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import SupportsIndex

from archsim.errors import SimulationError

FS_PER_S = 10**15
"""Femtoseconds in a second: the unit of every time inside a simulation."""


def whole_number(value: SupportsIndex, what: str) -> int:
    """Return a non-negative whole number as a Python integer.

    Args:
        value: A Python or NumPy integer.
        what: What the number is, for the message, e.g. ``"delay in fs"``.

    Raises:
        SimulationError: If it is a float (NaN and infinity included), a bool or negative.
    """
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise SimulationError(
            f"{what} must be a whole number, found {value!r} ({type(value).__name__})"
        )
    number = operator.index(value)
    if number < 0:
        raise SimulationError(f"{what} must not be negative, found {number}")
    return number


def exact_rate(value: float | Fraction, what: str) -> Fraction:
    """Return a finite, non-negative rate as the exact fraction it stands for.

    Raises:
        SimulationError: If it is NaN, infinite, negative, a bool or not a number.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        raise SimulationError(f"{what} must be a number, found {value!r} ({type(value).__name__})")
    if not math.isfinite(value) or value < 0:
        raise SimulationError(f"{what} must be finite and not negative, found {value!r}")
    return Fraction(value)


def divide_to_nearest(numerator: int, denominator: int) -> int:
    """Return numerator / denominator to the nearest integer, ties to even as in ``round``."""
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    if twice > denominator or (twice == denominator and quotient & 1):
        quotient += 1
    return quotient


def seconds_to_fs(seconds: float | Fraction) -> int:
    """Return a duration in whole femtoseconds, rounded once to the nearest.

    Raises:
        SimulationError: If the duration is NaN, infinite or negative.
    """
    exact = exact_rate(seconds, "duration in s")
    return divide_to_nearest(exact.numerator * FS_PER_S, exact.denominator)


def fs_to_seconds(duration_fs: int) -> float:
    """Return a duration in seconds as the nearest float."""
    return duration_fs / FS_PER_S


@dataclass(frozen=True)
class Clock:
    """A clock of fixed frequency.

    Args:
        frequency_hz: Frequency; a ``Fraction`` for one that no float holds, such as 10^9 / 3.

    Raises:
        SimulationError: If the frequency is not a finite number above zero.
    """

    frequency_hz: float | Fraction
    _fs_numerator: int = field(init=False, repr=False, compare=False)
    _fs_denominator: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        frequency = exact_rate(self.frequency_hz, "clock frequency in Hz")
        if frequency == 0:
            raise SimulationError("clock frequency in Hz must be above zero, found 0")
        period_fs = FS_PER_S / frequency
        object.__setattr__(self, "_fs_numerator", period_fs.numerator)
        object.__setattr__(self, "_fs_denominator", period_fs.denominator)

    @property
    def period_fs(self) -> Fraction:
        """Exact length of one cycle in femtoseconds."""
        return Fraction(self._fs_numerator, self._fs_denominator)

    def fs(self, cycles: SupportsIndex) -> int:
        """Return how long a run of whole cycles takes, in femtoseconds, rounded once.

        Convert a whole run at once: the sum of separately converted parts may differ from it by
        half a femtosecond per part.

        Raises:
            SimulationError: If ``cycles`` is negative or not a whole number.
        """
        count = cycles if type(cycles) is int and cycles >= 0 else whole_number(cycles, "cycles")
        return divide_to_nearest(count * self._fs_numerator, self._fs_denominator)

    def cycles(self, duration_fs: SupportsIndex) -> float:
        """Return a duration in cycles of this clock, as the nearest float.

        Raises:
            SimulationError: If the duration is negative or not a whole number.
        """
        duration = whole_number(duration_fs, "duration in fs")
        return duration * self._fs_denominator / self._fs_numerator
