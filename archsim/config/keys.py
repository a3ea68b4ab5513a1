"""What a model knows about a key: its type, bounds and neighbours, in words for messages."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from archsim.config.quantities import Quantity
from archsim.config.walking import key_name, walk
from archsim.errors import shown
from archsim.units import DIMENSIONS, format_quantity

_Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Declared:
    """The declaration of a value: its annotation and what annotates it."""

    annotation: object
    metadata: tuple[object, ...] = ()


@lru_cache(maxsize=128)
def known_keys(model: type[BaseModel]) -> tuple[str, ...]:
    """Return every dotted key of a model; ``*`` stands for a name or index the user chooses."""
    return tuple(key.path for key in walk(model))


def declared_at(model: type[BaseModel], path: _Path, data: object) -> Declared:
    """Return the declaration of a key.

    Args:
        model: The model of the whole.
        path: Parts of the key.
        data: The data read, which decides between alternatives.
    """
    declared = Declared(model)
    for part in path:
        declared = _step(declared, part, data)
        data = child(data, part)
    return declared


def child(data: object, part: str | int) -> object:
    """Return the value under a part of a key, or ``None``."""
    if isinstance(data, Mapping) and isinstance(part, str):
        return data.get(part)
    if isinstance(data, list | tuple) and isinstance(part, int) and part < len(data):
        return data[part]
    return None


def siblings(declared: Declared, data: object) -> list[str]:
    """Return the keys that a section may have; none when it may have any."""
    models = models_in(declared.annotation)
    chosen = _chosen(models, data) or models
    return list(dict.fromkeys(key_name(n, f) for m in chosen for n, f in m.model_fields.items()))


def choice_made(declared: Declared, data: object) -> str:
    """Return the key of a section that tells which of several models it is, or nothing."""
    models = models_in(declared.annotation)
    if len(models) < 2 or not isinstance(data, Mapping):
        return ""
    for model in _chosen(models, data):
        for name, info in model.model_fields.items():
            value = data.get(key_name(name, info))
            if isinstance(value, str) and value in typing.get_args(info.annotation):
                return key_name(name, info)
    return ""


def in_words(declared: Declared) -> tuple[str, str]:
    """Return what a value must be, and within which bounds, in words; bounds may be empty."""
    annotation, metadata = flat(declared)
    quantity = next((item for item in metadata if isinstance(item, Quantity)), None)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        kept = [item for item in arguments if item is not types.NoneType]
        words = [in_words(Declared(item, tuple(metadata))) for item in kept]
        text = " or ".join(dict.fromkeys(word for word, _ in words))
        bounds = " or ".join(dict.fromkeys(bound for _, bound in words if bound))
        return text, f"{bounds}, or null" if bounds and len(kept) < len(arguments) else bounds
    if quantity is not None:
        low, high = _bounds(metadata)
        start = format_quantity(low or 0.0, quantity.unit, 6)
        end = format_quantity(high or 0.0, quantity.unit, 6)
        example = f"text such as '{quantity.example}'"
        noun = DIMENSIONS[quantity.dimension].noun
        return (
            noun.replace("in bytes", "in whole bytes") if annotation is int else noun,
            f"{start} to {end}, as a number in {quantity.unit} or {example}",
        )
    if origin is Literal:
        return "one of the choices", ", ".join(map(choice_text, arguments))
    if annotation in (int, float):
        return ("a whole number" if annotation is int else "a number"), _range(metadata)
    if origin in (list, tuple):
        return "a list", ""
    if annotation is dict or origin is dict or models_in(annotation):
        return "a mapping", ", ".join(siblings(Declared(annotation), None)[:12])
    names = {str: "text", bool: "true or false"}
    found = names.get(annotation) if isinstance(annotation, type) else None
    return found or "another value", ""


def choices(declared: Declared) -> list[str]:
    """Return the texts of the choices that a value has; none when it is not a choice."""
    annotation, _ = flat(declared)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Literal:
        return [choice_text(item) for item in arguments]
    if origin in (typing.Union, types.UnionType):
        return [text for item in arguments for text in choices(Declared(item))]
    return ["true", "false"] if annotation is bool else []


def choice_text(value: object) -> str:
    """Return a choice as one writes it in a file."""
    return value if isinstance(value, str) else shown(value)


def _step(declared: Declared, part: str | int, data: object) -> Declared:
    annotation, _ = flat(declared)
    for option in _options(annotation):
        origin, arguments = typing.get_origin(option), typing.get_args(option)
        if origin is dict:
            return Declared(arguments[1])
        if origin in (list, tuple) and isinstance(part, int):
            return Declared(arguments[0])
    models = models_in(annotation)
    for model in [*_chosen(models, data), *models]:
        for name, info in model.model_fields.items():
            if key_name(name, info) == part:
                return Declared(info.annotation, tuple(info.metadata))
    return Declared(object)


def _options(annotation: object) -> list[object]:
    """Return the alternatives of a union, without ``Annotated`` around them."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return [option for item in arguments for option in _options(item)]
    return _options(arguments[0]) if origin is Annotated else [annotation]


def models_in(annotation: object) -> list[type[BaseModel]]:
    """Return the models among the alternatives of an annotation."""
    return [
        option
        for option in _options(annotation)
        if isinstance(option, type) and issubclass(option, BaseModel)
    ]


def _chosen(models: list[type[BaseModel]], data: object) -> list[type[BaseModel]]:
    """Return the models one of whose choices is in the data: the ones that its tag means."""
    if not isinstance(data, Mapping):
        return []
    return [
        model
        for model in models
        if any(
            typing.get_origin(info.annotation) is Literal
            and data.get(key_name(name, info)) in typing.get_args(info.annotation)
            for name, info in model.model_fields.items()
            if isinstance(data.get(key_name(name, info)), str)
        )
    ]


def flat(declared: Declared) -> tuple[object, list[object]]:
    """Return an annotation without ``Annotated`` and everything that annotates it."""
    annotation, metadata = declared.annotation, list(declared.metadata)
    while typing.get_origin(annotation) is Annotated:
        annotation, *more = typing.get_args(annotation)
        metadata = [*more, *metadata]
    parts: list[object] = []
    for item in metadata:
        parts += item.metadata if isinstance(item, FieldInfo) else [item]
    return annotation, parts


def _bounds(metadata: list[object]) -> tuple[float | None, float | None]:
    lows = [low for item in metadata if (low := getattr(item, "ge", None)) is not None]
    highs = [high for item in metadata if (high := getattr(item, "le", None)) is not None]
    return (max(lows) if lows else None), (min(highs) if highs else None)


def _range(metadata: list[object]) -> str:
    low, high = _bounds(metadata)
    above = max(
        (limit for item in metadata if (limit := getattr(item, "gt", None)) is not None),
        default=None,
    )
    under = min(
        (limit for item in metadata if (limit := getattr(item, "lt", None)) is not None),
        default=None,
    )
    start = "" if low is None else f"at least {_plain(low)}"
    if above is not None and (low is None or above >= low):
        start = f"more than {_plain(above)}"
    end = "" if high is None else f"at most {_plain(high)}"
    if under is not None and (high is None or under <= high):
        end = f"less than {_plain(under)}"
    if start.startswith("at least") and end.startswith("at most"):
        return f"{start.removeprefix('at least ')} to {end.removeprefix('at most ')}"
    return ", ".join(part for part in (start, end) if part)


def _plain(number: float) -> str:
    return str(number) if isinstance(number, int) else f"{number:g}"
