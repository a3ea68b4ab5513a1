"""Where a result comes from: enough to repeat the run and to judge what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

from archsim.version import __version__

if TYPE_CHECKING:
    from archsim.config import Constant, HardwareSpec, WorkloadSpec


class NamedConstant(Protocol):
    """A constant that is in no configuration file, e.g. of ``archsim.technology``."""

    @property
    def name(self) -> str:
        """Dotted name."""

    @property
    def value(self) -> float:
        """The number."""

    @property
    def source(self) -> str:
        """Where it is from."""

    @property
    def certainty(self) -> str:
        """How sure that is."""


def make_provenance(
    hardware: HardwareSpec,
    workload: WorkloadSpec,
    *,
    architecture: str,
    fidelity: str,
    seed: int,
    trace_hash: str = "",
    extra_constants: Iterable[NamedConstant] = (),
) -> dict[str, object]:
    """Describe a run: version, configuration, hashes, fidelity, seed, constants with sources.

    No date and no machine name are kept, so that equal runs give equal bytes.

    Args:
        hardware: The hardware simulated.
        workload: The workload simulated.
        architecture: Kind of the architecture.
        fidelity: ``"analytic"`` or ``"event"``.
        seed: Seed of the run.
        trace_hash: Content hash of the trace that ran; empty when there is none.
        extra_constants: Constants used that are in neither file, e.g. of ``archsim.technology``.
    """
    from archsim.config import constants

    found = [
        *(_constant(f"hardware.{item.key}", item) for item in constants(hardware)),
        *(_constant(f"workload.{item.key}", item) for item in constants(workload)),
        *(_constant(item.name, item) for item in extra_constants),
    ]
    return {
        "archsim_version": __version__,
        "architecture": architecture,
        "fidelity": fidelity,
        "seed": seed,
        "hardware": _describe(hardware),
        "workload": _describe(workload),
        "trace_hash": trace_hash,
        "constants": found,
    }


def not_primary(provenance: Mapping[str, object]) -> list[dict[str, object]]:
    """Return the constants of a result whose certainty is not ``primary``."""
    found = provenance.get("constants", [])
    items = found if isinstance(found, list) else []
    return [item for item in items if isinstance(item, dict) and item.get("certainty") != "primary"]


def _constant(key: str, item: Constant | NamedConstant) -> dict[str, object]:
    return {
        "key": key,
        "value": item.value,
        "source": item.source,
        "certainty": item.certainty,
    }


def _describe(spec: HardwareSpec | WorkloadSpec) -> dict[str, object]:
    return {
        "name": spec.name,
        "kind": spec.kind,
        "hash": spec.content_hash(),
        "configuration": _without_prose(spec.model_dump(mode="json")),
    }


def _without_prose(value: object) -> object:
    """Drop sources and descriptions, those of nested specifications too."""
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if key not in ("sources", "description")}
        return {key: _without_prose(item) for key, item in kept.items()}
    return value
