"""When a command may issue, and which one does: the oldest request first."""

from __future__ import annotations

from archsim.architectures.dram.commands import (
    ACT,
    BANK,
    GROUP,
    NONE,
    OTHER_RANKS,
    PREA,
    RANK,
    RD,
    WRA,
)
from archsim.architectures.dram.compiled import compiled
from archsim.architectures.dram.state import (
    CHOSEN,
    COLUMN_BUS,
    COMMAND,
    LAST_ACTS,
    NEVER,
    REFRESH,
    ROW_BUS,
    Int64s,
    Settings,
    State,
)


@compiled
def is_column(command: int) -> bool:
    """Say whether a command reads or writes."""
    return bool(RD <= command <= WRA)


@compiled
def note_timing(
    settings: Settings, state: State, starts: Int64s, rules: Int64s, command: int, bank: int,
    now: int,
) -> None:  # fmt: skip
    """Apply the timing table, the four-activate window and the bus after a command."""
    rank, group = bank // settings.banks_per_rank, bank // settings.banks_per_group
    for place in range(starts[command], starts[command + 1]):
        level, following, time = rules[place, 0], rules[place, 1], now + rules[place, 2]
        if level == BANK:
            state.ready_bank[bank, following] = max(state.ready_bank[bank, following], time)
        elif level == GROUP:
            state.ready_group[group, following] = max(state.ready_group[group, following], time)
        elif level == RANK:
            state.ready_rank[rank, following] = max(state.ready_rank[rank, following], time)
        elif level == OTHER_RANKS:
            for other in range(len(state.rank)):
                if other != rank:
                    ready = state.ready_rank[other, following]
                    state.ready_rank[other, following] = max(ready, time)
    if command == ACT:
        acts = state.rank[rank, LAST_ACTS:]
        acts[0], acts[1], acts[2], acts[3] = acts[1], acts[2], acts[3], now
        window = acts[0] + settings.faw
        state.ready_rank[rank, ACT] = max(state.ready_rank[rank, ACT], window)
        state.channel[ROW_BUS] = now + settings.act_clocks * settings.tick
    elif settings.two_buses and is_column(command):
        state.channel[COLUMN_BUS] = now + settings.tick
    else:
        state.channel[ROW_BUS] = now + settings.tick


@compiled
def earliest(settings: Settings, state: State, command: int, bank: int) -> int:
    """Return the earliest legal time of a bank's command."""
    bus = COLUMN_BUS if settings.two_buses and is_column(command) else ROW_BUS
    time = max(state.ready_bank[bank, command], state.channel[bus])
    time = max(time, state.ready_group[bank // settings.banks_per_group, command])
    return int(max(time, state.ready_rank[bank // settings.banks_per_rank, command]))


@compiled
def select_oldest(settings: Settings, state: State, now: int) -> tuple[int, int, int]:
    """Return the command that can issue first; of several that of the oldest request.

    A refresh counts as older than any request.

    Returns:
        Time (``NEVER``: there is no command), command, and bank (for a refresh the first bank of
        the rank).
    """
    best_time, best_item, best_command, best_bank = NEVER, NEVER, NONE, -1
    for rank in range(len(state.rank)):
        command = state.rank[rank, REFRESH]
        if command != NONE:
            time = max(now, state.ready_rank[rank, command], state.channel[ROW_BUS])
            if time < best_time:
                best_time, best_item, best_command = time, -1, command
                best_bank = rank * settings.banks_per_rank
    for bank in range(settings.banks):
        command = state.bank[bank, COMMAND]
        if command != NONE:
            time = max(now, earliest(settings, state, command, bank))
            item = state.bank[bank, CHOSEN]
            if time < best_time or (time == best_time and item < best_item):
                best_time, best_item, best_command, best_bank = time, item, command, bank
    return best_time, best_command, best_bank


@compiled
def select_of_two_buses(settings: Settings, state: State, now: int) -> tuple[int, int, int, int]:
    """Return the command that can issue first where rows and columns have buses of their own.

    Row commands compete by the clock in which they end, because an activate takes two. An
    activate that could issue now gives way to a precharge of an older request that ends no later.

    Returns:
        As ``select_oldest``, and the first time after now at which any command can issue.
    """
    row_end, row_time, row_item, row_command, row_bank = NEVER, NEVER, NEVER, NONE, -1
    column_time, column_item, column_command, column_bank = NEVER, NEVER, NONE, -1
    next_time = NEVER
    for rank in range(len(state.rank)):
        command = state.rank[rank, REFRESH]
        if command != NONE:
            time = max(now, state.ready_rank[rank, command], state.channel[ROW_BUS])
            if time > now:
                next_time = min(next_time, time)
            if time + settings.tick < row_end:
                row_end, row_time = time + settings.tick, time
                row_item, row_command = -1, command
                row_bank = rank * settings.banks_per_rank
    for bank in range(settings.banks):
        command = state.bank[bank, COMMAND]
        if command == NONE:
            continue
        time = max(now, earliest(settings, state, command, bank))
        item = state.bank[bank, CHOSEN]
        if time > now:
            next_time = min(next_time, time)
        if is_column(command):
            if time < column_time or (time == column_time and item < column_item):
                column_time, column_item, column_command, column_bank = time, item, command, bank
        else:
            end = time + settings.tick * (settings.act_clocks if command == ACT else 1)
            if end < row_end or (end == row_end and item < row_item):
                row_end, row_time, row_item = end, time, item
                row_command, row_bank = command, bank
    if row_time < column_time or (row_time == column_time and row_item < column_item):
        return row_time, row_command, row_bank, next_time
    return column_time, column_command, column_bank, next_time


@compiled
def is_rank_command(command: int) -> bool:
    """Say whether a command goes to all banks of a rank."""
    return bool(command >= PREA)
