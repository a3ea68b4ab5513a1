"""Loads network workloads, with the ONNX files that they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from archsim.config import Document, build, load_document
from archsim.errors import InputError, shown
from archsim.workload.network.spec import NetworkWorkload, OnnxFile
from archsim.workload.places import placed

Source = str | Path | Mapping[str, object]
Overrides = Mapping[str, object]

_KEYS = tuple(OnnxFile.model_fields)


def load_network(source: Source, overrides: Overrides) -> NetworkWorkload:
    """Load a workload of kind ``network``; each network of family ``onnx`` is read from its file.

    Raises:
        InputError: Anything in the file, or in a file it names, is wrong.
        MissingExtraError: It names an ONNX file and the package ``onnx`` is not installed.
    """
    return build(NetworkWorkload, _with_files(load_document(source, "workloads", overrides)))


def _with_files(document: Document) -> Document:
    networks = document.data.get("networks")
    if not isinstance(networks, Mapping):
        return document
    read = {
        name: _read(document, str(name), item) if _is_onnx(item) else item
        for name, item in networks.items()
    }
    return replace(document, data=document.data | {"networks": read})


def _is_onnx(item: object) -> bool:
    return isinstance(item, Mapping) and item.get("family") == "onnx"


def _read(document: Document, name: str, item: Mapping[str, object]) -> object:
    from archsim.workload.network.onnx_file import read_onnx

    key = f"networks.{name}"
    unknown = sorted(str(each) for each in set(item) - set(_KEYS))
    if unknown:
        raise InputError(
            "unknown key", where=document.locate(f"{key}.{unknown[0]}"), key=f"{key}.{unknown[0]}",
            allowed=", ".join(_KEYS),
        )  # fmt: skip
    path = item.get("path")
    if not isinstance(path, str):
        raise InputError(
            "a network of family onnx needs the path of its file",
            where=document.locate(key),
            key=f"{key}.path",
            found="" if path is None else shown(path),
        )
    folder = document.path.parent if document.path is not None else Path()
    with placed(document, f"{key}.path"):
        return read_onnx(folder / path)
