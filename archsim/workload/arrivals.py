"""When requests arrive."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from archsim.config import PositiveFloat, StrictModel
from archsim.workload.seeds import generator

Rate = Annotated[PositiveFloat, Field(le=1e9)]


class PoissonArrivals(StrictModel):
    """Requests arrive independently of each other at a constant mean rate."""

    process: Literal["poisson"] = "poisson"
    rate_per_s: Rate = Field(description="mean requests per second")

    def times(self, seed: int, count: int) -> NDArray[np.float64]:
        """Return ``count`` ascending arrival times in seconds, shape (count,)."""
        gaps = generator(seed, "arrivals").exponential(1.0 / self.rate_per_s, count)
        return np.cumsum(gaps)


class UniformArrivals(StrictModel):
    """Requests arrive at equal distances, the first one at the start."""

    process: Literal["uniform"] = "uniform"
    rate_per_s: Rate = Field(description="requests per second")

    def times(self, seed: int, count: int) -> NDArray[np.float64]:
        """Return ``count`` ascending arrival times in seconds, shape (count,)."""
        return np.arange(count) / self.rate_per_s


class BacklogArrivals(StrictModel):
    """All requests wait at the start: the system is saturated."""

    process: Literal["backlog"] = "backlog"

    def times(self, seed: int, count: int) -> NDArray[np.float64]:
        """Return ``count`` zeros, shape (count,)."""
        return np.zeros(count)


Arrivals = Annotated[
    PoissonArrivals | UniformArrivals | BacklogArrivals, Field(discriminator="process")
]
"""Any arrival process, told apart by ``process``."""
