"""Columns of designs that vary a base design: checked names, bounds and lengths."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.columns import hardware_columns
from archsim.architectures.fpga.config import FpgaHardware, TernaryCore
from archsim.config import build, load_document
from archsim.errors import InputError, UnknownNameError

BOARD_KEYS = frozenset(
    {"board.memory.channels", "board.memory.channel_bytes_per_s", "board.static_power_w"}
)
FIXED = frozenset({"control_cells", "arbiter"})
"""Fields of a core that are not single values, or that the closed form does not depend on."""

CORE_KEYS = frozenset(
    f"ternary_core.{name}" for name in TernaryCore.model_fields if name not in FIXED
)
KEYS = BOARD_KEYS | CORE_KEYS


class DesignColumns:
    """Arrays of one length by dotted key, each value within the bounds of its key.

    Args:
        hardware: The base design.
        columns: Dotted key, with or without ``hardware.`` in front, to values.

    Raises:
        UnknownNameError: A key does not exist or cannot be varied.
        InputError: There is no column, lengths differ, or a value is out of bounds.
    """

    def __init__(self, hardware: FpgaHardware, columns: Mapping[str, NDArray[np.generic]]) -> None:
        self.hardware = hardware
        self._columns = hardware_columns(columns)
        unknown = sorted(set(self._columns) - KEYS)
        if unknown:
            raise UnknownNameError("key of a design", unknown[0], KEYS)
        shapes = {key: value.shape for key, value in self._columns.items()}
        if not shapes or any(len(shape) != 1 for shape in shapes.values()):
            raise InputError("designs need at least one column, each a flat array")
        if len(set(shapes.values())) != 1 or next(iter(shapes.values()))[0] == 0:
            found = ", ".join(f"{key}: {shape[0]}" for key, shape in shapes.items())
            raise InputError("columns of designs differ in length, or are empty", found=found)
        self.count = int(next(iter(shapes.values()))[0])
        for key, values in self._columns.items():
            self._check(key, values)

    @cached_property
    def _base(self) -> dict[str, object]:
        return self.hardware.model_dump(mode="python", by_alias=True, exclude={"sources"})

    def _check(self, key: str, values: NDArray[np.generic]) -> None:
        """Build the base design with the least and the greatest value of a column."""
        if values.dtype.kind in "iuf":
            if not np.isfinite(values.astype(np.float64)).all():
                raise InputError("values of designs must be finite", key=key)
            seen = [values.min().item(), values.max().item()]
            seen += (
                values[values != np.floor(values)][:1].tolist() if values.dtype.kind == "f" else []
            )
        else:
            seen = np.unique(values).tolist()
        roomy = {"board.memory.channels": 256, "ternary_core.channels": 256}
        for value in seen:
            overrides = {**roomy, key: value}
            if key == "board.memory.channels":
                overrides |= {"ternary_core.channels": 1, "ternary_core.ports": 1}
            elif key == "ternary_core.channels":
                overrides["ternary_core.ports"] = 1
            build(FpgaHardware, load_document(self._base, "hw_configs", overrides))

    def values(self, key: str, base: object) -> NDArray[np.generic]:
        """Return a column, or the base design's value for every design.

        Args:
            key: Dotted key.
            base: The base value of a key of the core; keys of the board look it up themselves.
        """
        if key in self._columns:
            return self._columns[key]
        if key in BOARD_KEYS:
            board = self.hardware.board
            base = {
                "board.memory.channels": board.memory.channels,
                "board.memory.channel_bytes_per_s": board.memory.channel_bytes_per_s,
                "board.static_power_w": board.static_power_w,
            }[key]
        return np.broadcast_to(np.asarray(base), (self.count,))
