"""The JSON Schema of a kind of file."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from archsim.api.devices import DEVICE_MODELS
from archsim.errors import ArchsimError, InputError, UnknownNameError
from archsim.result.files import write_atomically

if TYPE_CHECKING:
    from archsim.config import HardwareSpec, WorkloadSpec

PART_MODELS: dict[str, str] = {
    **DEVICE_MODELS,
    "llm_model": "archsim.workload.llm_model:LlmModel",
    "study": "archsim.space.study_file:StudySpec",
}
"""Kinds of files besides whole hardware and workloads, to ``module:class``; imported on demand."""


def kinds() -> list[str]:
    """Return every kind of file that has a schema, sorted."""
    from archsim.architectures import registry
    from archsim.workload.load import WORKLOAD_KINDS

    return sorted({*registry.names(), *WORKLOAD_KINDS, *PART_MODELS})


def model_of(kind: str) -> type[HardwareSpec] | type[WorkloadSpec]:
    """Return the model of a kind of file: hardware, a workload, or a part of one.

    Raises:
        UnknownNameError: No such kind.
    """
    from archsim.architectures import registry
    from archsim.workload.load import WORKLOAD_KINDS, workload_class

    if kind in WORKLOAD_KINDS:
        return workload_class(kind)
    if kind in PART_MODELS:
        module, _, name = PART_MODELS[kind].partition(":")
        model: type[HardwareSpec] | type[WorkloadSpec]
        model = getattr(importlib.import_module(module), name)
        return model
    if kind not in registry.targets():
        raise UnknownNameError("kind", kind, kinds())
    return registry.get(kind).hardware_model


def schema_of(kind: str) -> dict[str, object]:
    """Return the JSON Schema of a kind of file."""
    from archsim.config import json_schema

    schema: dict[str, object] = json_schema(model_of(kind))
    return schema


def file_name(kind: str) -> str:
    """Return what the schema of a kind is called in a folder of schemas."""
    return f"{kind}.schema.json"


def schema_text(kind: str) -> str:
    """Return the schema of a kind as the text of a file."""
    return json.dumps(schema_of(kind), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Write the schema of every kind into a folder, which is made if its parent exists.

    A family of an outside package that cannot be loaded is left out.

    Raises:
        InputError: The folder cannot be written.
    """
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {str(folder)!r}: {error.strerror}") from error
    written = []
    for kind in kinds():
        try:
            text = schema_text(kind)
        except InputError:
            raise
        except ArchsimError:
            continue
        written.append(write_atomically(folder / file_name(kind), text))
    return written
