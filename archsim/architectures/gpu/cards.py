"""Shipped cards by name."""

from __future__ import annotations

from functools import lru_cache

from archsim.architectures.gpu.config import GpuHardware
from archsim.config import build, list_named, load_document
from archsim.errors import UnknownNameError


def names() -> list[str]:
    """Return the names of the shipped cards, sorted."""
    return [item.name for item in list_named("hw_configs") if item.kind == "gpu"]


@lru_cache(maxsize=32)
def load_card(name: str) -> GpuHardware:
    """Return a shipped card.

    Args:
        name: Name of its file, e.g. ``"h100_sxm"``.

    Raises:
        UnknownNameError: No such card.
    """
    if name not in names():
        raise UnknownNameError("GPU card", name, names())
    return build(GpuHardware, load_document(name, "hw_configs"))
