"""One axis of a design space: as a study writes it, and as it is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from archsim.config import PositiveInt, StrictModel
from archsim.errors import InputError

Value = bool | int | float | str | None
"""A value of a parameter: what a key of a file may hold, lists and sections apart."""

ParameterKind = Literal["categorical", "ordinal", "integer", "real"]
MAXIMUM_VALUES = 65_536

_Number = int | float | str
_Values = Annotated[tuple[Value, ...], Field(min_length=1, max_length=MAXIMUM_VALUES)]


class ParameterSpec(StrictModel):
    """What a study says of one key: its values, or a range with a step or a number of points."""

    values: _Values | None = Field(default=None, description="every value, in order")
    minimum: _Number | None = Field(default=None, description="first value of a range")
    maximum: _Number | None = Field(default=None, description="last value of a range")
    step: _Number | None = Field(default=None, description="distance of neighbours of a range")
    points: Annotated[PositiveInt, Field(le=MAXIMUM_VALUES)] | None = Field(
        default=None, description="number of values of a range, instead of a step"
    )
    scale: Literal["linear", "log"] = Field(
        default="linear", description="log: neighbours have the same ratio; needs points"
    )
    kind: ParameterKind | None = Field(
        default=None,
        description="categorical, ordinal, integer or real; absent: told by the values",
    )
    unit: Annotated[str, Field(max_length=40)] = Field(
        default="", description="unit of the values, for people; absent: that of the key"
    )
    group: Annotated[str, Field(max_length=80)] = Field(
        default="", description="agent that sets it in a search with several agents"
    )
    inert_when: dict[str, Value | _Values] = Field(
        default_factory=dict,
        description="other parameter to the value(s) at which this one has no effect",
    )

    def check_form(self) -> None:
        """Refuse anything but values alone, or one whole range.

        Raises:
            InputError: What is missing or too much.
        """
        allowed = "values, or minimum, maximum and one of step and points"
        ranged = any(self._has(name) for name in ("minimum", "maximum", "step", "points"))
        if self.values is not None:
            if ranged or self.scale == "log":
                raise InputError("give either values or a range, not both", allowed=allowed)
            return
        if not (self._has("minimum") and self._has("maximum")):
            raise InputError("a parameter needs values or a range", allowed=allowed)
        if self._has("step") == self._has("points"):
            raise InputError("a range needs one of step and points", allowed=allowed)
        if self.scale == "log" and not self._has("points"):
            raise InputError("a log scale needs points, not a step")

    def _has(self, name: str) -> bool:
        return getattr(self, name) is not None


@dataclass(frozen=True, slots=True)
class Parameter:
    """One axis of a design space.

    Attributes:
        key: Dotted key with ``hardware.`` or ``workload.`` in front.
        kind: Whether its values have an order, and which.
        values: Its values as the family's model holds them, in order, all different.
        unit: Unit of the values; empty when they have none.
        group: Agent that sets it; its own key when no group was given.
        inert_when: Key of another parameter to the values at which this one has no effect.
    """

    key: str
    kind: ParameterKind
    values: tuple[Value, ...]
    unit: str = ""
    group: str = ""
    inert_when: tuple[tuple[str, tuple[Value, ...]], ...] = ()

    def level(self, value: Value) -> int:
        """Return the position of a value.

        Raises:
            InputError: It is not one of the values.
        """
        for level, known in enumerate(self.values):
            if same(known, value):
                return level
        texts = ", ".join(map(text, self.values[:12]))
        more = ", ..." if len(self.values) > 12 else ""
        raise InputError(
            "is not a value of this parameter", key=self.key, found=text(value),
            allowed=texts + more,
        )  # fmt: skip


def same(left: Value, right: Value) -> bool:
    """Say whether two values are the same; ``true`` is not 1, and 1 is 1.0."""
    return left == right and isinstance(left, bool) == isinstance(right, bool)


def text(value: Value) -> str:
    """Return a value as one writes it in a file."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)
