"""``load_document``: from a name, a path or a mapping to plain data that knows its places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from archsim.config.files import (
    File,
    Folder,
    find_file,
    find_shipped,
    is_path,
    is_shipped,
    read_file,
)
from archsim.config.inheritance import SETTING, Layer, merge, note_sources
from archsim.config.overrides import as_data, plain_mapping
from archsim.errors import InputError, shown
from archsim.paths import path_exists, resolved

MAXIMUM_EXTENDS = 16


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data, resolved but not yet checked against a model.

    Attributes:
        data: The data, without ``extends``.
        name: Its ``name:``; empty when it has none.
        path: File that was read; ``None`` for a mapping.
        label: What the whole is called in messages; empty for a mapping.
        places: Dotted key to ``file:line``, or to ``--set``.
        settings: Dotted keys that were set over the file.
        prefix: What stands in front of its keys in messages; empty for a whole file.
        labels: What it was put together from, the lowest first: files, and the data itself.
        shipped: Those of them that ship with archsim.
    """

    data: dict[str, object]
    name: str
    path: Path | None
    label: str = ""
    places: Mapping[str, str] = field(default_factory=dict)
    settings: tuple[str, ...] = ()
    prefix: str = ""
    labels: tuple[str, ...] = ()
    shipped: frozenset[str] = frozenset()

    def rank(self, key_path: str) -> tuple[int, int]:
        """Return how much a key is the user's doing: greater for what was written later.

        Nobody's (a default) comes first, then what ships with archsim, the user's files, and
        settings; among files the one that extends the others comes last. A key that is not there
        counts as the section that it would belong to.

        Args:
            key_path: Dotted key.
        """
        while key_path and key_path not in self.places:
            key_path = key_path.rpartition(".")[0]
        if not key_path:
            return 0, 0
        place = self.places[key_path]
        if place == SETTING:
            return 3, 0
        label = place.rpartition(":")[0]
        height = self.labels.index(label) if label in self.labels else -1
        return (1 if label in self.shipped else 2), height

    def locate(self, key_path: str) -> str:
        """Return where a key was written: ``file:line``, ``--set``, or nothing for a mapping.

        A key that is not there is looked for in the section that it would belong to.

        Args:
            key_path: Dotted key; empty for the whole file.
        """
        key = key_path
        while key:
            if key in self.places:
                return self.places[key]
            key = key.rpartition(".")[0]
        return self.label

    def section(self, key_path: str) -> Document:
        """Return a section as a document of its own, with keys relative to it.

        Args:
            key_path: Dotted key of a mapping inside the data.

        Raises:
            InputError: There is no mapping at the key.
        """
        found: object = self.data
        for name in key_path.split("."):
            found = found.get(name) if isinstance(found, dict) else None
        if not isinstance(found, dict):
            raise InputError(
                "must be a mapping",
                where=self.locate(key_path),
                key=self.prefix + key_path,
                found=shown(found),
            )
        start = f"{key_path}."
        return Document(
            data=found,
            name=self.name,
            path=self.path,
            label=self.locate(key_path),
            places={
                key.removeprefix(start): place
                for key, place in self.places.items()
                if key.startswith(start)
            },
            settings=tuple(
                key.removeprefix(start) for key in self.settings if key.startswith(start)
            ),
            prefix=self.prefix + start,
            labels=self.labels,
            shipped=self.shipped,
        )


