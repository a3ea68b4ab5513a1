"""``judge_proxies``: proxy models of studies from the ledgers of their searches."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from archsim.api.loading import Source
from archsim.envs.simulator import Simulator
from archsim.errors import InputError, UnknownNameError
from archsim.search.experiment import search_table
from archsim.search.proxy import ProxyReport, Split, judge_proxy
from archsim.space import Study
from archsim.sweeps.evaluating import make_task
from archsim.sweeps.sweeping import as_study

if TYPE_CHECKING:
    import pandas as pd


def judge_proxies(
    studies: Sequence[Source | Study],
    *,
    metrics: Sequence[str] = (),
    split: Split = "random",
    ledger: str | Path | None = None,
    seed: int = 0,
) -> list[ProxyReport]:
    """Judge a proxy of each metric, learnt from the finished runs of some studies.

    Args:
        studies: Studies with the same keys; several with different workloads for a split by
            trace.
        metrics: What to predict; by default the metrics of the first study's objectives.
        split: ``"random"`` or ``"trace"``.
        ledger: The ledger of all studies; by default each study's own.
        seed: Of the parts and of the forests.

    Raises:
        InputError: Studies or records do not fit.
        MissingExtraError: scikit-learn is not installed.
    """
    import pandas as pd

    loaded = [as_study(study) for study in studies]
    if not loaded:
        raise InputError("a proxy needs at least one study")
    first = loaded[0]
    for study in loaded[1:]:
        if study.space.keys != first.space.keys:
            raise InputError(
                "the studies of a proxy must have the same keys in their spaces",
                found=study.name, allowed=", ".join(first.space.keys),
            )  # fmt: skip
    wanted = list(metrics) or [item.metric for item in first.objectives]
    for metric in wanted:
        if metric not in first.metrics:
            raise UnknownNameError("metric", metric, first.metrics)
    tables = [search_table(study, ledger=ledger) for study in loaded]
    for study, table in zip(loaded, tables, strict=True):
        if not len(table):
            raise InputError(
                f"no run of the study {study.name!r} has ended, so there is nothing to learn from",
                allowed="archsim search first",
            )
    records = pd.concat(tables, ignore_index=True)
    keys = first.space.keys
    simulator = Simulator(make_task(first, first.spec.fidelity))

    def simulate(rows: pd.DataFrame) -> object:
        return simulator.run(
            [
                [_plain(value) for value in row]
                for row in rows[list(keys)].astype(object).to_numpy().tolist()
            ]
        )

    try:
        return [
            judge_proxy(
                records, first.space.keys, metric, split=split, seed=seed, simulate=simulate
            )
            for metric in wanted
        ]
    finally:
        simulator.close()


def to_json(report: ProxyReport) -> Mapping[str, object]:
    """Return a report as JSON data; what is not defined is ``None``."""
    data = {**asdict(report), "speed_up": report.speed_up}
    if math.isnan(report.rank_correlation):
        data["rank_correlation"] = None
    for fold in data["folds"]:
        if math.isnan(fold["rank_correlation"]):
            fold["rank_correlation"] = None
    return data


def _plain(value: object) -> bool | int | float | str | None:
    """Return a value of a table as Python's own."""
    found = value.item() if hasattr(value, "item") else value
    return found if isinstance(found, bool | int | float | str) else None
