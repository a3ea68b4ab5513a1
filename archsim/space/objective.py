"""What a study wants: metrics to minimise or maximise, alone or as one number."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from archsim.config import StrictModel
from archsim.errors import InputError, UnknownNameError, closest, shown
from archsim.units import DIMENSIONS, parse_quantity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Goal = Literal["minimise", "maximise"]

_TEXT = re.compile(r"\s*(\S+)\s+(\S+)\s*")
_GOALS: dict[str, Goal] = {
    "minimise": "minimise",
    "minimize": "minimise",
    "maximise": "maximise",
    "maximize": "maximise",
}


class ObjectiveSpec(StrictModel):
    """An objective written as a mapping; as text it is ``minimise METRIC``."""

    metric: str = Field(description="a figure of the family, e.g. latency_s")
    goal: Goal = "minimise"
    weight: Annotated[float, Field(ge=0, le=1e30)] = Field(
        default=1.0, description="factor in a weighted sum"
    )
    target: float | int | str | None = Field(
        default=None, description="good enough: what is better than this counts no more"
    )


@dataclass(frozen=True, slots=True)
class Objective:
    """A metric and what is wanted of it.

    Attributes:
        metric: Name of the figure.
        goal: ``"minimise"`` or ``"maximise"``.
        weight: Factor in a weighted sum.
        target: Value that is good enough, in the metric's unit; ``None`` for no such value.
    """

    metric: str
    goal: Goal = "minimise"
    weight: float = 1.0
    target: float | None = None

    def __str__(self) -> str:
        return f"{self.goal} {self.metric}"

    def cost(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what a minimiser minimises.

        Without a target it is the value itself, or its negative. With a target it is one-sided:
        the relative distance to the target on the bad side, 0 on the good side.
        """
        import numpy as np

        sign = 1.0 if self.goal == "minimise" else -1.0
        if self.target is None:
            return sign * values
        return np.maximum(0.0, sign * (values - self.target) / (abs(self.target) or 1.0))


def weighted_sum(
    objectives: Sequence[Objective], figures: Mapping[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Return the sum of weighted costs of each design, to be minimised.

    Args:
        objectives: At least one.
        figures: Metric to values, shape (designs,).
    """
    import numpy as np

    terms = [item.weight * item.cost(figures[item.metric]) for item in objectives]
    total: NDArray[np.float64] = np.sum(terms, axis=0)
    return total


def read_objective(spec: ObjectiveSpec | str, units: Mapping[str, str]) -> Objective:
    """Read an objective.

    Args:
        spec: ``"minimise latency_s"``, or the same as a mapping with weight and target.
        units: Every metric there is, with its unit.

    Raises:
        InputError: It is malformed, or no such metric exists.
    """
    if isinstance(spec, ObjectiveSpec):
        check_metric(spec.metric, units)
        target = None if spec.target is None else read_number(spec.target, units[spec.metric])
        return Objective(spec.metric, spec.goal, spec.weight, target)
    match = _TEXT.fullmatch(spec)
    goal = _GOALS.get(match[1].lower()) if match else None
    if match is None or goal is None:
        near = closest(match[1], _GOALS) if match else ""
        raise InputError(
            "must be an objective", found=shown(spec),
            allowed="minimise METRIC or maximise METRIC",
            suggestion=f"{near} {match[2]}" if near and match else "",
        )  # fmt: skip
    check_metric(match[2], units)
    return Objective(match[2], goal)


def check_metric(name: str, units: Mapping[str, str]) -> None:
    """Refuse a metric that does not exist.

    Raises:
        UnknownNameError: There is none of that name.
    """
    if name not in units:
        raise UnknownNameError("metric", name, units)


def read_number(value: float | str, unit: str) -> float:
    """Return a number in a metric's unit; text may carry a unit of the same dimension.

    Raises:
        InputError: It is no number, or its unit measures something else.
    """
    if not isinstance(value, str):
        return float(value)
    dimension = next((name for name, item in DIMENSIONS.items() if item.unit == unit), "")
    try:
        return float(value)
    except ValueError:
        if dimension:
            return parse_quantity(value, dimension)
    raise InputError("must be a number", found=shown(value), allowed=f"a number in {unit}")
