"""The study's recipe: a shallow forest on raw seconds, and the figures that judge it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archsim.errors import MissingExtraError

Float64Array = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

TREES, DEPTH, SEED = 100, 6, 42
CLIPPED = (0.01, 0.99)
"""Targets are clipped to these quantiles before the split, test rows included."""


def forest_seconds(features: Float64Array, seconds: Float64Array, train: BoolArray) -> Float64Array:
    """Train the study's random forest on some rows and return its times of the others, s.

    Args:
        features: Shape (rows, features).
        seconds: Measured times, clipped as the recipe has it, shape (rows,).
        train: Rows to train on.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    try:
        from sklearn.ensemble import RandomForestRegressor
    except ImportError as error:
        raise MissingExtraError("gpu", "the recipe of gemm-ada") from error
    model = RandomForestRegressor(n_estimators=TREES, max_depth=DEPTH, random_state=SEED)
    model.fit(features[train], seconds[train])
    return np.asarray(model.predict(features[~train]), dtype=np.float64)


def shape_features(m: Float64Array, n: Float64Array, k: Float64Array, size: float) -> Float64Array:
    """Return the study's features of a shape: sizes, intensity, bytes, FLOPs; shape (rows, 6)."""
    flops = 2.0 * m * n * k
    moved = size * (m * k + k * n + m * n)
    return np.column_stack([m, n, k, flops / moved, moved, flops])


def clipped(seconds: Float64Array) -> Float64Array:
    """Return times clipped to the recipe's quantiles, shape as given."""
    low, high = np.quantile(seconds, CLIPPED)
    return np.clip(seconds, low, high)


def random_split(rows: int, share: float = 0.2) -> BoolArray:
    """Return which rows train when a share is drawn for the test, shape (rows,)."""
    order = np.random.default_rng(SEED).permutation(rows)
    train = np.ones(rows, dtype=np.bool_)
    train[order[: round(share * rows)]] = False
    return train


def mean_error(predicted: Float64Array, measured: Float64Array) -> float:
    """Return the mean absolute relative error."""
    return float(np.mean(np.abs(predicted / measured - 1.0)))


def r2(predicted: Float64Array, measured: Float64Array) -> float:
    """Return the share of the variance that is explained."""
    spread = float(np.sum((measured - measured.mean()) ** 2))
    return 1.0 - float(np.sum((predicted - measured) ** 2)) / spread
