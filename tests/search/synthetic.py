"""Small spaces with a known best design, and what runs a method over them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from archsim.search.algorithm import Algorithm, Scores
from archsim.space import Parameter, Space

Levels = NDArray[np.int64]
Reward = Callable[[Levels], NDArray[np.float64]]


def make_space(counts: tuple[int, ...], categorical: tuple[int, ...] = ()) -> Space:
    """Return a space with so many levels per parameter."""
    return Space(
        [
            Parameter(
                key=f"hardware.p{at}",
                kind="categorical" if at in categorical else "ordinal",
                values=tuple(range(count)),
            )
            for at, count in enumerate(counts)
        ]
    )


TEN = make_space((4, 3, 3, 8, 2, 2, 4, 4, 3, 8), categorical=(0, 1, 2, 4, 5, 8))
"""The shape of the DRAM controller's space: 442,368 designs."""
GOAL = np.array([2, 0, 1, 5, 1, 0, 3, 1, 2, 6])


def structured(levels: Levels) -> NDArray[np.float64]:
    """Reward of a design of ``TEN``: 0 for the goal, less for what differs, with interactions."""
    far = np.abs(levels - GOAL) / (np.array(TEN.shape) - 1)
    wrong = levels != GOAL
    apart = np.where([p.kind == "categorical" for p in TEN.parameters], wrong, far)
    paired = wrong[:, 3] * far[:, 9] + wrong[:, 0] * wrong[:, 1]
    return np.asarray(-(apart.sum(axis=1) + 0.5 * paired), dtype=np.float64)


def scores_of(rewards: NDArray[np.float64]) -> Scores:
    """Return the scores of designs that keep every constraint and have one objective."""
    return Scores(rewards, -rewards[:, None], np.zeros(len(rewards)))


def run(algorithm: Algorithm, reward: Reward, evaluations: int) -> tuple[Levels, Levels]:
    """Ask and tell until enough designs were told; returns all levels and their rewards."""
    asked, rewards = [], []
    told = 0
    while told < evaluations:
        levels = algorithm.ask()
        found = reward(levels)
        algorithm.tell(levels, scores_of(found))
        asked.append(levels)
        rewards.append(found)
        told += len(levels)
    algorithm.close()
    return np.concatenate(asked)[:evaluations], np.concatenate(rewards)[:evaluations]
