"""Loads language models and LLM workloads, with the files that they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from archsim.config import SETTING, Document, build, list_named, load_document
from archsim.errors import InputError, UnknownNameError, closest, shown
from archsim.workload.huggingface import read_huggingface_config
from archsim.workload.length_csv import MAX_ROWS
from archsim.workload.lengths import DISTRIBUTIONS, CsvLengths
from archsim.workload.llm import LlmWorkload
from archsim.workload.llm_model import MODEL_KIND, LlmModel
from archsim.workload.places import placed, within

Source = str | Path | Mapping[str, object]
Overrides = Mapping[str, object]


def model_names() -> list[str]:
    """Return the names of the shipped language models, sorted."""
    return sorted(item.name for item in list_named("workloads") if item.kind == MODEL_KIND)


def load_model(source: Source, overrides: Overrides | None = None) -> LlmModel:
    """Load a language model by shipped name, from a YAML file, or from a mapping.

    Args:
        source: Name, path or mapping.
        overrides: Keys to values, applied last.

    Raises:
        InputError: The name is unknown or the file is bad.
    """
    return build(LlmModel, _model_document(source, overrides or {}))


def load_llm(source: Source, overrides: Overrides) -> LlmWorkload:
    """Load a workload of kind ``llm``, with its model and its lengths.

    Raises:
        InputError: Anything in the file, or in a file it names, is wrong.
    """
    sizes = {k.removeprefix("model."): v for k, v in overrides.items() if k.startswith("model.")}
    others = {k: v for k, v in overrides.items() if not k.startswith("model.")}
    document = load_document(source, "workloads", others)
    model = document.data.get("model")
    if isinstance(model, Mapping) and "extends" not in model and "config" not in others:
        document = load_document(source, "workloads", overrides)
        if "config" in document.data:
            raise _both(document)
    else:
        document = _with_model(document, sizes, chosen=frozenset(others))
    return build(LlmWorkload, _with_lengths(document))


def _with_model(document: Document, sizes: Overrides, chosen: frozenset[str]) -> Document:
    """Return the document with the model itself in place of its name or Hugging Face file.

    Args:
        document: The workload.
        sizes: Settings of the model.
        chosen: Keys of the workload that were set over the file; they win over the file's.
    """
    given = [key for key in ("model", "config") if document.data.get(key) is not None]
    preferred = [key for key in given if key in chosen] or given
    if not preferred:
        raise InputError(
            "an LLM workload needs a model",
            where=document.locate("model"),
            key="model",
            allowed="model: NAME, or config: PATH of a Hugging Face config.json",
        )
    if len(preferred) > 1:
        raise _both(document)
    key = preferred[0]
    value = document.data[key]
    if not isinstance(value, str) and (key == "config" or not isinstance(value, Mapping)):
        raise InputError(
            "must be text",
            where=document.locate(key),
            key=key,
            found=shown(value),
            allowed="a model name or its sizes" if key == "model" else "a path",
        )
    with placed(document, key):
        if isinstance(value, Mapping):
            with within("model"):
                model = _model_document(value, sizes)
        elif key == "config":
            read = read_huggingface_config(_beside(document, value))
            model = load_document(read.model_dump(by_alias=True), "workloads", sizes)
        else:
            source = _beside(document, value) if _is_path(value) else value
            model = _model_document(source, sizes)
    data = {name: item for name, item in document.data.items() if name != "config"}
    places = {f"model.{name}": place for name, place in model.places.items()}
    set_over = {name: place for name, place in places.items() if place == SETTING}
    return replace(
        document,
        data=data | {"model": model.data},
        # What the workload writes of the model stands above the file that the model extends.
        places={**places, **document.places, **set_over},
        settings=(*document.settings, *(f"model.{name}" for name in model.settings)),
        labels=(*model.labels, *document.labels),
        shipped=model.shipped | document.shipped,
    )


def _with_lengths(document: Document) -> Document:
    """Return the document with lengths in place of a CSV, and ``batch`` by default their number."""
    data = dict(document.data)
    lengths = data.get("lengths")
    named = lengths.get("distribution") if isinstance(lengths, dict) else None
    if isinstance(named, str) and named not in DISTRIBUTIONS:
        raise InputError(
            "must be one of the choices",
            where=document.locate("lengths.distribution"),
            key="lengths.distribution",
            found=shown(named),
            allowed=", ".join(DISTRIBUTIONS),
            suggestion=closest(named, DISTRIBUTIONS),
        )
    if isinstance(lengths, dict) and named == "csv":
        described = build(CsvLengths, _of_csv(document.section("lengths")))
        with placed(document, "lengths.path"):
            read = described.read(_beside(document, described.path))
        data["lengths"] = lengths = read.model_dump(mode="json")
    if "batch" not in data and isinstance(lengths, dict):
        tokens = lengths.get("tokens")
        if isinstance(tokens, list) and tokens:
            data["batch"] = min(len(tokens), MAX_ROWS)  # the lengths themselves tell of more
    return replace(document, data=data)


def _of_csv(lengths: Document) -> Document:
    """Return lengths without keys that were inherited for another distribution."""
    made = lengths.rank("distribution")
    kept = {
        name: value
        for name, value in lengths.data.items()
        if name in CsvLengths.model_fields or lengths.rank(name) >= made
    }
    return replace(lengths, data=kept)


def _model_document(source: Source, overrides: Overrides) -> Document:
    try:
        document = load_document(source, "workloads", overrides)
    except UnknownNameError as error:
        # Its suggestions may be whole workloads.
        raise UnknownNameError(
            "model", error.name, model_names(), where=error.where, key=error.key
        ) from error
    kind = document.data.get("kind")
    if isinstance(kind, str) and kind != MODEL_KIND:
        raise InputError(
            "this is not a language model",
            where=document.locate("kind"),
            key="kind",
            found=shown(kind),
            allowed=MODEL_KIND,
        )
    return document


def _both(document: Document) -> InputError:
    return InputError(
        "give either model or config, not both", where=document.locate("config"), key="config"
    )


def _is_path(text: str) -> bool:
    return "/" in text or text.endswith((".yaml", ".yml"))


def _beside(document: Document, path: str) -> Path:
    """Return ``path`` relative to the workload file, or to the current folder without one."""
    return (document.path.parent if document.path is not None else Path()) / path
