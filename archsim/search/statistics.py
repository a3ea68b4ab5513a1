"""What runs with different seeds say together: medians, quartiles, intervals, and who is better.

A run that has found no feasible design yet has the best reward ``-inf``: it counts in ranks and
quantiles, below every run that has found one. ``nan`` never occurs.

Sources: H. B. Mann and D. R. Whitney, 1947 (U test); A. Vargha and H. D. Delaney, 2000 (effect
size A12); S. Holm, 1979 (correction for many comparisons); B. Efron, 1979 (bootstrap).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from archsim.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CONFIDENCE = 0.95
RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Spread:
    """Quartiles of one figure over runs, and an interval for its median.

    Attributes:
        median: The median.
        lower_quartile: A quarter of the runs is below.
        upper_quartile: A quarter of the runs is above.
        low: Lower end of the bootstrap interval of the median, at confidence 95 %.
        high: Upper end.
        minimum: The worst run.
        maximum: The best run.
    """

    median: float
    lower_quartile: float
    upper_quartile: float
    low: float
    high: float
    minimum: float
    maximum: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two methods, run by run.

    Attributes:
        first: One method.
        second: The other.
        effect: Vargha and Delaney's A12: the chance that a run of the first beats one of the
            second, ties counting half; 0.5 is no difference.
        p_value: Mann-Whitney U test, two-sided.
        p_adjusted: The same after Holm's correction over all pairs compared together.
    """

    first: str
    second: str
    effect: float
    p_value: float
    p_adjusted: float


def best_so_far(rewards: Floats, feasible: NDArray[np.bool_]) -> Floats:
    """Return the best reward of a feasible design up to each step; ``-inf`` before the first.

    Args:
        rewards: Shape (steps,).
        feasible: Which designs run and keep to every constraint, shape (steps,).
    """
    found: Floats = np.maximum.accumulate(np.where(feasible, rewards, -np.inf))
    return found


def at_evaluations(best: Floats, counts: NDArray[np.int64]) -> Floats:
    """Return the best reward after some numbers of evaluations; a run that ended keeps its last.

    Args:
        best: ``best_so_far`` of one run, at least one step.
        counts: Numbers of evaluations, at least 1 each.
    """
    found: Floats = best[np.minimum(counts, len(best)) - 1]
    return found


def at_unique(best: Floats, unique: NDArray[np.int64], counts: NDArray[np.int64]) -> Floats:
    """Return the best reward after some numbers of different designs.

    Args:
        best: ``best_so_far`` of one run.
        unique: Different designs up to each step, never falling, beginning with 1.
        counts: Numbers of different designs, at least 1 each.
    """
    found: Floats = best[np.searchsorted(unique, counts, side="right") - 1]
    return found


def quantile(values: Floats, fraction: float) -> Floats:
    """Return a quantile over the first axis, linear between neighbours; ``-inf`` stays itself.

    Args:
        values: Shape (runs, ...), at least one run.
        fraction: From 0 to 1.
    """
    ordered = np.sort(values, axis=0)
    place = fraction * (len(ordered) - 1)
    below = int(place)
    share = place - below
    low = ordered[below]
    if not share:
        return np.asarray(low, dtype=np.float64)
    high = ordered[below + 1]
    with np.errstate(invalid="ignore"):
        between = low + share * (high - low)
    return np.asarray(np.where(np.isneginf(low), low, between), dtype=np.float64)


def spread(values: Sequence[float] | Floats, seed: int = 0) -> Spread:
    """Return quartiles and the interval of the median.

    Args:
        values: One per run, at least one.
        seed: Of the bootstrap.

    Raises:
        InputError: There is no value.
    """
    runs = np.asarray(values, dtype=np.float64)
    if not len(runs):
        raise InputError("a spread needs at least one run")
    low, high = median_interval(runs, seed)
    quarters = [float(quantile(runs, fraction)) for fraction in (0.25, 0.5, 0.75)]
    return Spread(
        median=quarters[1],
        lower_quartile=quarters[0],
        upper_quartile=quarters[2],
        low=low,
        high=high,
        minimum=float(runs.min()),
        maximum=float(runs.max()),
    )


def median_interval(
    values: Floats, seed: int = 0, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Return a percentile bootstrap interval of the median.

    Args:
        values: One per run, at least one.
        seed: Of the resampling.
        confidence: Share of resamples inside.
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    chosen = generator.integers(0, len(values), (len(values), RESAMPLES))
    medians = quantile(np.asarray(values, np.float64)[chosen], 0.5)
    outside = (1 - confidence) / 2
    return float(quantile(medians, outside)), float(quantile(medians, 1 - outside))


def compare_all(results: Mapping[str, Sequence[float]]) -> list[Comparison]:
    """Compare every two methods, in their order.

    Args:
        results: Method to one result per run, higher is better.

    Raises:
        InputError: A method has no run.
    """
    pairs = list(combinations(results, 2))
    found = [effect_and_p(results[first], results[second]) for first, second in pairs]
    adjusted = holm([p_value for _, p_value in found])
    return [
        Comparison(first, second, effect, p_value, corrected)
        for (first, second), (effect, p_value), corrected in zip(
            pairs, found, adjusted, strict=True
        )
    ]


def effect_and_p(first: Sequence[float], second: Sequence[float]) -> tuple[float, float]:
    """Return A12 and the two-sided p-value of the Mann-Whitney U test.

    Raises:
        InputError: There is no run on one side.
    """
    from scipy import stats

    left, right = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if not len(left) or not len(right):
        raise InputError("a comparison needs at least one run on each side")
    if len({*left.tolist(), *right.tolist()}) == 1:
        return 0.5, 1.0
    test = stats.mannwhitneyu(left, right, alternative="two-sided")
    return float(test.statistic) / (len(left) * len(right)), float(test.pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number by Holm's step-down method."""
    order = sorted(range(len(p_values)), key=lambda at: p_values[at])
    found, highest = [0.0] * len(p_values), 0.0
    for rank, at in enumerate(order):
        highest = max(highest, min(1.0, p_values[at] * (len(p_values) - rank)))
        found[at] = highest
    return found
