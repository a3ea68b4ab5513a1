"""Random search: every design equally likely, whatever was learnt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from archsim.config import PositiveInt, StrictModel
from archsim.search.algorithm import Algorithm, Scores
from archsim.search.levels import draw_levels, own_generator

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archsim.space import Space


class RandomSettings(StrictModel):
    """Hyper-parameters of random search."""

    designs: Annotated[PositiveInt, Field(le=65_536)] = Field(
        default=64, description="designs asked for at a time"
    )


class RandomSearch(Algorithm):
    """Draws points evenly, with repetition, as ArchGym's random walker does."""

    name = "random"

    def __init__(self, space: Space, seed: int, settings: RandomSettings) -> None:
        super().__init__(space, seed, settings)
        self._designs = settings.designs
        self._generator = own_generator(seed)

    def ask(self) -> NDArray[np.int64]:
        """Return the next random points."""
        return draw_levels(self.space, self._generator, self._designs)

    def tell(self, levels: NDArray[np.int64], scores: Scores) -> None:
        """Learn nothing."""
