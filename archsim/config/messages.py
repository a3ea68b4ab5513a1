"""Turns what pydantic finds wrong into sentences with place, key, found, allowed, suggestion."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from archsim.config.document import Document
from archsim.config.inheritance import SETTING
from archsim.config.keys import (
    Declared,
    child,
    choices,
    declared_at,
    in_words,
    known_keys,
    models_in,
    siblings,
)
from archsim.config.quantities import QUANTITY_ERROR
from archsim.config.yaml_events import MAXIMUM_DIGITS
from archsim.errors import InputError, closest, shown

_Path = tuple[str | int, ...]


def problems(
    details: Iterable[ErrorDetails], model: type[BaseModel], document: Document
) -> list[InputError]:
    """Return one error a key, the most telling ones first.

    Args:
        details: What pydantic found.
        model: The model that was asked for.
        document: The document that was read.
    """
    found: dict[str, tuple[int, InputError]] = {}
    for detail in details:
        path = _path(detail, document.data)
        key = ".".join(map(str, path))
        rank = {"extra_forbidden": 0, "missing": 2}.get(detail["type"], 1)
        if key not in found or rank < found[key][0]:
            found[key] = (rank, _error(detail, path, model, document))
    return [error for _, error in sorted(found.values(), key=lambda item: item[0])]


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
    detail: ErrorDetails, path: _Path, model: type[BaseModel], document: Document
) -> InputError:
    kind, relative = detail["type"], ".".join(map(str, path))
    value: object = document.data
    for part in path:
        value = child(value, part)
    declared = declared_at(model, path, document.data)
    key, where, found = document.prefix + relative, document.locate(relative), shown(value)
    if kind == "extra_forbidden":
        return _unknown_key(path, model, document)
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


def _unknown_key(path: _Path, model: type[BaseModel], document: Document) -> InputError:
    """Say that a key is unknown; suggest a neighbour, or a key elsewhere that ends alike."""
    key, last = ".".join(map(str, path)), str(path[-1])
    where = document.locate(key)
    parent: object = document.data
    for part in path[:-1]:
        parent = child(parent, part)
    known = siblings(declared_at(model, path[:-1], document.data), parent)
    near = closest(last, [name for name in known if name != "sources"])
    if where == SETTING:
        # A setting is shown as it was given: pydantic stops at the first part it doesn't know.
        given = (item for item in document.settings if item.startswith(f"{key}."))
        key = next(given, key)
    elsewhere = _same_end(key, model)
    if len(elsewhere) == 1:
        suggestion = elsewhere[0]
    elif near and key.endswith(last):
        suggestion = key[: len(key) - len(last)] + near
    else:
        suggestion = _anywhere(key, model)
    if "." in last and suggestion in ("", key):  # a dotted key means nesting in a setting only
        suggestion = f"{last.replace('.', ': {')}: ...{'}' * last.count('.')}"
    return InputError(
        "unknown key",
        where=where,
        key=document.prefix + key,
        allowed=", ".join(known[:16]) + (", ..." if len(known) > 16 else ""),
        suggestion=suggestion and document.prefix + suggestion,
    )


def _same_end(key: str, model: type[BaseModel]) -> list[str]:
    """Return the keys of a model whose last part is that of a key."""
    end = key.rpartition(".")[2]
    return [item for item in _plain_keys(model) if item.rpartition(".")[2] == end]


def _anywhere(key: str, model: type[BaseModel]) -> str:
    """Return the full key nearest to one: with the same end, or spelt nearly alike."""
    same = _same_end(key, model)
    if same:
        return same[0]
    near = closest(key, _plain_keys(model))
    if near:
        return near
    ends = {item.rpartition(".")[2]: item for item in reversed(_plain_keys(model))}
    return ends.get(closest(key.rpartition(".")[2], ends), "")


def _plain_keys(model: type[BaseModel]) -> list[str]:
    return [key for key in known_keys(model) if "*" not in key]
