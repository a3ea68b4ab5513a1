"""What a sweep came to, in a few figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from archsim.space import pareto_front
from archsim.space.constraint import BROKEN
from archsim.sweeps.table import feasible_costs

if TYPE_CHECKING:
    import pandas as pd

    from archsim.space import Study

_SHOWN_REASONS = 3
STATUSES = ("done", "infeasible", "failed", "running", "pending")


@dataclass(frozen=True)
class Best:
    """The best design by one objective.

    Attributes:
        objective: E.g. ``"minimise latency_s"``.
        value: Its figure.
        design: Number of the design.
        point: Its values.
    """

    objective: str
    value: float
    design: int
    point: Mapping[str, object]


@dataclass(frozen=True)
class FidelitySummary:
    """Trials at one fidelity.

    Attributes:
        fidelity: ``"analytic"`` or ``"event"``.
        form: ``"batch"``: evaluated many at once; ``"run"``: simulated one by one.
        designs: Designs of the study at this fidelity.
        counts: Status to number of designs.
        pareto: Designs in the Pareto front of all objectives.
        best: The best design by each objective.
        failures: The most frequent reasons of failed trials, each with its number.
        obstacles: The most frequent reasons of infeasible designs, each with its number.
    """

    fidelity: str
    form: str
    designs: int
    counts: Mapping[str, int]
    pareto: int
    best: tuple[Best, ...]
    failures: tuple[tuple[str, int], ...] = ()
    obstacles: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Summary:
    """A sweep.

    Attributes:
        study: Name of the study.
        ledger: Its ledger file.
        space: Points of the space.
        fidelities: One or two.
        new: Trials that this run evaluated.
        seconds: Time of this run.
        rank_correlation: Metric to Spearman's rank correlation of the two fidelities; empty
            with one fidelity.
    """

    study: str
    ledger: str
    space: int
    fidelities: tuple[FidelitySummary, ...]
    new: int = 0
    seconds: float = 0.0
    rank_correlation: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every trial has ended."""
        return all(
            not item.counts["pending"] and not item.counts["running"] for item in self.fidelities
        )

    def to_dict(self) -> dict[str, object]:
        """Return JSON data."""
        return {**asdict(self), "complete": self.complete}


def summarise(study: Study, table: pd.DataFrame, fidelity: str, form: str) -> FidelitySummary:
    """Return the summary of one fidelity.

    Args:
        study: The study.
        table: Rows of that fidelity.
        fidelity: Which.
        form: How its trials are evaluated.
    """
    import numpy as np

    counts = table["status"].value_counts()
    rows, costs = feasible_costs(study, table)
    best = []
    for objective in study.objectives:
        if not rows or str(objective) not in costs:
            continue
        cost = costs[str(objective)].to_numpy(dtype=float)
        if np.isnan(cost).all():  # a figure that none of these designs has
            continue
        row = table.iloc[rows[int(np.nanargmin(cost))]]
        point = {key: _plain(row[key]) for key in study.space.keys}
        best.append(Best(str(objective), float(row[objective.metric]), int(row["design"]), point))
    return FidelitySummary(
        fidelity=fidelity,
        form=form,
        designs=len(table),
        counts={status: int(counts.get(status, 0)) for status in STATUSES},
        pareto=int(pareto_front(costs.to_numpy(dtype=float)).sum()) if len(costs.columns) else 0,
        best=tuple(best),
        failures=tuple(reason_counts(table, "failed")[:_SHOWN_REASONS]),
        obstacles=tuple(reason_counts(table, "infeasible")[:_SHOWN_REASONS]),
    )


def common_reason(reason: str) -> str:
    """Return a reason without how far a constraint is broken, which makes no difference."""
    return reason.partition(": ")[0] if reason.startswith(BROKEN) else reason


def reason_counts(table: pd.DataFrame, status: str) -> list[tuple[str, int]]:
    """Return every reason of the designs with a status, the most frequent first."""
    counts = Counter(map(common_reason, table.loc[table["status"] == status, "reason"].tolist()))
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _plain(value: object) -> object:
    """Return a value of a table as Python's own."""
    return value.item() if hasattr(value, "item") else value
