"""The table of a sweep as columns of a page, and the rows of it that a page can hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from archsim.report.html.chart import figure, scale
from archsim.report.html.packing import (
    BYTES_ALLOWED,
    PackedColumn,
    level_column,
    number_column,
    row_numbers,
)
from archsim.space import pareto_front
from archsim.space.parameter import text
from archsim.sweeps.summary import STATUSES, common_reason
from archsim.sweeps.table import FIXED_COLUMNS, feasible_costs
from archsim.units import DIMENSIONS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from archsim.space import Parameter, Study, Value

MAXIMUM_ROWS = 150_000
MAXIMUM_REASONS = 1000

_PREFIXED = {item.unit for item in DIMENSIONS.values()} - {"mm2"}
_OTHER_REASON = "another reason"


def levels_of(parameter: Parameter, values: pd.Series) -> NDArray[np.int64]:
    """Return the level of each row's value of a parameter, shape (rows,)."""
    import numpy as np

    level_of = {_key(value): level for level, value in enumerate(parameter.values)}
    found = [level_of[_key(value)] for value in values.tolist()]
    return np.array(found, dtype=np.int64)


def front_of(study: Study, table: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which rows are in the Pareto front of all objectives, each fidelity by itself."""
    import numpy as np

    front = np.zeros(len(table), dtype=bool)
    for fidelity in dict.fromkeys(table["fidelity"].tolist()):
        places = np.flatnonzero((table["fidelity"] == fidelity).to_numpy())
        rows, costs = feasible_costs(study, table.iloc[places])
        if rows and len(costs.columns):
            inside = pareto_front(costs.to_numpy(dtype=float))
            front[places[np.array(rows)[inside]]] = True
    return front


def rows_for_page(front: NDArray[np.bool_], seed: int = 0) -> NDArray[np.int64]:
    """Return the rows that a page holds: all, or the front and a random sample of the others."""
    import numpy as np

    count = len(front)
    if count <= MAXIMUM_ROWS:
        return np.arange(count)
    order = np.random.default_rng(seed).permutation(count)
    ranked = order[np.argsort(~front[order], kind="stable")]
    return np.sort(ranked[:MAXIMUM_ROWS])


def shown_unit(values: NDArray[np.float64], unit: str) -> tuple[float, str]:
    """Return what to divide a column by, and the unit it is then in.

    The unit suits the middle of the values; a pure number has none.
    """
    import numpy as np

    known = np.abs(values[np.isfinite(values)])
    if unit in _PREFIXED and len(known) and (middle := float(np.median(known))) > 0:
        return scale(middle, unit)
    return 1.0, {"1": "", "mm2": "mm²"}.get(unit, unit)


def pack(
    study: Study, table: pd.DataFrame, front: NDArray[np.bool_]
) -> tuple[list[PackedColumn], list[str]]:
    """Return the columns of a page, and the names of figures that did not fit into it.

    Args:
        study: The study.
        table: The rows of the page, as ``archsim.sweep`` returns them.
        front: Which of them are in the Pareto front, shape (rows,).
    """
    columns = [row_numbers("design", "design", table["design"].to_numpy())]
    columns.append(_choices("fidelity", table["fidelity"].tolist(), ("analytic", "event")))
    columns.append(_choices("status", table["status"].tolist(), STATUSES))
    columns.append(level_column("front", "front", front.astype(int).tolist(), ("", "★"), (0, 1)))
    for parameter in study.space.parameters:
        levels = levels_of(parameter, table[parameter.key])
        texts = value_texts(parameter)
        columns.append(
            level_column(
                parameter.key, "parameter", levels, texts, list(map(_exact, parameter.values))
            )
        )
    reasons = _reasons(table["reason"].tolist())
    reason = _choices("reason", reasons, tuple(dict.fromkeys(reasons)), "reason")
    used = sum(_width(column.form) for column in [*columns, reason]) * len(table)
    names, left_out, form = _that_fit(study, table, BYTES_ALLOWED - used)
    goals = {item.metric: item.goal for item in study.objectives}
    for name in names:
        values = table[name].to_numpy(dtype=float)
        size, unit = shown_unit(values, study.metrics.get(name, ""))
        columns.append(
            number_column(
                name, "metric", values,
                form=form, goal=goals.get(name, ""), unit=unit, scale=size,
            )
        )  # fmt: skip
    return [*columns, reason], left_out


def figure_names(study: Study, table: pd.DataFrame) -> list[str]:
    """Return the figures of a table: objectives, then constrained ones, then the others."""
    keys = {*study.space.keys, *FIXED_COLUMNS}
    names = dict.fromkeys([*_wanted(study), *(name for name in table.columns if name not in keys)])
    return [name for name in names if name in table.columns]


def value_text(value: Value, unit: str) -> str:
    """Return a value of a parameter as people read it, with its unit."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return text(value)
    return figure(value, unit) if unit in _PREFIXED else text(value)


def value_texts(parameter: Parameter) -> list[str]:
    """Return every value of a parameter as people read it."""
    return [value_text(value, parameter.unit) for value in tuple(parameter.values)]


def _wanted(study: Study) -> list[str]:
    """Return the figures that the study names."""
    found = [item.metric for item in study.objectives]
    return list(dict.fromkeys([*found, *(item.metric for item in study.constraints)]))


def _that_fit(
    study: Study, table: pd.DataFrame, allowed: int
) -> tuple[list[str], list[str], Literal["f32", "f64"]]:
    """Return the figures that fit into so many bytes, those that do not, and the precision."""
    names = figure_names(study, table)
    if 8 * len(table) * len(names) <= allowed:
        return names, [], "f64"
    count = max(len(_wanted(study)), allowed // (4 * len(table)))
    return names[:count], names[count:], "f32"


def _choices(
    name: str,
    values: Sequence[str],
    known: Sequence[str],
    role: Literal["state", "reason"] = "state",
) -> PackedColumn:
    """Return a column of texts, those that occur, in the order of ``known``."""
    there = set(values)
    texts = [item for item in known if item in there]
    position = {item: at for at, item in enumerate(texts)}
    return level_column(name, role, [position[item] for item in values], texts, texts)


def _reasons(reasons: Sequence[str]) -> list[str]:
    """Return reasons, equal but for figures made equal, the rarest joined if there are many."""
    common = [common_reason(reason) for reason in reasons]
    kept = set(list(dict.fromkeys(common))[:MAXIMUM_REASONS])
    return [reason if reason in kept else _OTHER_REASON for reason in common]


def _width(form: str) -> int:
    return int(form[1:]) // 8


def _exact(value: Value) -> str | int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return text(value)
    return value


def _key(value: Value) -> tuple[bool, Value]:
    return isinstance(value, bool), value
