"""NSGA-II: Optuna's genetic algorithm for several objectives and constraints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from archsim.config import Fraction01, NonNegativeFloat, PositiveInt, StrictModel
from archsim.search.algorithm import Algorithm, Scores
from archsim.search.algorithms.optuna_trials import OptunaTrials
from archsim.search.levels import draw_levels, own_generator

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archsim.space import Space


class NonDominatedSettings(StrictModel):
    """Hyper-parameters of NSGA-II."""

    population: Annotated[PositiveInt, Field(ge=2, le=65_536)] = Field(
        default=32, description="designs of a generation"
    )
    crossover: Fraction01 = Field(default=0.9, description="share of children with two parents")
    swapping: Fraction01 = Field(
        default=0.5, description="share of levels that a child has from its second parent"
    )
    mutations: Annotated[NonNegativeFloat, Field(le=1000.0)] = Field(
        default=1.0, description="levels that change in a child, on average"
    )


class NonDominatedSearch(Algorithm):
    """Sorts by constrained domination of the costs and by crowding (``NSGAIISampler``).

    It looks at costs and violations, not at the reward, and so finds a Pareto front where a study
    has several objectives. The first generation is random.
    """

    name = "nsga2"

    def __init__(self, space: Space, seed: int, settings: NonDominatedSettings) -> None:
        super().__init__(space, seed, settings)
        self._settings = settings
        self._generator = own_generator(seed)
        self._trials: OptunaTrials | None = None

    def ask(self) -> NDArray[np.int64]:
        """Return one generation."""
        if self._trials is None:
            return draw_levels(self.space, self._generator, self._settings.population)
        return self._trials.ask(self._settings.population)

    def tell(self, levels: NDArray[np.int64], scores: Scores) -> None:
        """Hand the generation over; a design without costs loses against any that has some."""
        import numpy as np

        if self._trials is None:  # the number of objectives is known from here on
            self._trials = self._begun(scores.costs.shape[1])
            self._trials.ask_these(levels)
        costs = np.nan_to_num(scores.costs, nan=0.0)
        self._trials.tell(costs.tolist(), scores.violations.tolist())

    def _begun(self, objectives: int) -> OptunaTrials:
        import optuna

        settings = self._settings
        rate = min(1.0, settings.mutations / len(self.space.shape))
        sampler = optuna.samplers.NSGAIISampler(
            population_size=settings.population,
            mutation_prob=rate,
            crossover_prob=settings.crossover,
            swapping_prob=settings.swapping,
            seed=int(self._generator.integers(2**31)),
        )
        return OptunaTrials(self.space, sampler, objectives)
