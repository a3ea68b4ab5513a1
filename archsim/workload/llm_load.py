"""Loads language models and LLM workloads, with the files that they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from archsim.config import Document, build, list_named, load_document
from archsim.errors import InputError, UnknownNameError
from archsim.workload.huggingface import read_huggingface_config
from archsim.workload.lengths import CsvLengths
from archsim.workload.llm import LlmWorkload
from archsim.workload.llm_model import LlmModel
from archsim.workload.load import MODEL_KIND
from archsim.workload.places import placed


def model_names() -> list[str]:
    """Return the names of the shipped language models, sorted."""
    return sorted(item.name for item in list_named("workloads") if item.kind == MODEL_KIND)


def load_model(
    source: str | Path | Mapping[str, object], overrides: Mapping[str, object] | None = None
) -> LlmModel:
    """Load a language model by shipped name, from a YAML file, or from a mapping.

    Args:
        source: Name, path or mapping.
        overrides: Keys to values, applied last.

    Raises:
        InputError: The name is unknown or the file is bad.
    """
    if isinstance(source, str) and "/" not in source and not source.endswith((".yaml", ".yml")):
        known = model_names()
        if source not in known:
            raise UnknownNameError("model", source, known)
    document = load_document(source, "workloads", overrides)
    with placed(document):
        return build(LlmModel, document)


def load_llm(
    source: str | Path | Mapping[str, object], overrides: Mapping[str, object]
) -> LlmWorkload:
    """Load a workload of kind ``llm``, with its model and its lengths.

    Raises:
        InputError: Anything in the file, or in a file it names, is wrong.
    """
    sizes = {k.removeprefix("model."): v for k, v in overrides.items() if k.startswith("model.")}
    others = {k: v for k, v in overrides.items() if not k.startswith("model.")}
    document = load_document(source, "workloads", others)
    if isinstance(document.data.get("model"), Mapping) and "config" not in document.data:
        document = load_document(source, "workloads", overrides)
        data = dict(document.data)
    else:
        data = dict(document.data)
        with placed(document):
            _read_model(document, data, sizes, chosen=frozenset(others))
    with placed(document):
        _read_lengths(document, data)
        return build(LlmWorkload, replace(document, data=data))


def _read_model(
    document: Document, data: dict[str, object], sizes: dict[str, object], chosen: frozenset[str]
) -> None:
    """Put the model itself in place of its name or of its Hugging Face file."""
    config = data.pop("config", None)
    name = data.get("model")
    if config is None and name is None:
        raise InputError(
            "an LLM workload needs a model",
            where=document.locate("model"),
            key="model",
            allowed="model: NAME, or config: PATH of a Hugging Face config.json",
        )
    if config is not None and name is not None and not chosen & {"config", "model"}:
        raise InputError(
            "give either model or config, not both", where=document.locate("config"), key="config"
        )
    from_file = config is not None and (name is None or "config" in chosen)
    key, value = ("config", config) if from_file else ("model", name)
    if not isinstance(value, str):
        raise InputError(
            f"{key} must be text",
            where=document.locate(key),
            key=key,
            found=repr(value)[:60],
            allowed="a path" if from_file else "a model name or its sizes",
        )
    with placed(document, key):
        if from_file:
            read = read_huggingface_config(_beside(document, value))
            model = load_model(read.model_dump(by_alias=True), sizes) if sizes else read
        else:
            model = load_model(value, sizes)
    data["model"] = model.model_dump(by_alias=True)


def _read_lengths(document: Document, data: dict[str, object]) -> None:
    """Put the lengths themselves in place of a CSV file, and default ``batch`` to their number."""
    lengths = data.get("lengths")
    if not isinstance(lengths, Mapping):
        return
    if lengths.get("distribution") == "csv":
        part = replace(document, data=dict(lengths))
        with placed(document, "lengths.path"):
            described = build(CsvLengths, part)
            path = str(_beside(document, described.path))
            read = described.model_copy(update={"path": path}).read()
        data["lengths"] = lengths = read.model_dump()
    tokens = lengths.get("tokens")
    if "batch" not in data and lengths.get("distribution") == "list":
        data["batch"] = len(tokens) if isinstance(tokens, list | tuple) else 1


def _beside(document: Document, path: str) -> Path:
    """Return ``path`` relative to the workload file, or to the current folder without one."""
    folder = Path(document.path).parent if document.path is not None else Path()
    return folder / path
