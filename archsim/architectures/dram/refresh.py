"""All-bank refresh of each rank: postponed while busy, forced at the limit, pulled in when idle."""

from __future__ import annotations

from archsim.architectures.dram.commands import NONE, PREA, REFA
from archsim.architectures.dram.compiled import compiled
from archsim.architectures.dram.state import (
    BLOCKED,
    DUE,
    IS_PULLING_IN,
    IS_STALE,
    OPEN_BANKS,
    OPEN_ROW,
    PENDING,
    POSTPONED,
    REFRESH,
    Settings,
    State,
)


@compiled
def check_refresh(settings: Settings, state: State, rank: int, now: int) -> None:
    """Set the refresh command of a rank, if one is due and not put off.

    Banks that a forced refresh blocks still offer the command they had planned, once; their plan
    is only made again at the end of the evaluation.
    """
    mine = state.rank[rank]
    mine[REFRESH] = NONE
    if now < mine[DUE]:
        return
    if now >= mine[DUE] + settings.refi:
        mine[DUE] += settings.refi
        mine[IS_PULLING_IN] = 0
    if mine[IS_PULLING_IN]:
        if mine[PENDING] > 0:
            mine[IS_PULLING_IN] = 0
            mine[DUE] += settings.refi
        else:
            mine[REFRESH] = REFA
        return
    if mine[POSTPONED] == settings.max_postponed:
        if not mine[BLOCKED]:
            mine[BLOCKED] = 1
            mark_stale(settings, state, rank)
    elif mine[PENDING] > 0:
        mine[POSTPONED] += 1
        mine[DUE] += settings.refi
        return
    mine[REFRESH] = PREA if mine[OPEN_BANKS] > 0 else REFA


@compiled
def mark_stale(settings: Settings, state: State, rank: int) -> None:
    """Have every bank of a rank plan again."""
    first = rank * settings.banks_per_rank
    state.bank[first : first + settings.banks_per_rank, IS_STALE] = 1


@compiled
def note_refresh(settings: Settings, state: State, rank: int, command: int) -> None:
    """Apply a rank command: PREA closes all banks, REFA ends a refresh and lifts the block."""
    mine = state.rank[rank]
    if command == PREA:
        first = rank * settings.banks_per_rank
        state.bank[first : first + settings.banks_per_rank, OPEN_ROW] = -1
        mine[OPEN_BANKS] = 0
    else:
        mine[BLOCKED] = 0
        if mine[IS_PULLING_IN]:
            mine[POSTPONED] -= 1
        else:
            mine[IS_PULLING_IN] = 1
        if mine[POSTPONED] == -settings.max_pulled_in:
            mine[IS_PULLING_IN] = 0
            mine[DUE] += settings.refi
    mark_stale(settings, state, rank)
