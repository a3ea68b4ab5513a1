"""From a workload file to a workload: the registry of kinds, and the way through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from archsim.config import WorkloadSpec, build, load_document
from archsim.errors import InputError, UnknownNameError, shown
from archsim.workload.llm_model import MODEL_KIND, LlmModel

Source = str | Path | Mapping[str, object]
Overrides = Mapping[str, object]


WORKLOAD_KINDS: dict[str, str] = {
    "llm": "archsim.workload.llm:LlmWorkload",
    "network": "archsim.workload.network:NetworkWorkload",
    "memory_trace": "archsim.workload.memory_workload:MemoryTraceWorkload",
    "ternary_lm": "archsim.workload.ternary_lm_workload:TernaryLmWorkload",
    "moe_vit": "archsim.workload.moe_vit:MoeVitWorkload",
    "graphics": "archsim.workload.graphics.workload:GraphicsWorkload",
}
"""Workload kind to ``module:class`` of its strict model; a new kind adds one line."""

WORKLOAD_LOADERS: dict[str, str] = {
    "llm": "archsim.workload.llm_load:load_llm",
    "memory_trace": "archsim.workload.memory_workload:load_memory_trace",
    "network": "archsim.workload.network.load:load_network",
}
"""Workload kind to ``module:function`` that loads it, taking source and overrides; only for kinds
whose files name other files."""


def workload_class(kind: str, *, where: str = "") -> type[WorkloadSpec]:
    """Return the strict model that workload files of this kind are read into.

    Args:
        kind: Value of ``kind:``.
        where: File and line that asked for it, for the message.

    Raises:
        UnknownNameError: No such kind.
    """
    if kind not in WORKLOAD_KINDS:
        raise UnknownNameError("workload kind", kind, WORKLOAD_KINDS, where=where, key="kind")
    found: type[WorkloadSpec] = _named(WORKLOAD_KINDS[kind])
    return found


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
    shallow = {key: value for key, value in changes.items() if not key.startswith("model.")}
    document = load_document(source, "workloads", shallow)
    place, name = document.locate("kind"), document.data.get("kind")
    if name == MODEL_KIND:
        raise InputError(
            "this is a model, not a workload",
            where=place,
            key="kind",
            found=shown(name),
            allowed="a workload whose key 'model' names it",
        )
    if not isinstance(name, str):
        raise InputError(
            "a workload needs to say its kind",
            where=place,
            key="kind",
            found="" if name is None else shown(name),
            allowed=", ".join(WORKLOAD_KINDS),
        )
    model_class = workload_class(name, where=place)
    if name in WORKLOAD_LOADERS:
        loader: Callable[[Source, Overrides], WorkloadSpec] = _named(WORKLOAD_LOADERS[name])
        return loader(source, changes)
    return build(model_class, load_document(source, "workloads", changes))


def load_model(source: Source, overrides: Overrides | None = None) -> LlmModel:
    """Load a language model by shipped name, from a YAML file, or from a mapping.

    Raises:
        InputError: The name is unknown or the file is bad.
    """
    from archsim.workload import llm_load

    return llm_load.load_model(source, overrides)


def _named(target: str) -> Any:
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)