def load_document(
    source: str | Path | Mapping[str, object],
    folder: Folder,
    overrides: Mapping[str, object] | None = None,
) -> Document:
    """Read a document and everything it extends, then apply settings.

    Args:
        source: A shipped name, a path (a ``Path``, or text with a slash or ending in ``.yaml``
            or ``.yml``), or the data itself.
        folder: Tree of the shipped names.
        overrides: Dotted key to value; a mapping is merged, anything else replaces.

    Raises:
        InputError: A file is missing, unreadable, not safe YAML, or extends what it may not.
    """
    path: Path | None = None
    if isinstance(source, Mapping):
        data = plain_mapping(source)
        top = Layer(data, dict.fromkeys(_written(data, {}, ""), ""), "")
        layers = _with_extended(top, None, folder)
    elif isinstance(source, str | Path):
        file = find_file(source, folder)
        path = file.path
        layers = _with_extended(_layer(file), file, folder)
    else:
        raise InputError(
            "this is not a source", found=shown(source), allowed="a name, a path or a mapping"
        )
    labels = tuple(layer.label for layer in layers)
    shipped = frozenset(layer.label for layer in layers if layer.shipped)
    settings = tuple(overrides or ())
    below = merge(layers).data if overrides else {}
    for key, value in (overrides or {}).items():
        data = as_data(key, value, below)
        layers.append(Layer(data, dict.fromkeys(_written(data, below, ""), SETTING), SETTING))
    merged = merge(layers)
    note_sources(merged, layers)
    name = merged.data.get("name")
    return Document(
        data=merged.data,
        name=name if isinstance(name, str) else "",
        path=path,
        label=labels[-1],
        places=merged.places,
        settings=settings,
        labels=labels,
        shipped=shipped,
    )


def _layer(file: File) -> Layer:
    parsed = read_file(file)
    data = parsed.value if isinstance(parsed.value, dict) else {}
    places = {key: f"{file.label}:{line}" for key, line in parsed.lines.items()}
    return Layer(data, places, file.label, is_shipped(file))


def _with_extended(top: Layer, file: File | None, folder: Folder) -> list[Layer]:
    """Return a layer and those below it, the lowest first, without their ``extends``."""
    layers: list[Layer] = []
    seen: list[tuple[Path, str]] = []
    layer = top
    while True:
        if file is not None:
            seen.append((resolved(file.path), file.label))
        data = {key: value for key, value in layer.data.items() if key != "extends"}
        layers.insert(0, replace(layer, data=data))
        if "extends" not in layer.data:
            return layers
        where = layer.places.get("extends", "")
        file = _extended(layer.data["extends"], where, file, folder)
        here = resolved(file.path)
        if any(here == path for path, _ in seen):
            circle = " -> ".join([*(label for _, label in seen), file.label])
            raise InputError(f"files extend each other: {circle}", where=where, key="extends")
        if len(layers) > MAXIMUM_EXTENDS:
            raise InputError(
                "too many files extend each other", where=where, key="extends",
                allowed=f"at most {MAXIMUM_EXTENDS}",
            )  # fmt: skip
        layer = _layer(file)


def _extended(target: object, where: str, file: File | None, folder: Folder) -> File:
    """Return the file that ``extends: target`` means; a relative one stays inside the root."""
    if not isinstance(target, str) or not target.strip() or not target.isprintable():
        raise InputError(
            "must be the name or path of one file", where=where, key="extends", found=shown(target)
        )
    if not is_path(target):
        return find_shipped(target, folder, where=where, key="extends")
    if file is None:
        raise InputError(
            "data without a file can only extend a shipped name",
            where=where, key="extends", found=shown(target),
        )  # fmt: skip
    path, root = file.path.parent / target, resolved(file.root)
    allowed = f"a shipped name, or a file inside {shown(str(file.root))}"
    if Path(target).is_absolute() or "\\" in target:
        raise InputError(
            "must be a relative path with forward slashes",
            where=where, key="extends", found=shown(target), allowed=allowed,
        )  # fmt: skip
    if not resolved(path).is_relative_to(root):
        raise InputError(
            "leaves the folder of the file", where=where, key="extends", found=shown(target),
            allowed=allowed,
        )  # fmt: skip
    if not path_exists(path):
        raise InputError(
            "this file does not exist", where=where, key="extends", found=shown(target),
            allowed=allowed,
        )  # fmt: skip
    label = (Path(file.label).parent / target).as_posix()
    return File(path, label, file.root)


def _written(data: Mapping[str, object], below: object, prefix: str) -> list[str]:
    """Return the dotted keys that a layer writes: its values, and sections that were not there.

    Args:
        data: The layer as nested data.
        below: What it is put on.
        prefix: What stands in front of the keys.
    """
    found = []
    for name, value in data.items():
        there = below.get(name) if isinstance(below, Mapping) else None
        if not (isinstance(value, Mapping) and isinstance(there, Mapping)):
            found.append(f"{prefix}{name}")
        if isinstance(value, Mapping):
            found += _written(value, there, f"{prefix}{name}.")
    return found
