"""Femtoseconds per cycle and per byte as whole numbers, for the compiled loops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.asic.batch_loops import MOST_DIVISOR
from archsim.architectures.columns import levels_of
from archsim.kernel import FS_PER_S

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Places = NDArray[np.intp]

_MOST_PRODUCT = 1 << 62


@dataclass(frozen=True, eq=False)
class Rates:
    """Cycles or bytes per second as time of each, exactly.

    Attributes:
        parts: ``whole, rest, divisor, direct`` of each rate, shape (rates, 4): one takes
            whole + rest / divisor fs, and up to ``direct`` times ``rest`` fit 64 bits.
        exact: Whether the parts hold a rate exactly, shape (rates,).
        fs: Time of one in floating point, shape (rates,).
        code: Rate of each design, shape (designs,).
    """

    parts: Ints
    exact: NDArray[np.bool_]
    fs: Floats
    code: Places

    def take(self, some: Places) -> Rates:
        """Return the rates of some designs."""
        return replace(self, code=self.code[some])


def rates_of(per_second: Floats, share: int = 1) -> Rates:
    """Return rates.

    Args:
        per_second: Cycles or bytes per second, shape (designs,).
        share: How many have equal fixed shares of it.
    """
    levels, code = levels_of(per_second)
    each = np.array(levels, np.float64).tolist()
    return _rates([Fraction(FS_PER_S * share) / Fraction(level) for level in each], code)


def no_rates(count: int) -> Rates:
    """Return what takes no time."""
    return _rates([Fraction(0)], np.zeros(count, np.intp))


def _rates(times_fs: Sequence[Fraction], code: Places) -> Rates:
    parts = []
    for time in times_fs:
        whole, rest = divmod(time.numerator, time.denominator)
        direct = _MOST_PRODUCT // rest if rest else _MOST_PRODUCT
        fits = time.denominator <= MOST_DIVISOR
        parts.append((whole, rest, time.denominator, direct) if fits else (0, 0, 1, 0))
    return Rates(
        parts=np.array(parts, np.int64).reshape(-1, 4),
        exact=np.array([time.denominator <= MOST_DIVISOR for time in times_fs], np.bool_),
        fs=np.array([float(time) for time in times_fs]),
        code=code,
    )
