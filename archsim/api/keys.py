"""Every configuration key of a model, as dotted paths with type, default and meaning."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pydantic import BaseModel

from archsim.config.keys import Declared, in_words

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

MAXIMUM_DEPTH = 12
_NOT_SETTABLE = frozenset({"sources", "schema_version", "kind"})


@dataclass(frozen=True, slots=True)
class Key:
    """One configuration key.

    Attributes:
        path: Dotted path; ``*`` stands for a name the user chooses.
        type: Type and bounds, readable.
        default: Default as YAML would show it; empty when the key is required.
        meaning: The field's description.
        is_section: Whether the key holds further keys.
    """

    path: str
    type: str
    default: str
    meaning: str
    is_section: bool


@lru_cache(maxsize=64)
def keys_of(model: type[BaseModel]) -> tuple[Key, ...]:
    """Return every key that a file of this model may set, sections before their members."""
    found: dict[str, Key] = {}
    for key in _walk(model, "", 0):
        found.setdefault(key.path, key)
    return tuple(found.values())


def knows(model: type[BaseModel], path: str) -> bool:
    """Say whether a dotted key is one of the model's, user-chosen names included."""
    parts = path.split(".")
    return any(_matches(key.path.split("."), parts) for key in keys_of(model))


def _matches(pattern: list[str], parts: list[str]) -> bool:
    return len(pattern) == len(parts) and all(
        want in ("*", got) for want, got in zip(pattern, parts, strict=True)
    )


def _walk(model: type[BaseModel], prefix: str, depth: int) -> Iterator[Key]:
    if depth >= MAXIMUM_DEPTH:
        return
    for attribute, field in model.model_fields.items():
        name = field.alias or attribute
        if not prefix and name in _NOT_SETTABLE:
            continue
        members = list(_members(field.annotation))
        yield _describe(f"{prefix}{name}", field, is_section=bool(members))
        for suffix, member in members:
            yield from _walk(member, f"{prefix}{name}{suffix}.", depth + 1)


def _members(annotation: object) -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield the models inside an annotation; ``.*`` marks those behind a user-chosen name."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield "", annotation
        return
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        yield from _members(arguments[0])
    elif origin in (typing.Union, types.UnionType):
        for argument in arguments:
            yield from _members(argument)
    elif origin is dict:
        for suffix, member in _members(arguments[1]):
            yield f".*{suffix}", member


def _describe(path: str, field: FieldInfo, *, is_section: bool) -> Key:
    declared = Declared(field.annotation, tuple(field.metadata))
    default = "" if field.is_required() else _shown(field.get_default(call_default_factory=False))
    return Key(
        path=path,
        type="; ".join(part for part in in_words(declared) if part),
        default="" if is_section else default,
        meaning=" ".join((field.description or "").split()),
        is_section=is_section,
    )


def _shown(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | str):
        return str(value)
    return "" if value == () else str(value)
