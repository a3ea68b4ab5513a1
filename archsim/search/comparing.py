"""What the runs of a search say about its methods: spreads, curves, comparisons, lotteries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from archsim.search.statistics import (
    Comparison,
    Spread,
    at_evaluations,
    at_unique,
    compare_all,
    quantile,
    spread,
)

if TYPE_CHECKING:
    from archsim.search.history import History
    from archsim.search.records import FinishedRun

CURVE_POINTS = 24


@dataclass(frozen=True)
class Curve:
    """Best reward so far over what was spent: quartiles over runs.

    Attributes:
        counts: Evaluations, or different designs.
        lower_quartile: At each count.
        median: At each count.
        upper_quartile: At each count.
    """

    counts: tuple[int, ...]
    lower_quartile: tuple[float, ...]
    median: tuple[float, ...]
    upper_quartile: tuple[float, ...]


@dataclass(frozen=True)
class MethodSummary:
    """One method with one setting, over its seeds.

    Attributes:
        method: What it is called in tables.
        group: Label in the study; settings of a grid share it.
        algorithm: Name of the algorithm.
        options: Its settings.
        runs: Runs that have ended.
        evaluations: Designs asked for, in all runs.
        unique: Different designs of each run, summed.
        best: Best reward of each run.
        final_policy: Mean reward of each run's final policy; ``None`` without a policy.
        front: Share of the box of costs that each run's designs dominate; see
            ``archsim.search.fronts``; ``None`` with one objective.
        by_evaluations: Best reward over evaluations.
        by_unique: Best reward over different designs.
        overhead_ms: Time in the method for each evaluation, mean over the runs.
        evaluation_ms: Time in evaluating for each evaluation, mean over the runs; known designs
            cost next to nothing.
    """

    method: str
    group: str
    algorithm: str
    options: Mapping[str, object]
    runs: int
    evaluations: int
    unique: int
    best: Spread
    final_policy: Spread | None
    front: Spread | None
    by_evaluations: Curve
    by_unique: Curve
    overhead_ms: float
    evaluation_ms: float

    @property
    def hits(self) -> int:
        """Evaluations of designs that a run had asked for before."""
        return self.evaluations - self.unique


@dataclass(frozen=True)
class Lottery:
    """Settings of one method that were tried in a grid: what luck with them is worth.

    Attributes:
        group: The method's label.
        settings: How many settings.
        medians: Over settings, each by the median of its runs.
        best: The setting with the highest median.
        worst: The setting with the lowest.
    """

    group: str
    settings: int
    medians: Spread
    best: str
    worst: str


def summarise_methods(
    runs: Sequence[FinishedRun], volumes: Sequence[float] | None = None
) -> list[MethodSummary]:
    """Return a summary of each method, in the order of the plan.

    Args:
        runs: Finished runs.
        volumes: ``front_volumes`` of them.
    """
    by_key = {} if volumes is None else {
        run.plan.key: volume for run, volume in zip(runs, volumes, strict=True)
    }  # fmt: skip
    return [_summary(own, by_key) for own in _by_method(runs).values()]


def compare_methods(runs: Sequence[FinishedRun]) -> list[Comparison]:
    """Compare the best rewards of every two methods; of a grid's settings the best one stands.

    Methods whose runs have not all ended are compared by those that have.
    """
    chosen: dict[str, tuple[float, str, list[float]]] = {}
    for method, own in _by_method(runs).items():
        results = [float(run.history.best[-1]) for run in own]
        middle, group = float(quantile(np.array(results), 0.5)), own[0].plan.group
        if group not in chosen or middle > chosen[group][0]:
            chosen[group] = (middle, method, results)
    return compare_all({method: results for _, method, results in chosen.values()})


def lotteries(methods: Sequence[MethodSummary]) -> list[Lottery]:
    """Return the lottery of each method that was tried with several settings."""
    groups: dict[str, list[MethodSummary]] = {}
    for item in methods:
        groups.setdefault(item.group, []).append(item)
    found = []
    for group, items in groups.items():
        if len(items) > 1:
            ordered = sorted(items, key=lambda item: item.best.median)
            found.append(
                Lottery(
                    group=group,
                    settings=len(items),
                    medians=spread([item.best.median for item in items]),
                    best=ordered[-1].method,
                    worst=ordered[0].method,
                )
            )
    return found


def _by_method(runs: Sequence[FinishedRun]) -> dict[str, list[FinishedRun]]:
    found: dict[str, list[FinishedRun]] = {}
    for run in runs:
        found.setdefault(run.plan.method, []).append(run)
    return found


def _summary(own: Sequence[FinishedRun], volumes: Mapping[bytes, float]) -> MethodSummary:
    plan, histories = own[0].plan, [run.history for run in own]
    evaluations = sum(map(len, histories))
    policies = [mean for item in histories if (mean := item.policy_mean) is not None]
    return MethodSummary(
        method=plan.method,
        group=plan.group,
        algorithm=plan.algorithm,
        options=dict(plan.options),
        runs=len(own),
        evaluations=evaluations,
        unique=sum(int(item.unique[-1]) for item in histories),
        best=spread([float(item.best[-1]) for item in histories]),
        final_policy=spread(policies) if policies else None,
        front=spread([volumes[run.plan.key] for run in own]) if volumes else None,
        by_evaluations=_curve(histories, by_unique=False),
        by_unique=_curve(histories, by_unique=True),
        overhead_ms=1e3 * sum(item.algorithm_s for item in histories) / evaluations,
        evaluation_ms=1e3 * sum(item.evaluation_s for item in histories) / evaluations,
    )


def _curve(histories: Sequence[History], *, by_unique: bool) -> Curve:
    most = max(int(item.unique[-1]) if by_unique else len(item) for item in histories)
    counts = np.unique(np.geomspace(1, most, CURVE_POINTS).round().astype(np.int64))
    best = np.array(
        [
            at_unique(item.best, item.unique, counts)
            if by_unique
            else at_evaluations(item.best, counts)
            for item in histories
        ]
    )
    low, middle, high = (quantile(best, fraction) for fraction in (0.25, 0.5, 0.75))
    return Curve(
        tuple(counts.tolist()), tuple(low.tolist()), tuple(middle.tolist()), tuple(high.tolist())
    )
