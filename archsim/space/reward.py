"""What one design is worth as a single number, higher is better: the reward of a study.

The reward of a design depends on that design and on the study alone, never on the order in which
designs are tried.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from archsim.config import StrictModel
from archsim.errors import InputError
from archsim.space.archgym_reward import RewardObjective, UnitForm, archgym_reward
from archsim.space.constraint import Constraint
from archsim.space.objective import Objective, weighted_sum

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

RewardForm = Literal["log_ratio", "weighted_sum", "archgym"]

LARGEST_LOG_RATIO = 20.0
"""Bound of one logarithm, a ratio of 5e8, so that a figure of 0 has a finite reward."""

ARCHGYM_METRICS = ("dram_power_w", "latency_s")
"""Average power as DRAMPower prints it, and the time of the whole trace."""

_PS_PER_S = 1e12


class RewardSpec(StrictModel):
    """How a design's figures become one number."""

    form: RewardForm | None = Field(
        default=None,
        description="log_ratio against the base design, weighted_sum of costs, or archgym; "
        "absent: log_ratio where no objective has a target and the base's figures are above 0, "
        "else weighted_sum",
    )
    objective: RewardObjective = Field(default="both", description="form archgym: which reward")
    units: UnitForm = Field(
        default="corrected", description="form archgym: right units, or the repository's bug"
    )
    penalty: Annotated[float, Field(ge=0, le=1e9)] = Field(
        default=10.0,
        description="taken off for each constraint passed by its whole limit, less in proportion; "
        "a design that cannot be run has its negative as reward",
    )

    def check(self, objectives: Sequence[Objective], metrics: Mapping[str, str]) -> None:
        """Refuse a form that does not fit the study.

        Args:
            objectives: Of the study.
            metrics: Every figure of the family with its unit.

        Raises:
            InputError: What does not fit.
        """
        target = next((item for item in objectives if item.target is not None), None)
        if self.form == "log_ratio" and target is not None:
            raise InputError(
                "the reward log_ratio knows no target", key="form",
                found=f"a target of {target.metric}", allowed="weighted_sum",
            )  # fmt: skip
        if self.form == "archgym":
            missing = [name for name in ARCHGYM_METRICS if name not in metrics]
            if missing:
                raise InputError(
                    f"the reward archgym needs a family that reports {missing[0]}", key="form",
                    allowed="log_ratio or weighted_sum",
                )  # fmt: skip
            return
        given = sorted({"objective", "units"} & self.model_fields_set)
        if given:
            raise InputError("is a setting of the form archgym alone", key=given[0])


@dataclass(frozen=True, slots=True)
class Worth:
    """What some designs are worth.

    Attributes:
        rewards: Shape (designs,); finite.
        costs: Shape (designs, objectives), to be minimised; NaN for a design without figures.
        violations: Shape (designs,); 0 within every constraint, else the sum of the relative
            excesses; infinite for a design without figures.
    """

    rewards: Floats
    costs: Floats
    violations: Floats


