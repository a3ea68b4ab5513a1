"""Which architecture families exist; each is imported only when it is asked for.

A family in an outside package registers itself in the entry-point group
``archsim.architectures``: name = its kind, value = ``"module:OBJECT"`` where the object is an
``Architecture``.
"""

from __future__ import annotations

import importlib
import sys
from functools import lru_cache

from archsim.architectures.base import Architecture
from archsim.errors import ArchsimError, UnknownNameError

GROUP = "archsim.architectures"

BUILTIN: dict[str, str] = {
    "asic": "archsim.architectures.asic:ARCHITECTURE",
    "dram": "archsim.architectures.dram:ARCHITECTURE",
    "fpga": "archsim.architectures.fpga:ARCHITECTURE",
    "gpu": "archsim.architectures.gpu:ARCHITECTURE",
    "neural_graphics": "archsim.architectures.neural_graphics:ARCHITECTURE",
    "npu_pim": "archsim.architectures.npu_pim:ARCHITECTURE",
}
"""Families shipped here; they work in a source checkout without package metadata."""


def targets() -> dict[str, str]:
    """Return kind to ``"module:OBJECT"`` of every family, shipped ones first; imports none.

    A shipped family can't be replaced from outside.
    """
    return {**_outside(tuple(sys.path)), **BUILTIN}


@lru_cache(maxsize=8)
def _outside(path: tuple[str, ...]) -> dict[str, str]:
    """Return the targets of outside packages; reading their metadata takes 10 ms and more.

    Args:
        path: ``sys.path``, which decides what is found.
    """
    from importlib.metadata import entry_points

    found: dict[str, str] = {}
    for point in entry_points(group=GROUP):
        found.setdefault(point.name, point.value)
    return found


def names() -> list[str]:
    """Return the kinds of all families, sorted."""
    return sorted(targets())


def get(kind: str, *, where: str = "") -> Architecture:
    """Return the architecture of a kind.

    Args:
        kind: Value of ``kind:`` in a hardware file.
        where: File and line that asked for it, for the message.

    Raises:
        UnknownNameError: No family of that kind exists.
        ArchsimError: A family is registered but cannot be loaded.
    """
    # Shipped families are looked up without reading package metadata, which costs milliseconds.
    target = BUILTIN.get(kind) or targets().get(kind)
    if target is None:
        key = "kind" if where else ""
        raise UnknownNameError("architecture kind", kind, names(), where=where, key=key)
    return _load(kind, target)


def _load(kind: str, target: str) -> Architecture:
    module_name, _, attribute = target.partition(":")
    try:
        loaded: object = importlib.import_module(module_name)
        for part in attribute.split("."):
            loaded = getattr(loaded, part)
        if isinstance(loaded, type) and issubclass(loaded, Architecture):
            loaded = loaded()
    except ArchsimError:
        raise
    except Exception as error:
        cause = f"{type(error).__name__}: {error}".splitlines()[0]
        raise ArchsimError(
            f"the architecture {kind!r} ({target}) cannot be loaded: {cause}"
        ) from error
    if not isinstance(loaded, Architecture):
        raise ArchsimError(
            f"the architecture {kind!r} ({target}) is a {type(loaded).__name__}, "
            "not an Architecture"
        )
    if loaded.kind != kind:
        raise ArchsimError(
            f"the architecture registered as {kind!r} ({target}) calls itself {loaded.kind!r}"
        )
    return loaded
