"""The searches: a policy per choice, learned by reward, and its baselines.

The paper's controller is a recurrent network. Here each choice has logits of its own, updated by
the same policy gradient with a moving-average baseline; 500 episodes of one joint step and ten
steps of the hardware alone, 5,500 evaluations.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archsim.errors import SimulationError
from archsim.papers.nasaic.accuracy import accuracy
from archsim.papers.nasaic.evaluate import PENALTY_WEIGHT, Cost, cost
from archsim.papers.nasaic.published import (
    BANDWIDTH_BUDGET,
    BANDWIDTH_STEP,
    PE_BUDGET,
    PE_STEP,
    Specification,
    Tuple,
)
from archsim.papers.nasaic.spaces import Choice, NetworkSpace, tasks_of_both

EPISODES, HARDWARE_STEPS = 500, 10
LEARNING_RATE, BASELINE_DECAY = 0.15, 0.95
TEMPLATES = ("dla", "shi", "rs")
LEAST_PES = 64
_PES = tuple(range(LEAST_PES, PE_BUDGET + 1, PE_STEP))
_WIDTHS = tuple(range(BANDWIDTH_STEP, BANDWIDTH_BUDGET + 1, BANDWIDTH_STEP))


@dataclass(frozen=True)
class HardwareSpace:
    """Which chips are searched.

    Attributes:
        accelerators: How many.
        equal: Whether all are the same, each with its share of the budget.
    """

    accelerators: int = 2
    equal: bool = False

    @property
    def genes(self) -> tuple[int, ...]:
        """Number of options of each choice."""
        one = (len(TEMPLATES), len(_PES), len(_WIDTHS))
        return one if self.equal else one * self.accelerators

    def chip(self, genes: Sequence[int]) -> tuple[Tuple, ...]:
        """Return the chip of a choice, cut to what the budget leaves for each accelerator."""
        pes_left, width_left = PE_BUDGET, BANDWIDTH_BUDGET
        chip: list[Tuple] = []
        for index in range(self.accelerators):
            start = 0 if self.equal else 3 * index
            template, pes, width = genes[start : start + 3]
            behind = self.accelerators - index - 1
            most_pes, most_width = pes_left - behind * LEAST_PES, width_left - behind * 8
            if self.equal:
                most_pes, most_width = (
                    PE_BUDGET // self.accelerators, BANDWIDTH_BUDGET // self.accelerators,
                )  # fmt: skip
            taken = min(_PES[pes], most_pes), min(_WIDTHS[width], most_width)
            chip.append((TEMPLATES[template], *taken))
            pes_left, width_left = pes_left - taken[0], width_left - taken[1]
        return tuple(chip)


@dataclass(frozen=True)
class Found:
    """A design: networks, chip, cost and what the surrogate says of the accuracy.

    Attributes:
        choices: Networks.
        chip: Accelerators.
        cost: Cycles, energy, area.
        accuracy: Mean surrogate accuracy, in percent.
        reward: Mean accuracy as a share, less the weighted penalty.
        evaluations: Evaluations of the search.
    """

    choices: tuple[Choice, ...]
    chip: tuple[Tuple, ...]
    cost: Cost
    accuracy: float
    reward: float
    evaluations: int


def worst_case(
    spaces: Sequence[NetworkSpace],
    spec: Specification,
    hardware: HardwareSpace,
    samples: int,
    seed: int,
) -> tuple[Cost, Found]:
    """Explore chips for the networks of highest accuracy: NAS first, then hardware.

    Returns:
        The worst cycles, energy and area seen, and the chip that misses its specification least.
    """
    rng = np.random.default_rng(seed)
    choices = tuple(space.largest for space in spaces)
    tasks = tasks_of_both(spaces, choices)
    chips = [hardware.chip([int(rng.integers(n)) for n in hardware.genes]) for _ in range(samples)]
    costs = [cost(tasks, chip, spec) for chip in chips]
    possible = [each for each in costs if math.isfinite(each.cycles)]
    bound = Cost(
        max(each.cycles for each in possible),
        max(each.energy_nj for each in possible),
        max(each.area_um2 for each in costs),
    )
    best = min(range(samples), key=lambda index: costs[index].penalty(spec, bound))
    mean = _mean_accuracy(spaces, choices)
    reward = _reward(mean, costs[best].penalty(spec, bound))
    return bound, Found(choices, chips[best], costs[best], mean, reward, samples)


def search(
    spaces: Sequence[NetworkSpace],
    spec: Specification,
    bound: Cost,
    hardware: HardwareSpace,
    episodes: int = EPISODES,
    seed: int = 0,
) -> Found:
    """Search networks and chip together.

    Args:
        spaces: Spaces of the networks.
        spec: Specification of the chip.
        bound: Worst case that penalties are relative to.
        hardware: Space of the chips.
        episodes: Episodes of one joint and ``HARDWARE_STEPS`` hardware steps.
        seed: Seed of every draw.

    Returns:
        The design of highest reward.
    """
    rng = np.random.default_rng(seed)
    network_genes = [len(options) for space in spaces for options in space.genes]
    policy = _Policy([*network_genes, *hardware.genes], rng)
    split = len(network_genes)
    best: Found | None = None
    evaluations = 0
    for _ in range(episodes):
        drawn = policy.draw()
        choices = _choices(spaces, drawn[:split])
        tasks = tasks_of_both(spaces, choices)
        mean = _mean_accuracy(spaces, choices)
        for step in range(1 + HARDWARE_STEPS):
            if step:
                drawn = [*drawn[:split], *policy.draw()[split:]]
            chip = hardware.chip(drawn[split:])
            found = cost(tasks, chip, spec)
            evaluations += 1
            reward = _reward(mean, found.penalty(spec, bound))
            policy.learn(drawn, reward, frozen=split if step else 0)
            if best is None or reward > best.reward:
                best = Found(choices, chip, found, mean, reward, 0)
    if best is None:
        raise SimulationError("a search needs at least one episode")
    return Found(best.choices, best.chip, best.cost, best.accuracy, best.reward, evaluations)


def _reward(mean: float, penalty: float) -> float:
    """Return the reward; a design that misses its specification is not trained."""
    return mean / 100.0 if penalty <= 0.0 else -PENALTY_WEIGHT * penalty


def _mean_accuracy(spaces: Sequence[NetworkSpace], choices: Sequence[Choice]) -> float:
    return float(
        np.mean([accuracy(space, choice) for space, choice in zip(spaces, choices, strict=True)])
    )


def _choices(spaces: Sequence[NetworkSpace], genes: Sequence[int]) -> tuple[Choice, ...]:
    found: list[Choice] = []
    start = 0
    for space in spaces:
        found.append(tuple(genes[start : start + len(space.genes)]))
        start += len(space.genes)
    return tuple(found)


class _Policy:
    """Independent choices, each drawn from logits that rewards move."""

    def __init__(self, sizes: Sequence[int], rng: np.random.Generator) -> None:
        self._logits: list[NDArray[np.float64]] = [np.zeros(size) for size in sizes]
        self._rng = rng
        self._baseline: float | None = None

    def draw(self) -> list[int]:
        """Return one option per choice."""
        return [
            int(np.searchsorted(np.cumsum(self._shares(logits))[:-1], self._rng.random()))
            for logits in self._logits
        ]

    def learn(self, drawn: Sequence[int], reward: float, frozen: int) -> None:
        """Make what was drawn likelier if it beats the moving average, the first choices apart."""
        # Penalties have no upper end; beyond one specification's worth they all mean the same.
        bounded = max(reward, -1.0)
        if self._baseline is None:
            self._baseline = bounded
        advantage = bounded - self._baseline
        self._baseline += (1.0 - BASELINE_DECAY) * advantage
        for index in range(frozen, len(self._logits)):
            gradient = -self._shares(self._logits[index])
            gradient[drawn[index]] += 1.0
            self._logits[index] += LEARNING_RATE * advantage * gradient

    @staticmethod
    def _shares(logits: NDArray[np.float64]) -> NDArray[np.float64]:
        weights = np.exp(logits - logits.max())
        return np.asarray(weights / weights.sum())
