"""Two fidelities: which designs of an analytic sweep are worth an event simulation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from archsim.errors import InputError
from archsim.space import pareto_front
from archsim.sweeps.table import feasible_costs

if TYPE_CHECKING:
    import pandas as pd

    from archsim.space import Study


def promising(study: Study, table: pd.DataFrame, best: int) -> list[int]:
    """Return the rows of the best designs and of the Pareto front, in ascending order.

    Args:
        study: The study.
        table: Of the analytic sweep.
        best: How many of the best designs by the first objective.
    """
    rows, costs = feasible_costs(study, table)
    if not rows:
        return []
    first = costs.iloc[:, 0].sort_values(kind="stable").index[:best]
    front = pareto_front(costs.to_numpy(dtype=float)).nonzero()[0]
    return sorted({rows[int(at)] for at in [*first, *front]})


def rank_correlations(
    study: Study, analytic: pd.DataFrame, event: pd.DataFrame
) -> dict[str, float | None]:
    """Return Spearman's rank correlation of the two fidelities for each objective's metric.

    Args:
        study: The study.
        analytic: Rows of the designs that were simulated again.
        event: The same designs, in the same order.

    Returns:
        Metric to correlation over the designs that are done in both; ``None`` where fewer than
        two are, or where a figure is the same for all of them.
    """
    from scipy import stats

    if len(analytic) != len(event):
        raise InputError("two fidelities are compared design by design, so they need as many rows")
    both = [
        one == two == "done" for one, two in zip(analytic["status"], event["status"], strict=True)
    ]
    found: dict[str, float | None] = {}
    for objective in study.objectives:
        name = objective.metric
        if name not in analytic or name not in event:
            found[name] = None
            continue
        left, right = analytic[name].to_numpy()[both], event[name].to_numpy()[both]
        if len(left) < 2 or min(len(set(left)), len(set(right))) < 2:
            found[name] = None
            continue
        value = float(stats.spearmanr(left, right).statistic)
        found[name] = None if math.isnan(value) else value
    return found
