"""When a command may issue, and which one does: the oldest request first."""

from __future__ import annotations

from archsim.architectures.dram.commands import (
    ACT,
    GROUP,
    NONE,
    RANK,
    RD,
    WRA,
)
from archsim.architectures.dram.compiled import compiled, inlined
from archsim.architectures.dram.state import (
    CHOSEN,
    COLUMN_BUS,
    COMMAND,
    IN_RANK,
    LAST_ACTS,
    NEVER,
    READY_GROUP,
    READY_RANK,
    REFRESH,
    ROW_BUS,
    Int64s,
    Settings,
)


@inlined
def is_column(command: int) -> bool:
    """Say whether a command reads or writes."""
    return bool(RD <= command <= WRA)


@inlined
def note_timing(
    banks: Int64s, ranks: Int64s, channel: Int64s, ready: Int64s, starts: Int64s, rules: Int64s,
    settings: Settings, command: int, bank: int, now: int,
) -> None:  # fmt: skip
    """Apply the timing table, the four-activate window and the bus after a command."""
    rank, ready_rank = banks[bank, IN_RANK], banks[bank, READY_RANK]
    for place in range(starts[command], starts[command + 1]):
        level, following, time = rules[place, 0], rules[place, 1], now + rules[place, 2]
        if level <= RANK:
            line = bank
            if level == GROUP:
                line = banks[bank, READY_GROUP]
            elif level == RANK:
                line = ready_rank
            ready[line, following] = max(ready[line, following], time)
        else:
            for other in range(len(ranks)):
                line = ready_rank - rank + other
                if other != rank:
                    ready[line, following] = max(ready[line, following], time)
    if command == ACT:
        for place in range(LAST_ACTS, LAST_ACTS + 3):
            ranks[rank, place] = ranks[rank, place + 1]
        ranks[rank, LAST_ACTS + 3] = now
        window = ranks[rank, LAST_ACTS] + settings.faw
        ready[ready_rank, ACT] = max(ready[ready_rank, ACT], window)
        channel[ROW_BUS] = now + settings.act_clocks * settings.tick
    elif settings.two_buses and is_column(command):
        channel[COLUMN_BUS] = now + settings.tick
    else:
        channel[ROW_BUS] = now + settings.tick


@inlined
def earliest(banks: Int64s, ready: Int64s, command: int, bank: int) -> int:
    """Return the earliest legal time of a bank's command, buses apart."""
    time = max(ready[bank, command], ready[banks[bank, READY_GROUP], command])
    return int(max(time, ready[banks[bank, READY_RANK], command]))


@compiled
def refresh_line(ranks: Int64s, ready: Int64s, rank: int) -> int:
    """Return the row of ``ready`` of a rank: they are the last ones."""
    return len(ready) - len(ranks) + rank


@inlined
def select_oldest(
    banks: Int64s, ranks: Int64s, channel: Int64s, ready: Int64s, settings: Settings, now: int
) -> tuple[int, int, int]:
    """Return the command that can issue first; of several that of the oldest request.

    A refresh counts as older than any request.

    Returns:
        Time (``NEVER``: there is no command), command, and bank (for a refresh the first bank of
        the rank).
    """
    best_time, best_item, best_command, best_bank = NEVER, NEVER, NONE, -1
    free = max(now, channel[ROW_BUS])
    for rank in range(len(ranks)):
        command = ranks[rank, REFRESH]
        if command != NONE:
            time = max(free, ready[refresh_line(ranks, ready, rank), command])
            if time < best_time:
                best_time, best_item, best_command = time, -1, command
                best_bank = rank * settings.banks_per_rank
    for bank in range(len(banks)):
        command = banks[bank, COMMAND]
        if command != NONE:
            time = max(free, earliest(banks, ready, command, bank))
            item = banks[bank, CHOSEN]
            if time < best_time or (time == best_time and item < best_item):
                best_time, best_item, best_command, best_bank = time, item, command, bank
    return best_time, best_command, best_bank


@compiled
def select_of_two_buses(
    banks: Int64s, ranks: Int64s, channel: Int64s, ready: Int64s, settings: Settings, now: int
) -> tuple[int, int, int, int]:
    """Return the command that can issue first where rows and columns have buses of their own.

    Row commands compete by the clock in which they end, because an activate takes two. An
    activate that could issue now gives way to a precharge of an older request that ends no later.

    Returns:
        As ``select_oldest``, and the first time after now at which any command can issue.
    """
    row_end, row_time, row_item, row_command, row_bank = NEVER, NEVER, NEVER, NONE, -1
    column_time, column_item, column_command, column_bank = NEVER, NEVER, NONE, -1
    next_time = NEVER
    row_free, column_free = max(now, channel[ROW_BUS]), max(now, channel[COLUMN_BUS])
    for rank in range(len(ranks)):
        command = ranks[rank, REFRESH]
        if command != NONE:
            time = max(row_free, ready[refresh_line(ranks, ready, rank), command])
            if time > now:
                next_time = min(next_time, time)
            if time + settings.tick < row_end:
                row_end, row_time = time + settings.tick, time
                row_item, row_command = -1, command
                row_bank = rank * settings.banks_per_rank
    for bank in range(len(banks)):
        command = banks[bank, COMMAND]
        if command == NONE:
            continue
        item = banks[bank, CHOSEN]
        time = earliest(banks, ready, command, bank)
        if is_column(command):
            time = max(time, column_free)
            if time < column_time or (time == column_time and item < column_item):
                column_time, column_item, column_command, column_bank = time, item, command, bank
        else:
            time = max(time, row_free)
            end = time + settings.tick * (settings.act_clocks if command == ACT else 1)
            if end < row_end or (end == row_end and item < row_item):
                row_end, row_time, row_item = end, time, item
                row_command, row_bank = command, bank
        if time > now:
            next_time = min(next_time, time)
    if row_time < column_time or (row_time == column_time and row_item < column_item):
        return row_time, row_command, row_bank, next_time
    return column_time, column_command, column_bank, next_time
