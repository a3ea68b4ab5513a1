"""``RewardScale``: rewards in standard deviations from the mean of all so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FARTHEST = 10.0
_LEAST = 1e-8


class RewardScale:
    """Running mean and variance of the rewards that a learner saw.

    Learners' step sizes suit rewards near 1; those of studies have any unit. The two methods with
    ``normalize`` in their name are what Stable-Baselines3 asks of a normaliser when it draws
    from its replay buffer.
    """

    def __init__(self) -> None:
        self._count, self._mean, self._squares = 0, 0.0, 0.0

    def add(self, rewards: NDArray[np.float64]) -> None:
        """Count some rewards in (the parallel form of Welford's sums)."""
        total = self._count + len(rewards)
        mean = float(rewards.mean())
        apart = mean - self._mean
        self._squares += float(((rewards - mean) ** 2).sum())
        self._squares += apart**2 * self._count * len(rewards) / total
        self._mean += apart * len(rewards) / total
        self._count = total

    def normalize_reward(self, reward: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return rewards on the scale, at most 10 from 0."""
        deviation = (self._squares / max(1, self._count)) ** 0.5
        scaled: NDArray[np.float64] = (reward - self._mean) / (deviation + _LEAST)
        return scaled.clip(-_FARTHEST, _FARTHEST)

    def normalize_obs(self, obs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return observations as they are: they are constant."""
        return obs
