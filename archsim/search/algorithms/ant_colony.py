"""Ant colony optimisation: pheromone on every level of every parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from archsim.config import Fraction01, PositiveInt, StrictModel
from archsim.search.algorithm import Algorithm, Scores
from archsim.search.levels import own_generator

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archsim.space import Space

_START = 0.1
_DEPOSIT = 1.0


class AntColonySettings(StrictModel):
    """Hyper-parameters of ant colony optimisation, named as in ArchGym's sweep."""

    ants: Annotated[PositiveInt, Field(le=65_536)] = Field(
        default=16, description="designs of a round"
    )
    evaporation: Fraction01 = Field(
        default=0.1, description="share of the best design's pheromone that is renewed a round"
    )
    decay: Fraction01 = Field(
        default=0.01, description="share of the pheromone that each ant's passing takes back"
    )
    greediness: Fraction01 = Field(
        default=0.25, description="share of decisions that take the level with most pheromone"
    )
    depth: Annotated[PositiveInt, Field(le=1_000_000)] = Field(
        default=100, description="rounds that a colony lives; then one begins without pheromone"
    )


class AntColony(Algorithm):
    """An ant colony system over levels.

    An ant takes, for each parameter, the level with most pheromone (with the probability of
    ``greediness``), else one drawn in proportion to pheromone. Passing ants return their levels
    towards the start value; then the best design of the colony so far gets pheromone.

    ArchGym deposits the reward itself, which must be positive; rewards here may be negative, so
    the best design's levels move towards 1, from 0.1 at the start. ArchGym ends after ``depth``
    rounds; here the budget ends a run, and a new colony follows an old one.
    """

    name = "aco"

    def __init__(self, space: Space, seed: int, settings: AntColonySettings) -> None:
        super().__init__(space, seed, settings)
        self._settings = settings
        self._generator = own_generator(seed)
        self._round = 0
        self._settle()

    def _settle(self) -> None:
        """Begin a colony: the same pheromone everywhere, no best design."""
        import numpy as np

        shape = np.array(self.space.shape)
        self._pheromone = np.where(np.arange(shape.max()) < shape[:, None], _START, 0.0)
        self._best: tuple[float, NDArray[np.int64]] | None = None

    def ask(self) -> NDArray[np.int64]:
        """Return one design per ant."""
        import numpy as np

        ants, parameters = self._settings.ants, len(self.space.shape)
        generator, pheromone = self._generator, self._pheromone
        # Ties of the greedy choice fall evenly: the draw is among the levels with the maximum.
        most = pheromone == pheromone.max(axis=1, keepdims=True)
        greedy = generator.random((ants, parameters)) < self._settings.greediness
        weights = np.where(greedy[..., None], most, pheromone).cumsum(axis=2)
        draws = generator.random((ants, parameters, 1)) * weights[..., -1:]
        levels = (weights <= draws).sum(axis=2)
        found: NDArray[np.int64] = np.minimum(levels, np.array(self.space.shape) - 1)
        return found

    def tell(self, levels: NDArray[np.int64], scores: Scores) -> None:
        """Update the pheromone: local decay of every ant, then the best design's deposit."""
        import numpy as np

        parameters = np.arange(len(self.space.shape))
        visits = np.zeros_like(self._pheromone)
        np.add.at(visits, (np.broadcast_to(parameters, levels.shape), levels), 1.0)
        kept = (1.0 - self._settings.decay) ** visits
        start = np.where(self._pheromone > 0.0, _START, 0.0)
        self._pheromone = kept * self._pheromone + (1.0 - kept) * start
        top = int(scores.rewards.argmax())
        if self._best is None or scores.rewards[top] > self._best[0]:
            self._best = (float(scores.rewards[top]), levels[top].copy())
        at = (parameters, self._best[1])
        renewed = self._settings.evaporation
        self._pheromone[at] = (1.0 - renewed) * self._pheromone[at] + renewed * _DEPOSIT
        self._round += 1
        if self._round % self._settings.depth == 0:
            self._settle()
