"""Bounded numbers and quantities: the types that every field of a configuration uses.

A quantity is a plain SI number or text with a unit (``1 GHz``). A number is never taken from
bare text or from ``true``, and is never NaN or infinite. Whole numbers may be written as
``1e9``; see ``StrictModel``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from archsim.errors import InputError
from archsim.units import DIMENSIONS, parse_quantity

QUANTITY_ERROR = "archsim_quantity"
"""Type of the pydantic error of text that is no quantity; its context holds the parts."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """Marks a ``float`` or ``int`` field as a quantity with a unit and bounds.

    Attributes:
        dimension: A name in ``archsim.units.DIMENSIONS``.
        ge: Least value, in the dimension's plain unit.
        le: Greatest value, in the dimension's plain unit.
    """

    dimension: str
    ge: float
    le: float

    @property
    def unit(self) -> str:
        """Unit of the plain number."""
        return DIMENSIONS[self.dimension].unit

    @property
    def example(self) -> str:
        """A text that shows how to write one with a unit."""
        return DIMENSIONS[self.dimension].example

    def read(self, value: object) -> object:
        """Return text as a number; anything else is left to the field's own checks."""
        if not isinstance(value, str):
            return value
        try:
            return parse_quantity(value, self.dimension)
        except InputError as error:
            raise PydanticCustomError(
                QUANTITY_ERROR,
                "{problem}",
                {"problem": error.problem, "suggestion": error.suggestion},
            ) from error

    def read_whole(self, value: object) -> object:
        """Return text, or a number written like ``1e9``, as a whole number."""
        number = self.read(value)
        if isinstance(number, float) and number.is_integer():
            return int(number)
        return number

    def __get_pydantic_core_schema__(
        self, source: type[float] | type[int], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return the schema of a bounded strict number behind the reader of units."""
        if source is int:
            number: CoreSchema = core_schema.int_schema(
                strict=True, ge=int(self.ge), le=int(self.le)
            )
            return core_schema.no_info_before_validator_function(self.read_whole, number)
        number = core_schema.float_schema(strict=True, ge=self.ge, le=self.le, allow_inf_nan=False)
        return core_schema.no_info_before_validator_function(self.read, number)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the JSON Schema: a number within bounds, or text with one of the units."""
        units = "|".join(sorted(DIMENSIONS[self.dimension].factors))
        pattern = rf"^\s*[-+]?[0-9.]+([eE][-+]?[0-9]+)?\s*({units})\s*$"
        return {
            "anyOf": [handler(schema), {"type": "string", "pattern": pattern}],
            "x-unit": self.unit,
            "x-quantity": f"{self.dimension} in {self.unit}, or text such as '{self.example}'",
        }


_LARGEST_EXACT = 2**53

PositiveInt = Annotated[int, Field(ge=1, le=_LARGEST_EXACT)]
"""A whole number of at least 1."""
NonNegativeInt = Annotated[int, Field(ge=0, le=_LARGEST_EXACT)]
"""A whole number of at least 0."""
PositiveFloat = Annotated[float, Field(ge=1e-30, le=1e30)]
"""A number above 0."""
NonNegativeFloat = Annotated[float, Field(ge=0.0, le=1e30)]
"""A number of at least 0."""
Fraction01 = Annotated[float, Field(ge=0.0, le=1.0)]
"""A share, from 0 to 1."""

Hertz = Annotated[float, Quantity("frequency", ge=1.0, le=1e13)]
"""A frequency in Hz."""
Bytes = Annotated[int, Quantity("size", ge=1, le=1e15)]
"""A size in whole bytes."""
BytesPerSecond = Annotated[float, Quantity("bandwidth", ge=1.0, le=1e17)]
"""A bandwidth in bytes per second."""
Seconds = Annotated[float, Quantity("time", ge=1e-15, le=1e9)]
"""A time in seconds, at least the femtosecond of the simulation's clock."""
Joules = Annotated[float, Quantity("energy", ge=1e-24, le=1e12)]
"""An energy in joules."""
Watts = Annotated[float, Quantity("power", ge=1e-15, le=1e9)]
"""A power in watts."""
SquareMillimetres = Annotated[float, Quantity("area", ge=1e-12, le=1e8)]
"""An area in square millimetres."""
Volts = Annotated[float, Quantity("voltage", ge=1e-6, le=1e4)]
"""A voltage in volts."""
Amperes = Annotated[float, Quantity("current", ge=1e-12, le=1e6)]
"""A current in amperes."""

NonNegativeBytes = Annotated[int, Quantity("size", ge=0, le=1e15)]
"""A size in whole bytes; 0 is allowed."""
NonNegativeSeconds = Annotated[float, Quantity("time", ge=0.0, le=1e9)]
"""A time in seconds; 0 is allowed."""
NonNegativeJoules = Annotated[float, Quantity("energy", ge=0.0, le=1e12)]
"""An energy in joules; 0 is allowed."""
NonNegativeWatts = Annotated[float, Quantity("power", ge=0.0, le=1e9)]
"""A power in watts; 0 is allowed."""
NonNegativeSquareMillimetres = Annotated[float, Quantity("area", ge=0.0, le=1e8)]
"""An area in square millimetres; 0 is allowed."""
