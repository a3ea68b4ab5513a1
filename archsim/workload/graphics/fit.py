"""A small training run: grid encoding and MLP learn the procedural picture, in seconds of NumPy.

It proves that encoding and interpolation work as trainable features, not only as address streams.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from archsim.workload.graphics.grid import GridEncoding, grid_levels
from archsim.workload.graphics.interpolate import corner_indices, corner_weights, locate
from archsim.workload.graphics.scenes import picture
from archsim.workload.seeds import generator

Floats = NDArray[np.float32]

ENCODING = GridEncoding(
    grid="hash",
    dimensions=2,
    levels=8,
    features=2,
    log2_entries=12,
    base_resolution=8,
    growth_factor=1.5,
)
HIDDEN = 32
BATCH = 512
"""Pixels of a gradient step: matrix products so small that they stay on one core."""


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted image.

    Attributes:
        target: What was to be learnt, shape (side, side, 3), 0 to 1.
        learnt: What the network says, same shape.
        psnr_db: Peak signal-to-noise ratio in decibels.
        parameters: Numbers learnt.
        steps: Gradient steps taken.
    """

    target: NDArray[np.float64]
    learnt: NDArray[np.float64]
    psnr_db: float
    parameters: int
    steps: int


class _Adam:
    """Adam (Kingma and Ba, 2015) over a list of arrays, in place."""

    def __init__(self, values: list[Floats], rate: float) -> None:
        self._values, self._rate, self._step = values, rate, 0
        self._mean = [np.zeros_like(value) for value in values]
        self._square = [np.zeros_like(value) for value in values]

    def step(self, gradients: list[Floats]) -> None:
        """Move every array against its gradient."""
        self._step += 1
        scale = self._rate * np.sqrt(1.0 - 0.99**self._step) / (1.0 - 0.9**self._step)
        for value, mean, square, gradient in zip(
            self._values, self._mean, self._square, gradients, strict=True
        ):
            mean += np.float32(0.1) * (gradient - mean)
            square += np.float32(0.01) * (gradient * gradient - square)
            value -= np.float32(scale) * mean / (np.sqrt(square) + np.float32(1e-8))


@lru_cache(maxsize=8)
def fit_picture(side: int = 128, steps: int = 800, seed: int = 0) -> Fit:
    """Fit the procedural picture; equal arguments are fitted once per process.

    Args:
        side: Pixels per side.
        steps: Gradient steps of ``BATCH`` pixels each.
        seed: Seed of initial values and batches.
    """
    random = generator(seed, "picture fit")
    centres = (np.arange(side) + 0.5) / side
    x, y = np.meshgrid(centres, centres)
    positions = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)
    target = picture(positions.astype(np.float64)).astype(np.float32)
    levels = grid_levels(ENCODING)
    # Every pixel always reads the same entries with the same weights.
    indices = np.stack([corner_indices(ENCODING, level, positions) for level in levels])
    weights = np.stack([corner_weights(locate(positions, level)[1]) for level in levels])
    tables: list[Floats] = [
        random.uniform(-1e-4, 1e-4, (level.entries, ENCODING.features)).astype(np.float32)
        for level in levels
    ]
    first = (random.standard_normal((ENCODING.outputs, HIDDEN)) * 0.35).astype(np.float32)
    second = (random.standard_normal((HIDDEN, 3)) * 0.25).astype(np.float32)
    values = [*tables, first, second]
    adam = _Adam(values, 1e-2)
    for _ in range(steps):
        chosen = random.integers(0, len(positions), BATCH)
        part = (indices[:, chosen], weights[:, chosen])
        features = _encode(tables, *part)
        hidden = np.maximum(features @ first, np.float32(0.0))
        error = (hidden @ second + np.float32(0.5) - target[chosen]) * np.float32(2.0 / len(chosen))
        back = (error @ second.T) * (hidden > 0)
        slopes = _table_gradients(tables, *part, back @ first.T)
        adam.step([*slopes, features.T @ back, hidden.T @ error])
    features = _encode(tables, indices, weights)
    learnt = np.maximum(features @ first, np.float32(0.0)) @ second + np.float32(0.5)
    shape = (side, side, 3)
    found = np.clip(learnt.astype(np.float64), 0.0, 1.0)
    error_power = float(np.mean((found - target) ** 2))
    return Fit(
        target.astype(np.float64).reshape(shape),
        found.reshape(shape),
        -10.0 * float(np.log10(error_power)),
        sum(value.size for value in values),
        steps,
    )


def _encode(tables: list[Floats], indices: NDArray[np.int64], weights: Floats) -> Floats:
    parts = [
        np.einsum("nc,ncf->nf", weight, table[index])
        for table, index, weight in zip(tables, indices, weights, strict=True)
    ]
    return np.concatenate(parts, axis=1)


def _table_gradients(
    tables: list[Floats], indices: NDArray[np.int64], weights: Floats, back: Floats
) -> list[Floats]:
    """Return the gradient of every table: each corner gets its weight's share."""
    found = []
    for level, (table, index, weight) in enumerate(zip(tables, indices, weights, strict=True)):
        columns = []
        for feature in range(table.shape[1]):
            slope = back[:, level * table.shape[1] + feature, np.newaxis] * weight
            columns.append(np.bincount(index.ravel(), slope.ravel(), len(table)))
        found.append(np.stack(columns, axis=1).astype(np.float32))
    return found
