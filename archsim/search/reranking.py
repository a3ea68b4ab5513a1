"""The best designs of a search on analytic fidelity, simulated again with contention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from archsim.envs.design_evaluator import DesignEvaluator
from archsim.sweeps.fidelities import rank_correlations
from archsim.sweeps.plan import make_plan
from archsim.sweeps.running import SweepRun
from archsim.sweeps.sweeping import make_pool
from archsim.sweeps.table import make_table

if TYPE_CHECKING:
    import pandas as pd

    from archsim.search.records import FinishedRun
    from archsim.search.run_ledger import RunLedger
    from archsim.space import Study, Value
    from archsim.sweeps.progress import Progress


@dataclass(frozen=True)
class RankedDesign:
    """A design of a search.

    Attributes:
        point: Its values.
        levels: Its canonical levels.
        reward: On the fidelity of the search.
        figures: Its figures there.
        method: The method that found it first, in the order of the runs.
        seed: Seed of that run.
        step: Step of that run.
        event_status: Status on event fidelity; ``"pending"`` before it is simulated there.
        event_reward: Reward there, against the same base figures; ``None`` without figures.
    """

    point: Mapping[str, Value]
    levels: tuple[int, ...]
    reward: float
    figures: Mapping[str, float]
    method: str
    seed: int
    step: int
    event_status: str = ""
    event_reward: float | None = None


@dataclass(frozen=True)
class Reranking:
    """The best designs on both fidelities.

    Attributes:
        designs: Best first, by the reward on event where there is one.
        rank_correlation: Metric of each objective, and ``reward``, to Spearman's rank
            correlation of the two fidelities; ``None`` where it is not defined.
    """

    designs: tuple[RankedDesign, ...]
    rank_correlation: Mapping[str, float | None]


def best_designs(
    study: Study, runs: Sequence[FinishedRun], designs: pd.DataFrame, count: int
) -> list[RankedDesign]:
    """Return the best feasible designs of all runs, each once, best first.

    Of designs with the same reward the one that was found first goes first.

    Args:
        study: The study.
        runs: Finished runs.
        designs: ``designs_table`` of them.
        count: How many at most.
    """
    found: dict[bytes, tuple[float, str, int, int]] = {}
    for run in runs:
        history = run.history
        for step in np.flatnonzero(history.violations == 0).tolist():
            place = (float(history.rewards[step]), run.plan.method, run.plan.seed, step)
            found.setdefault(run.trials[step], place)
    ordered = sorted(found, key=lambda name: -found[name][0])[:count]
    rows = {name: at for at, name in enumerate(designs.index)}
    names = [name for name in study.metrics if name in designs.columns]
    best = []
    for name in ordered:
        reward, method, seed, step = found[name]
        row = designs.iloc[rows[name]]
        levels = row["levels"]
        figures = {metric: float(row[metric]) for metric in names}
        best.append(
            RankedDesign(study.space.values(levels), levels, reward, figures, method, seed, step)
        )
    return best


def rerank(
    study: Study, best: Sequence[RankedDesign], ledger: RunLedger, *, workers: int | None
) -> Reranking:
    """Simulate designs again on event fidelity, and order them by what they are worth there.

    Args:
        study: The study.
        best: Designs of the search.
        ledger: Where trials are looked up and recorded.
        workers: Processes that simulate; ``None`` runs nothing.
    """
    if not best:
        return Reranking((), {})
    levels = np.array([item.levels for item in best], dtype=np.int64)
    plan = make_plan(study, "event", levels)
    if workers is not None:
        pool = make_pool(plan, workers)
        try:
            SweepRun(plan, ledger, pool, _ignore).run()
        finally:
            pool.close()
    table = make_table(plan, ledger)
    before = make_table(make_plan(study, study.spec.fidelity, levels), ledger)
    statuses = table["status"].tolist()
    rewards = _rewards(study, table)
    ranked = [
        replace(item, event_status=status, event_reward=reward)
        for item, status, reward in zip(best, statuses, rewards, strict=True)
    ]
    correlation = rank_correlations(study, before, table)
    both = [item for item in ranked if item.event_status == "done"]
    correlation["reward"] = _spearman(
        [item.reward for item in both], [item.event_reward or 0.0 for item in both]
    )
    ranked.sort(key=lambda item: (item.event_status != "done", -(item.event_reward or 0.0)))
    return Reranking(tuple(ranked), correlation)


def _rewards(study: Study, table: pd.DataFrame) -> list[float | None]:
    """Return what each design is worth by its figures of another fidelity."""
    with DesignEvaluator(study) as evaluator:
        reward = evaluator.reward
    known = np.array([status == "done" for status in table["status"]])
    if not known.any():
        return [None] * len(table)
    figures = {
        name: table[name].to_numpy(dtype=np.float64)
        for name in study.wanted_metrics
        if name in table
    }
    worth = reward.of(figures, known).rewards.tolist()
    return [value if there else None for value, there in zip(worth, known, strict=True)]


def _spearman(left: Sequence[float], right: Sequence[float]) -> float | None:
    from scipy import stats

    if len(left) < 2 or min(len(set(left)), len(set(right))) < 2:
        return None
    return float(stats.spearmanr(left, right).statistic)


def _ignore(progress: Progress) -> None:
    del progress
