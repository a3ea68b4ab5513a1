"""JSON Schema of a model, for editors and other tools."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

_PART = ".part"
_WHOLE = "WholeFile"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(model: type[BaseModel]) -> dict[str, object]:
    """Return the JSON Schema (draft 2020-12) of a model.

    It describes a whole file; one that ``extends`` another one may leave out what that one has.

    Args:
        model: The model, e.g. a family's hardware specification.

    Returns:
        A mapping as of ``json.loads``; quantities carry their unit in ``x-unit`` and in the
        description.
    """
    schema: dict[str, object] = model.model_json_schema(by_alias=True)
    for node in _nodes(schema):
        unit, quantity = node.get("x-unit"), node.get("x-quantity")
        if unit is not None:
            text = node.get("description")
            node["description"] = f"{text}; {quantity}" if text else quantity
            del node["x-quantity"]
    _allow_extends(schema)
    return {"$schema": _DIALECT, **schema}


def _allow_extends(schema: dict[str, object]) -> None:
    """Let a file that extends another one leave out whatever that one has, in sections too.

    The schema then has every definition twice: whole, and as a part in which nothing is required.
    Every file has to be a good part; one that extends nothing has to be whole as well.
    """
    properties = schema.get("properties")
    if not isinstance(properties, dict) or "schema_version" not in properties:
        return
    properties["extends"] = {
        "type": "string",
        "minLength": 1,
        "description": "name of a shipped file, or relative path, whose keys this file inherits",
    }
    definitions = schema.pop("$defs", {})
    whole = dict(schema)
    part = _as_part(schema)
    schema.clear()
    schema.update(part if isinstance(part, dict) else {})
    schema["required"] = ["name"]
    schema["if"] = {"not": {"required": ["extends"]}}
    schema["then"] = {"$ref": f"#/$defs/{_WHOLE}"}
    schema["$defs"] = {_WHOLE: whole}
    if isinstance(definitions, dict):
        parts = {f"{name}{_PART}": _as_part(item) for name, item in definitions.items()}
        schema["$defs"] = {**definitions, **parts, _WHOLE: whole}


def _as_part(value: object) -> object:
    """Return a copy of a schema in which no key is required.

    Without required keys several members of a union may fit, so one of them is enough.
    """
    if isinstance(value, list):
        return [_as_part(item) for item in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, object] = {}
    for key, item in value.items():
        if key == "properties" and isinstance(item, dict):  # its keys are names, not keywords
            found[key] = {name: _as_part(member) for name, member in item.items()}
            continue
        if key == "required" or (key == "anyOf" and _only_requires(item)):
            continue
        if key == "$ref" and isinstance(item, str):
            found[key] = f"{item}{_PART}"
        elif key == "discriminator":
            continue
        else:
            found["anyOf" if key == "oneOf" else key] = _as_part(item)
    return found


def _only_requires(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, dict) and set(item) <= {"required"} for item in value
    )


def _nodes(value: object) -> Iterator[dict[str, object]]:
    """Yield every mapping inside a schema."""
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _nodes(item)
    elif isinstance(value, list):
        for item in value:
            yield from _nodes(item)
