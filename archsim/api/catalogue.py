"""What there is: hardware, workloads, models, devices, papers, architectures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archsim.api.devices import DEVICE_MODELS
from archsim.errors import ArchsimError, UnknownNameError

if TYPE_CHECKING:
    from archsim.config import NamedFile

MODEL_KINDS = frozenset({"llm_model"})
"""Kinds of files that describe a part of a workload, not a whole one."""
STUDY_KINDS = frozenset({"study"})
DEVICE_KINDS = frozenset({"dram_device"})
"""Kinds of files that describe a part of a workload or of hardware, not a whole one."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that can be named.

    Attributes:
        name: What to write on the command line or in a file.
        kind: Value of ``kind:`` in its file; empty when it has none.
        description: One line.
        path: Its file; empty when it has none.
    """

    name: str
    kind: str
    description: str
    path: str


def catalogue(section: str) -> list[Item]:
    """Return everything in one section, sorted by name.

    Args:
        section: One of ``SECTIONS``.

    Raises:
        UnknownNameError: No such section.
    """
    if section not in SECTIONS:
        raise UnknownNameError("list", section, SECTIONS)
    return sorted(SECTIONS[section](), key=lambda item: item.name)


def _hardware() -> list[Item]:
    return [item for item in _files("hw_configs") if item.kind not in DEVICE_MODELS]


def _devices() -> list[Item]:
    return [item for item in _files("hw_configs") if item.kind in DEVICE_MODELS]


def _workloads() -> list[Item]:
    apart = MODEL_KINDS | STUDY_KINDS
    return [item for item in _files("workloads") if item.kind not in apart]


def _studies() -> list[Item]:
    return [item for item in _files("workloads") if item.kind in STUDY_KINDS]


def _models() -> list[Item]:
    return [item for item in _files("workloads") if item.kind in MODEL_KINDS]


def _files(folder: str) -> list[Item]:
    from archsim.config import list_named

    found: list[NamedFile] = list_named("hw_configs" if folder == "hw_configs" else "workloads")
    return [Item(file.name, file.kind, file.description, str(file.path)) for file in found]


def _architectures() -> list[Item]:
    from archsim.architectures import registry

    items = []
    for kind in registry.names():
        try:
            title = registry.get(kind).title
        except ArchsimError as error:  # a broken package hides no other one
            title = str(error)
        items.append(Item(kind, kind, title, ""))
    return items


SECTIONS: dict[str, Callable[[], list[Item]]] = {
    "hardware": _hardware,
    "workloads": _workloads,
    "models": _models,
    "studies": _studies,
    "devices": _devices,
    "architectures": _architectures,
}
