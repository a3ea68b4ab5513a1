"""Configuration: safe YAML, units, inheritance, settings, strict models, sources of numbers.

A file goes one way: ``load_document`` reads it (with what it extends, and settings on top),
``build`` checks it against a strict model, and from there on there are only typed values.
"""

from archsim.config.build import build
from archsim.config.document import Document, load_document
from archsim.config.files import Folder
from archsim.config.inheritance import SETTING
from archsim.config.locating import located
from archsim.config.models import HardwareSpec, Specification, WorkloadSpec, content_text
from archsim.config.named import NamedFile, list_named
from archsim.config.overrides import parse_override
from archsim.config.quantities import (
    Amperes,
    Bytes,
    BytesPerSecond,
    Fraction01,
    Hertz,
    Joules,
    NonNegativeBytes,
    NonNegativeFloat,
    NonNegativeInt,
    NonNegativeJoules,
    NonNegativeSeconds,
    NonNegativeSquareMillimetres,
    NonNegativeWatts,
    PositiveFloat,
    PositiveInt,
    Quantity,
    Seconds,
    SquareMillimetres,
    Volts,
    Watts,
)
from archsim.config.schema import json_schema
from archsim.config.sources import (
    Certainty,
    Constant,
    Source,
    constants,
    numbers_without_source,
)
from archsim.config.strict import StrictModel

__all__ = [
    "SETTING",
    "Amperes",
    "Bytes",
    "BytesPerSecond",
    "Certainty",
    "Constant",
    "Document",
    "Folder",
    "Fraction01",
    "HardwareSpec",
    "Hertz",
    "Joules",
    "NamedFile",
    "NonNegativeBytes",
    "NonNegativeFloat",
    "NonNegativeInt",
    "NonNegativeJoules",
    "NonNegativeSeconds",
    "NonNegativeSquareMillimetres",
    "NonNegativeWatts",
    "PositiveFloat",
    "PositiveInt",
    "Quantity",
    "Seconds",
    "Source",
    "Specification",
    "SquareMillimetres",
    "StrictModel",
    "Volts",
    "Watts",
    "WorkloadSpec",
    "build",
    "constants",
    "content_text",
    "json_schema",
    "list_named",
    "load_document",
    "located",
    "numbers_without_source",
    "parse_override",
]
