"""``list_named``: what is shipped, with kind and description."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from archsim.config.document import load_document
from archsim.config.files import Folder, shipped_files
from archsim.errors import InputError


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A shipped file.

    Attributes:
        name: What to call it; the file's name without its ending.
        kind: Its ``kind:``, inherited or its own; empty when the file is bad.
        path: Where it is.
        description: One line; what is wrong with it when the file is bad.
    """

    name: str
    kind: str
    path: Path
    description: str


def list_named(folder: Folder) -> list[NamedFile]:
    """Return every shipped file of a tree, sorted by name.

    A bad file does not hide the others: it is listed with what is wrong as its description.

    Args:
        folder: The tree.
    """
    return [_described(name, path, folder) for name, path in shipped_files(folder).items()]


def _described(name: str, path: Path, folder: Folder) -> NamedFile:
    try:
        data = load_document(name, folder).data
    except InputError as error:
        return NamedFile(name, "", path, str(error))
    return NamedFile(name, _text(data.get("kind")), path, _text(data.get("description")))


def _text(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""
