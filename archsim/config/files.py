"""Finds and reads files: shipped ones by name, others by path."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from archsim.config.yaml_events import MAXIMUM_BYTES, Parsed, parse_yaml
from archsim.errors import InputError, UnknownNameError, closest, shown
from archsim.paths import path_exists

Folder = Literal["hw_configs", "workloads"]
"""The two trees of shipped files."""

SUFFIXES = (".yaml", ".yml")
_WHAT: dict[Folder, str] = {"hw_configs": "hardware", "workloads": "workload"}


@dataclass(frozen=True, slots=True)
class File:
    """A YAML file to be read.

    Attributes:
        path: Where it is.
        label: What it is called in messages.
        root: Folder that ``extends`` must not leave.
    """

    path: Path
    label: str
    root: Path


def shipped_root(folder: Folder) -> Path:
    """Return the folder of the shipped files: in an installed package or in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "data" / folder
    return installed if installed.is_dir() else package.parent / folder


def shipped_files(folder: Folder) -> dict[str, Path]:
    """Return every shipped file by its name, sorted by name."""
    root = shipped_root(folder)
    found = {path.stem: path for suffix in SUFFIXES for path in root.rglob(f"*{suffix}")}
    return dict(sorted(found.items()))


def is_path(text: str) -> bool:
    """Say whether a text means a file rather than a shipped name."""
    return text.endswith(SUFFIXES) or "/" in text or "\\" in text


def find_file(source: str | Path, folder: Folder) -> File:
    """Return the file that a shipped name or a path means.

    Args:
        source: A name, or a path: a ``Path``, or text with a slash or ending in ``.yaml``.
        folder: Tree of the shipped names.

    Raises:
        InputError: There is no such file.
    """
    if isinstance(source, str) and not is_path(source):
        return find_shipped(source, folder)
    path = Path(source)
    _check_text(str(source))
    if not path_exists(path):
        raise InputError(
            f"the file {shown(str(source))} does not exist", suggestion=_neighbour(path)
        )
    return File(path, str(source), path.parent)


def find_shipped(name: str, folder: Folder, *, where: str = "", key: str = "") -> File:
    """Return a shipped file by name.

    Args:
        name: Name of the file, without folder and ending.
        folder: Tree to look in.
        where: File and line that asks for it.
        key: Key that asks for it.

    Raises:
        UnknownNameError: There is none of that name.
    """
    files = shipped_files(folder)
    if name in files:
        return shipped_file(files[name], folder)
    error = UnknownNameError(_WHAT[folder], name, files, where=where, key=key)
    beside = [name + suffix for suffix in SUFFIXES if path_exists(Path(name + suffix))]
    if beside and not key:
        error = error.suggesting(f"the file {beside[0]}")
        error.suggests_file = True
    raise error


def shipped_file(path: Path, folder: Folder) -> File:
    """Return a path of the shipped tree as a file, labelled from the tree's top."""
    root = shipped_root(folder)
    return File(path, path.relative_to(root.parent).as_posix(), root)


def is_shipped(file: File) -> bool:
    """Say whether a file is one that ships with archsim."""
    return any(file.path.is_relative_to(shipped_root(folder)) for folder in _WHAT)


def read_file(file: File) -> Parsed:
    """Read a file's top-level mapping; equal bytes are parsed once.

    The result is shared: callers copy what they change.

    Raises:
        InputError: It can't be read, or it is not a YAML mapping.
    """
    parsed = _parse(_read_bytes(file), file.label)
    if parsed.value is None:
        raise InputError("the file is empty", where=file.label, allowed="keys and values")
    if not isinstance(parsed.value, dict):
        raise InputError(
            "the top level must be a mapping",
            where=f"{file.label}:1",
            found=shown(parsed.value),
            allowed="key: value lines",
        )
    return parsed


def _read_bytes(file: File) -> bytes:
    try:
        status = file.path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputError("is a folder, not a file", where=file.label)
        if not stat.S_ISREG(status.st_mode):
            raise InputError("is not a regular file", where=file.label)
        with file.path.open("rb") as stream:
            data = stream.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise InputError(f"cannot be read: {reason}", where=file.label) from error
    if len(data) > MAXIMUM_BYTES:
        raise InputError(
            "the file is too large", where=file.label,
            found=f"more than {MAXIMUM_BYTES} bytes", allowed=f"at most {MAXIMUM_BYTES}",
        )  # fmt: skip
    return data


@lru_cache(maxsize=32)
def _parse(data: bytes, label: str) -> Parsed:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            "the file is not UTF-8 text", where=f"{label}:{line}",
            found=f"byte 0x{data[error.start]:02x}", allowed="UTF-8",
        ) from error  # fmt: skip
    return parse_yaml(text, label)


def _check_text(text: str) -> None:
    if not text.strip() or any(ord(char) < 32 for char in text):
        raise InputError("this cannot be a file name", found=shown(text))


def _neighbour(path: Path) -> str:
    """Return the file in the same folder that has nearly this name, or nothing."""
    try:
        names = [item.name for item in path.parent.iterdir() if item.suffix in SUFFIXES]
    except (OSError, ValueError):
        return ""
    near = closest(path.name, names)
    return str(path.with_name(near)) if near else ""
