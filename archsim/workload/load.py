"""From a workload file to a workload: the registry of kinds, and the way through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from archsim.config import WorkloadSpec, build, load_document
from archsim.errors import InputError, UnknownNameError
from archsim.workload.llm_load import MODEL_KIND, load_llm
from archsim.workload.places import placed

Source = str | Path | Mapping[str, object]
Overrides = Mapping[str, object]


@dataclass(frozen=True)
class WorkloadKind:
    """One kind of workload.

    Attributes:
        name: Value of ``kind:`` in workload files.
        title: One line for people.
        target: ``module:class`` of its ``WorkloadSpec``; imported when it is asked for.
        loader: Loads it where reading the file alone is not enough; otherwise ``None``.
    """

    name: str
    title: str
    target: str
    loader: Callable[[Source, Overrides], WorkloadSpec] | None = None

    def model_class(self) -> type[WorkloadSpec]:
        """Return the strict model that files of this kind are read into."""
        module, _, name = self.target.partition(":")
        found: type[WorkloadSpec] = getattr(import_module(module), name)
        return found


_ALL = (
    WorkloadKind(
        "llm",
        "inference of a language model: decode, prefill or serving",
        "archsim.workload.llm:LlmWorkload",
        load_llm,
    ),
)

WORKLOAD_KINDS: MappingProxyType[str, WorkloadKind] = MappingProxyType(
    {kind.name: kind for kind in _ALL}
)
"""Every workload kind by name; a new kind adds one entry."""


def workload_kind(name: str, *, where: str = "") -> WorkloadKind:
    """Return the workload kind called ``name``.

    Args:
        name: Value of ``kind:``.
        where: File and line that asked for it, for the message.

    Raises:
        UnknownNameError: No such kind.
    """
    kind = WORKLOAD_KINDS.get(name)
    if kind is None:
        raise UnknownNameError("workload kind", name, WORKLOAD_KINDS, where=where, key="kind")
    return kind


def load_workload(source: Source, overrides: Overrides | None = None) -> WorkloadSpec:
    """Load a workload by shipped name, from a file, or from a mapping.

    What the file names (a model, a Hugging Face ``config``, a CSV of lengths) is read too,
    relative to the file, so that the result stands on its own.

    Args:
        source: Name, path or mapping.
        overrides: Dotted keys to values, applied last; ``model.layers`` reaches into a model
            that the file only names.

    Raises:
        InputError: Anything in the file, or in a file it names, is wrong; one sentence.
    """
    changes = overrides or {}
    document = load_document(source, "workloads", _without_model_sizes(changes))
    place = document.locate("kind")
    name = document.data.get("kind")
    if name == MODEL_KIND:
        raise InputError(
            "this is a model, not a workload",
            where=place,
            key="kind",
            found=repr(name),
            allowed="a workload whose key 'model' names it",
        )
    if not isinstance(name, str):
        raise InputError(
            "a workload needs to say its kind",
            where=place,
            key="kind",
            found="nothing" if name is None else repr(name),
            allowed=", ".join(WORKLOAD_KINDS),
        )
    kind = workload_kind(name, where=place)
    if kind.loader is not None:
        return kind.loader(source, changes)
    with placed(document):
        return build(kind.model_class(), load_document(source, "workloads", changes))


def _without_model_sizes(overrides: Overrides) -> dict[str, object]:
    return {key: value for key, value in overrides.items() if not key.startswith("model.")}
