"""Proxy models: a random forest that learns a simulator's figure from the records of searches.

Relative RMSE is the root of the mean of ((predicted - simulated) / simulated)^2. A proxy is only
judged on designs, or whole traces, that it has not learnt from.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from archsim.errors import InputError, MissingExtraError, UnknownNameError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Simulate = Callable[[pd.DataFrame], object]

Split = Literal["random", "trace"]
SPLITS: tuple[Split, ...] = ("random", "trace")
TRACE_FEATURES = "trace_"
"""Figures whose names begin so describe the trace itself, and are features of every design."""

_TREES = 100
_FOLDS = 5
_TIMED = 64
_LEAST_ROWS = 20
_NO_FEATURE = frozenset({"trace_hash"})


@dataclass(frozen=True, slots=True)
class Fold:
    """A part of the records that was kept apart.

    Attributes:
        name: Number of the part, or its trace.
        learnt: Designs that the proxy learnt from.
        judged: Designs that it was judged on.
        relative_rmse: See the module.
        rank_correlation: Spearman's, of predicted and simulated figures; NaN where all the
            simulated ones are the same.
    """

    name: str
    learnt: int
    judged: int
    relative_rmse: float
    rank_correlation: float


@dataclass(frozen=True, slots=True)
class ProxyReport:
    """How good a proxy is.

    Attributes:
        metric: The figure it predicts.
        split: ``"random"``: five parts; ``"trace"``: each trace in turn.
        designs: Different designs in all.
        sources: Methods whose records they are from.
        folds: One per part.
        relative_rmse: Over all designs, each predicted without its own part.
        rank_correlation: Mean over the parts where it is defined; NaN without one.
        proxy_s: Time of one prediction, many at once.
        simulator_s: Time of one simulation, many at once; ``None`` when it was not measured.
    """

    metric: str
    split: Split
    designs: int
    sources: tuple[str, ...]
    folds: tuple[Fold, ...]
    relative_rmse: float
    rank_correlation: float
    proxy_s: float
    simulator_s: float | None

    @property
    def speed_up(self) -> float | None:
        """How much faster the proxy is than the simulator."""
        return None if self.simulator_s is None else self.simulator_s / self.proxy_s


def judge_proxy(
    table: pd.DataFrame,
    keys: Sequence[str],
    metric: str,
    *,
    split: Split = "random",
    seed: int = 0,
    simulate: Simulate | None = None,
) -> ProxyReport:
    """Fit a random forest on parts of some records and judge it on the others.

    Args:
        table: Records of searches (``archsim.search.records``), also of several put together.
        keys: Columns of the design.
        metric: Column to predict.
        split: How records are kept apart; ``"trace"`` needs records of at least two traces.
        seed: Of the parts and of the forest.
        simulate: Simulates the designs of some rows, to take the time; ``None`` for no time.

    Raises:
        InputError: There are too few records or traces, or no such column.
        MissingExtraError: scikit-learn is not installed.
    """
    if split not in SPLITS:
        raise UnknownNameError("split", split, SPLITS)
    rows = _different(table, keys, metric)
    features, truth = _features(rows, keys), rows[metric].to_numpy(dtype=np.float64)
    groups = _groups(rows, keys, split, seed)
    predicted = np.full(len(rows), np.nan)
    folds, proxy_s = [], 0.0
    for name in dict.fromkeys(groups.tolist()):
        apart = groups == name
        model = _Forest(features[~apart], truth[~apart], seed)
        begin = time.perf_counter()
        predicted[apart] = model.predict(features[apart])
        proxy_s += time.perf_counter() - begin
        fold = Fold(
            str(name), int((~apart).sum()), int(apart.sum()),
            _relative_rmse(predicted[apart], truth[apart]),
            _spearman(predicted[apart], truth[apart]),
        )  # fmt: skip
        folds.append(fold)
    defined = [fold.rank_correlation for fold in folds if not np.isnan(fold.rank_correlation)]
    return ProxyReport(
        metric=metric,
        split=split,
        designs=len(rows),
        sources=tuple(sorted(set(table["method"].tolist()))) if "method" in table else (),
        folds=tuple(folds),
        relative_rmse=_relative_rmse(predicted, truth),
        rank_correlation=float(np.mean(defined)) if defined else float("nan"),
        proxy_s=proxy_s / len(rows),
        simulator_s=None if simulate is None else _time(simulate, rows),
    )


class _Forest:
    """A random forest on the logarithm of a figure that is above 0, so that ratios count."""

    def __init__(self, features: Floats, truth: Floats, seed: int) -> None:
        try:
            from sklearn.ensemble import RandomForestRegressor
        except ImportError as error:
            raise MissingExtraError("search", "a proxy model") from error
        self._is_log = bool((truth > 0).all())
        self._model = RandomForestRegressor(n_estimators=_TREES, random_state=seed % 2**32)
        self._model.fit(features, np.log(truth) if self._is_log else truth)

    def predict(self, features: Floats) -> Floats:
        """Return the figure of each design."""
        found: Floats = np.asarray(self._model.predict(features), dtype=np.float64)
        return np.exp(found) if self._is_log else found


def _different(table: pd.DataFrame, keys: Sequence[str], metric: str) -> pd.DataFrame:
    """Return each different design with a figure once."""
    missing = [name for name in (*keys, metric) if name not in table]
    if missing:
        raise UnknownNameError("column of the records", missing[0], map(str, table.columns))
    named = [*keys, *(["trace_hash"] if "trace_hash" in table else [])]
    known = np.isfinite(table[metric].to_numpy(dtype=np.float64))
    rows: pd.DataFrame = table[known].drop_duplicates(named).reset_index(drop=True)
    if len(rows) < _LEAST_ROWS:
        raise InputError(
            "a proxy needs more designs to learn from", found=f"{len(rows)} with {metric}",
            allowed=f"at least {_LEAST_ROWS}",
        )  # fmt: skip
    if (rows[metric] == 0).any():
        raise InputError(f"{metric} is 0 for some designs, so no relative error is defined")
    return rows


def _features(rows: pd.DataFrame, keys: Sequence[str]) -> Floats:
    """Return numbers as they are, and one column of 0 and 1 for each text or truth value."""
    import pandas as pd

    described = [
        str(name)
        for name in rows.columns
        if str(name).startswith(TRACE_FEATURES) and name not in _NO_FEATURE
    ]
    columns: list[Floats] = []
    for name in [*keys, *described]:
        values = rows[name]
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
            columns.append(values.to_numpy(dtype=np.float64))
        else:
            texts = np.array([str(value) for value in values])
            columns += [(texts == text).astype(np.float64) for text in sorted(set(texts))]
    return np.stack(columns, axis=1)


def _groups(
    rows: pd.DataFrame, keys: Sequence[str], split: Split, seed: int
) -> NDArray[np.generic]:
    """Return the part that each row belongs to."""
    if split == "random":
        parts = np.arange(len(rows)) % _FOLDS
        return np.random.Generator(np.random.PCG64(seed)).permutation(parts)
    workload = [key for key in keys if key.startswith("workload.")]
    named = [*(["trace_hash"] if "trace_hash" in rows else []), *workload]
    names = np.array([" ".join(map(str, row)) for row in rows[named].to_numpy().tolist()])
    if len(set(names.tolist())) < 2:
        raise InputError(
            "a split by trace needs records of several traces", found="one trace",
            allowed="split random, or searches with other workloads too",
        )  # fmt: skip
    return names


def _relative_rmse(predicted: Floats, truth: Floats) -> float:
    return float(np.sqrt(np.mean(((predicted - truth) / truth) ** 2)))


def _spearman(predicted: Floats, truth: Floats) -> float:
    from scipy import stats

    if len(set(truth.tolist())) < 2 or len(set(predicted.tolist())) < 2:
        return float("nan")
    return float(stats.spearmanr(predicted, truth).statistic)


def _time(simulate: Simulate, rows: pd.DataFrame) -> float:
    """Return the time that one of some designs takes to simulate."""
    some = rows.iloc[np.linspace(0, len(rows) - 1, min(_TIMED, len(rows))).astype(int)]
    simulate(some.iloc[:1])  # compiled and imported parts are not the simulator's speed
    begin = time.perf_counter()
    simulate(some)
    return (time.perf_counter() - begin) / len(some)
