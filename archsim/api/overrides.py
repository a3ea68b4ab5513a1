"""``--set key=value``: which of the two files does a key belong to?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archsim.api.keys import keys_of, knows
from archsim.api.loading import Source, hardware_model, workload_model
from archsim.errors import InputError, closest

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
    from archsim.config import load_document, parse_override

    models: dict[str, type[BaseModel]] = {
        "hardware": hardware_model(load_document(hardware, "hw_configs", None)),
        "workload": workload_model(load_document(workload, "workloads", None)),
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
            raise _unknown(key, {first: models[first]})
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


def _unknown(key: str, models: dict[str, type[BaseModel]]) -> InputError:
    """Say that nobody knows a key; suggest the nearest full key, or one that ends alike."""
    known = {
        f"{owner}.{item.path}": item.path
        for owner, model in models.items()
        for item in keys_of(model)
    }
    tail = key.rpartition(".")[2]
    alike = [full for full, path in known.items() if path.rpartition(".")[2] == tail]
    plain = closest(key, known.values())
    near = closest(key, known)
    by_plain = next((full for full, path in known.items() if path == plain), "")
    suggestion = (alike[0] if alike else "") or near or by_plain
    return InputError("unknown key", where="--set", key=key, suggestion=suggestion)
