"""On-chip SRAM buffer: bandwidth, room for tiles, energy, leakage and area.

A buffer is ``banks`` equal macros, each moving ``width_bytes`` per cycle. Double buffering halves
the room for a tile: one half is worked on while the other is filled. Not modelled: bank conflicts
(accesses are taken as spread evenly), and wires between banks and the units they serve.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from archsim.blocks.numbers import Floats, Ints, ceil_div, whole
from archsim.errors import InputError
from archsim.technology import sram
from archsim.technology.constant import TechConstant


@dataclass(frozen=True)
class SramBuffer:
    """What a designer chooses about an on-chip buffer.

    Attributes:
        capacity_bytes: Size over all banks; a whole number of bytes per bank.
        banks: Equal macros.
        width_bytes: Bytes one bank reads or writes per cycle.
        double_buffered: Whether one half is filled while the other is used.
        node_nm: Process node, for energy and area.
    """

    capacity_bytes: int
    banks: int = 16
    width_bytes: int = 32
    double_buffered: bool = True
    node_nm: int = 22

    def __post_init__(self) -> None:
        for name in ("capacity_bytes", "banks", "width_bytes"):
            whole(name, getattr(self, name))
        if self.capacity_bytes % self.banks:
            raise InputError(
                f"does not divide into {self.banks} equal banks",
                key="capacity_bytes",
                found=f"{self.capacity_bytes} bytes",
                allowed=f"a multiple of {self.banks} bytes",
            )
        sram.access_energy(self.bank_bytes, self.node_nm)

    @property
    def bank_bytes(self) -> int:
        """Size of one bank."""
        return self.capacity_bytes // self.banks

    @property
    def tile_bytes(self) -> int:
        """Room for the tiles of one step: the whole buffer, or half of it if double-buffered."""
        return self.capacity_bytes // 2 if self.double_buffered else self.capacity_bytes

    @property
    def bytes_per_cycle(self) -> int:
        """Bytes all banks together move per cycle."""
        return self.banks * self.width_bytes


def check_buffer(key: str, capacity_bytes: int, banks: int = SramBuffer.banks) -> None:
    """Refuse a size that a user gave to a buffer and that its banks cannot have.

    Args:
        key: Key of the size.
        capacity_bytes: The size.
        banks: Equal macros that the buffer is made of.

    Raises:
        InputError: Names the key and the sizes allowed.
    """
    low, high = (banks * size for size in sram.CAPACITY_RANGE_BYTES)
    if capacity_bytes % banks or not low <= capacity_bytes <= high:
        raise InputError(
            f"a buffer is made of {banks} equal banks",
            key=key,
            found=f"{capacity_bytes} bytes",
            allowed=f"multiples of {banks} bytes from {low} to {high} bytes",
        )


def sram_cycles(n_bytes: ArrayLike, bytes_per_cycle: ArrayLike) -> Ints:
    """Return the cycles of moving bytes in or out of a buffer, rounded up.

    Args:
        n_bytes: Bytes, >= 0; scalar or array.
        bytes_per_cycle: Width of all banks, >= 1; scalar or array.
    """
    return ceil_div(whole("n_bytes", n_bytes, minimum=0), whole("bytes_per_cycle", bytes_per_cycle))


def sram_energy_j(buffer: SramBuffer, n_bytes: ArrayLike) -> Floats:
    """Return the energy of accessing so many bytes, in J; a write costs what a read does."""
    count = whole("n_bytes", n_bytes, minimum=0)
    return np.asarray(count * sram_energy_j_per_byte(buffer))


def sram_energy_j_per_byte(buffer: SramBuffer) -> float:
    """Return the energy of accessing one byte, in J."""
    return 8 * sram.access_energy(buffer.bank_bytes, buffer.node_nm).value


def sram_leakage_w(buffer: SramBuffer) -> float:
    """Return the leakage power of the buffer, in W."""
    return buffer.capacity_bytes * sram.leakage_w_per_byte(buffer.node_nm)


def sram_area_mm2(buffer: SramBuffer) -> float:
    """Return the area of all banks, in mm2."""
    return buffer.banks * sram.macro_area_mm2(buffer.bank_bytes, buffer.node_nm)


def sram_constants(buffer: SramBuffer) -> tuple[TechConstant, ...]:
    """Return the physical constants that the buffer's energy and area rest on."""
    return (
        sram.access_energy(buffer.bank_bytes, buffer.node_nm),
        sram.cell_area(buffer.node_nm),
        sram.ARRAY_EFFICIENCY,
        sram.PERIPHERY_BYTES,
        sram.LEAKAGE_45NM,
        sram.LEAKAGE_7NM,
    )
