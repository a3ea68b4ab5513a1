"""Many cards as one: a ``GpuHardware`` whose varied numbers are arrays, one value for each design.

The closed forms only add, multiply and compare a card's numbers, so they take such a card as they
take a plain one. It is checked here, once, and never leaves the family.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.columns import Columns, levels_of, value_at
from archsim.architectures.gpu.cards import load_card
from archsim.architectures.gpu.config import GpuHardware
from archsim.config import Document, StrictModel, build
from archsim.config.nested import replaced

BoolArray = NDArray[np.bool_]
Number = NDArray[np.float64] | NDArray[np.int64]

MEASURED = ("chip", "matmul")
"""Sections that must be those of the measured card for its residual to hold."""
_READ_ONE_BY_ONE = 64
"""Distinct values of a column of numbers above which only the ends are read by the model."""


@dataclass(frozen=True)
class CardColumns:
    """Designs of one card.

    Attributes:
        base: The card that the columns vary.
        numbers: Section and name of each varied number to its values, shape (designs,).
        residual: The residual that each design asks for, shape (designs,).
    """

    base: GpuHardware
    numbers: Mapping[tuple[str, str], Number]
    residual: NDArray[np.str_]

    def card(self, chosen: NDArray[np.intp], residual: str = "none") -> GpuHardware:
        """Return some designs as one card whose varied numbers have shape (chosen,).

        Args:
            chosen: Places of the designs.
            residual: The learned residual that holds for all of them: the sections that it
                depends on are then those of the measured card, plain numbers.
        """
        found: dict[str, StrictModel | str] = {"residual": residual}
        if residual != "none":
            measured = load_card(residual)
            found |= {section: getattr(measured, section) for section in MEASURED}
        parts: dict[str, dict[str, Number]] = {}
        for (section, name), values in self.numbers.items():
            if section not in found:
                parts.setdefault(section, {})[name] = values[chosen]
        for section, numbers in parts.items():
            found[section] = getattr(self.base, section).model_copy(update=numbers)
        return self.base.model_copy(update=found)

    def learned(self) -> dict[str, BoolArray]:
        """Return, by residual, the designs for which it holds: those with the measured numbers."""
        found: dict[str, BoolArray] = {}
        for residual in sorted(set(self.residual.tolist()) - {"none"}):
            measured = load_card(residual)
            same = self.residual == residual
            for section in MEASURED:
                ours, theirs = getattr(self.base, section), getattr(measured, section)
                for name in type(ours).model_fields:
                    ours_of = self.numbers.get((section, name), getattr(ours, name))
                    same = same & (ours_of == getattr(theirs, name))
            found[residual] = same
        return found


def card_columns(hardware: GpuHardware, columns: Columns, count: int) -> CardColumns:
    """Check columns of designs and return them as cards.

    Bounds are intervals, so the ends of a column of numbers are checked for all of it; of anything
    else every distinct value is.

    Args:
        hardware: The card that the columns vary.
        columns: Dotted key to an array of shape (count,).
        count: Designs.

    Raises:
        InputError: A key does not exist, or a design is not a valid card.
    """
    base = hardware.model_dump(mode="python", by_alias=True, exclude={"sources"})

    def design(at: int) -> GpuHardware:
        values = {key: value_at(column, at) for key, column in columns.items()}
        return build(GpuHardware, Document(data=replaced(base, values), name="", path=None))

    numbers: dict[tuple[str, str], Number] = {}
    residual = np.full(count, hardware.residual)
    for key, column in columns.items():
        section, _, name = key.partition(".")
        part = getattr(hardware, section, None)
        if isinstance(part, StrictModel) and name in type(part).model_fields:
            numbers[section, name] = _numbers(section, name, column, design)
        else:
            levels, which = levels_of(column)
            for number in range(len(levels)):
                design(int(np.argmax(which == number)))
            if key == "residual":
                residual = np.array([str(level) for level in levels])[which]
    found = CardColumns(hardware, numbers, residual)
    every = found.card(np.arange(count))
    clash = (np.asarray(every.power.base_w) >= every.chip.board_power_w) | (
        np.asarray(every.matmul.half_paired_share) < every.matmul.half_unaligned_share
    )
    if clash.any():
        design(int(np.argmax(np.broadcast_to(clash, (count,)))))
    return found


def _numbers(
    section: str, name: str, column: NDArray[np.generic], design: Callable[[int], GpuHardware]
) -> Number:
    """Return a column as the model reads it."""

    def read(at: int) -> int | float:
        value: int | float = getattr(getattr(design(at), section), name)
        return value

    levels, which = levels_of(column)
    if len(levels) > _READ_ONE_BY_ONE and column.dtype.kind in "iuf":
        least, _ = read(int(column.argmin())), read(int(column.argmax()))
        if isinstance(least, float):
            return column.astype(np.float64)
        if column.dtype.kind in "iu":
            return column.astype(np.int64)
    return np.array([read(int(np.argmax(which == number))) for number in range(len(levels))])[which]
