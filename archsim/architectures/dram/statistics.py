"""What a trace asks of a memory, before any controller: row hits, bank spread, turns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from archsim.architectures.dram.state import BANK, IS_WRITE, ROW
from archsim.architectures.dram.uncontended import HIT, row_states

if TYPE_CHECKING:
    from archsim.architectures.dram.requests import Requests


@dataclass(frozen=True, slots=True)
class TraceStatistics:
    """Figures of a trace on a device.

    Attributes:
        requests: Requests.
        writes: Requests that write.
        row_hits: Requests to the row that the request before in their bank went to.
        rows: Different rows (of any bank).
        banks: Banks that are used.
        bank_spread: Requests per bank, evenly spread (1) or all in one of the banks (1 / banks of
            the device): mean over banks divided by the busiest.
        turns: Times that a read follows a write or a write a read.
        mean_gap_cycles: Mean clocks between requests; 0 for a single one.
    """

    requests: int
    writes: int
    row_hits: int
    rows: int
    banks: int
    bank_spread: float
    turns: int
    mean_gap_cycles: float


def statistics_of(requests: Requests, device_banks: int) -> TraceStatistics:
    """Return the figures of decoded requests.

    Args:
        requests: The trace on a device.
        device_banks: Banks of the device.
    """
    count = len(requests)
    bank, writes = requests.column(BANK), requests.column(IS_WRITE)
    per_bank = np.bincount(bank, minlength=device_banks)
    place = bank.astype(np.int64) << 32 | requests.column(ROW)
    span = int(requests.time[-1] - requests.time[0])
    return TraceStatistics(
        requests=count,
        writes=int(writes.sum()),
        row_hits=int((row_states(requests, closes=False) == HIT).sum()),
        rows=len(np.unique(place)),
        banks=int((per_bank > 0).sum()),
        bank_spread=count / device_banks / float(per_bank.max()),
        turns=int((writes[1:] != writes[:-1]).sum()),
        mean_gap_cycles=span / (count - 1) if count > 1 else 0.0,
    )
