"""Sobol search: a scrambled low-discrepancy sequence, which fills the space evenly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from archsim.config import PositiveInt, StrictModel
from archsim.search.algorithm import Algorithm, Scores

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archsim.space import Space

_BLOCK = 1024  # SciPy wants draws that are powers of two
_LONGEST = 2**30


class SobolSettings(StrictModel):
    """Hyper-parameters of Sobol search."""

    designs: Annotated[PositiveInt, Field(le=1024)] = Field(
        default=64, description="designs asked for at a time"
    )


class SobolSearch(Algorithm):
    """Points of ``scipy.stats.qmc.Sobol``, each coordinate cut into equal parts, one a level."""

    name = "sobol"

    def __init__(self, space: Space, seed: int, settings: SobolSettings) -> None:
        import numpy as np
        from scipy.stats import qmc

        super().__init__(space, seed, settings)
        self._designs = settings.designs
        self._engine = qmc.Sobol(len(space.shape), scramble=True, seed=seed)
        self._drawn = np.zeros((0, len(space.shape)), dtype=np.int64)

    def ask(self) -> NDArray[np.int64]:
        """Return the next points of the sequence, from its start again after 2^30."""
        import numpy as np

        if len(self._drawn) < self._designs:
            if self._engine.num_generated + _BLOCK > _LONGEST:
                self._engine.reset()
            shape = np.array(self.space.shape)
            block = np.minimum((self._engine.random(_BLOCK) * shape).astype(np.int64), shape - 1)
            self._drawn = np.concatenate([self._drawn, block])
        asked, self._drawn = self._drawn[: self._designs], self._drawn[self._designs :]
        return asked

    def tell(self, levels: NDArray[np.int64], scores: Scores) -> None:
        """Learn nothing."""
