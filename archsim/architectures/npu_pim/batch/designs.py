"""Columns of keys to distinct combinations, side by side, each a checked hardware."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from archsim.architectures.columns import (
    Columns,
    common_length,
    distinct_rows,
    hardware_columns,
)
from archsim.architectures.npu_pim.config import NpuPimHardware
from archsim.config import build, load_document
from archsim.config.nested import replaced
from archsim.errors import InputError

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

CLOCKS = ("npu.frequency_hz", "memory.frequency_hz")
"""Keys that scale times and nothing else; any number of distinct values costs nothing."""

_NPU = ("npu.", "node_nm", "device_link.", "mode", "artefacts.")
_MEMORY = ("memory.", "pim.", "scheduler.", "npu.vector_", "mode", "artefacts.")
_SEEN_BY_ARTEFACTS = (
    "memory.channels", "memory.ranks", "memory.bank_groups", "memory.banks_per_group",
    "memory.burst_bytes",
)  # fmt: skip


@dataclass(frozen=True)
class Side:
    """The distinct combinations of the keys that one side of a design depends on.

    Attributes:
        hardware: One device per combination; keys of the other side are the base's.
        which: Combination of each design, shape (designs,).
    """

    hardware: tuple[NpuPimHardware, ...]
    which: Indices


@dataclass(frozen=True)
class Designs:
    """Many designs, taken apart.

    Attributes:
        npu, memory: Both sides.
        npu_hz, memory_hz: Clocks, shape (designs,).
    """

    npu: Side
    memory: Side
    npu_hz: Floats
    memory_hz: Floats

    def __len__(self) -> int:
        return len(self.npu_hz)


def take_apart(hardware: NpuPimHardware, columns: Columns) -> Designs:
    """Take designs apart.

    Args:
        hardware: The base.
        columns: Dotted hardware key, with or without the prefix ``hardware.``, to an array of
            shape (designs,).

    Raises:
        InputError: A key does not exist, a value is out of bounds, or columns differ in length.
    """
    keys = hardware_columns(columns)
    count = common_length(keys)
    clocks = [_clock(hardware, keys, key, count) for key in CLOCKS]
    shapes = {key: value for key, value in keys.items() if key not in CLOCKS}
    # The authors' simulator ties the layout of products to banks, and posted writes to channels.
    tied = hardware.mode == "compat" or any(key.startswith(("mode", "artefacts")) for key in shapes)
    tied = tied or hardware.artefacts != type(hardware.artefacts)()
    npu = {
        key: value
        for key, value in shapes.items()
        if key.startswith(_NPU)
        or not key.startswith(_MEMORY)
        or (tied and key in _SEEN_BY_ARTEFACTS)
    }
    memory = {
        key: value
        for key, value in shapes.items()
        if key.startswith(_MEMORY) or not key.startswith(_NPU)
    }
    return Designs(_side(hardware, npu, count), _side(hardware, memory, count), *clocks)


def design_at(hardware: NpuPimHardware, columns: Columns, index: int) -> NpuPimHardware:
    """Return one design of many, whole.

    Args:
        hardware: The base.
        columns: As for ``take_apart``.
        index: Number of the design.
    """
    base = hardware.model_dump(mode="python", by_alias=True, exclude={"sources"})
    values = {
        key.removeprefix("hardware."): np.asarray(value)[index].item()
        for key, value in columns.items()
    }
    return _checked(base, values)


def _clock(hardware: NpuPimHardware, keys: Columns, key: str, count: int) -> Floats:
    section, name = key.split(".")
    if key not in keys:
        return np.full(count, float(getattr(getattr(hardware, section), name)))
    clock = keys[key].astype(np.float64)
    if not (np.isfinite(clock).all() and (clock > 0).all()):
        raise InputError("clock frequencies must be finite and above zero", key=key)
    return clock


def _side(hardware: NpuPimHardware, columns: Columns, count: int) -> Side:
    rows, which = distinct_rows(columns, count)
    base = hardware.model_dump(mode="python", by_alias=True, exclude={"sources"})
    return Side(tuple(_checked(base, row) for row in rows), which)


def _checked(base: Mapping[str, object], values: Mapping[str, object]) -> NpuPimHardware:
    """Return a device with these values; what the model refuses is told with key and bounds."""
    try:
        return NpuPimHardware.model_validate(replaced(base, values))
    except (ValidationError, InputError):
        return build(NpuPimHardware, load_document(base, "hw_configs", dict(values)))
