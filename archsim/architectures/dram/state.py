"""What the compiled controller works on: settings, and its state as a few small tables.

The tables are plain arrays of whole numbers with named columns, because the compiler handles
nothing faster. Every function takes the ones it needs:

- ``items``: one row per request, never changed; ``links``: its neighbours in the list of its bank.
- ``banks``, ``ranks``: one row per bank or rank; ``channel``: what there is once.
- ``ready``: earliest legal time per command, one row per bank, then per group, then per rank.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Int64s = NDArray[np.int64]
Int32s = NDArray[np.int32]
Int16s = NDArray[np.int16]
Int8s = NDArray[np.int8]

NEVER = 2**62
"""Time of what is not going to happen."""

BANK, ROW, COLUMN, IS_WRITE = range(4)
"""Columns of ``items``."""

AFTER, BEFORE = range(2)
"""Columns of ``links``; -1 stands for no neighbour."""

(
    HEAD, TAIL, COUNT, OPEN_ROW, COMMAND, CHOSEN, IS_STALE, IN_RANK, READY_GROUP, READY_RANK,
) = range(10)  # fmt: skip
"""Columns of ``banks``: the list of pending requests; the open row (-1: none); the planned command
with the request it serves, and whether the plan has to be made again; the rank; and the rows of
``ready`` of its group and rank."""

(
    PENDING, OPEN_BANKS, BLOCKED, DUE, POSTPONED, IS_PULLING_IN, REFRESH, MET_POSTPONED,
    MET_PULLED_IN, LAST_ACTS,
) = range(10)  # fmt: skip
"""Columns of ``ranks``: the refresh manager; whether a limit of its was ever reached; and from
``LAST_ACTS`` on the last four activates."""

READS_STORED, WRITES_STORED, LAST_BANK, LAST_WRITE, ROW_BUS, COLUMN_BUS = range(6)
"""Places in ``channel``; the buses hold the first tick at which they are free."""


class Settings(NamedTuple):
    """The ten parameters as numbers (see ``commands``), and what the device adds.

    Times are in ticks; ``tick`` ticks make a memory clock: one, or two for a device whose commands
    may come off the clock's edges. The last four are clocks, for energy.
    """

    page_policy: int
    scheduler: int
    scheduler_buffer: int
    request_buffer_size: int
    resp_queue: int
    refresh_policy: int
    max_postponed: int
    max_pulled_in: int
    arbiter: int
    max_active: int
    banks: int
    banks_per_group: int
    banks_per_rank: int
    read_end: int
    write_end: int
    faw: int
    refi: int
    act_clocks: int
    two_buses: int
    tick: int
    read_close: int
    write_close: int
    ras: int
    refresh_active: int


def new_state(settings: Settings) -> tuple[Int64s, Int64s, Int64s, Int64s]:
    """Return ``banks``, ``ranks``, ``channel`` and ``ready`` of an idle channel.

    With two ticks in a clock the buses are taken up to just before the first edge.
    """
    count = settings.banks
    groups, rank_count = count // settings.banks_per_group, count // settings.banks_per_rank
    numbers = np.arange(count)
    banks = np.zeros((count, 10), np.int64)
    banks[:, [HEAD, TAIL, OPEN_ROW, COMMAND, CHOSEN]] = -1
    banks[:, IN_RANK] = numbers // settings.banks_per_rank
    banks[:, READY_GROUP] = count + numbers // settings.banks_per_group
    banks[:, READY_RANK] = count + groups + numbers // settings.banks_per_rank
    ranks = np.zeros((rank_count, LAST_ACTS + 4), np.int64)
    ranks[:, DUE] = [first_refresh(rank, settings) for rank in range(rank_count)]
    ranks[:, REFRESH] = -1
    ranks[:, LAST_ACTS:] = -NEVER
    channel = np.zeros(6, np.int64)
    channel[[ROW_BUS, COLUMN_BUS]] = settings.tick - 1
    return banks, ranks, channel, np.zeros((count + groups + rank_count, 8), np.int64)


def first_refresh(rank: int, settings: Settings) -> int:
    """Return when the first refresh of a rank falls due, in ticks.

    Ranks are spread over the interval, in the order of their bit-reversed numbers, so that they
    seldom refresh at the same time.
    """
    ranks = settings.banks // settings.banks_per_rank
    bits = (ranks - 1).bit_length()
    reversed_rank = int(f"{rank:0{bits}b}"[::-1], 2) if bits else 0
    early = reversed_rank * settings.refi // ranks
    return settings.refi - early // settings.tick * settings.tick
