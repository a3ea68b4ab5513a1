"""Genetic algorithm: tournament, uniform crossover, mutation, an elite that stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from archsim.config import Fraction01, NonNegativeFloat, PositiveInt, StrictModel
from archsim.search.algorithm import Algorithm, Scores
from archsim.search.levels import draw_levels, mutated, own_generator

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archsim.space import Space


class GeneticSettings(StrictModel):
    """Hyper-parameters of the genetic algorithm."""

    population: Annotated[PositiveInt, Field(ge=2, le=65_536)] = Field(
        default=32, description="designs of a generation"
    )
    tournament: Annotated[PositiveInt, Field(le=1024)] = Field(
        default=3, description="designs of which the best becomes a parent"
    )
    crossover: Fraction01 = Field(
        default=0.9, description="share of children that mix two parents, level by level"
    )
    mutations: Annotated[NonNegativeFloat, Field(le=1000.0)] = Field(
        default=1.0, description="levels that change in a child, on average"
    )
    elite: Annotated[float, Field(ge=0.0, le=0.9)] = Field(
        default=0.1, description="share of a generation's size that lives on unchanged"
    )


class GeneticAlgorithm(Algorithm):
    """Breeds the next generation from the last one and the elite before it.

    Parents win tournaments by reward; a child takes each level from one of two parents with even
    odds; each level then changes with a small probability. Designs of the elite are not
    asked again: their rewards are known.
    """

    name = "ga"

    def __init__(self, space: Space, seed: int, settings: GeneticSettings) -> None:
        super().__init__(space, seed, settings)
        self._settings = settings
        self._generator = own_generator(seed)
        self._levels: NDArray[np.int64] | None = None
        self._rewards: NDArray[np.float64] | None = None

    def ask(self) -> NDArray[np.int64]:
        """Return the next generation, random at first."""
        size, generator = self._settings.population, self._generator
        if self._levels is None:
            return draw_levels(self.space, generator, size)
        parameters = len(self.space.shape)
        mother, father = self._levels[self._parents(size)], self._levels[self._parents(size)]
        mixes = generator.random((size, 1)) < self._settings.crossover
        children = mother.copy()
        swap = mixes & (generator.random((size, parameters)) < 0.5)
        children[swap] = father[swap]
        rate = min(1.0, self._settings.mutations / parameters)
        changes = generator.random((size, parameters)) < rate
        return mutated(self.space, children, changes, generator)

    def tell(self, levels: NDArray[np.int64], scores: Scores) -> None:
        """Make the generation and the elite before it the parents of the next."""
        import numpy as np

        known, rewards = levels, scores.rewards
        if self._levels is not None and self._rewards is not None:
            kept = round(self._settings.elite * self._settings.population)
            best = np.argsort(-self._rewards, kind="stable")[:kept]
            known = np.concatenate([self._levels[best], levels])
            rewards = np.concatenate([self._rewards[best], scores.rewards])
        self._levels, self._rewards = known, rewards

    def _parents(self, count: int) -> NDArray[np.int64]:
        """Return the places of tournament winners, shape (count,)."""
        import numpy as np

        assert self._rewards is not None  # noqa: S101 - parents are chosen after a tell
        entrants = self._generator.integers(
            0, len(self._rewards), (count, self._settings.tournament)
        )
        winners = self._rewards[entrants].argmax(axis=1)
        parents: NDArray[np.int64] = entrants[np.arange(count), winners]
        return parents
