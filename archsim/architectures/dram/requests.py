"""From a trace to decoded requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archsim.architectures.dram.state import Int64s, Requests
from archsim.errors import InputError

if TYPE_CHECKING:
    from archsim.architectures.dram.config import DramDevice
    from archsim.architectures.dram.mapping import AddressMapping
    from archsim.workload.memory_trace import MemoryTrace


def decode(trace: MemoryTrace, device: DramDevice, mapping: AddressMapping) -> Requests:
    """Split the addresses of a trace into bank and row.

    Raises:
        InputError: An address lies beyond the device.
    """
    shape, addresses = device.organisation, trace.address
    outside = np.flatnonzero((addresses < 0) | (addresses >= shape.capacity_bytes))
    if len(outside):
        raise InputError(
            f"the address of request {int(outside[0])} lies beyond the device {device.name!r}",
            found=hex(int(addresses[outside[0]])),
            allowed=f"0 to {hex(shape.capacity_bytes - 1)}",
        )
    group = mapping.extract(addresses, "bank_group")
    group += mapping.extract(addresses, "rank") * shape.bank_groups
    bank: Int64s = group * shape.banks_per_group + mapping.extract(addresses, "bank")
    row = mapping.extract(addresses, "row")
    return Requests(
        trace.time_cycles,
        trace.is_write.astype(np.int8),
        addresses,
        bank.astype(np.int16),
        row.astype(np.int32),
    )
