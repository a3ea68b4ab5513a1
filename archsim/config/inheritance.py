"""Puts layers of plain data on top of each other: a file, what it extends, and settings.

Mappings are merged key by key; anything else replaces what was there. Each value keeps the
place where it was last written, and its source:

- the layer that writes a value gives its source, by the most specific pattern of that layer;
- a layer above may fill in the source of a value that has none;
- a value written in a higher layer never takes the source of the value it replaces: without a
  source of its own it is noted as ``set by user (file:line)``. Writing the same value again
  changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from archsim.config.sources import SET_BY_USER, winning_pattern

SETTING = "--set"
"""Place of a value that was set, not read from a file."""

_NOT_INHERITED = ("name", "description")
_WITHOUT_SOURCE = frozenset({"name", "description", "kind", "schema_version"})


@dataclass(frozen=True, slots=True)
class Layer:
    """Plain data with places.

    Attributes:
        data: The data; never changed.
        places: Dotted key to ``file:line``.
        label: Name of the whole in messages.
        shipped: Whether it is a file that ships with archsim.
    """

    data: Mapping[str, object]
    places: Mapping[str, str]
    label: str
    shipped: bool = False


@dataclass(slots=True)
class Merged:
    """Layers put together.

    Attributes:
        data: The resulting data, a copy of its own.
        places: Dotted key to the place where it was last written.
        owners: Dotted key of each value to the index of the layer that wrote it.
    """

    data: dict[str, object] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    owners: dict[str, int] = field(default_factory=dict)


def merge(layers: Iterable[Layer]) -> Merged:
    """Merge layers, the lowest first; ``note_sources`` then puts their sources right.

    Args:
        layers: E.g. the extended file, the file itself, settings.
    """
    merged = Merged()
    for index, layer in enumerate(layers):
        if layer.label != SETTING:
            for name in _NOT_INHERITED:
                merged.data.pop(name, None)
                merged.places.pop(name, None)
        _put(merged, merged.data, layer.data, "", index)
        merged.places.update(layer.places)
    return merged


def copy_plain(value: object) -> object:
    """Return a copy of nested dictionaries and lists."""
    if isinstance(value, Mapping):
        return {key: copy_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [copy_plain(item) for item in value]
    return value


def _put(
    merged: Merged, target: dict[str, object], data: Mapping[str, object], prefix: str, index: int
) -> None:
    for name, value in data.items():
        key = f"{prefix}.{name}" if prefix else name
        old = target.get(name)
        if name == "sources":
            # An entry is replaced as a whole: a source and its certainty belong together.
            if isinstance(old, Mapping) and isinstance(value, Mapping):
                for pattern in value:
                    _forget(merged.places, f"{key}.{pattern}")
                value = {**old, **value}
            target[name] = copy_plain(value)
        elif isinstance(value, Mapping):
            if not isinstance(old, dict):
                merged.owners.pop(key, None)
                target[name] = old = {}
            _put(merged, old, value, key, index)
        else:
            if name in target and type(old) is type(value) and old == value:
                continue
            if isinstance(old, dict | list):
                _forget(merged.owners, key)
                _forget(merged.places, key)
            target[name] = copy_plain(value)
            merged.owners[key] = index


def _forget(entries: dict[str, str] | dict[str, int], key: str) -> None:
    """Drop what is below a key."""
    for below in [item for item in entries if item.startswith(f"{key}.")]:
        del entries[below]


_Patterns = dict[str, object]


def note_sources(merged: Merged, layers: Sequence[Layer]) -> None:
    """Add an entry to ``sources`` for each value that the patterns alone would get wrong.

    Data without any ``sources`` stays as it is: its model may have no such key.

    Args:
        merged: The layers put together; its data is changed.
        layers: The same layers, the lowest first.
    """
    together = dict(_patterns(merged.data, ""))
    if len(layers) == 1 or "sources" not in merged.data:
        return
    by_layer = [dict(_patterns(layer.data, "")) for layer in layers]
    notes: _Patterns = {}
    for key, owner in merged.owners.items():
        if key in _WITHOUT_SOURCE:
            continue
        seen = _look_up(key, together)
        right = next(
            (found for each in by_layer[owner:] if (found := _look_up(key, each)) is not None), None
        )
        if right is None and owner > 0:
            place = merged.places.get(key, "")
            text = f"{SET_BY_USER} ({place})" if place else SET_BY_USER
            right = {"from": text, "certainty": "estimate"}
        if right is not None and right != seen:
            notes[key] = right
            merged.places[f"sources.{key}"] = merged.places.get(key, "")
    own = merged.data["sources"]
    if notes and isinstance(own, Mapping):
        # Last, so that a note outranks an equally specific pattern.
        merged.data["sources"] = {k: v for k, v in own.items() if k not in notes} | notes


def _patterns(data: Mapping[str, object], prefix: str) -> Iterator[tuple[str, object]]:
    """Yield (pattern, entry) of ``sources``, those of nested parts with their key in front."""
    for name, value in data.items():
        if isinstance(value, Mapping):
            if name == "sources":
                yield from ((f"{prefix}{pattern}", entry) for pattern, entry in value.items())
            else:
                yield from _patterns(value, f"{prefix}{name}.")


def _look_up(key: str, patterns: _Patterns) -> object | None:
    pattern = winning_pattern(key, patterns)
    return None if pattern is None else patterns[pattern]