@dataclass(frozen=True, slots=True)
class Reward:
    """The reward of a study.

    - ``log_ratio``: the sum over objectives of weight x ln(base / figure) where the figure is
      minimised, weight x ln(figure / base) where it is maximised. 0 is as good as the base
      design, 0.69 twice as good. Without figures of a base design, the base is 1 in the
      metric's unit. Each logarithm is bounded (``LARGEST_LOG_RATIO``).
    - ``weighted_sum``: the negative of the weighted sum of the costs.
    - ``archgym``: the reward of ArchGym's DRAM environment, in place of the objectives.

    A design that breaks constraints has, for each of them, penalty x its relative excess
    (at most 1) less. A design without figures has the reward -penalty. In the form
    ``weighted_sum`` the penalty is multiplied with the size of the base design's weighted sum
    where that is above 1, because costs may have any unit.

    Attributes:
        form: The form.
        spec: Settings of the form.
        objectives: Of the study.
        constraints: Of the study.
        base: The base design's figures; empty when it is infeasible.
    """

    form: RewardForm
    spec: RewardSpec
    objectives: tuple[Objective, ...]
    constraints: tuple[Constraint, ...]
    base: Mapping[str, float]

    @property
    def penalty(self) -> float:
        """Reward taken off for a whole violation."""
        if self.form != "weighted_sum" or not self.base:
            return self.spec.penalty
        return self.spec.penalty * max(1.0, abs(_sum_of(self.objectives, self.base)))

    def __str__(self) -> str:
        if self.form != "log_ratio":
            return self.form
        if not self.base:
            return "log_ratio against 1 in each metric's unit: the base design is infeasible"
        parts = (f"{item.metric} {self.base[item.metric]:.6g}" for item in self.objectives)
        return f"log_ratio against the base design: {', '.join(parts)}"

    def of(self, figures: Mapping[str, Floats], known: NDArray[np.bool_]) -> Worth:
        """Return what designs are worth.

        Args:
            figures: Metric to values, shape (designs,), of every objective and constraint, and
                of ``ARCHGYM_METRICS`` where the form needs them.
            known: Which designs have figures; shape (designs,).
        """
        import numpy as np

        rewards = np.full(len(known), -self.penalty)
        costs = np.full((len(known), len(self.objectives)), np.nan)
        violations = np.full(len(known), np.inf)
        at = np.flatnonzero(known)
        if not len(at):
            return Worth(rewards, costs, violations)
        kept = {name: values[at] for name, values in figures.items()}
        for place, objective in enumerate(self.objectives):
            costs[at, place] = objective.cost(kept[objective.metric])
        excess = np.zeros((len(at), len(self.constraints)))
        for place, constraint in enumerate(self.constraints):
            excess[:, place] = constraint.excess(kept[constraint.metric])
        violations[at] = excess.sum(axis=1)
        rewards[at] = self._plain(kept) - self.penalty * np.minimum(excess, 1.0).sum(axis=1)
        return Worth(rewards, costs, violations)

    def _plain(self, figures: Mapping[str, Floats]) -> Floats:
        """Return the rewards without regard to constraints."""
        import numpy as np

        if self.form == "weighted_sum":
            return -weighted_sum(self.objectives, figures)
        if self.form == "archgym":
            power, time = (figures[name].tolist() for name in ARCHGYM_METRICS)
            return np.array(
                [
                    archgym_reward(
                        power_w, round(time_s * _PS_PER_S), self.spec.objective, self.spec.units
                    )
                    for power_w, time_s in zip(power, time, strict=True)
                ]
            )
        smallest = math.exp(-LARGEST_LOG_RATIO)
        total = np.zeros(len(next(iter(figures.values()))))
        for item in self.objectives:
            ratio = figures[item.metric] / self.base.get(item.metric, 1.0)
            logarithm = np.log(np.clip(ratio, smallest, 1.0 / smallest))
            total += item.weight * (-logarithm if item.goal == "minimise" else logarithm)
        return total


def make_reward(
    spec: RewardSpec,
    objectives: Sequence[Objective],
    constraints: Sequence[Constraint],
    base: Mapping[str, float] | None,
) -> Reward:
    """Return the reward of a study.

    Args:
        spec: As the study has it, checked.
        objectives: Of the study.
        constraints: Of the study.
        base: The base design's figures; ``None`` when it is infeasible.

    Raises:
        InputError: The form ``log_ratio`` is asked for, and a figure of the base is not above 0.
    """
    form = spec.form
    if form in (None, "log_ratio") and base is not None:
        low = next((item.metric for item in objectives if not base.get(item.metric, 0) > 0), None)
        if form is None and low is not None:
            form = "weighted_sum"
        elif low is not None:
            raise InputError(
                "the reward log_ratio needs figures above 0", key="reward.form",
                found=f"{low} of the base design is {base.get(low, math.nan)}",
                allowed="weighted_sum",
            )  # fmt: skip
    if form is None:
        targets = any(item.target is not None for item in objectives)
        form = "weighted_sum" if targets else "log_ratio"
    return Reward(form, spec, tuple(objectives), tuple(constraints), dict(base or {}))


def _sum_of(objectives: Sequence[Objective], figures: Mapping[str, float]) -> float:
    import numpy as np

    columns = {item.metric: np.array([figures.get(item.metric, 0.0)]) for item in objectives}
    return float(weighted_sum(objectives, columns)[0])
