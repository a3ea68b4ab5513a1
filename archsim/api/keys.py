"""Every configuration key of a model, as dotted paths with type, default and meaning."""

from __future__ import annotations

import typing
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pydantic import BaseModel

from archsim.config import Specification
from archsim.config.keys import Declared, in_words
from archsim.config.walking import KnownKey, walk

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

_OF_THE_FILE = frozenset({"schema_version", "kind"})


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
    return tuple(
        _describe(key.path, key.field, is_section=key.is_section)
        for key in _settable(model)
        if key.field is not None
    )


def explained_keys(model: type[BaseModel]) -> tuple[Key, ...]:
    """Return every key of a model, those in entries of lists too, with ``*`` for the number."""
    return tuple(
        _describe(key.path, key.field, is_section=key.is_section)
        for key in walk(model)
        if key.field is not None and not _of_the_file(key)
    )


def knows(model: type[BaseModel], path: str) -> bool:
    """Say whether a dotted key is one of the model's, user-chosen names included."""
    parts = path.split(".")
    return any(_matches(key.path.split("."), parts) for key in _settable(model))


def _settable(model: type[BaseModel]) -> list[KnownKey]:
    """Return the keys of a model, other than entries of lists and what a file says of itself."""
    return [key for key in walk(model) if not key.in_list and not _of_the_file(key)]


def _of_the_file(key: KnownKey) -> bool:
    names = key.path.split(".")
    return "sources" in names or (
        names[-1] in _OF_THE_FILE and issubclass(key.owner, Specification)
    )


def _matches(pattern: list[str], parts: list[str]) -> bool:
    return len(pattern) == len(parts) and all(
        want in ("*", got) for want, got in zip(pattern, parts, strict=True)
    )


def _describe(path: str, field: FieldInfo, *, is_section: bool) -> Key:
    declared = Declared(field.annotation, tuple(field.metadata))
    default = "" if field.is_required() else _shown(field.get_default(call_default_factory=False))
    return Key(
        path=path,
        type="; ".join(part for part in in_words(declared) if part),
        default="" if is_section else default,
        meaning=_meaning(field),
        is_section=is_section,
    )


def _meaning(field: FieldInfo) -> str:
    """Return the description of a key; that of its model where a section has none of its own."""
    if field.description:
        return " ".join(field.description.split())
    if typing.get_origin(field.annotation) is typing.Literal:
        return "Which form this section has; each form has keys of its own."
    models = [item for item in _models(field.annotation) if item.__doc__]
    return " ".join((models[0].__doc__ or "").partition("\n\n")[0].split()) if models else ""


def _models(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [item for part in typing.get_args(annotation) for item in _models(part)]


def _shown(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | str):
        return str(value) or "''"
    return "[]" if value == () else str(value)
