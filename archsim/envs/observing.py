"""What an agent sees of its last design, and what it is told beside the reward."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from archsim.errors import UnknownNameError

if TYPE_CHECKING:
    from archsim.envs.design_evaluator import DesignEvaluator
    from archsim.envs.evaluations import Evaluations
    from archsim.space import Value

Scale = Literal["base", "raw"]
Observations = NDArray[np.float32]

LARGEST = float(np.finfo(np.float32).max)


class Observer:
    """Observations: some figures of the last design, those of the base design at the beginning.

    A figure that the design does not have is 0.

    Args:
        evaluator: Of the study.
        metrics: What is observed; empty: what the study's objectives and constraints name.
        scale: ``"base"`` divides by the size of the base design's figure where that is not 0;
            ``"raw"`` leaves figures in their units. A running mean and deviation are
            Gymnasium's wrapper ``NormalizeObservation``.

    Raises:
        InputError: A name is unknown.
    """

    def __init__(
        self, evaluator: DesignEvaluator, metrics: Sequence[str] = (), scale: Scale = "base"
    ) -> None:
        study = evaluator.study
        if scale not in get_args(Scale):
            raise UnknownNameError("scale of the observation", scale, get_args(Scale))
        for name in metrics:
            if name not in study.metrics:
                raise UnknownNameError("metric", name, study.metrics)
        default = [objective.metric for objective in study.objectives]
        default += [constraint.metric for constraint in study.constraints]
        self.metrics = tuple(dict.fromkeys(metrics or default))
        self._evaluator = evaluator
        base = evaluator.base_figures or {}
        start = np.array([base.get(name, 0.0) for name in self.metrics])
        self._divisor = np.ones(len(start))
        if scale == "base":
            self._divisor = np.where(start == 0, 1.0, np.abs(start))
        self.start = self._scaled(start)
        """Observation of the base design, shape (metrics,)."""

    def observations(self, found: Evaluations) -> Observations:
        """Return what is seen of designs; shape (designs, metrics)."""
        missing = np.full(len(found), np.nan)
        columns = [found.figures.get(name, missing) for name in self.metrics]
        return self._scaled(np.stack(columns, axis=1))

    def info(self, found: Evaluations, at: int) -> dict[str, object]:
        """Return what is told of one design.

        Returns:
            ``status``, ``reason``, ``design`` (key to value), ``metrics`` (every figure as it
            is) and ``units`` (of every metric). Whether a design was asked for before is not
            part of it, because it depends on more than the episode; ``DesignEvaluator.counts``
            has how many were.
        """
        return {
            "status": str(found.statuses[at]),
            "reason": str(found.reasons[at]),
            "design": self.design(found, at),
            "metrics": {
                name: value
                for name, column in found.figures.items()
                if math.isfinite(value := float(column[at]))
            },
            "units": dict(self._evaluator.study.metrics),
        }

    def design(self, found: Evaluations, at: int) -> dict[str, Value]:
        """Return a design as key to value."""
        return self._evaluator.study.space.values(found.levels[at].tolist())

    def _scaled(self, figures: NDArray[np.float64]) -> Observations:
        values = np.nan_to_num(figures, nan=0.0) / self._divisor
        return np.clip(values, -LARGEST, LARGEST).astype(np.float32)
