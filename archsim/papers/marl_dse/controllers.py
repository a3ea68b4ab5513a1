"""The DRAM controller problems: a trace, an objective of the repository, rewards by table."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from archsim.envs.decoders import three_value
from archsim.papers.marl_dse.contest import Problem
from archsim.papers.marl_dse.traces import table_of
from archsim.search.algorithm import Scores
from archsim.space import Space, archgym_reward, load_study
from archsim.space.archgym_reward import RewardObjective, UnitForm

STUDY = "dram-controller-search"


@dataclass(frozen=True, slots=True)
class Case:
    """One contest on the controller space.

    Attributes:
        trace: Name of the trace.
        objective: Reward of the repository.
    """

    trace: str
    objective: RewardObjective

    @property
    def name(self) -> str:
        """What rows call it."""
        return f"{self.trace}, {self.objective}"


OBJECTIVES: tuple[RewardObjective, ...] = ("power", "latency", "both")
CASES = tuple(
    Case(trace, objective)
    for trace in ("stream", "random", "mix-1", "mix-2")
    for objective in OBJECTIVES
)
QUICK_CASES = (Case("stream", "power"), Case("random", "latency"), Case("mix-1", "both"))
"""Every objective once, each on another trace whose outcome table is kept."""


@lru_cache(maxsize=1)
def controller_space() -> Space:
    """Return the space of the repository's agents."""
    return load_study(STUDY).space


def rewards_of(
    trace: str, objective: RewardObjective, units: UnitForm = "corrected"
) -> NDArray[np.float64]:
    """Return the reward of each different outcome of a trace."""
    table = table_of(trace)
    return np.array(
        [
            archgym_reward(power, time, objective, units)
            for power, time in zip(table.power_w.tolist(), table.time_ps.tolist(), strict=True)
        ]
    )


def three_value_ceiling(trace: str, objective: RewardObjective) -> float:
    """Return the best reward among the 26,244 points that the three-value decoder reaches."""
    shape = controller_space().shape
    actions = itertools.product(*([-1.0, 0.0, 1.0] if size > 2 else [-1.0, 1.0] for size in shape))
    levels = three_value(np.array(list(actions)), shape)
    return float(rewards_of(trace, objective)[table_of(trace).rows(levels)].max())


def problem(case: Case) -> Problem:
    """Return the problem of a case; an evaluation is a look into the table of its trace."""
    table, rewards = table_of(case.trace), rewards_of(case.trace, case.objective)

    def evaluate(levels: NDArray[np.int64]) -> Scores:
        found = rewards[table.rows(levels)]
        return Scores(found, -found[:, None], np.zeros(len(found)))

    return Problem(case.name, controller_space(), evaluate)
