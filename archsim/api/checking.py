"""Is this file good? For hardware, workloads and models alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from archsim.api.catalogue import MODEL_KINDS
from archsim.api.devices import DEVICE_MODELS, load_device
from archsim.api.loading import kind_of, load_hardware, load_workload
from archsim.api.trial import check_trial, is_trial
from archsim.errors import ArchsimError, UnknownNameError

if TYPE_CHECKING:
    from archsim.config import Document

Role = Literal["hardware", "workload", "model", "device"]


@dataclass(frozen=True, slots=True)
class Checked:
    """The verdict on one file.

    Attributes:
        file: As given.
        role: ``"hardware"``, ``"workload"``, ``"model"``, ``"device"``, ``"trial"`` or
            ``"study"``; empty when it is bad.
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
    try:
        if is_trial(source):
            return Checked(source, "trial", check_trial(source), "")
        role = role_of(source)
        return Checked(source, role, _name_read_as(role, source), "")
    except ArchsimError as error:
        return Checked(source, "", "", str(error))


def role_of(source: str) -> Role:
    """Return what a file describes, told by its ``kind:``.

    Raises:
        InputError: It can't be read, or its kind is missing or unknown.
    """
    from archsim.architectures import registry
    from archsim.workload.load import WORKLOAD_KINDS

    document = _document(source)
    known = [*registry.names(), *WORKLOAD_KINDS, *MODEL_KINDS, *DEVICE_MODELS]
    kind = kind_of(document, known)
    if kind in MODEL_KINDS:
        return "model"
    if kind in DEVICE_MODELS:
        return "device"
    if kind in WORKLOAD_KINDS:
        return "workload"
    if kind in known:
        return "hardware"
    raise UnknownNameError("kind", kind, known, where=document.locate("kind"), key="kind")


def _document(source: str) -> Document:
    """Read a file, or look a name up among hardware first and workloads second."""
    from archsim.config import list_named, load_document

    try:
        return load_document(source, "hw_configs", None)
    except UnknownNameError as error:
        if error.key:
            raise
        names = [item.name for item in list_named("workloads")]
        if source in names:
            return load_document(source, "workloads", None)
        names += [item.name for item in list_named("hw_configs")]
        raise UnknownNameError("file or shipped name", source, names) from error


def _name_read_as(role: Role, source: str) -> str:
    if role == "device":
        return load_device(source).name
    if role == "hardware":
        return load_hardware(source).name
    if role == "workload":
        return load_workload(source).name
    from archsim.workload.load import load_model

    return load_model(source).name
