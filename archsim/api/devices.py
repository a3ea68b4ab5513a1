"""Devices: files that describe a part of hardware, such as a board, and no whole design."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from archsim.errors import InputError

if TYPE_CHECKING:
    from archsim.api.loading import Source
    from archsim.config import Document, HardwareSpec

DEVICE_MODELS: dict[str, str] = {
    "dram_device": "archsim.architectures.dram.config:DramDevice",
    "fpga_board": "archsim.architectures.fpga.board:FpgaBoard",
}
"""Kind of a device to ``module:class`` of its strict model."""


def load_device(source: Source) -> HardwareSpec:
    """Read a device, e.g. ``load_device("zcu104")``.

    Raises:
        InputError: The file is bad, or describes no device.
    """
    from archsim.config import build, load_document

    document = load_document(source, "hw_configs", None)
    kind = document.data.get("kind")
    if not isinstance(kind, str) or kind not in DEVICE_MODELS:
        raise InputError(
            "this is not a device",
            where=document.locate("kind"),
            key="kind",
            found=repr(kind),
            allowed=", ".join(DEVICE_MODELS),
        )
    module, _, name = DEVICE_MODELS[kind].partition(":")
    model: type[HardwareSpec] = getattr(importlib.import_module(module), name)
    return build(model, document)


def refuse_device(document: Document) -> None:
    """Refuse a device where a whole design is needed.

    Raises:
        InputError: The document describes a device.
    """
    from archsim.architectures import registry

    kind = document.data.get("kind")
    if isinstance(kind, str) and kind in DEVICE_MODELS:
        raise InputError(
            "this is a device, a part of hardware and not a whole one",
            where=document.locate("kind"),
            key="kind",
            found=repr(kind),
            allowed="hardware of kind " + ", ".join(registry.names()),
        )
