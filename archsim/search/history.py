"""``History``: everything one run of a search asked for, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from archsim.search.statistics import best_so_far

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class History:
    """One run: a method with its settings and a seed.

    Attributes:
        levels: What was asked for, as it was asked, shape (steps, parameters).
        rewards: Reward of each step, shape (steps,).
        violations: 0 for a design within every constraint; see ``Scores``; shape (steps,).
        is_new: Whether the run had not asked for this design before; points that are the same
            design count once; shape (steps,).
        policy_rewards: Rewards of designs drawn at the end from what was learnt, shape
            (samples,); empty for a method that learns no policy. They are not in the budget.
        stopped_by: ``"evaluations"``, ``"unique"``: that part of the budget is spent;
            ``"repeats"``: the method hardly asks for anything new any more.
        algorithm_s: Time spent in the method.
        evaluation_s: Time spent in evaluating.
    """

    levels: NDArray[np.int64]
    rewards: Floats
    violations: Floats
    is_new: NDArray[np.bool_]
    policy_rewards: Floats
    stopped_by: str
    algorithm_s: float = 0.0
    evaluation_s: float = 0.0

    def __len__(self) -> int:
        return len(self.rewards)

    @cached_property
    def best(self) -> Floats:
        """Best reward of a feasible design up to each step; ``-inf`` before there is one."""
        return best_so_far(self.rewards, self.violations == 0)

    @cached_property
    def unique(self) -> NDArray[np.int64]:
        """Different designs asked for up to each step."""
        return np.cumsum(self.is_new, dtype=np.int64)

    @property
    def policy_mean(self) -> float | None:
        """Mean reward of the final policy; ``None`` without one."""
        return float(self.policy_rewards.mean()) if len(self.policy_rewards) else None
