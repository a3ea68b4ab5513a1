"""Pareto fronts and the volume they dominate; every objective is a cost to be minimised."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archsim.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def pareto_front(costs: Floats) -> NDArray[np.bool_]:
    """Say which points no other point dominates; equal points dominate each other nowhere.

    Args:
        costs: Shape (points, objectives); a row with NaN is never in the front.

    Returns:
        Shape (points,).
    """
    costs = np.asarray(costs, dtype=np.float64)
    front = np.zeros(len(costs), dtype=bool)
    known = np.flatnonzero(~np.isnan(costs).any(axis=1))
    if not len(known):
        return front
    distinct, which = _distinct(costs[known])
    # Sorted by the first cost, then the second ...: a point can only be dominated by one before.
    kept = np.ones(len(distinct), dtype=bool)
    if distinct.shape[1] == 2:
        best = np.minimum.accumulate(distinct[:, 1])
        kept[1:] = distinct[1:, 1] < best[:-1]
    else:
        for at in range(len(distinct)):
            if kept[at]:
                after = distinct[at + 1 :]
                kept[at + 1 :] &= ~(after >= distinct[at]).all(axis=1)
    front[known] = kept[which]
    return front


def _distinct(costs: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Return the different rows in ascending order, and which of them each row is."""
    order = np.lexsort(costs.T[::-1])
    ranked = costs[order]
    begins = np.ones(len(costs), dtype=bool)
    begins[1:] = (ranked[1:] != ranked[:-1]).any(axis=1)
    which = np.empty(len(costs), dtype=np.intp)
    which[order] = np.cumsum(begins) - 1
    return ranked[begins], which


def hypervolume(costs: Floats, reference: Floats) -> float:
    """Return the volume that points dominate, up to a reference point.

    Args:
        costs: Shape (points, objectives); points that do not dominate the reference count
            nothing.
        reference: Shape (objectives,).

    Raises:
        InputError: The shapes do not fit.
    """
    costs, reference = np.asarray(costs, np.float64), np.asarray(reference, np.float64)
    if costs.ndim != 2 or reference.shape != (costs.shape[1],):
        raise InputError(
            "the hypervolume needs one reference value per objective",
            found=f"shapes {costs.shape} and {reference.shape}",
        )
    inside = costs[(costs < reference).all(axis=1)]
    return _volume(inside[pareto_front(inside)], reference)


def _volume(costs: Floats, reference: Floats) -> float:
    """Slice along the last objective; each slice is a volume of one dimension less."""
    if not len(costs):
        return 0.0
    if costs.shape[1] == 1:
        return float(reference[0] - costs[:, 0].min())
    costs = costs[np.argsort(costs[:, -1], kind="stable")]
    edges = np.append(costs[:, -1], reference[-1])
    total = 0.0
    for at in np.flatnonzero(np.diff(edges)):
        below = costs[: at + 1, :-1]
        height = float(edges[at + 1] - edges[at])
        total += height * _volume(below[pareto_front(below)], reference[:-1])
    return total
