"""Grows the residual's trees; needs the extra ``gpu`` (scikit-learn)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.gpu.calibration import fit_times
from archsim.architectures.gpu.config import GpuHardware
from archsim.architectures.gpu.physics import gemm_plan
from archsim.architectures.gpu.residual import Forest, correct_products, features_of
from archsim.architectures.gpu.table import read_table
from archsim.errors import MissingExtraError

if TYPE_CHECKING:
    import pandas as pd

Float64Array = NDArray[np.float64]

TREES = 300
LEAVES = 24
LEARNING_RATE = 0.08
FOLDS = 5


def grow(gpu: GpuHardware, products: pd.DataFrame, trees: int = TREES) -> Forest:
    """Return trees grown on measured matrix products.

    Args:
        gpu: The card, its physics calibrated.
        products: Measured products with ``seconds``.
        trees: How many trees.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    try:
        from sklearn.ensemble import HistGradientBoostingRegressor
    except ImportError as error:
        raise MissingExtraError("gpu", "growing the residual") from error
    table = read_table(products)
    plan = gemm_plan(gpu, table)
    target = np.log(products["seconds"].to_numpy(dtype=np.float64) / plan.seconds)
    model = HistGradientBoostingRegressor(
        loss="absolute_error",
        max_iter=trees,
        max_leaf_nodes=LEAVES,
        learning_rate=LEARNING_RATE,
        l2_regularization=1.0,
        min_samples_leaf=10,
        random_state=0,
    ).fit(features_of(gpu, table, plan), target)
    largest = float(2.0 * table.volume().max())
    return flatten(model, largest)


def flatten(model: object, largest_flops: float) -> Forest:
    """Return the trees of a fitted ``HistGradientBoostingRegressor`` as flat arrays.

    Nodes are renumbered level by level, so that siblings are neighbours behind their parent.
    """
    rows: list[tuple[int, float, int, float]] = []
    roots: list[int] = []
    depths: list[int] = []
    for (tree,) in getattr(model, "_predictors"):  # noqa: B009  # private, and the only way
        nodes = tree.nodes
        base = len(rows)
        roots.append(base)
        order = [0]
        place: list[int] = []
        for node in order:
            if nodes[node]["is_leaf"]:
                place.append(-1)
            else:
                place.append(base + len(order))
                order += [int(nodes[node]["left"]), int(nodes[node]["right"])]
        for position, (node, child) in enumerate(zip(order, place, strict=True)):
            record = nodes[node]
            if child < 0:
                rows.append((0, np.inf, base + position, float(record["value"])))
            else:
                split = (int(record["feature_idx"]), float(record["num_threshold"]))
                rows.append((*split, child, 0.0))
        depths.append(int(nodes["depth"].max()))
    feature, threshold, children, value = (np.array(part) for part in zip(*rows, strict=True))
    return Forest(
        feature=feature.astype(np.int32),
        threshold=threshold.astype(np.float64),
        child=children.astype(np.int32),
        value=value.astype(np.float64),
        roots=np.array(roots, dtype=np.int32),
        depths=np.array(depths, dtype=np.int32),
        baseline=float(np.ravel(getattr(model, "_baseline_prediction"))[0]),  # noqa: B009
        largest_flops=largest_flops,
    )


def shape_folds(products: pd.DataFrame, folds: int = FOLDS) -> NDArray[np.int64]:
    """Return a fold for each row, shape (products,): all rows of one shape share a fold.

    The fold is a hash of the shape, the same on every machine and for every subset of rows.
    """
    shapes = products[["batch", "m", "n", "k"]].astype(str).agg("x".join, axis=1)
    digests = [hashlib.sha256(text.encode()).digest() for text in shapes]
    return np.array([digest[0] % folds for digest in digests], dtype=np.int64)


def work_of(products: pd.DataFrame) -> Float64Array:
    """Return the FLOPs of products, shape (products,)."""
    return 2.0 * read_table(products).volume()


def hybrid_seconds(gpu: GpuHardware, forest: Forest, products: pd.DataFrame) -> Float64Array:
    """Return hybrid times of products, s, shape (products,)."""
    table = read_table(products)
    return correct_products(gpu, table, gemm_plan(gpu, table), forest)


def physics_seconds(gpu: GpuHardware, products: pd.DataFrame) -> Float64Array:
    """Return physics times of products, s, shape (products,)."""
    return gemm_plan(gpu, read_table(products)).seconds


def held_out(
    gpu: GpuHardware, products: pd.DataFrame, train: NDArray[np.bool_]
) -> tuple[Float64Array, Float64Array]:
    """Fit physics and trees on some rows; return physics and hybrid times of the others, s.

    Args:
        gpu: The card to start from.
        products: Measured products.
        train: Rows to train on, shape (products,).
    """
    card = fit_times(gpu, products[train], "matmul")
    forest = grow(card, products[train])
    test = products[~train]
    return physics_seconds(card, test), hybrid_seconds(card, forest, test)


def cross_validated(gpu: GpuHardware, products: pd.DataFrame) -> tuple[Float64Array, Float64Array]:
    """Return physics and hybrid times of every product from models that never saw its shape, s."""
    folds = shape_folds(products)
    physics, hybrid = np.zeros(len(products)), np.zeros(len(products))
    for fold in range(FOLDS):
        test = folds == fold
        physics[test], hybrid[test] = held_out(gpu, products, ~test)
    return physics, hybrid


def folded(gpu: GpuHardware, products: pd.DataFrame) -> Float64Array:
    """Return hybrid times of every product from trees that never saw its shape, s.

    The card's constants stay as they are.
    """
    folds = shape_folds(products)
    found = np.zeros(len(products))
    for fold in range(FOLDS):
        test = folds == fold
        found[test] = hybrid_seconds(gpu, grow(gpu, products[~test]), products[test])
    return found


Metric = Callable[[Float64Array, Float64Array], float]


def errors(predicted: Float64Array, measured: Float64Array) -> dict[str, float]:
    """Return the figures that every validation reports.

    Mean, median and 90th percentile of the absolute relative error, and R2 of the values.
    """
    relative = np.abs(predicted / measured - 1.0)
    spread = np.sum((measured - measured.mean()) ** 2)
    return {
        "rows": float(len(measured)),
        "mean": float(relative.mean()),
        "median": float(np.median(relative)),
        "p90": float(np.quantile(relative, 0.9)),
        "r2": float(1.0 - np.sum((predicted - measured) ** 2) / spread) if spread > 0 else 1.0,
    }
