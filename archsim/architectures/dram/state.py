"""What the compiled controller works on: requests, settings, and its state as small tables."""

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


class Requests(NamedTuple):
    """A trace with its addresses decoded; each array has one entry per request."""

    time: Int64s
    is_write: Int8s
    address: Int64s
    bank: Int16s
    row: Int32s


class Settings(NamedTuple):
    """The ten parameters as numbers (see ``commands``), and what the device adds.

    Times are in ticks; ``tick`` ticks make a memory clock: one, or two for a device whose commands
    may come off the clock's edges.
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


# Columns of ``State.bank``: the list of pending requests, and the planned command with the
# request that it serves; ``IS_STALE`` says that the plan has to be made again.
HEAD, TAIL, COUNT, OPEN_ROW, COMMAND, CHOSEN, IS_STALE = range(7)
# Columns of ``State.rank``: the refresh manager, and the times of the last four activates.
PENDING, OPEN_BANKS, BLOCKED, DUE, POSTPONED, IS_PULLING_IN, REFRESH, LAST_ACTS = range(8)
# Places in ``State.channel``; the buses hold the first clock at which they are free.
READS_STORED, WRITES_STORED, LAST_BANK, LAST_WRITE, ROW_BUS, COLUMN_BUS = range(6)


class State(NamedTuple):
    """The controller's state; times in ticks.

    ``ready_bank``, ``ready_group`` and ``ready_rank`` hold, per command, the earliest time that
    the timing table allows; ``after`` and ``before`` link each request to its neighbours in the
    list of its bank (-1: none).
    """

    bank: Int64s
    rank: Int64s
    channel: Int64s
    ready_bank: Int64s
    ready_group: Int64s
    ready_rank: Int64s
    after: Int32s
    before: Int32s


def new_state(requests: int, settings: Settings) -> State:
    """Return the state of an idle channel.

    With two ticks in a clock the buses are taken up to just before the first edge.
    """
    banks = settings.banks
    bank = np.zeros((banks, 7), np.int64)
    bank[:, [HEAD, TAIL, OPEN_ROW, COMMAND, CHOSEN]] = -1
    rank = np.zeros((banks // settings.banks_per_rank, LAST_ACTS + 4), np.int64)
    rank[:, DUE] = [first_refresh(number, len(rank), settings) for number in range(len(rank))]
    rank[:, REFRESH] = -1
    rank[:, LAST_ACTS:] = -NEVER
    channel = np.zeros(6, np.int64)
    channel[[ROW_BUS, COLUMN_BUS]] = settings.tick - 1
    return State(
        bank,
        rank,
        channel,
        np.zeros((banks, 8), np.int64),
        np.zeros((banks // settings.banks_per_group, 8), np.int64),
        np.zeros((len(rank), 8), np.int64),
        np.full(requests, -1, np.int32),
        np.full(requests, -1, np.int32),
    )


def first_refresh(rank: int, ranks: int, settings: Settings) -> int:
    """Return when the first refresh of a rank falls due, in ticks.

    Ranks are spread over the interval, in the order of their bit-reversed numbers, so that they
    seldom refresh at the same time.
    """
    bits = (ranks - 1).bit_length()
    reversed_rank = int(f"{rank:0{bits}b}"[::-1], 2) if bits else 0
    early = reversed_rank * settings.refi // ranks
    return settings.refi - early // settings.tick * settings.tick
