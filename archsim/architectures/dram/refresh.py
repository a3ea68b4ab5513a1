"""All-bank refresh of each rank: postponed while busy, forced at the limit, pulled in when idle."""

from __future__ import annotations

from archsim.architectures.dram.commands import NONE, PREA, REFA
from archsim.architectures.dram.compiled import compiled
from archsim.architectures.dram.state import (
    BLOCKED,
    DUE,
    IN_RANK,
    IS_PULLING_IN,
    IS_STALE,
    MET_POSTPONED,
    MET_PULLED_IN,
    NEVER,
    OPEN_BANKS,
    OPEN_ROW,
    PENDING,
    POSTPONED,
    REFRESH,
    Int64s,
    Settings,
)


@compiled
def check_refresh(banks: Int64s, ranks: Int64s, settings: Settings, rank: int, now: int) -> None:
    """Set the refresh command of a rank, if one is due and not put off.

    Banks that a forced refresh blocks still offer the command they had planned, once; their plan
    is only made again at the end of the evaluation.
    """
    ranks[rank, REFRESH] = NONE
    if now < ranks[rank, DUE]:
        return
    if now >= ranks[rank, DUE] + settings.refi:
        ranks[rank, DUE] += settings.refi
        ranks[rank, IS_PULLING_IN] = 0
    is_busy = ranks[rank, PENDING] > 0
    if ranks[rank, IS_PULLING_IN]:
        if is_busy:
            ranks[rank, IS_PULLING_IN] = 0
            ranks[rank, DUE] += settings.refi
        else:
            ranks[rank, REFRESH] = REFA
        return
    if ranks[rank, POSTPONED] == settings.max_postponed:
        ranks[rank, MET_POSTPONED] = 1
        if not ranks[rank, BLOCKED]:
            ranks[rank, BLOCKED] = 1
            mark_stale(banks, rank)
    elif is_busy:
        ranks[rank, POSTPONED] += 1
        ranks[rank, DUE] += settings.refi
        return
    ranks[rank, REFRESH] = PREA if ranks[rank, OPEN_BANKS] > 0 else REFA


@compiled
def check_refreshes(banks: Int64s, ranks: Int64s, settings: Settings, now: int) -> tuple[int, int]:
    """Check every rank.

    Returns:
        When a rank without a refresh command next has one due, and when any rank has.
    """
    timer = first = NEVER
    for rank in range(len(ranks)):
        check_refresh(banks, ranks, settings, rank, now)
        first = min(first, ranks[rank, DUE])
        if ranks[rank, REFRESH] == NONE:
            timer = min(timer, ranks[rank, DUE])
    return timer, first


@compiled
def mark_stale(banks: Int64s, rank: int) -> None:
    """Have every bank of a rank plan again."""
    for bank in range(len(banks)):
        if banks[bank, IN_RANK] == rank:
            banks[bank, IS_STALE] = 1


@compiled
def note_refresh(banks: Int64s, ranks: Int64s, settings: Settings, rank: int, command: int) -> None:
    """Apply a rank command: PREA closes all banks, REFA ends a refresh and lifts the block."""
    mark_stale(banks, rank)
    if command == PREA:
        ranks[rank, OPEN_BANKS] = 0
        for bank in range(len(banks)):
            if banks[bank, IN_RANK] == rank:
                banks[bank, OPEN_ROW] = -1
        return
    ranks[rank, BLOCKED] = 0
    if ranks[rank, IS_PULLING_IN]:
        ranks[rank, POSTPONED] -= 1
    else:
        ranks[rank, IS_PULLING_IN] = 1
    if ranks[rank, POSTPONED] == -settings.max_pulled_in:
        ranks[rank, MET_PULLED_IN] = 1
        ranks[rank, IS_PULLING_IN] = 0
        ranks[rank, DUE] += settings.refi
