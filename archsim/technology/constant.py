"""A physical constant that says where it is from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, get_args

from archsim.config.sources import Certainty, Constant
from archsim.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Numbers = TypeVar("Numbers", float, "NDArray[np.float64]")
"""One number, or an array of them: what a law takes and gives back."""

#: From firmest to weakest; a number derived from several is as weak as the weakest of them.
CERTAINTIES: tuple[Certainty, ...] = get_args(Certainty)


@dataclass(frozen=True)
class TechConstant:
    """One physical constant: a value with its unit, its source and how sure we are of it.

    Attributes:
        name: Dotted name, unique in the package, e.g. ``"arithmetic.multiply.fp16.45nm"``.
        value: The number, in ``unit``.
        unit: Unit in plain text, e.g. ``"J"``, ``"mm2"``, ``"J/bit"``.
        source: Paper, table or measurement it was taken from, or how it was judged.
        certainty: ``primary`` (read in the source), ``recalled``, ``inferred`` (computed from other
            numbers), ``calibrated`` (fitted) or ``estimate`` (a judgement).

    Raises:
        InputError: If the value is not finite, or a text is empty.
    """

    name: str
    value: float
    unit: str
    source: str
    certainty: Certainty

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise InputError(
                "a constant must be a finite number", key=self.name, found=repr(self.value)
            )
        if not (self.name and self.unit and self.source):
            raise InputError("a constant needs a name, a unit and a source", key=self.name)
        if self.certainty not in CERTAINTIES:
            raise InputError(
                "unknown certainty",
                key=self.name,
                found=repr(self.certainty),
                allowed=", ".join(CERTAINTIES),
            )

    def as_constant(self) -> Constant:
        """Return it in the form that results list what they rest on; the unit joins the source."""
        return Constant(self.name, self.value, f"{self.source}; in {self.unit}", self.certainty)


def weakest(*certainties: Certainty) -> Certainty:
    """Return the weakest of the given certainties: what a number derived from all of them has."""
    return max(certainties, key=CERTAINTIES.index)
