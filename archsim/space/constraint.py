"""What a design must keep to: ``area_mm2 <= 500``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archsim.errors import InputError, shown
from archsim.space.objective import check_metric, read_number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TEXT = re.compile(r"\s*([A-Za-z_][\w.]*)\s*(<=|>=|<|>|=<|=>|==|=|!=)\s*([^\s<>=!].*?)\s*")
BROKEN = "breaks the constraint"
"""Start of the reason of a design that breaks a constraint."""

SMALLEST_EXCESS = 1e-9
"""Relative excess of a value at a limit that it must keep away from (``<``, ``>``)."""

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}


@dataclass(frozen=True, slots=True)
class Constraint:
    """A limit on a metric; a design that breaks it is infeasible.

    Attributes:
        metric: Name of the figure.
        comparison: ``"<="``, ``">="``, ``"<"`` or ``">"``.
        limit: The limit, in the metric's unit.
        unit: Unit of the metric.
    """

    metric: str
    comparison: str
    limit: float
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.metric} {self.comparison} {self.limit:.12g}"

    def kept(self, value: float) -> bool:
        """Say whether a value keeps to the limit; NaN does not."""
        return _COMPARE[self.comparison](value, self.limit)

    def kept_by(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Say which values keep to the limit; shape (designs,) in and out."""
        import numpy as np

        found = _COMPARE[self.comparison](values, self.limit)  # type: ignore[arg-type]
        return np.asarray(found, dtype=bool)

    def excess(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return by how much values pass the limit, relative to it; shape (designs,) in and out.

        It is 0 for a value that keeps to the limit and above 0 for every other: the distance
        divided by the limit's size (by 1 where the limit is 0); infinite for NaN.
        """
        import numpy as np

        sign = 1.0 if self.comparison.startswith("<") else -1.0
        distance = sign * (values - self.limit) / (abs(self.limit) or 1.0)
        passed = np.maximum(np.where(np.isnan(values), np.inf, distance), SMALLEST_EXCESS)
        return np.where(self.kept_by(values), 0.0, passed)

    def reason(self, value: float) -> str:
        """Return the sentence for a design that breaks the limit."""
        return f"{BROKEN} {self}: {self.metric} is {value:.12g}"


def read_constraint(text: str, units: Mapping[str, str]) -> Constraint:
    """Read a constraint.

    Args:
        text: ``"METRIC <= NUMBER"``; the number may carry a unit, as in ``latency_s <= 10 ms``.
        units: Every metric there is, with its unit.

    Raises:
        InputError: It is malformed, or no such metric exists.
    """
    match = _TEXT.fullmatch(text)
    if match is None or match[2] not in _COMPARE:
        turned = {"=<": "<=", "=>": ">="}.get(match[2], "") if match else ""
        raise InputError(
            "must be a constraint", found=shown(text),
            allowed="METRIC <= NUMBER, with <=, >=, < or >",
            suggestion=f"{match[1]} {turned} {match[3]}" if match and turned else "",
        )  # fmt: skip
    check_metric(match[1], units)
    unit = units[match[1]]
    return Constraint(match[1], match[2], read_number(match[3], unit), unit)
