"""JSON Schema of a model, for editors and other tools."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(model: type[BaseModel]) -> dict[str, object]:
    """Return the JSON Schema (draft 2020-12) of a model.

    It describes a whole file. A file that ``extends`` another one may leave out what that one
    has, so it is not required to hold every key here, only at its own top level.

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
    properties = schema.get("properties")
    if not isinstance(properties, dict) or "schema_version" not in properties:
        return
    properties["extends"] = {
        "type": "string",
        "minLength": 1,
        "description": "name of a shipped file, or relative path, whose keys this file inherits",
    }
    required = schema.pop("required", [])
    alone: dict[str, object] = {"required": required}
    if "anyOf" in schema:
        alone["anyOf"] = schema.pop("anyOf")
    schema["required"] = ["name"]
    schema["if"] = {"not": {"required": ["extends"]}}
    schema["then"] = alone


def _nodes(value: object) -> Iterator[dict[str, object]]:
    """Yield every mapping inside a schema."""
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _nodes(item)
    elif isinstance(value, list):
        for item in value:
            yield from _nodes(item)
