"""Reads a Hugging Face ``config.json`` into an ``LlmModel``: no weights, no network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError

from archsim.errors import InputError, UnsupportedError, closest, shown_path
from archsim.paths import is_file, path_exists
from archsim.workload.hf_families import ACTIVATIONS, FAMILIES, HfFamily
from archsim.workload.llm_model import LlmModel

MAX_BYTES = 1_048_576
"""Largest ``config.json`` that is read."""

Json = dict[str, object]


def read_huggingface_config(path: str | Path) -> LlmModel:
    """Read the shape of a model from its ``config.json``.

    Args:
        path: The file; any name will do. The model is called after the file, or after its
            folder when the file is called ``config.json``.

    Raises:
        InputError: The file cannot be read, is no JSON object, lacks keys or holds bad values.
        UnsupportedError: The architecture, or a variant of it, is not covered.
    """
    file = Path(path)
    where = str(file)
    data = _load(file, where)
    family = _family(data, where)
    fields: dict[str, object] = dict(family.fixed)
    fields |= _sizes(data, family, where)
    _refuse_variants(data, family, fields, where)
    fields["activation"] = _activation(data, family, where)
    fields["tied_embeddings"] = _boolean(data, "tie_word_embeddings", family.tied, where)
    if family.qkv_bias_key and _boolean(data, family.qkv_bias_key, False, where):
        fields["attention_bias"] = "all"
    if family.ffn_bias_key:
        fields["ffn_bias"] = _boolean(data, family.ffn_bias_key, False, where)
    for key in family.window_keys:
        if data.get(key) is not None:
            fields["sliding_window"] = _integer(data[key], key, where)
    stem = file.resolve().parent.name if file.name == "config.json" else file.stem
    try:
        return LlmModel.model_validate(
            {
                "name": stem or "model",
                "description": f"Read from {file.name}.",
                "sources": {"*": {"from": f"{stem}, {file.name}", "certainty": "primary"}},
                **fields,
            }
        )
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "config"
        raise InputError(
            f"{_key_of(data, family, name)}: {first['msg'].lower()}",
            where=where,
            found=repr(first["input"])[:40],
        ) from error
    except InputError as error:
        raise InputError(
            error.problem, where=where, key=_key_of(data, family, error.key), found=error.found,
            allowed=error.allowed,
        ) from error  # fmt: skip


def _load(file: Path, where: str) -> Json:
    if not is_file(file):
        problem = "is not a regular file" if path_exists(file) else "does not exist"
        raise InputError(f"the model configuration {problem}", found=shown_path(where))
    try:
        with file.open("rb") as handle:
            raw = handle.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot read the file: {error.strerror}", where=where) from error
    if len(raw) > MAX_BYTES:
        raise InputError(
            "the model configuration is too large", where=where, allowed=f"{MAX_BYTES} bytes"
        )
    try:
        data = json.loads(
            raw.decode("utf-8-sig"), parse_constant=_no_constant, object_pairs_hook=_no_duplicates
        )
    except json.JSONDecodeError as error:
        raise InputError(
            f"is not valid JSON: {error.msg.lower()}", where=f"{where}:{error.lineno}"
        ) from error
    except (UnicodeDecodeError, RecursionError) as error:
        reason = "not UTF-8 text" if isinstance(error, UnicodeDecodeError) else "nested too deep"
        raise InputError(f"the model configuration is {reason}", where=where) from error
    except ValueError as error:
        raise InputError(f"is not valid JSON: {error}", where=where) from error
    if not isinstance(data, dict):
        raise InputError(
            "the model configuration is not a JSON object", where=where, found=type(data).__name__
        )
    return data


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a JSON number")


def _no_duplicates(pairs: list[tuple[str, object]]) -> Json:
    data = dict(pairs)
    if len(data) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} is given twice")
    return data


def _family(data: Json, where: str) -> HfFamily:
    names = data.get("architectures")
    architecture = names[0] if isinstance(names, list) and names else None
    model_type = data.get("model_type")
    for family in FAMILIES:
        if architecture in family.architectures:
            return family
    for family in FAMILIES:
        if architecture is None and model_type in family.model_types:
            return family
    known = [family.architectures[0] for family in FAMILIES]
    if architecture is None and model_type is None:
        raise InputError(
            "the model configuration has neither architectures nor model_type",
            where=where,
            allowed=", ".join(known),
        )
    named = str(architecture if architecture is not None else model_type)[:60]
    generic = next(f for f in FAMILIES if f.architectures[0] == "LlamaForCausalLM")
    missing = _missing(data, generic)
    note = f", and it lacks {', '.join(missing)}" if missing else ""
    raise UnsupportedError(
        f"the architecture {named!r} is not supported{note}",
        where=where,
        allowed=", ".join(known),
        suggestion=closest(named, known),
    )


def _missing(data: Json, family: HfFamily) -> list[str]:
    return [
        keys[0]
        for field, keys in family.sizes.items()
        if keys and field not in family.defaults and all(data.get(key) is None for key in keys)
    ]


def _sizes(data: Json, family: HfFamily, where: str) -> dict[str, int]:
    missing = _missing(data, family)
    if missing:
        raise InputError(
            f"the {family.architectures[0]} configuration lacks {', '.join(missing)}", where=where
        )
    sizes: dict[str, int] = {}
    for field, keys in family.sizes.items():
        key = next((key for key in keys if data.get(key) is not None), None)
        if key is not None:
            sizes[field] = _integer(data[key], key, where)
    for field, default in family.defaults.items():
        if field not in sizes:
            sizes[field] = _default(default, sizes, where)
    return sizes


def _default(default: int | str, sizes: dict[str, int], where: str) -> int:
    if isinstance(default, int):
        return default
    if default == "hidden/heads":
        if sizes["hidden"] % sizes["heads"]:
            raise InputError(
                f"the {sizes['hidden']} hidden features do not divide into"
                f" {sizes['heads']} heads, and no head size is given",
                where=where,
            )
        return sizes["hidden"] // sizes["heads"]
    if default == "4*hidden":
        return 4 * sizes["hidden"]
    return sizes[default]


def _integer(value: object, key: str, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= 2**24:
        raise InputError(
            "bad value",
            where=where,
            key=key,
            found=json.dumps(value)[:40],
            allowed=f"whole numbers from 1 to {2**24}",
        )
    return value


def _boolean(data: Json, key: str, default: bool, where: str) -> bool:
    value = data.get(key, default)
    if not isinstance(value, bool):
        raise InputError(
            "bad value",
            where=where,
            key=key,
            found=json.dumps(value)[:40],
            allowed="true or false",
        )
    return value


def _activation(data: Json, family: HfFamily, where: str) -> str:
    name = data.get(family.activation_key, family.activation)
    if not isinstance(name, str) or name not in ACTIVATIONS:
        raise InputError(
            "unknown activation",
            where=where,
            key=family.activation_key,
            found=json.dumps(name)[:40],
            allowed=", ".join(sorted(ACTIVATIONS)),
            suggestion=closest(name, ACTIVATIONS) if isinstance(name, str) else "",
        )
    return ACTIVATIONS[name]


def _refuse_variants(data: Json, family: HfFamily, fields: dict[str, object], where: str) -> None:
    for key, (covered, reason) in family.refused.items():
        expected = fields["hidden"] if covered == "hidden" else covered
        value = data.get(key, expected)
        if value is not None and (type(value) is not type(expected) or value != expected):
            raise UnsupportedError(
                reason,
                where=where,
                key=key,
                found=json.dumps(value)[:40],
                allowed=json.dumps(expected),
            )


def _key_of(data: Json, family: HfFamily, field: str) -> str:
    """Return the key of the file that gave ``field``."""
    keys = family.sizes.get(field, ())
    return next((key for key in keys if data.get(key) is not None), field)
