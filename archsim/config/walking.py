"""The one walk over a model's fields: every dotted key that a file of the model may hold."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from pydantic import BaseModel
from pydantic.fields import FieldInfo

MAXIMUM_DEPTH = 16


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key that a model knows.

    Attributes:
        path: Dotted path; ``*`` stands for a name or index the user chooses.
        owner: The model that declares it.
        field: Its declaration; ``None`` where the path ends in ``*``.
        is_section: Whether it holds further keys, other than entries of a list.
        in_list: Whether the path leads through a list.
    """

    path: str
    owner: type[BaseModel]
    field: FieldInfo | None
    is_section: bool
    in_list: bool


@lru_cache(maxsize=128)
def walk(model: type[BaseModel]) -> tuple[KnownKey, ...]:
    """Return every key of a model once, sections before what is in them."""
    found: dict[str, KnownKey] = {}
    for key in _fields(model, "", 0, in_list=False):
        found.setdefault(key.path, key)
    return tuple(found.values())


def key_name(name: str, field: FieldInfo) -> str:
    """Return what a field is called in a file."""
    return field.alias or name


def _fields(
    model: type[BaseModel], prefix: str, depth: int, *, in_list: bool
) -> Iterator[KnownKey]:
    if depth > MAXIMUM_DEPTH:
        return
    for name, field in model.model_fields.items():
        path = f"{prefix}{key_name(name, field)}"
        inside = list(_inside(field.annotation, path, model, depth, in_list=in_list))
        members = any(key.field is not None and key.in_list == in_list for key in inside)
        yield KnownKey(path, model, field, members, in_list)
        yield from inside


def _inside(
    annotation: object, path: str, owner: type[BaseModel], depth: int, *, in_list: bool
) -> Iterator[KnownKey]:
    """Yield what is below a key of this type."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from _fields(annotation, f"{path}.", depth + 1, in_list=in_list)
    elif origin is Annotated:
        yield from _inside(arguments[0], path, owner, depth, in_list=in_list)
    elif origin in (typing.Union, types.UnionType):
        for item in arguments:
            yield from _inside(item, path, owner, depth, in_list=in_list)
    elif origin in (dict, list, tuple):
        entry, listed = arguments[1 if origin is dict else 0], in_list or origin is not dict
        below = list(_inside(entry, f"{path}.*", owner, depth, in_list=listed))
        yield KnownKey(f"{path}.*", owner, None, bool(below), listed)
        yield from below
