"""``build``: from a document to a checked specification, or to one clear sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from archsim.config.choices import drop_left_over
from archsim.config.document import Document
from archsim.config.keys import known_keys
from archsim.config.locating import located
from archsim.config.messages import problem
from archsim.config.models import Specification
from archsim.config.sources import SET_BY_USER, matches
from archsim.errors import InputError, closest

Model = TypeVar("Model", bound=BaseModel)


def build(model_class: type[Model], document: Document) -> Model:
    """Check a document against a model, without what it inherited for another choice.

    Args:
        model_class: What the document must be.
        document: From ``load_document``.

    Returns:
        The model, frozen.

    Raises:
        InputError: The first problem as one sentence: place, key, found, allowed, suggestion;
            others are in its ``others``. Unknown keys come first and missing ones last,
            because a misspelt key is both.
    """
    document = drop_left_over(model_class, document)
    try:
        spec = model_class.model_validate(document.data)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        raise problem(details, model_class, document) from None
    except InputError as error:
        raise located(error, document) from error
    for part, prefix in _specifications(spec, ""):
        _check_patterns(part, prefix, document)
    return spec


def _check_patterns(spec: Specification, prefix: str, document: Document) -> None:
    """Refuse a pattern of ``sources`` that covers no key: it is a slip, or left behind."""
    known = [key for key in known_keys(type(spec)) if key.partition(".")[0] != "sources"]
    keys = [*known, *_keys(spec.model_dump(exclude={"sources"}), "")]
    for pattern, source in spec.sources.items():
        if source.text.startswith(SET_BY_USER) or any(matches(pattern, key) for key in keys):
            continue
        key = f"{prefix}sources.{pattern}"
        raise InputError(
            "this pattern covers no key",
            where=document.locate(key),
            key=document.prefix + key,
            allowed="keys of the file, with * for anything",
            suggestion=_near_pattern(pattern, known),
        )


def _near_pattern(pattern: str, known: list[str]) -> str:
    start = pattern.rstrip(".*")
    near = closest(start, [key for key in known if "*" not in key])
    return f"{near}{pattern[len(start) :]}" if near else ""


def _specifications(value: object, prefix: str) -> Iterator[tuple[Specification, str]]:
    """Yield every specification inside a value with the prefix of its keys."""
    if isinstance(value, BaseModel):
        if isinstance(value, Specification):
            yield value, prefix
        for name in type(value).model_fields:
            yield from _specifications(getattr(value, name), f"{prefix}{name}.")
    else:
        for index, item in _items(value):
            yield from _specifications(item, f"{prefix}{index}.")


def _keys(data: object, prefix: str) -> Iterator[str]:
    for name, item in _items(data):
        yield f"{prefix}{name}"
        yield from _keys(item, f"{prefix}{name}.")


def _items(value: object) -> Iterable[tuple[object, object]]:
    """Return names or indices with what they hold; nothing for a single value."""
    if isinstance(value, Mapping):
        return value.items()
    return enumerate(value) if isinstance(value, list | tuple) else ()
