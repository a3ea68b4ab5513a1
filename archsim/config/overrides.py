"""Settings over a file: ``key=value`` texts, and data from Python made plain."""

from __future__ import annotations

import numbers
import re
from collections.abc import Mapping
from pathlib import PurePath

from archsim.config.inheritance import SETTING
from archsim.config.yaml_events import MAXIMUM_DEPTH, parse_yaml
from archsim.errors import InputError, shown

_KEY = re.compile(r"[^.\s=]+(\.[^.\s=]+)*")
_FIXED = ("sources", "extends", "kind", "schema_version")


def parse_override(text: str) -> tuple[str, object]:
    """Return the key and the value of a text ``key=value``.

    The value follows the same rules as a value in a file: ``1e9`` is a number, ``1 GHz`` is
    text with a unit, ``[1, 2]`` is a list, ``null`` is nothing.

    Raises:
        InputError: There is no key, no ``=`` or no value, or the value is not safe YAML.
    """
    key, equals, value = text.partition("=")
    key, value = key.strip(), value.strip()
    if not equals:
        raise InputError(
            "a setting needs a value", where=SETTING, found=shown(text), allowed="key=value"
        )
    check_key(key, found=text)
    if not value:
        raise InputError(
            "a setting needs a value", where=SETTING, key=key, found=shown(text),
            allowed="key=value; null for nothing, '' for empty text",
        )  # fmt: skip
    try:
        return key, parse_yaml(value, "").value
    except InputError as error:
        raise error.located(SETTING, key) from error


def check_key(key: object, found: object = None) -> None:
    """Refuse what is not a dotted key, and keys that a setting must not touch.

    Raises:
        InputError: The key is malformed or fixed.
    """
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise InputError(
            "a setting needs a key", where=SETTING, found=shown(key if found is None else found),
            allowed="key=value, with dots between the parts of the key",
        )  # fmt: skip
    if key.partition(".")[0] in _FIXED:
        raise InputError(
            "cannot be set over a file", where=SETTING, key=key,
            allowed="keys other than " + ", ".join(_FIXED),
        )  # fmt: skip


def as_data(key: str, value: object, below: Mapping[str, object]) -> dict[str, object]:
    """Return a setting as nested data.

    Args:
        key: Dotted key.
        value: Its value.
        below: The data it is put on, to see that the key leads through sections only.

    Raises:
        InputError: The key is malformed, or leads through a value.
    """
    check_key(key)
    names = key.split(".")
    found: object = below
    for index, name in enumerate(names[:-1]):
        found = found.get(name) if isinstance(found, Mapping) else None
        if found is not None and not isinstance(found, Mapping):
            section = ".".join(names[: index + 1])
            raise InputError(
                f"{section} is a value, so it has no keys", where=SETTING, key=key,
                found=shown(found),
            )  # fmt: skip
    try:
        nested = plain(value, key)
    except InputError as error:
        raise error.located(SETTING) from error
    for name in reversed(names):
        nested = {name: nested}
    return nested if isinstance(nested, dict) else {}


def plain_mapping(data: Mapping[str, object]) -> dict[str, object]:
    """Return a copy of data from Python that holds only what a file could hold.

    Raises:
        InputError: A key is not text, a value is of another type, or it is nested too deeply.
    """
    copied = plain(data, "")
    return copied if isinstance(copied, dict) else {}


def plain(value: object, key: str, depth: int = 1) -> object:
    """Return a copy of a value in the types of a file; numbers of NumPy become Python's.

    Args:
        value: The value.
        key: Its dotted key, for messages.
        depth: Level of nesting.

    Raises:
        InputError: It has a type that no file can hold.
    """
    if depth > MAXIMUM_DEPTH:
        raise InputError("is nested too deeply", key=key[:200], allowed=f"{MAXIMUM_DEPTH} levels")
    if isinstance(value, Mapping):
        for name in value:
            if not isinstance(name, str) or not name:
                raise InputError("a key must be text", key=key, found=shown(name))
        return {
            str(name): plain(item, f"{key}.{name}" if key else name, depth + 1)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [plain(item, f"{key}.{at}", depth + 1) for at, item in enumerate(value)]
    if isinstance(value, str | PurePath):
        return str(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value)
    if type(value).__module__ == "numpy" and type(value).__name__ in ("bool", "bool_"):
        return bool(value)
    raise InputError(
        "is of a type that no file can hold", key=key, found=shown(value),
        allowed="numbers, text, true, false, null, lists and mappings",
    )  # fmt: skip
