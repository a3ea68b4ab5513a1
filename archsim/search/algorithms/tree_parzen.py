"""TPE: Optuna's tree-structured Parzen estimator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from archsim.config import PositiveInt, StrictModel
from archsim.search.algorithm import Algorithm, Scores
from archsim.search.algorithms.optuna_trials import OptunaTrials

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archsim.space import Space


class TreeParzenSettings(StrictModel):
    """Hyper-parameters of TPE."""

    designs: Annotated[PositiveInt, Field(le=1024)] = Field(
        default=1, description="designs asked for at a time"
    )
    startup: Annotated[PositiveInt, Field(le=65_536)] = Field(
        default=20, description="random designs before the model is used"
    )
    candidates: Annotated[PositiveInt, Field(le=65_536)] = Field(
        default=24, description="draws from the good designs' density, of which one is asked"
    )


class TreeParzen(Algorithm):
    """Draws where good designs are dense and others are not (``optuna.samplers.TPESampler``)."""

    name = "tpe"

    def __init__(self, space: Space, seed: int, settings: TreeParzenSettings) -> None:
        import optuna

        super().__init__(space, seed, settings)
        sampler = optuna.samplers.TPESampler(
            n_startup_trials=settings.startup,
            n_ei_candidates=settings.candidates,
            seed=int(seed % 2**32),
        )
        self._designs = settings.designs
        self._trials = OptunaTrials(space, sampler, objectives=1)

    def ask(self) -> NDArray[np.int64]:
        """Return the next designs."""
        return self._trials.ask(self._designs)

    def tell(self, levels: NDArray[np.int64], scores: Scores) -> None:
        """Add the designs to the model, with their rewards turned into costs."""
        self._trials.tell([[-reward] for reward in scores.rewards.tolist()])
