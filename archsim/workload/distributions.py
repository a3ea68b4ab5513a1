"""Token-length distributions with a prescribed mean: quantile tables and clipped log-normals."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from archsim.errors import InputError
from archsim.workload.trace import Int64Array

_NORMAL = NormalDist()


@dataclass(frozen=True)
class QuantileTable:
    """A distribution given by some quantiles, its mean and its standard deviation.

    Between two quantiles ``a`` and ``b`` the quantile function runs as ``a + (b - a) t**p``. The
    last but one segment (the upper tail) has its own exponent, all others share one; the two
    exponents are the only ones that give the stated mean and standard deviation exactly.

    Attributes:
        probabilities: Increasing, from 0 to 1.
        tokens: Quantiles at these probabilities.
        mean_tokens: Mean.
        sd_tokens: Standard deviation.
    """

    probabilities: tuple[float, ...]
    tokens: tuple[float, ...]
    mean_tokens: float
    sd_tokens: float

    def sample(self, random: np.random.Generator, count: int) -> Int64Array:
        """Return ``count`` lengths rounded to whole tokens, shape (count,)."""
        return _whole(self.quantile(random.random(count)))

    def quantile(self, probability: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the quantile function, before rounding, at each probability."""
        knots, values = np.array(self.probabilities), np.array(self.tokens)
        segment = np.clip(np.searchsorted(knots, probability, "right") - 1, 0, len(knots) - 2)
        part = (probability - knots[segment]) / np.diff(knots)[segment]
        curved: NDArray[np.float64] = (
            values[segment] + np.diff(values)[segment] * part ** self._exponents[segment]
        )
        return curved

    @cached_property
    def _exponents(self) -> NDArray[np.float64]:
        """Exponent of each segment, found by bisection on the tail's."""
        width, start = np.diff(self.probabilities), np.array(self.tokens[:-1])
        rise = np.diff(self.tokens)
        tail = len(width) - 2

        def exponents(of_tail: float) -> NDArray[np.float64]:
            missing = (
                self.mean_tokens - float(width @ start) - width[tail] * rise[tail] / (of_tail + 1)
            )
            body = np.delete(width * rise, tail).sum() / missing - 1
            shape = np.full(len(width), body)
            shape[tail] = of_tail
            return shape

        def excess(of_tail: float) -> float:
            p = exponents(of_tail)
            square = start**2 + 2 * start * rise / (p + 1) + rise**2 / (2 * p + 1)
            return float(width @ square) - self.mean_tokens**2 - self.sd_tokens**2

        shape = exponents(_bisect(excess, 1.0, 64.0))
        if not (np.all(shape > 0) and np.all(np.isfinite(shape))):
            raise InputError("no distribution has these quantiles with this mean and deviation")
        return shape


@dataclass(frozen=True)
class ClippedLogNormal:
    """Log-normal lengths, clipped to ``[1, max_tokens]``, whose clipped mean is as stated.

    The shape follows from ``sd_tokens / mean_tokens`` before clipping; the scale is then raised
    so that the mean after clipping is ``mean_tokens``. The standard deviation after clipping is
    therefore smaller than ``sd_tokens`` where much is clipped.

    Attributes:
        mean_tokens: Mean after clipping, between 1 and ``max_tokens``.
        sd_tokens: Standard deviation before clipping.
        max_tokens: Longest length.
    """

    mean_tokens: float
    sd_tokens: float
    max_tokens: int

    def sample(self, random: np.random.Generator, count: int) -> Int64Array:
        """Return ``count`` lengths rounded to whole tokens, shape (count,)."""
        values = np.exp(self._mu + self._sigma * random.standard_normal(count))
        return _whole(np.clip(values, 1.0, float(self.max_tokens)))

    @cached_property
    def _sigma(self) -> float:
        return math.sqrt(math.log1p((self.sd_tokens / self.mean_tokens) ** 2))

    @cached_property
    def _mu(self) -> float:
        if not 1.0 < self.mean_tokens < self.max_tokens:
            raise InputError(
                "the mean of log-normal lengths",
                found=f"{self.mean_tokens:g} tokens",
                allowed=f"between 1 and the longest length of {self.max_tokens} tokens",
            )
        if self._sigma == 0.0:
            return math.log(self.mean_tokens)
        reach = 40.0 * (1.0 + self._sigma)
        middle = math.log(self.mean_tokens)
        return _bisect(self._excess, middle - reach, middle + reach)

    def _excess(self, mu: float) -> float:
        """Mean after clipping, for the scale ``mu``, minus the wanted mean."""
        sigma, top = self._sigma, math.log(self.max_tokens)
        low, high = -mu / sigma, (top - mu) / sigma
        inside = math.exp(mu + sigma**2 / 2) * (
            _NORMAL.cdf(high - sigma) - _NORMAL.cdf(low - sigma)
        )
        clipped = _NORMAL.cdf(low) + self.max_tokens * _NORMAL.cdf(-high)
        return inside + clipped - self.mean_tokens


def _whole(values: NDArray[np.float64]) -> Int64Array:
    return np.maximum(np.rint(values), 1).astype(np.int64)


def _bisect(function: Callable[[float], float], low: float, high: float) -> float:
    """Return the root of a monotonic function, to the last bits."""
    sign = 1.0 if function(high) > 0 else -1.0
    for _ in range(200):
        middle = (low + high) / 2
        if sign * function(middle) > 0:
            high = middle
        else:
            low = middle
    return (low + high) / 2
