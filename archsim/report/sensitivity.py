"""Which parameter moves a figure how much: variance-based sensitivity of evaluated designs.

The first-order index of a parameter is the share of a figure's variance that its value alone
explains, Var(E[Y | X]) / Var(Y); the total index adds every interaction it takes part in,
E[Var(Y | all others)] / Var(Y) (Sobol 1993; Saltelli et al. 2008, chapter 4). Over a whole grid
both are exact sums. Over a grid with gaps the first-order index is exact for the designs there
are, but parameters are then no longer independent and shares can overlap. From a sample the
first-order index is estimated by bins, with Kelley's (1935) correction for the number of bins,
and its standard error by a jackknife over 20 random groups of designs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Levels = NDArray[np.int64]

Form = Literal["grid", "gaps", "sample"]

GROUPS = 20
MAXIMUM_BINS = 16
LEAST_PER_BIN = 5
LEAST_DESIGNS = 40
"""Fewest designs of a sample that say anything: two in each group of the jackknife."""


@dataclass(frozen=True, slots=True)
class Influence:
    """How much one parameter moves one figure.

    Attributes:
        key: The parameter.
        first: First-order index: share of the variance that its value alone explains.
        error: Standard error of ``first``; 0 where it is exact.
        total: Total index; ``None`` where it can't be told from these designs.
        lowest: Level (or bin, by its middle level) with the lowest mean of the figure.
        lowest_mean: That mean.
        highest: Level with the highest mean.
        highest_mean: That mean.
    """

    key: str
    first: float
    error: float
    total: float | None
    lowest: int
    lowest_mean: float
    highest: int
    highest_mean: float


def form_of(levels: Levels, shape: Sequence[int], *, whole: bool) -> Form:
    """Return what a set of designs is.

    Args:
        levels: Different designs, shape (designs, parameters).
        shape: Number of values of each parameter.
        whole: Whether the designs are all those of a grid that could be evaluated, not a sample.
    """
    if len(levels) == math.prod(shape):
        return "grid"
    return "gaps" if whole else "sample"


def influences(
    keys: Sequence[str], shape: Sequence[int], levels: Levels, values: Floats, form: Form
) -> list[Influence]:
    """Return the influence of each parameter that has two values or more, strongest first.

    Args:
        keys: Keys of the parameters.
        shape: Number of values of each parameter.
        levels: Different designs, shape (designs, parameters).
        values: The figure of each design, shape (designs,); finite.
        form: What the designs are, see ``form_of``.

    Returns:
        Nothing when the figure is the same for every design, or a sample is too small.
    """
    import numpy as np

    if len(values) < (LEAST_DESIGNS if form == "sample" else 2) or np.ptp(values) == 0:
        return []
    centred = (values - values.mean()) / np.ptp(values)
    total_of = _totals(shape, levels, centred) if form == "grid" else {}
    found = []
    for at, key in enumerate(keys):
        if shape[at] < 2:
            continue
        bins = levels[:, at] if form != "sample" else _bins(levels[:, at], shape[at])
        counts = np.bincount(bins)
        first, error = _first_order(bins, centred, form)
        middle = np.bincount(bins, weights=levels[:, at]) / np.maximum(counts, 1)
        mean = np.bincount(bins, weights=values) / np.maximum(counts, 1)
        there = np.flatnonzero(counts)
        low, high = there[mean[there].argmin()], there[mean[there].argmax()]
        found.append(
            Influence(
                key, first, error, total_of.get(at), round(float(middle[low])), float(mean[low]),
                round(float(middle[high])), float(mean[high]),
            )
        )  # fmt: skip
    return sorted(found, key=lambda item: -item.first)


def _totals(shape: Sequence[int], levels: Levels, centred: Floats) -> dict[int, float]:
    """Return the total index of each parameter over a whole grid, exactly."""
    import numpy as np

    cube = np.empty(tuple(shape))
    cube[tuple(levels.T)] = centred
    variance = centred.var()
    return {at: float(cube.var(axis=at).mean() / variance) for at in range(len(shape))}


def _bins(levels: Levels, count: int) -> Levels:
    """Return bins of neighbouring levels with about as many designs each."""
    import numpy as np

    most = max(2, min(MAXIMUM_BINS, len(levels) // LEAST_PER_BIN))
    if count <= most:
        return levels
    before = np.searchsorted(np.sort(levels), np.arange(count), side="left")
    after = np.searchsorted(np.sort(levels), np.arange(count), side="right")
    bin_of = np.minimum((before + after) * most // (2 * len(levels)), most - 1)
    _, dense = np.unique(bin_of[levels], return_inverse=True)
    return dense.reshape(-1)


def _first_order(bins: Levels, centred: Floats, form: Form) -> tuple[float, float]:
    """Return the first-order index and its standard error."""
    import numpy as np

    width = int(bins.max()) + 1
    if form != "sample":
        return float(_explained(*_moments(bins, centred, width), corrected=False)), 0.0
    groups = np.random.default_rng(0).permutation(len(bins)) % GROUPS
    parts = _moments(groups * width + bins, centred, GROUPS * width)
    by_group = [part.reshape(GROUPS, width) for part in parts]
    whole = [part.sum(axis=0) for part in by_group]
    estimate = float(_explained(*whole, corrected=True))
    without = [total - part for total, part in zip(whole, by_group, strict=True)]
    again = _explained(*without, corrected=True)
    error = math.sqrt((GROUPS - 1) / GROUPS * float(((again - again.mean()) ** 2).sum()))
    return estimate, error


def _moments(bins: Levels, values: Floats, width: int) -> tuple[Floats, Floats, Floats]:
    """Return number, sum and sum of squares of each bin."""
    import numpy as np

    counts: Floats = np.bincount(bins, minlength=width).astype(np.float64)
    sums: Floats = np.bincount(bins, weights=values, minlength=width).astype(np.float64)
    squares: Floats = np.bincount(bins, weights=values**2, minlength=width).astype(np.float64)
    return counts, sums, squares


def _explained(counts: Floats, sums: Floats, squares: Floats, *, corrected: bool) -> Floats:
    """Return the explained share of the variance from moments, shape (..., bins) to (...).

    Corrected, it is Kelley's epsilon squared, which has no bias from the number of bins; one
    below 0 means that nothing is explained.
    """
    import numpy as np

    designs = counts.sum(axis=-1)
    used = np.count_nonzero(counts, axis=-1)
    all_squares = squares.sum(axis=-1) - sums.sum(axis=-1) ** 2 / designs
    within = (squares - sums**2 / np.maximum(counts, 1)).sum(axis=-1)
    unexplained = within / np.where(all_squares > 0, all_squares, np.inf)
    if corrected:
        unexplained = unexplained * (designs - 1) / np.maximum(designs - used, 1)
    share: Floats = np.clip(np.where(all_squares > 0, 1 - unexplained, 0.0), 0.0, 1.0)
    return share
