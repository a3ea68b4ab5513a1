"""Making another choice than the file that is extended: what belonged to its choice goes."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import replace

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from archsim.config.document import Document
from archsim.config.keys import models_in
from archsim.config.walking import key_name


def drop_left_over(model: type[BaseModel], document: Document) -> Document:
    """Return a document without keys that its sections inherited for another choice.

    Where a section is one of several models, told apart by a key (``process: poisson``), a file or
    setting that makes another choice (``process: backlog``) needs not, and could not, take back
    what goes with the old one. Keys written as late as the choice stay: they are slips.

    Args:
        model: What the document must be.
        document: The document.
    """
    data = _kept(model, document.data, "", document)
    return document if data == document.data else replace(document, data=data)


def _kept(
    model: type[BaseModel], data: Mapping[str, object], prefix: str, document: Document
) -> dict[str, object]:
    kept = dict(data)
    for name, field in model.model_fields.items():
        key = key_name(name, field)
        value, models = kept.get(key), models_in(field.annotation)
        if not isinstance(value, Mapping) or not models:
            continue
        path = f"{prefix}{key}"
        if len(models) > 1:
            tag = _tag(field)
            models = [item for item in models if _is_chosen(item, tag, value.get(tag))]
            if len(models) != 1:
                continue
            value = _of_choice(models[0], value, path, document.rank(f"{path}.{tag}"), document)
        kept[key] = _kept(models[0], value, f"{path}.", document)
    return kept


def _of_choice(
    model: type[BaseModel],
    value: Mapping[str, object],
    path: str,
    made: tuple[int, int],
    document: Document,
) -> dict[str, object]:
    """Return the part of a section that its model knows, or that came with the choice."""
    known = {key_name(name, field) for name, field in model.model_fields.items()}
    return {
        name: item
        for name, item in value.items()
        if name in known or document.rank(f"{path}.{name}") >= made
    }


def _tag(field: FieldInfo) -> str:
    """Return the key that tells the models of a field apart; empty when there is none."""
    found = [field.discriminator]
    for item in (*field.metadata, *typing.get_args(field.annotation)):
        found.append(getattr(item, "discriminator", None))
        found += [getattr(inner, "discriminator", None) for inner in typing.get_args(item)]
    return next((tag for tag in found if isinstance(tag, str)), "")


def _is_chosen(model: type[BaseModel], tag: str, value: object) -> bool:
    field = model.model_fields.get(tag)
    return field is not None and value in typing.get_args(field.annotation)
