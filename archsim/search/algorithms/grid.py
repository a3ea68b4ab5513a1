"""Grid search: every different design once, then all over again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from archsim.config import PositiveInt, StrictModel
from archsim.search.algorithm import Algorithm, Scores

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archsim.space import Space

_GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
_LOOKED_AT = 65_536


class GridSettings(StrictModel):
    """Hyper-parameters of grid search."""

    designs: Annotated[PositiveInt, Field(le=65_536)] = Field(
        default=64, description="designs asked for at a time"
    )
    order: Literal["plain", "spread"] = Field(
        default="plain",
        description="plain: the last parameter runs fastest; spread: leaps through the whole grid",
    )


class GridSearch(Algorithm):
    """Goes through the numbered points and skips those that are the same design as another.

    A budget smaller than the space covers a corner in plain order. Spread order leaps by the
    golden section of the space, so that any budget covers it evenly, and starts where the seed
    says.
    """

    name = "grid"

    def __init__(self, space: Space, seed: int, settings: GridSettings) -> None:
        super().__init__(space, seed, settings)
        self._designs = settings.designs
        self._leap, self._next = 1, 0
        if settings.order == "spread":
            self._leap = max(1, round(space.size * _GOLDEN))
            while math.gcd(self._leap, space.size) > 1:
                self._leap += 1
            self._next = seed % space.size

    def ask(self) -> NDArray[np.int64]:
        """Return the next points of the grid; fewer where most points are equal designs."""
        import numpy as np

        found: list[tuple[int, ...]] = []
        looked_at = 0
        while len(found) < self._designs and (looked_at < _LOOKED_AT or not found):
            levels = self.space.levels(self._next)
            self._next = (self._next + self._leap) % self.space.size
            looked_at += 1
            if self.space.is_canonical(np.array([levels], dtype=np.int64))[0]:
                found.append(levels)
        return np.array(found, dtype=np.int64)

    def tell(self, levels: NDArray[np.int64], scores: Scores) -> None:
        """Learn nothing."""
