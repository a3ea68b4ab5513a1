"""Is this file good? For hardware, workloads and models alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from archsim.api.loading import load_hardware, load_workload
from archsim.errors import ArchsimError

_WORKLOAD_FOLDERS = frozenset({"workloads", "workload", "llm", "models"})


@dataclass(frozen=True, slots=True)
class Checked:
    """The verdict on one file.

    Attributes:
        file: As given.
        role: ``"hardware"``, ``"workload"`` or ``"model"``; empty when it is bad.
        name: Its ``name:``; empty when it is bad.
        problem: One sentence; empty when the file is good.
    """

    file: str
    role: str
    name: str
    problem: str


def check_file(source: str) -> Checked:
    """Check one file by reading it as what its ``kind:`` says it is.

    Args:
        source: A path or a shipped name.
    """
    problems: dict[str, str] = {}
    for role, load in _readers(source).items():
        try:
            return Checked(source, role, load(source), "")
        except ArchsimError as error:
            problems[role] = str(error)
    # The role whose complaint is not about the kind or the name is the one that was meant.
    meant = _meant(source)
    for role in (*([meant] if meant else []), *problems):
        return Checked(source, "", "", problems[role])
    raise AssertionError("a file has at least one possible role")


def _readers(source: str) -> dict[str, Callable[[str], str]]:
    from archsim.workload.load import load_model

    readers: dict[str, Callable[[str], str]] = {
        "hardware": lambda name: load_hardware(name).name,
        "workload": lambda name: load_workload(name).name,
        "model": lambda name: load_model(name).name,
    }
    meant = _meant(source)
    return {meant: readers[meant]} if meant else readers


def _meant(source: str) -> str:
    """Return the role that the file's own ``kind:`` claims; empty when that can't be told."""
    from archsim.api.catalogue import MODEL_KINDS
    from archsim.architectures import registry
    from archsim.workload.load import WORKLOAD_KINDS

    kind = _claimed_kind(source)
    if kind in MODEL_KINDS:
        return "model"
    if kind in WORKLOAD_KINDS:
        return "workload"
    return "hardware" if kind in registry.targets() else ""
