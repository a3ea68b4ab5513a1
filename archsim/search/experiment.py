"""``search``: every run of a study, whatever happens in between, and what they say together."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from archsim.envs.design_evaluator import DesignEvaluator
from archsim.errors import InputError
from archsim.search.comparing import compare_methods, lotteries, summarise_methods
from archsim.search.fronts import front_volumes
from archsim.search.plan import RunPlan, make_plans
from archsim.search.processes import run_in_processes
from archsim.search.progress import SearchProgress, SearchWatcher
from archsim.search.records import designs_table, finished_runs, records
from archsim.search.registry import require_packages
from archsim.search.reranking import Reranking, best_designs, rerank
from archsim.search.run_ledger import RunLedger
from archsim.search.summary import SearchSummary
from archsim.search.working import RunWorker
from archsim.space import Study
from archsim.sweeps.sweeping import as_study, check_workers, ledger_path

if TYPE_CHECKING:
    import pandas as pd

    from archsim.api.loading import Source

BEST_SHOWN = 10
"""Best designs in a summary; a study's ``multi_fidelity.best`` says another number."""


def search(
    study: Source | Study,
    *,
    workers: int = 1,
    ledger: str | Path | None = None,
    overrides: Mapping[str, object] | None = None,
    watcher: SearchWatcher | None = None,
) -> pd.DataFrame:
    """Run every run of a study's methods and seeds that the ledger does not hold yet.

    An interrupted search goes on when it is called again: runs that have ended are kept, and a
    run that was cut short takes the same steps once more without simulating them again. The
    result does not depend on the number of workers.

    Args:
        study: A shipped name, a path, the data itself, or a study from ``load_study``.
        workers: Processes that run; with 1 everything runs in this process.
        ledger: The ledger file, also of a sweep; by default ``<name of the
            study>.ledger.sqlite`` in the current folder.
        overrides: Dotted key of the study to value, e.g. ``{"budget.evaluations": 100}``.
        watcher: Is told from time to time how far the search is.

    Returns:
        One row per evaluation; see ``archsim.search.records.records``. Its ``attrs["summary"]``
        holds the summary as plain data (``SearchSummary``).

    Raises:
        InputError: The study, the ledger or an argument is wrong.
        MissingExtraError: A method needs a package that is not installed.
        ArchsimError: The ledger cannot be written any more, or a worker ended.
    """
    loaded = _checked(study, overrides)
    check_workers(workers)
    plans = make_plans(loaded)
    begin = time.monotonic()
    # Whatever can be wrong with the study is told before there is a ledger.
    for name in sorted({plan.algorithm for plan in plans}):
        require_packages(name)
    if loaded.spec.reward.form == "log_ratio":
        _check_reward(loaded)
    with RunLedger(ledger_path(loaded, ledger)) as book:
        ended = book.finished([plan.key for plan in plans])
        to_do = [at for at, plan in enumerate(plans) if plan.key not in ended]
        progress = SearchProgress.of(plans, [plans[at] for at in to_do])

        def watch(plan: RunPlan, count: int, best: float, ended: bool = False) -> None:
            progress.add(plan.method, count, best, ended)
            if watcher is not None:
                watcher(progress)

        simulated = 0
        if min(workers, len(to_do)) > 1:
            simulated = run_in_processes(loaded, book.path, plans, to_do, workers, watch)
        elif to_do:
            with RunWorker(loaded, book) as worker:
                for plan in (plans[at] for at in to_do):
                    worker.run(plan, partial(watch, plan))
                    watch(plan, 0, -math.inf, ended=True)
                simulated = worker.simulated
        return _found(
            loaded, plans, book, workers=workers, simulated=simulated, new=progress.evaluations,
            begin=begin,
        )  # fmt: skip


def search_table(
    study: Source | Study,
    *,
    ledger: str | Path | None = None,
    overrides: Mapping[str, object] | None = None,
) -> pd.DataFrame:
    """Return what the ledger holds of a search, running nothing; a search may be writing to it.

    Args:
        study: As for ``search``.
        ledger: As for ``search``.
        overrides: As for ``search``.

    Raises:
        InputError: The study is wrong, or there is no such ledger.
    """
    loaded = _checked(study, overrides)
    plans = make_plans(loaded)
    with RunLedger(ledger_path(loaded, ledger), "read") as book:
        return _found(loaded, plans, book)


def _check_reward(study: Study) -> None:
    """Refuse a reward that does not fit the base design."""
    with DesignEvaluator(study) as evaluator:
        _ = evaluator.reward


def _checked(study: Source | Study, overrides: Mapping[str, object] | None) -> Study:
    loaded = as_study(study, overrides)
    if loaded.spec.multi_fidelity and loaded.spec.fidelity != "analytic":
        raise InputError(
            "a search that simulates its best designs again on event looks on analytic",
            key="fidelity", found=repr(loaded.spec.fidelity), allowed="analytic",
        )  # fmt: skip
    return loaded


def _found(
    study: Study,
    plans: list[RunPlan],
    book: RunLedger,
    *,
    workers: int | None = None,
    simulated: int = 0,
    new: int = 0,
    begin: float | None = None,
) -> pd.DataFrame:
    """Return the records of all finished runs with their summary."""
    runs = finished_runs(plans, book)
    designs = designs_table(study, runs, book)
    two = study.spec.multi_fidelity
    best = best_designs(study, runs, designs, two.best if two else BEST_SHOWN)
    complete = len(runs) == len(plans)
    again = Reranking(tuple(best), {})
    if two and complete:
        again = rerank(study, best, book, workers=workers)
    methods = summarise_methods(runs, front_volumes(study, runs, designs))
    summary = SearchSummary(
        study=study.name,
        ledger=str(book.path),
        space=study.space.size,
        objective=plans[0].objective,
        budget=str(plans[0].budget),
        seeds=study.spec.seeds,
        runs=len(plans),
        finished=len(runs),
        different=len(designs),
        methods=tuple(methods),
        comparisons=tuple(compare_methods(runs)),
        lotteries=tuple(lotteries(methods)),
        best=again.designs,
        rank_correlation=again.rank_correlation,
        units={name: study.metrics[name] for name in study.metrics if name in designs},
        new=new,
        simulated=simulated,
        seconds=0.0 if begin is None else time.monotonic() - begin,
    )
    table = records(study, runs, designs)
    table.attrs["summary"] = summary.to_dict()
    return table
