"""Turns what pydantic finds wrong into sentences with place, key, found, allowed, suggestion."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from archsim.config.document import Document
from archsim.config.inheritance import SETTING
from archsim.config.keys import (
    Declared,
    child,
    choice_made,
    choices,
    declared_at,
    in_words,
    models_in,
    siblings,
)
from archsim.config.quantities import QUANTITY_ERROR
from archsim.config.suggesting import nearest_key
from archsim.config.walking import walk
from archsim.config.yaml_events import MAXIMUM_DIGITS
from archsim.errors import InputError, closest, shown

_Path = tuple[str | int, ...]


MAXIMUM_PROBLEMS = 100
"""Problems of one input that are put into words; a file may hold any number of them."""

_RANKS = {"extra_forbidden": 0, "missing": 2}


def problem(
    details: Iterable[ErrorDetails], model: type[BaseModel], document: Document
) -> InputError:
    """Return the most telling error, with those of other keys as its ``others``.

    Args:
        details: What pydantic found, at least one.
        model: The model that was asked for.
        document: The document that was read.
    """
    found: dict[str, InputError] = {}
    counted = True
    allowed = cache(partial(_allowed_keys, model, document))
    for detail in sorted(details, key=lambda item: _RANKS.get(item["type"], 1)):
        path = _path(detail, document.data)
        key = ".".join(map(str, path))
        if key in found:
            continue
        if len(found) > MAXIMUM_PROBLEMS:
            counted = False
            break
        found[key] = _error(detail, path, model, document, allowed)
    first, *others = found.values()
    return first.with_others(others, counted=counted)


def _path(detail: ErrorDetails, data: object) -> _Path:
    """Return the key of an error, without the names of alternatives that pydantic adds."""
    path: list[str | int] = []
    parts = detail["loc"]
    for at, part in enumerate(parts):
        present = part in data if isinstance(data, Mapping) else isinstance(part, int)
        if present and isinstance(data, Mapping | list | tuple):
            path.append(part)
            data = child(data, part)
        elif at == len(parts) - 1 and detail["type"] == "missing":
            path.append(part)
    if detail["type"].startswith("union_tag") and isinstance(data, Mapping):
        path.append(_tag(detail))
    return tuple(path)


def _tag(detail: ErrorDetails) -> str:
    return str(detail["ctx"]["discriminator"]).strip("'")


def _error(
    detail: ErrorDetails,
    path: _Path,
    model: type[BaseModel],
    document: Document,
    allowed_keys: Callable[[], list[str]],
) -> InputError:
    kind, relative = detail["type"], ".".join(map(str, path))
    value: object = document.data
    for part in path:
        value = child(value, part)
    declared = declared_at(model, path, document.data)
    key, where, found = document.prefix + relative, document.locate(relative), shown(value)
    if kind == "extra_forbidden":
        return _unknown_key(path, model, document, allowed_keys)
    if kind in ("missing", "union_tag_not_found") and value is None:
        must, bounds = in_words(declared)
        if kind == "union_tag_not_found":
            bounds = ", ".join(_tags(path, model, document))
        return InputError("the key is missing", where=where, key=key, allowed=bounds or must)
    if kind == "union_tag_invalid":
        known = _tags(path, model, document)
        return _unknown_choice(where, key, value, known)
    if kind == QUANTITY_ERROR:
        _, bounds = in_words(declared)
        context = detail["ctx"]
        return InputError(
            str(context["problem"]), where=where, key=key, found=found, allowed=bounds,
            suggestion=str(context["suggestion"]),
        )  # fmt: skip
    if kind == "literal_error":
        return _unknown_choice(where, key, value, choices(declared))
    if kind == "value_error":
        return InputError(str(detail["ctx"]["error"]), where=where, key=key, found=found)
    return _wrong_value(detail, declared, where, key, value)


def _wrong_value(
    detail: ErrorDetails, declared: Declared, where: str, key: str, value: object
) -> InputError:
    must, bounds = in_words(declared)
    suggestion = ""
    if isinstance(value, str):
        suggestion = _meant(value, choices(declared), must)
    length = _length(detail)
    problem = f"must be {must}" if must != "another value" else detail["msg"].lower()
    if length:
        problem, bounds = length
    return InputError(
        problem, where=where, key=key, found=shown(value), allowed=bounds, suggestion=suggestion
    )


def _length(detail: ErrorDetails) -> tuple[str, str] | None:
    context = detail.get("ctx", {})
    for name, side in (("min_length", "at least"), ("max_length", "at most")):
        if name in context:
            unit = "characters" if detail["type"].startswith("string") else "entries"
            short = "short" if name == "min_length" else "long"
            if context[name] == 1 and name == "min_length":
                return "must not be empty", ""
            return f"is too {short}", f"{side} {context[name]} {unit}"
    if detail["type"] == "string_pattern_mismatch":
        return "is not text of the right form", f"text that matches {context['pattern']}"
    return None


def _meant(text: str, known: list[str], must: str) -> str:
    """Return what a text was probably meant to be: a truth value, a number, or a choice."""
    if "true" in known and text.lower() in ("yes", "on", "y", "no", "off", "n"):
        return "true" if text.lower() in ("yes", "on", "y") else "false"
    if "number" in must:
        plain = text.replace("_", "").replace(",", "").strip()
        if plain.isdecimal():
            return str(int(plain)) if len(plain) < MAXIMUM_DIGITS else ""
        try:
            number = float(plain)
        except ValueError:
            return ""
        return f"{number:.15g}" if math.isfinite(number) else ""
    return text if text in known else closest(text, known)  # the quotes around true are wrong


def _unknown_choice(where: str, key: str, value: object, known: list[str]) -> InputError:
    return InputError(
        "must be one of the choices", where=where, key=key, found=shown(value),
        allowed=", ".join(known),
        suggestion=_meant(value, known, "") if isinstance(value, str) else "",
    )  # fmt: skip


def _tags(path: _Path, model: type[BaseModel], document: Document) -> list[str]:
    """Return every value of the key that tells alternatives apart."""
    section = declared_at(model, path[:-1], document.data)
    found: list[str] = []
    for option in models_in(section.annotation):
        info = option.model_fields.get(str(path[-1]))
        if info is not None:
            found += choices(Declared(info.annotation, tuple(info.metadata)))
    return list(dict.fromkeys(found))


def _unknown_key(
    path: _Path,
    model: type[BaseModel],
    document: Document,
    allowed_keys: Callable[[], list[str]],
) -> InputError:
    """Say that a key is unknown, or that it belongs to another choice than the one made here."""
    key, last = ".".join(map(str, path)), str(path[-1])
    where = document.locate(key)
    parent: object = document.data
    for part in path[:-1]:
        parent = child(parent, part)
    section = declared_at(model, path[:-1], document.data)
    known = siblings(section, parent)
    allowed = ", ".join(known[:16]) + (", ..." if len(known) > 16 else "")
    tag = choice_made(section, parent)
    if tag and last in siblings(section, None):
        return InputError(
            f"does not go with {tag}: {shown(child(parent, tag))}", where=where,
            key=document.prefix + key, allowed=allowed,
        )  # fmt: skip
    if where == SETTING:
        # A setting is shown as it was given: pydantic stops at the first part it doesn't know.
        given = (item for item in document.settings if item.startswith(f"{key}."))
        key = next(given, key)
    here = [".".join(map(str, (*path[:-1], name))) for name in known if name != "sources"]
    elsewhere = [] if path[0] == "sources" else allowed_keys()
    suggestion = nearest_key(key, dict.fromkeys([*here, *elsewhere]))
    if "." in last and not suggestion:  # a dotted key means nesting in a setting only
        suggestion = f"{last.replace('.', ': {')}: ...{'}' * last.count('.')}"
    return InputError(
        "unknown key",
        where=where,
        key=document.prefix + key,
        allowed=allowed,
        suggestion=suggestion and document.prefix + suggestion,
    )


def _allowed_keys(model: type[BaseModel], document: Document) -> list[str]:
    """Return the keys that the document may have, the choices in it being what they are."""
    return [
        key.path
        for key in walk(model)
        if "*" not in key.path
        and "sources" not in key.path.split(".")
        and _fits(tuple(key.path.split(".")), model, document.data)
    ]


def _fits(path: _Path, model: type[BaseModel], data: object) -> bool:
    parent = data
    for at, part in enumerate(path):
        if part not in siblings(declared_at(model, path[:at], data), parent):
            return False
        parent = child(parent, part)
    return True
