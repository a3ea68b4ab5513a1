"""The contest: methods with a budget and common seeds on a problem, and what they reach."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from archsim.search.algorithm import Scores
from archsim.search.history import History
from archsim.search.registry import find_method, make_algorithm
from archsim.search.running import Budget, run_search
from archsim.space import Space

POLICY_SAMPLES = 64
"""Designs drawn at the end of a run for the mean reward of the final policy."""

_PPO: Mapping[str, object] = {"designs": 32, "minibatch": 32}
"""Updates twice as often as the default, because budgets here are small; the same for all PPO."""
_SAC: Mapping[str, object] = {"startup": 32}
"""As many random designs before the first gradient step as PPO draws before its first update."""


@dataclass(frozen=True)
class Entry:
    """A method with its settings.

    Attributes:
        label: What it is called in rows.
        algorithm: Its name in ``archsim.search``.
        options: What differs from the defaults.
    """

    label: str
    algorithm: str
    options: Mapping[str, object] = field(default_factory=dict)

    @property
    def missing_extra(self) -> str:
        """Extra that is not installed and without which it cannot run; empty: none."""
        method = find_method(self.algorithm)
        absent = any(importlib.util.find_spec(name) is None for name in method.modules)
        return method.extra if absent else ""


IPPO = Entry("MARL, independent PPO", "ippo", _PPO)
MAPPO = Entry("MARL, shared critic", "mappo", _PPO)
IPPO_GROUPS = Entry("MARL by group, independent PPO", "ippo", {**_PPO, "agents": "groups"})
MAPPO_GROUPS = Entry("MARL by group, shared critic", "mappo", {**_PPO, "agents": "groups"})
PPO_THREE = Entry("PPO, three-value", "ppo_box", {**_PPO, "decoder": "three_value"})
SAC_THREE = Entry("SAC, three-value", "sac", {**_SAC, "decoder": "three_value"})
PPO_DISCRETE = Entry("PPO, discrete", "ppo", _PPO)
PPO_GAP_FREE = Entry("PPO, gap-free", "ppo_box", {**_PPO, "decoder": "gap_free"})
SAC_GAP_FREE = Entry("SAC, gap-free", "sac", {**_SAC, "decoder": "gap_free"})
RANDOM, GA, ACO = Entry("random", "random"), Entry("GA", "ga"), Entry("ACO", "aco")
TPE = Entry("TPE", "tpe")

QUICK_ENTRIES = (
    IPPO, MAPPO, PPO_THREE, SAC_THREE, PPO_DISCRETE, PPO_GAP_FREE, SAC_GAP_FREE, RANDOM, GA, ACO,
)  # fmt: skip
FULL_ENTRIES = (*QUICK_ENTRIES, TPE)
"""TPE costs 10 ms and more a design, so the quick mode leaves it out."""

QUICK_SUBSYSTEM_ENTRIES = (IPPO_GROUPS, MAPPO_GROUPS, *QUICK_ENTRIES)
FULL_SUBSYSTEM_ENTRIES = (IPPO_GROUPS, MAPPO_GROUPS, *FULL_ENTRIES)
"""On the wider spaces there are agents for groups of parameters too: one for each subsystem."""


@dataclass(frozen=True)
class Problem:
    """What is searched.

    Attributes:
        name: For rows.
        space: The designs.
        evaluate: Levels, shape (designs, parameters), to scores.
        floor: Reward that stands for a run without a feasible design.
    """

    name: str
    space: Space
    evaluate: Callable[[NDArray[np.int64]], Scores]
    floor: float = 0.0


@dataclass(frozen=True)
class Effort:
    """How much each method may spend.

    Attributes:
        seeds: Runs of each method, with the seeds 0, 1, ...
        evaluations: Designs that a run asks for, repeated ones counted.
    """

    seeds: int
    evaluations: int

    @property
    def checkpoints(self) -> tuple[int, ...]:
        """Where the best reward so far is noted: powers of 2 from 16, and the end."""
        powers = [2**at for at in range(4, 31) if 2**at < self.evaluations]
        return (*powers, self.evaluations)


@dataclass(frozen=True)
class Result:
    """What one method reached.

    Attributes:
        best: Best reward so far at each checkpoint, shape (seeds, checkpoints).
        unique: Different designs of each run.
        policies: Mean reward of each run's final policy; empty for a method that learns none.
    """

    best: NDArray[np.float64]
    unique: tuple[int, ...]
    policies: tuple[float, ...]

    @property
    def final(self) -> list[float]:
        """Best reward of each run."""
        return [float(value) for value in self.best[:, -1]]


def installed(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the methods whose packages are there."""
    return tuple(entry for entry in entries if not entry.missing_extra)


def run_contest(problem: Problem, entries: Sequence[Entry], effort: Effort) -> dict[str, Result]:
    """Run each method with each seed.

    Args:
        problem: What is searched.
        entries: The methods.
        effort: Budget and seeds.

    Returns:
        Label to result, in the order of the methods.

    Raises:
        MissingExtraError: A package that a method needs is not installed.
    """
    return {entry.label: _result(problem, entry, effort) for entry in entries}


def _result(problem: Problem, entry: Entry, effort: Effort) -> Result:
    runs: list[History] = []
    for seed in range(effort.seeds):
        algorithm = make_algorithm(entry.algorithm, problem.space, seed, entry.options)
        runs.append(
            run_search(
                algorithm, problem.evaluate, Budget(effort.evaluations),
                policy_samples=POLICY_SAMPLES,
            )
        )  # fmt: skip
    places = np.array(effort.checkpoints) - 1
    best = np.array([run.best[places] for run in runs])
    return Result(
        best=np.where(np.isneginf(best), problem.floor, best),
        unique=tuple(int(run.unique[-1]) for run in runs),
        policies=tuple(mean for run in runs if (mean := run.policy_mean) is not None),
    )
