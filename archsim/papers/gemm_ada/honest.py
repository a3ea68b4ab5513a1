"""The honest protocol: distinct shapes of a real card, unseen shapes and unseen sizes.

1,500 products that archsim measured on an H100 (2026-11-24, CUDA graphs, warm caches, windows of
0.1 s), no shape twice, 1e9 to 5e12 FLOP. The study's recipe is trained on them fold by fold;
archsim's H100 was calibrated on other measurements, none above 2.4e10 FLOP. Its residual here is
the one grown on those alone, not the shipped one, which has seen these products too.
"""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from archsim.architectures.gpu.cards import load_card
from archsim.architectures.gpu.residual import shipped_forest
from archsim.architectures.gpu.retrain import CARD, SMALL
from archsim.architectures.gpu.training import hybrid_seconds, physics_seconds, shape_folds
from archsim.papers.base import Row
from archsim.papers.gemm_ada import NAME
from archsim.papers.gemm_ada.recipe import forest_seconds, mean_error, r2, shape_features
from archsim.papers.rounding import rounded

Float64Array = NDArray[np.float64]

FOLDS = 5
LARGEST_SHARE = 0.2
_FORMATS = ("fp16", "bf16", "tf32", "fp32")


def measured_products() -> pd.DataFrame:
    """Return the measured products: kernel, dtype, batch, m, n, k, seconds."""
    with files("archsim.papers.gemm_ada").joinpath("h100_products.csv").open() as stream:
        return pd.read_csv(stream)


def rows() -> list[Row]:
    """Return errors of the recipe and of archsim on unseen shapes and on the largest fifth."""
    products = measured_products()
    seconds = products["seconds"].to_numpy(dtype=np.float64)
    m, n, k = (products[name].to_numpy(dtype=np.float64) for name in ("m", "n", "k"))
    size = np.where(products["dtype"].isin(["fp16", "bf16"]), 2.0, 4.0)
    formats = np.column_stack([products["dtype"] == name for name in _FORMATS]).astype(np.float64)
    features = np.column_stack([shape_features(m, n, k, 1.0)[:, :3], formats, size])
    features = np.column_stack([features, shape_features(m, n, k, 1.0)[:, 3:]])
    folds = shape_folds(products, FOLDS)
    forest = np.zeros(len(seconds))
    for fold in range(FOLDS):
        forest[folds == fold] = forest_seconds(features, seconds, folds != fold)
    work = 2.0 * m * n * k
    large = work > np.quantile(work, 1.0 - LARGEST_SHARE)
    beyond = forest_seconds(features, seconds, ~large)
    card = load_card(CARD)
    physics = physics_seconds(card, products)
    hybrid = hybrid_seconds(card, shipped_forest(SMALL), products)
    unseen, largest = "unseen shapes", f"the largest {LARGEST_SHARE:.0%} by work"
    cases = (
        ("the study's recipe", unseen, forest, seconds),
        ("archsim, physics", unseen, physics, seconds),
        ("archsim, hybrid", unseen, hybrid, seconds),
        ("the study's recipe, trained on the smaller", largest, beyond, seconds[large]),
        ("archsim, physics", largest, physics[large], seconds[large]),
        ("archsim, hybrid", largest, hybrid[large], seconds[large]),
    )
    return [
        Row(
            NAME,
            f"runtime of {who}: {what}",
            f"H100, {len(truth)} measured products, {where}",
            None,
            "",
            rounded(value),
            None,
            "prediction",
        )
        for who, where, predicted, truth in cases
        for what, value in (
            ("mean error", mean_error(predicted, truth)),
            ("R2", r2(predicted, truth)),
        )
    ]
