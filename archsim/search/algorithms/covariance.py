"""CMA-ES with margin over mixed levels, from the package cmaes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from archsim.config import NonNegativeInt, PositiveInt, StrictModel
from archsim.search.algorithm import Algorithm, Scores
from archsim.search.levels import is_ordered, own_generator

if TYPE_CHECKING:
    import numpy as np
    from cmaes import CatCMAwM
    from numpy.typing import NDArray

    from archsim.space import Space

_SMALLEST, _LARGEST = 4, 4096


class CovarianceSettings(StrictModel):
    """Hyper-parameters of CMA-ES."""

    population: Annotated[NonNegativeInt, Field(le=_LARGEST)] = Field(
        default=0, description="designs of a generation, at least 4; 0: as cmaes proposes"
    )
    patience: Annotated[PositiveInt, Field(le=1_000_000)] = Field(
        default=30, description="generations without a better design before a restart"
    )
    growth: Annotated[float, Field(ge=1.0, le=8.0)] = Field(
        default=2.0, description="factor of the generation's size at a restart"
    )


class CovarianceSearch(Algorithm):
    """CatCMA with margin (Hamano et al., 2025): a Gaussian over levels with an order, and one
    categorical distribution per parameter without, as cmaes advises for two levels as well.

    The margin keeps neighbouring levels likely enough to be tried. A run that stops getting
    better starts again, from the middle and with a larger generation (IPOP), because the package
    has no end for mixed parameters.
    """  # fmt: skip

    name = "cma_es"

    def __init__(self, space: Space, seed: int, settings: CovarianceSettings) -> None:
        import numpy as np

        super().__init__(space, seed, settings)
        self._settings = settings
        self._generator = own_generator(seed)
        shape, ordered = np.array(space.shape), is_ordered(space)
        self._gaussian = np.flatnonzero(ordered & (shape > 2))
        self._categorical = np.flatnonzero((shape > 1) & ~(ordered & (shape > 2)))
        self._population = settings.population and max(_SMALLEST, settings.population)
        self._asked: list[CatCMAwM.Solution] = []
        self._start()

    def _start(self) -> None:
        """Begin a run of CMA-ES."""
        from cmaes import CatCMAwM

        self._stale, self._best = 0, float("-inf")
        shape = self.space.shape
        self._engine = None
        if len(self._gaussian) or len(self._categorical):
            self._engine = CatCMAwM(
                z_space=[list(range(shape[at])) for at in self._gaussian] or None,
                c_space=[shape[at] for at in self._categorical] or None,
                population_size=self._population or None,
                seed=int(self._generator.integers(2**31)),
            )
            self._population = self._engine.population_size

    def ask(self) -> NDArray[np.int64]:
        """Return one generation."""
        import numpy as np

        if self._engine is None:  # every parameter has one value
            return np.zeros((1, len(self.space.shape)), dtype=np.int64)
        self._asked = [self._engine.ask() for _ in range(self._population)]
        levels = np.zeros((self._population, len(self.space.shape)), dtype=np.int64)
        for row, solution in zip(levels, self._asked, strict=True):
            if solution.z is not None:
                row[self._gaussian] = solution.z
            if solution.c is not None:
                row[self._categorical] = solution.c.argmax(axis=1)[: len(self._categorical)]
        return levels

    def tell(self, levels: NDArray[np.int64], scores: Scores) -> None:
        """Move the distributions, or start again where they no longer find anything better."""
        if self._engine is None:
            return
        costs = (-scores.rewards).tolist()
        self._engine.tell(list(zip(self._asked, costs, strict=True)))
        best = float(scores.rewards.max())
        self._stale = 0 if best > self._best else self._stale + 1
        self._best = max(self._best, best)
        if self._stale >= self._settings.patience or self._ended():
            grown = round(self._population * self._settings.growth)
            self._population = min(_LARGEST, grown)
            self._start()

    def _ended(self) -> bool:
        """Say whether the Gaussian has shrunk to a point, or gone astray."""
        return self._engine is not None and len(self._gaussian) > 0 and self._engine.should_stop()
