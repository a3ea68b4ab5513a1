"""``--set key=value``: which of the two files does a key belong to?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archsim.api.keys import keys_of, knows
from archsim.api.loading import (
    Source,
    hardware_document,
    hardware_model,
    workload_document,
    workload_model,
)
from archsim.config.suggesting import nearest_key
from archsim.errors import InputError

if TYPE_CHECKING:
    from pydantic import BaseModel

Overrides = dict[str, object]


def split_overrides(
    settings: Sequence[str], hardware: Source, workload: Source
) -> tuple[Overrides, Overrides]:
    """Sort ``key=value`` settings into those for the hardware and those for the workload.

    ``hardware.`` and ``workload.`` in front of a key say which file is meant; a key without
    either belongs to the file that knows it.

    Args:
        settings: Texts as given on the command line.
        hardware: The hardware they apply to.
        workload: The workload they apply to.

    Raises:
        InputError: A setting is malformed or repeated, both files know its key, or neither does.
    """
    if not settings:
        return {}, {}
    from archsim.config import parse_override

    models: dict[str, type[BaseModel]] = {
        "hardware": hardware_model(hardware_document(hardware)),
        "workload": workload_model(workload_document(workload)),
    }
    sorted_out: dict[str, Overrides] = {"hardware": {}, "workload": {}}
    for setting in settings:
        key, value = parse_override(setting)
        owner, path = _owner(key, models)
        if path in sorted_out[owner]:
            raise InputError("is set twice", where="--set", key=key)
        sorted_out[owner][path] = value
    return sorted_out["hardware"], sorted_out["workload"]


def _owner(key: str, models: dict[str, type[BaseModel]]) -> tuple[str, str]:
    first, _, rest = key.partition(".")
    if first in models and rest:
        if not knows(models[first], rest):
            raise _unknown_of(first, rest, models)
        return first, rest
    owners = [owner for owner, model in models.items() if knows(model, key)]
    if len(owners) > 1:
        raise InputError(
            "is a key of both files",
            where="--set",
            key=key,
            allowed=f"hardware.{key} or workload.{key}",
        )
    if not owners:
        raise _unknown(key, models)
    return owners[0], key


def _unknown_of(owner: str, path: str, models: dict[str, type[BaseModel]]) -> InputError:
    """Say that one file does not know a key; the other one may."""
    other = next((name for name, model in models.items() if knows(model, path)), "")
    near = nearest_key(path, [key.path for key in keys_of(models[owner])])
    suggestion = f"{owner}.{near}" if near else ""
    if other:
        suggestion = f"{other}.{path}"
    return InputError("unknown key", where="--set", key=f"{owner}.{path}", suggestion=suggestion)


def _unknown(key: str, models: dict[str, type[BaseModel]]) -> InputError:
    """Say that neither file knows a key."""
    owners = {item.path: owner for owner in reversed(models) for item in keys_of(models[owner])}
    in_order = [item.path for model in models.values() for item in keys_of(model)]
    near = nearest_key(key, in_order)
    return InputError(
        "unknown key", where="--set", key=key, suggestion=f"{owners[near]}.{near}" if near else ""
    )
