"""``sweep``: every design of a study, evaluated once, whatever happens in between."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from archsim.errors import InputError
from archsim.space import Study, choose_designs, load_study
from archsim.sweeps.fidelities import promising, rank_correlations
from archsim.sweeps.here import HerePool
from archsim.sweeps.ledger import Ledger
from archsim.sweeps.plan import Plan, make_plan
from archsim.sweeps.processes import ProcessPool
from archsim.sweeps.progress import Progress, Watcher
from archsim.sweeps.ray_pool import RayPool
from archsim.sweeps.running import SweepRun
from archsim.sweeps.summary import FidelitySummary, Summary, summarise
from archsim.sweeps.table import make_table
from archsim.sweeps.work import Pool

if TYPE_CHECKING:
    import pandas as pd

    from archsim.api.loading import Source

LEDGER_ENDING = ".ledger.sqlite"
MAXIMUM_WORKERS = 1024


def sweep(
    study: Source | Study,
    *,
    workers: int = 1,
    ledger: str | Path | None = None,
    ray: str | None = None,
    overrides: Mapping[str, object] | None = None,
    most: int | None = None,
    retry_failed: bool = False,
    watcher: Watcher | None = None,
) -> pd.DataFrame:
    """Evaluate every design of a study that the ledger does not hold yet.

    An interrupted sweep goes on where it was when it is called again.

    Args:
        study: A shipped name, a path, the data itself, or a study from ``load_study``.
        workers: Processes that simulate; with 1 a batch evaluation runs in this process.
        ledger: The ledger file; by default ``<name of the study>.ledger.sqlite`` in the current
            folder.
        ray: Address of a Ray cluster (``"auto"`` for the one this machine belongs to) to
            evaluate on instead; needs the extra ``cluster``.
        overrides: Dotted key of the study to value, e.g. ``{"budget.evaluations": 100}``.
        most: Evaluate at most so many designs now.
        retry_failed: Try trials again that failed.
        watcher: Is told from time to time how far the sweep is.

    Returns:
        One row per design and fidelity; see ``archsim.sweeps.table.make_table``. Its
        ``attrs["summary"]`` holds the summary as plain data.

    Raises:
        InputError: The study, the ledger or an argument is wrong.
        ArchsimError: The ledger cannot be written any more, or workers cannot be started.
    """
    loaded = as_study(study, overrides)
    path = ledger_path(loaded, ledger)
    begin = time.monotonic()
    new = 0
    # Whatever can be wrong with the study is told before there is a ledger.
    check_workers(workers)
    first = _first_plan(loaded)

    def watch(progress: Progress) -> None:
        if watcher is not None:
            watcher(progress)

    with Ledger(path) as book:

        def evaluate(plan: Plan) -> None:
            nonlocal new
            if retry_failed:
                book.forget_failed(plan.keys)
            left = None if most is None else max(0, most - new)
            pool = make_pool(plan, workers, ray)
            try:
                new += SweepRun(plan, book, pool, watch, left).run().new
            finally:
                pool.close()

        tables, parts, correlation = _both_fidelities(first, book, evaluate)
    return _with_summary(
        tables,
        Summary(
            study=loaded.name,
            ledger=str(path),
            space=loaded.space.size,
            fidelities=tuple(parts),
            new=new,
            seconds=time.monotonic() - begin,
            rank_correlation=correlation,
        ),
    )


def sweep_table(
    study: Source | Study,
    *,
    ledger: str | Path | None = None,
    overrides: Mapping[str, object] | None = None,
) -> pd.DataFrame:
    """Return what the ledger holds of a study, running nothing; a sweep may be writing to it.

    Args:
        study: As for ``sweep``.
        ledger: As for ``sweep``.
        overrides: As for ``sweep``.

    Raises:
        InputError: The study is wrong, or there is no such ledger.
    """
    loaded = as_study(study, overrides)
    path = ledger_path(loaded, ledger)
    first = _first_plan(loaded)
    with Ledger(path, "read") as book:
        tables, parts, correlation = _both_fidelities(first, book, lambda plan: None)
    return _with_summary(
        tables,
        Summary(
            study=loaded.name,
            ledger=str(path),
            space=loaded.space.size,
            fidelities=tuple(parts),
            rank_correlation=correlation,
        ),
    )


def as_study(study: Source | Study, overrides: Mapping[str, object] | None = None) -> Study:
    """Return a study that is loaded.

    Raises:
        InputError: It is wrong, or overrides are given for one that is loaded already.
    """
    if not isinstance(study, Study):
        return load_study(study, overrides)
    if overrides:
        raise InputError("overrides apply to a study's file, and this study is loaded already")
    return study


def ledger_path(study: Study, ledger: str | Path | None) -> Path:
    """Return the ledger file of a study."""
    return Path(f"{study.name}{LEDGER_ENDING}") if ledger is None else Path(ledger)


def _first_plan(study: Study) -> Plan:
    fidelity = "analytic" if study.spec.multi_fidelity else study.spec.fidelity
    return make_plan(study, fidelity, choose_designs(study))


def _both_fidelities(
    first: Plan, book: Ledger, evaluate: Callable[[Plan], None]
) -> tuple[list[pd.DataFrame], list[FidelitySummary], Mapping[str, float | None]]:
    """Go through the fidelities that the study asks for; the second only looks at the best."""
    study, two = first.study, first.study.spec.multi_fidelity
    evaluate(first)
    table = make_table(first, book)
    parts = [summarise(study, table, first.task.fidelity, first.task.form)]
    if two is None or not parts[0].counts["done"] or _unfinished(parts[0]):
        return [table], parts, {}
    rows = promising(study, table, two.best)
    second = make_plan(study, "event", first.levels[rows])
    evaluate(second)
    again = make_table(second, book)
    again["design"] = table["design"].to_numpy()[rows]
    parts.append(summarise(study, again, "event", second.task.form))
    correlation = rank_correlations(study, table.iloc[rows], again)
    return [table, again], parts, correlation


def _unfinished(part: FidelitySummary) -> bool:
    return bool(part.counts["pending"] or part.counts["running"])


def check_workers(workers: object) -> None:
    """Refuse anything but a sensible number of workers.

    Raises:
        InputError: It is none.
    """
    if isinstance(workers, bool) or not isinstance(workers, int):
        raise InputError("the number of workers must be a whole number", found=repr(workers))
    if not 1 <= workers <= MAXIMUM_WORKERS:
        raise InputError(
            "the number of workers", found=str(workers), allowed=f"1 to {MAXIMUM_WORKERS}"
        )


def make_pool(plan: Plan, workers: int, ray: str | None = None) -> Pool:
    """Return who evaluates the trials of a plan."""
    task = plan.task
    if ray is not None:
        return RayPool(task, ray)
    limited = any(limit is not None for limit in (task.wall_s, task.memory_bytes, task.events))
    if workers == 1 and task.form == "batch" and not limited:
        return HerePool(task)
    return ProcessPool(task, workers)


def _with_summary(tables: Sequence[pd.DataFrame], summary: Summary) -> pd.DataFrame:
    import pandas as pd

    table = tables[0] if len(tables) == 1 else pd.concat(tables, ignore_index=True)
    table.attrs["summary"] = summary.to_dict()
    return table
