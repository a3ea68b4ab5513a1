"""A slice of many designs of a ternary core: each quantity an array of shape (designs,)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.fpga.config import BITS_PER_WEIGHT, FpgaHardware, TernaryCore
from archsim.architectures.fpga.design_columns import DesignColumns
from archsim.architectures.fpga.matvec import Floats
from archsim.errors import UnsupportedError

CHUNK = 8192
"""Designs at a time: their arrays stay in the processor's cache."""


class CoreColumns:
    """Designs that vary one design of a ternary core.

    Attributes:
        hardware: The base design.
        base: Its core.
        frequency: Clock in Hz.
        beat_bytes: Bytes of a beat over all ports.
        cores: Cores.
        channels: Memory channels in use.
        bits: Bits of a weight.
        supplied: Sustained bandwidth of the channels in use, in bytes/s.
        on_chip: Whether the weights stay on chip.
        state_inside: Whether the recurrent state stays on chip.
        lanes: Weights that the adders of a row take in a cycle.
        vector_lanes: Elements that a vector unit takes in a cycle.
        broadcast: Sequences that share a stream of weights.
    """

    def __init__(
        self,
        hardware: FpgaHardware,
        base: TernaryCore,
        designs: DesignColumns,
        part: slice,
    ) -> None:
        self.hardware, self.base = hardware, base
        self.designs, self.part = designs, part
        get = self.number
        self.frequency = get("frequency_hz")
        self.beat_bytes = get("port_bytes") * get("ports")
        self.cores, self.channels = get("cores"), get("channels")
        packing = designs.values("ternary_core.weight_packing", base.weight_packing)[part]
        bits = np.where(packing == "base3", BITS_PER_WEIGHT["base3"], BITS_PER_WEIGHT["two_bit"])
        self.bits = bits.astype(np.float64)
        channel = self.board("memory.channel_bytes_per_s")
        self.supplied = channel * self.channels * get("memory_efficiency")
        self.on_chip = designs.values("ternary_core.weights", base.weights)[part] == "on_chip"
        self.state_inside = designs.values("ternary_core.state", base.state)[part] == "on_chip"
        self.lanes, self.vector_lanes = get("lanes"), get("vector_lanes")
        self.broadcast = get("broadcast_rows")

    def board(self, key: str) -> Floats:
        """Return a number of the board that designs may vary, shape (designs,)."""
        return self.designs.values(f"board.{key}", None)[self.part].astype(np.float64)

    def number(self, key: str) -> Floats:
        """Return a number of the core, shape (designs,)."""
        values = self.designs.values(f"ternary_core.{key}", getattr(self.base, key))
        return values[self.part].astype(np.float64)


def slices(
    hardware: FpgaHardware, columns: Mapping[str, NDArray[np.generic]]
) -> Iterator[CoreColumns]:
    """Yield the designs, a slice at a time.

    Raises:
        UnsupportedError: The design has no ternary core.
        InputError: A key is unknown, a value out of bounds, or columns differ in length.
    """
    if hardware.ternary_core is None:
        raise UnsupportedError(f"the design {hardware.name!r} has no ternary core")
    designs = DesignColumns(hardware, columns)
    for start in range(0, designs.count, CHUNK):
        part = slice(start, start + CHUNK)
        yield CoreColumns(hardware, hardware.ternary_core, designs, part)
