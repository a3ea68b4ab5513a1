"""From a trace to decoded requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from archsim.architectures.dram.state import (
    BANK,
    COLUMN,
    IS_WRITE,
    ROW,
    Int32s,
    Int64s,
)
from archsim.errors import InfeasibleError

if TYPE_CHECKING:
    from archsim.architectures.dram.config import DramDevice
    from archsim.architectures.dram.mapping import AddressMapping
    from archsim.workload.memory_trace import MemoryTrace


BLOCK = 65_536
"""Requests decoded at a time, so that a long trace needs little room beside itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Requests:
    """A trace with its addresses decoded.

    Attributes:
        time: Earliest time of each request in memory clocks, shape (requests,).
        items: Columns as in ``state``; shape (requests, 4).
    """

    time: Int64s
    items: Int32s

    def __len__(self) -> int:
        return len(self.time)

    def column(self, number: int) -> Int32s:
        """Return one column of ``items``, shape (requests,)."""
        return self.items[:, number]


def decode(trace: MemoryTrace, device: DramDevice, mapping: AddressMapping) -> Requests:
    """Split the addresses of a trace into bank, row and place in the row.

    Raises:
        InfeasibleError: An address lies beyond the device.
    """
    shape, addresses = device.organisation, trace.address
    outside = np.flatnonzero(addresses >= shape.capacity_bytes)
    if len(outside):
        raise InfeasibleError(
            f"the address of request {int(outside[0])} lies beyond the device {device.name!r}",
            found=hex(int(addresses[outside[0]])),
            allowed=f"0 to {hex(shape.capacity_bytes - 1)}",
        )
    items = np.empty((len(trace), 4), np.int32)
    for low in range(0, len(trace), BLOCK):
        part = slice(low, low + BLOCK)
        block = addresses[part]
        bank = mapping.extract(block, "rank")
        bank = bank * shape.bank_groups + mapping.extract(block, "bank_group")
        items[part, BANK] = bank * shape.banks_per_group + mapping.extract(block, "bank")
        items[part, ROW] = mapping.extract(block, "row")
        place = mapping.extract(block, "column") * (shape.bus_bits // 8)
        items[part, COLUMN] = place + mapping.extract(block, "byte")
    items[:, IS_WRITE] = trace.is_write
    return Requests(trace.time_cycles, items)
