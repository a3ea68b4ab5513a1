"""Which bits of an address select which level of the memory."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from archsim.config import StrictModel
from archsim.errors import InputError

Bits = tuple[Annotated[int, Field(ge=0, le=47)], ...]

LEVELS = ("byte", "column", "bank", "bank_group", "rank", "row")
"""Levels of an address, from the finest up."""

SIZE_KEYS = {
    "byte": "bus_bits",
    "column": "columns",
    "bank": "banks_per_group",
    "bank_group": "bank_groups",
    "rank": "ranks",
    "row": "rows",
}
"""Key of a device's organisation that says how many values a level has."""


class AddressMapping(StrictModel):
    """Bits of an address for each level, its lowest bit first; a level of one value has none."""

    row: Bits = Field(description="bits of the row")
    rank: Bits = Field(default=(), description="bits of the rank")
    bank_group: Bits = Field(default=(), description="bits of the bank group")
    bank: Bits = Field(default=(), description="bits of the bank within its group")
    column: Bits = Field(default=(), description="bits of the column")
    byte: Bits = Field(default=(), description="bits within one transfer of the bus")

    @model_validator(mode="after")
    def _each_bit_once(self) -> AddressMapping:
        owner: dict[int, str] = {}
        for level in LEVELS:
            for bit in self.bits(level):
                if bit in owner:
                    raise InputError(
                        f"bit {bit} belongs to both {owner[bit]} and {level}",
                        key=f"address_mapping.{level}",
                        allowed="each bit for one level",
                    )
                owner[bit] = level
        return self

    def bits(self, level: str) -> tuple[int, ...]:
        """Return the bits of a level, lowest first."""
        found: tuple[int, ...] = getattr(self, level)
        return found

    def check(self, sizes: dict[str, int]) -> None:
        """Refuse a mapping that does not fit the levels of a device.

        Args:
            sizes: Level to how many values it has.

        Raises:
            InputError: A level has more or fewer bits than its values need.
        """
        for level, size in sizes.items():
            bits = len(self.bits(level))
            if size & (size - 1):
                raise InputError(
                    f"the device must have a power of two of {SIZE_KEYS[level]}",
                    key=f"organisation.{SIZE_KEYS[level]}",
                    found=str(size),
                    allowed="1, 2, 4, 8 ...",
                )
            if 1 << bits != size:
                raise InputError(
                    f"{size} values of {level} need log2({size}) bits of the address",
                    key=f"address_mapping.{level}",
                    found=f"{bits} bit{'s' * (bits != 1)}",
                    allowed=f"{size.bit_length() - 1}",
                )

    def extract(self, addresses: NDArray[np.int64], level: str) -> NDArray[np.int64]:
        """Return the value of a level in each address, shape (addresses,)."""
        value = np.zeros(len(addresses), np.int64)
        runs: list[list[int]] = []  # consecutive bits move together
        for place, bit in enumerate(self.bits(level)):
            if runs and runs[-1][0] + runs[-1][2] == bit:
                runs[-1][2] += 1
            else:
                runs.append([bit, place, 1])
        for bit, place, width in runs:
            value |= ((addresses >> bit) & ((1 << width) - 1)) << place
        return value


_ALIASES = {"col": "column", "bg": "bank_group", "ba": "bank", "ro": "row", "ra": "rank"}


def mapping_from_order(order: str, sizes: dict[str, int]) -> AddressMapping:
    """Return the mapping that packs levels in an order, the most significant first.

    Args:
        order: Levels joined by dashes, e.g. ``"row-bank-bank_group-column"``; the bytes of a
            transfer come last by themselves, and levels of one value may be left out.
        sizes: Level to how many values it has; powers of two.

    Raises:
        InputError: A level is unknown, missing or named twice.
    """
    names = [_ALIASES.get(part, part) for part in order.split("-")]
    needed = [level for level in LEVELS if sizes[level] > 1 and level != "byte"]
    wrong = [name for name in names if name not in LEVELS[1:] or names.count(name) > 1]
    missing = [level for level in needed if level not in names]
    if wrong or missing:
        raise InputError(
            f"an address mapping must name each level once, not {(wrong or missing)[0]!r}"
            if wrong
            else f"the address mapping lacks the level {missing[0]!r}",
            found=repr(order),
            allowed="-".join(reversed(needed)) + " in any order",
        )
    bits: dict[str, Bits] = {}
    low = 0
    for level in ["byte", *reversed(names)]:
        width = sizes[level].bit_length() - 1
        bits[level] = tuple(range(low, low + width))
        low += width
    return AddressMapping(**bits)
