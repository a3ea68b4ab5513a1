"""Simulated annealing: chains that also step downhill, less and less often.

``scipy.optimize.dual_annealing`` is not used: it drives the evaluation itself, works on real
vectors, and spends much of a budget on a local search by gradients, which are zero between
levels. The rule for a step, Metropolis', is one line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from archsim.config import PositiveInt, StrictModel
from archsim.search.algorithm import Algorithm, Scores
from archsim.search.levels import draw_levels, mutated, own_generator

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archsim.space import Space


class AnnealingSettings(StrictModel):
    """Hyper-parameters of simulated annealing."""

    chains: Annotated[PositiveInt, Field(le=4096)] = Field(
        default=4, description="chains that run side by side"
    )
    start_temperature: Annotated[float, Field(ge=1e-6, le=1e6)] = Field(
        default=1.0, description="at the start of a cooling, in standard deviations of the rewards"
    )
    end_temperature: Annotated[float, Field(ge=1e-6, le=1e6)] = Field(
        default=0.01, description="at the end of a cooling, in standard deviations of the rewards"
    )
    steps: Annotated[PositiveInt, Field(ge=2, le=1_000_000)] = Field(
        default=100, description="steps of a chain from hot to cold, before it starts again"
    )


class SimulatedAnnealing(Algorithm):
    """Several Metropolis chains over levels, cooled geometrically.

    A step changes one parameter; it is taken when it is no loss, else with probability
    exp(loss / temperature), the loss counted in standard deviations of the rewards of the first
    designs, so that the temperature needs no knowledge of the objective. A cold chain begins
    again: every other chain at the best design so far, the others at random ones.
    """

    name = "annealing"

    def __init__(self, space: Space, seed: int, settings: AnnealingSettings) -> None:
        super().__init__(space, seed, settings)
        self._settings = settings
        self._generator = own_generator(seed)
        self._step = 0
        self._at: NDArray[np.int64] | None = None
        self._rewards: NDArray[np.float64] | None = None
        self._first: list[float] = []
        self._best: tuple[float, NDArray[np.int64]] | None = None

    def ask(self) -> NDArray[np.int64]:
        """Return one neighbour of each chain's design; at the start of a cooling, its start."""
        import numpy as np

        chains, generator = self._settings.chains, self._generator
        if self._step % self._settings.steps == 0 or self._at is None:
            found = draw_levels(self.space, generator, chains)
            if self._best is not None:
                found[::2] = self._best[1]
            return found
        free = [at for at, count in enumerate(self.space.shape) if count > 1] or [0]
        moves = np.zeros(self._at.shape, dtype=bool)
        moves[range(chains), generator.choice(free, chains)] = True
        return mutated(self.space, self._at, moves, generator)

    def tell(self, levels: NDArray[np.int64], scores: Scores) -> None:
        """Move each chain or leave it where it is."""
        import numpy as np

        rewards = scores.rewards
        top = int(rewards.argmax())
        if self._best is None or rewards[top] > self._best[0]:
            self._best = (float(rewards[top]), levels[top].copy())
        if self._step < self._settings.steps:
            self._first += rewards.tolist()
        if self._step % self._settings.steps == 0 or self._at is None or self._rewards is None:
            self._at, self._rewards = levels.copy(), rewards.copy()
        else:
            loss = np.maximum(self._rewards - rewards, 0.0)
            taken = self._generator.random(len(loss)) < np.exp(-loss / self._temperature())
            self._at = np.where(taken[:, None], levels, self._at)
            self._rewards = np.where(taken, rewards, self._rewards)
        self._step += 1

    def _temperature(self) -> float:
        """Return the temperature in units of the reward."""
        import numpy as np

        hot, cold = self._settings.start_temperature, self._settings.end_temperature
        done = (self._step % self._settings.steps) / (self._settings.steps - 1)
        scale = float(np.std(self._first)) or 1.0
        return float(hot * (cold / hot) ** done) * scale
