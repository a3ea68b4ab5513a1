"""Optuna asked and told in levels: what the methods built on it share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archsim.search.levels import is_ordered

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from optuna.distributions import BaseDistribution
    from optuna.samplers import BaseSampler
    from optuna.trial import Trial

    from archsim.space import Space

_TOLD_AS_INFEASIBLE = 1e30
"""Violation of a design that could not be simulated; Optuna takes no infinite number."""


class OptunaTrials:
    """An Optuna study in memory over the levels of a space.

    A parameter with an order is an integer to Optuna, any other a choice.

    Args:
        space: Where to look.
        sampler: What chooses designs.
        objectives: Number of costs, to be minimised.
    """

    def __init__(self, space: Space, sampler: BaseSampler, objectives: int) -> None:
        import optuna
        from optuna.distributions import CategoricalDistribution, IntDistribution

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._study = optuna.create_study(directions=["minimize"] * objectives, sampler=sampler)
        self._names = [str(at) for at in range(len(space.shape))]
        self._distributions: dict[str, BaseDistribution] = {
            name: IntDistribution(0, count - 1)
            if ordered
            else CategoricalDistribution(range(count))
            for name, count, ordered in zip(
                self._names, space.shape, is_ordered(space).tolist(), strict=True
            )
        }
        self._open: list[Trial] = []

    def ask(self, count: int) -> NDArray[np.int64]:
        """Open trials and return their levels, shape (count, parameters)."""
        import numpy as np

        self._open = [self._study.ask(self._distributions) for _ in range(count)]
        levels = [[trial.params[name] for name in self._names] for trial in self._open]
        return np.array(levels, dtype=np.int64)

    def ask_these(self, levels: NDArray[np.int64]) -> None:
        """Open a trial for each of some given points."""
        for row in levels.tolist():
            self._study.enqueue_trial(dict(zip(self._names, row, strict=True)))
        self.ask(len(levels))

    def tell(
        self, costs: Sequence[Sequence[float]], violations: Sequence[float] | None = None
    ) -> None:
        """Close the open trials.

        Args:
            costs: One row of finite costs per trial.
            violations: How far each breaks its constraints; ``None``: there are none.
        """
        for at, trial in enumerate(self._open):
            if violations is not None:
                trial.set_constraint("design", min(violations[at], _TOLD_AS_INFEASIBLE))
            self._study.tell(trial, list(costs[at]))
        self._open = []
