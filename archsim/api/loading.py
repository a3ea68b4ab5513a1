"""From a name, a path or a mapping to a typed hardware or workload specification."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from archsim.errors import InputError, UnknownNameError, shown
from archsim.paths import path_exists

if TYPE_CHECKING:
    from archsim.config import Document, HardwareSpec, WorkloadSpec

Source = str | Path | Mapping[str, object]
"""A shipped name, a path of a YAML file, or the data itself."""


def load_hardware(source: Source, overrides: Mapping[str, object] | None = None) -> HardwareSpec:
    """Read a hardware specification.

    Args:
        source: A shipped name (``archsim list hardware``), a path, or a mapping.
        overrides: Dotted key to value, e.g. ``{"npu.frequency_hz": 1.0e9}``.

    Raises:
        InputError: What is wrong, where, and what is allowed instead.
    """
    from archsim.config import build

    document = hardware_document(source, overrides)
    return build(hardware_model(document), document)


def load_workload(source: Source, overrides: Mapping[str, object] | None = None) -> WorkloadSpec:
    """Read a workload specification.

    Args:
        source: A shipped name (``archsim list workloads``), a path, or a mapping.
        overrides: Dotted key to value, e.g. ``{"batch": 64}``.

    Raises:
        InputError: What is wrong, where, and what is allowed instead.
    """
    from archsim.workload import load

    try:
        return load.load_workload(source, overrides)
    except UnknownNameError as error:
        if error.key == "kind":
            _refuse_hardware(error)
        raise _among(error, "workloads") from error


def hardware_document(source: Source, overrides: Mapping[str, object] | None = None) -> Document:
    """Read a hardware document, not yet checked against its model.

    Raises:
        InputError: The name is unknown, or the file is no good YAML.
    """
    from archsim.config import load_document

    try:
        return load_document(source, "hw_configs", overrides)
    except UnknownNameError as error:
        raise _among(error, "hardware") from error


def workload_document(source: Source, overrides: Mapping[str, object] | None = None) -> Document:
    """Read a workload document, not yet checked against its model; errors as for hardware."""
    from archsim.config import load_document

    try:
        return load_document(source, "workloads", overrides)
    except UnknownNameError as error:
        raise _among(error, "workloads") from error


def _among(error: UnknownNameError, section: str) -> UnknownNameError:
    """Return an error about an unknown file that lists whole hardware, or whole workloads, only.

    The shipped trees also hold devices and models, which cannot be meant.
    """
    if error.problem != f"unknown {section.removesuffix('s')}":
        return error
    from archsim.api.catalogue import catalogue

    names = [item.name for item in catalogue(section)]
    kind = section.removesuffix("s")
    listed = UnknownNameError(kind, error.name, names, where=error.where, key=error.key)
    return listed if not error.suggests_file else listed.suggesting(error.suggestion)


def _refuse_hardware(error: UnknownNameError) -> None:
    """Raise a plainer error when the unknown kind of a workload is a kind of hardware."""
    from archsim.architectures import registry

    kind = error.found.strip("'")
    if kind in registry.targets():
        raise InputError(
            f"expected a workload file, but {kind!r} is a kind of hardware",
            where=error.where,
            key="kind",
        ) from error


def hardware_model(document: Document) -> type[HardwareSpec]:
    """Return the model that a hardware document of this ``kind`` is read into."""
    from archsim.api.devices import refuse_device
    from archsim.architectures import registry
    from archsim.workload.load import WORKLOAD_KINDS

    refuse_device(document)
    kind = kind_of(document, registry.names())
    if kind in WORKLOAD_KINDS and kind not in registry.targets():
        raise InputError(
            f"expected a hardware file, but {kind!r} is a kind of workload",
            where=document.locate("kind"),
            key="kind",
        )
    return registry.get(kind, where=document.locate("kind")).hardware_model


def workload_model(document: Document) -> type[WorkloadSpec]:
    """Return the model that a workload document of this ``kind`` is read into."""
    from archsim.workload.load import WORKLOAD_KINDS, workload_class

    kind = kind_of(document, WORKLOAD_KINDS)
    return workload_class(kind, where=document.locate("kind"))


def beside(document: Document, source: str | Mapping[str, object]) -> Source:
    """Return what a file names, a relative path taken from the file's folder.

    Args:
        document: The file.
        source: A shipped name, a path, or the data itself.
    """
    if isinstance(source, str) and document.path is not None:
        found = document.path.parent / source
        if ("/" in source or source.endswith((".yaml", ".yml"))) and path_exists(found):
            return found
    return source


def kind_of(document: Document, known: Iterable[str]) -> str:
    """Return the ``kind:`` of a document as text.

    Args:
        document: A hardware or workload document.
        known: Kinds that exist, for the message.

    Raises:
        InputError: There is none, or it is not text.
    """
    kind = document.data.get("kind")
    allowed = ", ".join(sorted(known))
    if kind is None:
        raise InputError("the key 'kind' is missing", where=document.locate(""), allowed=allowed)
    if not isinstance(kind, str):
        place = document.locate("kind")
        raise InputError(
            "must be text", where=place, key="kind", found=shown(kind), allowed=allowed
        )
    return kind
