"""The records of a search in ArchGym's style: one row per evaluation of every finished run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from archsim.search.trials import TrialBook
from archsim.sweeps.evaluating import make_task
from archsim.sweeps.table import make_table

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from archsim.search.history import History
    from archsim.search.plan import RunPlan
    from archsim.search.run_ledger import RunLedger
    from archsim.space import Study


@dataclass(frozen=True)
class FinishedRun:
    """A run that has ended.

    Attributes:
        plan: What it was.
        history: What it asked for.
        trials: Name of each step's trial in the ledger.
    """

    plan: RunPlan
    history: History
    trials: Sequence[bytes]


def finished_runs(plans: Sequence[RunPlan], ledger: RunLedger) -> list[FinishedRun]:
    """Return the runs of a plan that the ledger holds, in the plan's order."""
    found = []
    for plan in plans:
        stored = ledger.run(plan.key)
        if stored is not None:
            found.append(FinishedRun(plan, stored.history, stored.trials))
    return found


def designs_table(study: Study, runs: Sequence[FinishedRun], ledger: RunLedger) -> pd.DataFrame:
    """Return every different design that runs asked for, as a sweep's table of them.

    Columns: as of ``archsim.sweeps.table.make_table``, and ``levels`` (canonical, as a tuple).
    The index is the name of the trial.
    """
    width = len(study.space.shape)
    levels = np.concatenate([np.zeros((0, width), np.int64), *(run.history.levels for run in runs)])
    names = [name for run in runs for name in run.trials]
    first = {name: at for at, name in reversed(list(enumerate(names)))}
    kept = sorted(first.values())
    canonical = study.space.collapse(levels[kept])
    book = TrialBook(study, make_task(study, study.spec.fidelity), ledger)
    table = make_table(book.plan(canonical), ledger)
    table["levels"] = [tuple(row) for row in canonical.tolist()]
    table.index = [names[at] for at in kept]
    return table


def records(study: Study, runs: Sequence[FinishedRun], designs: pd.DataFrame) -> pd.DataFrame:
    """Return one row per evaluation.

    Columns: ``method``, ``seed``, ``step`` (from 0); one per key of the space; ``status``,
    ``reason``; the figures, with their unit in the name; ``reward``, ``best_so_far`` (of
    feasible designs; NaN before there is one); then ``unique`` (different designs of the run so
    far), ``violation``, ``algorithm``, ``hyper_parameters`` (JSON), ``action`` (the levels asked
    for, as JSON; the keys' columns hold the canonical design), ``fidelity``, ``trace_hash``,
    ``version``.

    Args:
        study: The study.
        runs: Finished runs.
        designs: ``designs_table`` of them.
    """
    import pandas as pd

    lengths = [len(run.history) for run in runs]
    places = {name: at for at, name in enumerate(designs.index)}
    rows = [places[name] for run in runs for name in run.trials]
    chosen = designs.iloc[rows].reset_index(drop=True)
    fixed = {"design", "fidelity", "status", "reason", "levels"}
    figures = [name for name in designs.columns if name not in {*fixed, *study.space.keys}]

    def repeated(values: Sequence[object]) -> list[object]:
        return [value for value, count in zip(values, lengths, strict=True) for _ in range(count)]

    def joined(parts: Iterable[NDArray[np.generic]]) -> NDArray[np.float64]:
        return np.concatenate([np.zeros(0), *parts]).astype(np.float64)

    best = joined([run.history.best for run in runs])
    best[np.isneginf(best)] = np.nan
    columns: dict[str, object] = {
        "method": repeated([run.plan.method for run in runs]),
        "seed": np.array(repeated([run.plan.seed for run in runs]), dtype=np.int64),
        "step": np.array([step for count in lengths for step in range(count)], dtype=np.int64),
        **{key: chosen[key] for key in study.space.keys},
        "status": chosen["status"],
        "reason": chosen["reason"],
        **{name: chosen[name] for name in figures},
        "reward": joined([run.history.rewards for run in runs]),
        "best_so_far": best,
        "unique": joined([run.history.unique for run in runs]).astype(np.int64),
        "violation": joined([run.history.violations for run in runs]),
        "algorithm": repeated([run.plan.algorithm for run in runs]),
        "hyper_parameters": repeated([json.dumps(run.plan.options) for run in runs]),
        "action": [json.dumps(row) for run in runs for row in run.history.levels.tolist()],
        "fidelity": chosen["fidelity"],
        "trace_hash": repeated([run.plan.trace_hash for run in runs]),
        "version": repeated([run.plan.version for run in runs]),
    }
    return pd.DataFrame(columns)
