"""Pareto fronts of runs: how much of the space of costs each run's designs dominate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from archsim.space import hypervolume

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from archsim.search.records import FinishedRun
    from archsim.space import Study

REFERENCE = 1.1
"""Reference of each cost: best 0, worst 1 of all feasible designs that any run asked for."""

_MOST_OBJECTIVES = 3


def front_volumes(
    study: Study, runs: Sequence[FinishedRun], designs: pd.DataFrame
) -> list[float] | None:
    """Return the hypervolume of each run's feasible designs, as a share of the whole box.

    Costs are scaled by the best and the worst feasible design of all runs together, so volumes
    compare runs of one search, not of different ones.

    Args:
        study: The study.
        runs: Finished runs.
        designs: ``designs_table`` of them.

    Returns:
        One share per run, from 0 (no feasible design) to 1; ``None`` with one objective, or
        with more than three, which take too long.
    """
    count = len(study.objectives)
    if not 2 <= count <= _MOST_OBJECTIVES or not runs:
        return None
    costs = _scaled_costs(study, designs)
    rows = {name: at for at, name in enumerate(designs.index)}
    reference = np.full(count, REFERENCE)
    found = []
    for run in runs:
        asked = sorted({rows[name] for name in run.trials})
        own = costs[asked]
        volume = hypervolume(own[np.isfinite(own).all(axis=1)], reference)
        found.append(volume / REFERENCE**count)
    return found


def _scaled_costs(study: Study, designs: pd.DataFrame) -> NDArray[np.float64]:
    """Return costs from 0 to 1, shape (designs, objectives); NaN for infeasible designs."""
    costs = np.full((len(designs), len(study.objectives)), np.nan)
    done = np.array([status == "done" for status in designs["status"]])
    if not done.any():
        return costs
    for at, objective in enumerate(study.objectives):
        values = designs[objective.metric].to_numpy(dtype=np.float64)[done]
        cost = objective.cost(values)
        low, high = cost.min(), cost.max()
        costs[done, at] = (cost - low) / (high - low) if high > low else 0.0
    return costs
