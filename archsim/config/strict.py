"""``StrictModel``: the base of everything that is read from a file."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, model_validator


class StrictModel(BaseModel):
    """A frozen set of named values that takes exactly what its fields declare.

    Unknown keys are errors. ``true`` is not 1, ``"5"`` is not 5, NaN and infinity are not
    numbers. Two conveniences of plain data stay: a list may stand for a tuple, and a whole
    number may be written ``1e9`` (a number, not text) where it has no fraction.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        validate_default=True,
        protected_namespaces=(),
    )

    @model_validator(mode="before")
    @classmethod
    def _plain_data(cls, data: object) -> object:
        """Give lists and whole numbers the Python type that the field declares."""
        if not isinstance(data, Mapping):
            return data
        fitted = dict(data)
        for key, wants in _wanted(cls).items():
            if key in fitted:
                fitted[key] = _fit(fitted[key], wants)
        return fitted


_Wants = frozenset[str]


@lru_cache(maxsize=512)
def _wanted(model: type[StrictModel]) -> dict[str, _Wants]:
    """Return, for the fields that need it, which of tuple, whole, choice they contain."""
    found = {
        field.alias or name: frozenset(_parts(field.annotation))
        for name, field in model.model_fields.items()
    }
    return {key: wants for key, wants in found.items() if wants}


def _parts(annotation: object) -> set[str]:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation is int:
        return {"whole"}
    if origin is Literal:
        return {"choice"} if any(type(item) is int for item in arguments) else set()
    if origin in (typing.Union, types.UnionType):
        return set().union(*map(_parts, arguments)) - ({"whole"} if float in arguments else set())
    if origin is Annotated:
        return _parts(arguments[0])
    if origin is tuple:
        return {"tuple"}.union(*map(_parts, arguments))
    if origin in (list, dict):
        return set().union(*map(_parts, arguments))
    return set()


def _fit(value: object, wants: _Wants) -> object:
    if isinstance(value, list | tuple):
        fitted = [_fit(item, wants) for item in value]
        return tuple(fitted) if "tuple" in wants or isinstance(value, tuple) else fitted
    if isinstance(value, dict):
        return {key: _fit(item, wants) for key, item in value.items()}
    if isinstance(value, float) and value.is_integer() and wants & {"whole", "choice"}:
        return int(value)
    if isinstance(value, bool) and "choice" in wants and "whole" not in wants:
        return str(value)  # pydantic takes True for Literal[1]; text it refuses
    return value
