"""The JSON Schema of a kind of file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archsim.errors import UnknownNameError

if TYPE_CHECKING:
    from archsim.config import HardwareSpec, WorkloadSpec


def model_of(kind: str) -> type[HardwareSpec] | type[WorkloadSpec]:
    """Return the model of a kind of hardware or workload.

    Raises:
        UnknownNameError: No such kind.
    """
    from archsim.architectures import registry
    from archsim.workload.load import WORKLOAD_KINDS, workload_class

    if kind in WORKLOAD_KINDS:
        return workload_class(kind)
    if kind not in registry.targets():
        raise UnknownNameError("kind", kind, [*registry.names(), *WORKLOAD_KINDS])
    return registry.get(kind).hardware_model


def schema_of(kind: str) -> dict[str, object]:
    """Return the JSON Schema of a kind of hardware or workload file."""
    from archsim.config import json_schema

    schema: dict[str, object] = json_schema(model_of(kind))
    return schema
