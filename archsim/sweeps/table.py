"""The final table of a sweep, and its files: the same bytes however the sweep was run."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from archsim.errors import InputError, MissingExtraError
from archsim.result import write_atomically
from archsim.result.files import check_target
from archsim.sweeps.ledger import Ledger
from archsim.sweeps.plan import Plan

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from archsim.space import Study

ENDINGS = (".csv", ".parquet")
FIXED_COLUMNS = ("design", "fidelity", "status", "reason")


def make_table(plan: Plan, ledger: Ledger) -> pd.DataFrame:
    """Return what is known of every trial of a plan, in the plan's order.

    Columns: ``design`` (number in the plan), one per key of the space, ``fidelity``, ``status``
    (``done``, ``infeasible``, ``failed``, ``running``, ``pending``), ``reason``, and the figures.
    A design that breaks a constraint of the study is ``infeasible`` and keeps its figures.
    """
    import numpy as np
    import pandas as pd

    count = len(plan)
    statuses, reasons = ["pending"] * count, [""] * count
    figures: dict[str, NDArray[np.float64]] = {}
    ended = np.zeros(count, dtype=bool)
    for part in ledger.parts(plan.keys):
        ended[part.places] = True
        for place, status, reason in zip(
            part.places.tolist(), part.statuses, part.reasons, strict=True
        ):
            statuses[place], reasons[place] = status, reason
        for name, numbers in part.figures.items():
            if name not in figures and not np.isnan(numbers).all():
                figures[name] = np.full(count, np.nan)
            if name in figures:
                figures[name][part.places] = numbers
    missing = np.flatnonzero(~ended).tolist()
    _judge(plan.study, statuses, reasons, figures)
    held = ledger.running([plan.keys[place] for place in missing])
    for place in missing:
        if plan.keys[place] in held:
            statuses[place] = "running"
    found: dict[str, object] = {"design": np.arange(count)}
    for at, parameter in enumerate(plan.space.parameters):
        choices = np.empty(len(parameter.values), dtype=_dtype(parameter.values))
        for level, choice in enumerate(parameter.values):
            choices[level] = choice
        found[parameter.key] = choices[plan.levels[:, at]]
    found |= {"fidelity": plan.task.fidelity, "status": statuses, "reason": reasons}
    order = [name for name in plan.study.metrics if name in figures]
    order += sorted(set(figures) - set(order))
    return pd.DataFrame(found | {name: figures[name] for name in order})


def feasible_costs(study: Study, table: pd.DataFrame) -> tuple[list[int], pd.DataFrame]:
    """Return the rows that are done, and the cost of each of them by each objective.

    Returns:
        Row numbers, and a frame with one column per objective and one row per number.
    """
    import pandas as pd

    rows = (table["status"] == "done").to_numpy().nonzero()[0].tolist()
    costs = {
        str(item): item.cost(table[item.metric].to_numpy(dtype=float)[rows])
        for item in study.objectives
        if item.metric in table.columns
    }
    return rows, pd.DataFrame(costs, index=range(len(rows)))


def check_export(path: Path) -> None:
    """Refuse a file that can't be written, before anything is run.

    Raises:
        InputError: The ending is unknown, or the folder can't be written.
        MissingExtraError: Parquet, and pyarrow is not installed.
    """
    if path.suffix not in ENDINGS:
        raise InputError(
            "the table is exported as CSV or Parquet", found=repr(str(path)),
            allowed=", ".join(ENDINGS),
        )  # fmt: skip
    check_target(path)
    if path.suffix == ".parquet":
        try:
            import pyarrow  # noqa: F401  # only its presence matters
        except ImportError as error:
            raise MissingExtraError("parquet", "writing Parquet files") from error


def export(table: pd.DataFrame, path: Path) -> Path:
    """Write a table as CSV or Parquet, whole or not at all.

    Raises:
        InputError: It can't be written.
        MissingExtraError: pyarrow is not installed.
    """
    import pandas as pd

    check_export(path)
    if path.suffix == ".csv":
        return write_atomically(path, table.to_csv(index=False, lineterminator="\n"))
    stream = io.BytesIO()
    plain = table.copy(deep=False)
    plain.attrs = {}
    for name in plain.columns:
        if plain[name].dtype == object and name not in FIXED_COLUMNS:
            plain[name] = pd.Series(_storable(plain[name].tolist()), dtype=object)
    plain.to_parquet(stream, engine="pyarrow", index=False)
    return write_atomically(path, stream.getvalue())


def _judge(
    study: Study,
    statuses: list[str],
    reasons: list[str],
    figures: Mapping[str, NDArray[np.float64]],
) -> None:
    """Make the trials infeasible that are done and break a constraint of the study."""
    if not study.constraints:
        return
    for place, status in enumerate(statuses):
        if status != "done":
            continue
        for constraint in study.constraints:
            column = figures.get(constraint.metric)
            value = math.nan if column is None else float(column[place])
            if not constraint.kept(value):
                statuses[place], reasons[place] = "infeasible", constraint.reason(value)
                break


def _dtype(values: Sequence[object]) -> np.dtype[np.generic]:
    """Return the type of a column that gives back exactly these values."""
    import numpy as np

    kinds = {type(value) for value in values}
    plain = {bool: "bool", int: "int64", float: "float64"}
    return np.dtype(plain.get(kinds.pop(), "object") if len(kinds) == 1 else "object")


def _storable(values: list[object]) -> list[object]:
    """Return values of one type, for a file whose columns have one: mixed ones become text."""
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) < 2:
        return values
    return [None if value is None else str(value) for value in values]
