"""Counters from which energy follows, kept command by command: who was open, and for how long."""

from __future__ import annotations

import numpy as np

from archsim.architectures.dram.commands import ACT, PRE, PREA, RDA, REFA, WRA
from archsim.architectures.dram.compiled import compiled, inlined
from archsim.architectures.dram.state import Int8s, Int16s, Int64s, Settings

ACTIVE, OPENING, CLOSING, OPEN, PRECHARGES, LAST_INSIDE = range(6)
"""Columns of ``power``, one row per rank: active clocks before the present span; that span's first
clock, and its last one as far as known; open banks; precharges; and the last precharge inside an
auto-precharge (-1: none)."""

LAST_CLOCK, LAST_COMMAND = 8, 9
"""Places in ``counts`` behind the number of each command."""


def new_power(ranks: int, banks: int) -> tuple[Int64s, Int64s, Int64s]:
    """Return ``power``, the clock at which each bank was opened, and ``counts``."""
    power = np.zeros((ranks, 6), np.int64)
    power[:, LAST_INSIDE] = -1
    return power, np.full(banks, -1, np.int64), np.zeros(10, np.int64)


@inlined
def note_power(
    power: Int64s, opened: Int64s, counts: Int64s, settings: Settings,
    command: int, bank: int, rank: int, clock: int,
) -> None:  # fmt: skip
    """Count a command.

    An auto-precharge takes effect later than its command, at the precharge inside it; a refresh
    counts as active for all but its precharge time.
    """
    counts[command] += 1
    counts[LAST_CLOCK], counts[LAST_COMMAND] = clock, command
    if command == ACT:
        if power[rank, OPEN] == 0 and clock >= power[rank, CLOSING]:
            power[rank, ACTIVE] += power[rank, CLOSING] - power[rank, OPENING]
            power[rank, OPENING] = power[rank, CLOSING] = clock
        opened[bank] = clock
        power[rank, OPEN] += 1
    elif command == REFA:
        power[rank, ACTIVE] += settings.refresh_active
    elif command == PREA:
        power[rank, PRECHARGES] += power[rank, OPEN]
        power[rank, OPEN] = 0
        power[rank, CLOSING] = max(power[rank, CLOSING], clock)
    elif command in (PRE, RDA, WRA):
        closing = clock
        if command != PRE:
            closing += settings.read_close if command == RDA else settings.write_close
            closing = max(closing, opened[bank] + settings.ras)
            power[rank, LAST_INSIDE] = max(power[rank, LAST_INSIDE], closing)
        power[rank, OPEN] -= 1
        power[rank, PRECHARGES] += 1
        power[rank, CLOSING] = max(power[rank, CLOSING], closing)


@compiled
def note_list(
    power: Int64s, opened: Int64s, counts: Int64s, settings: Settings,
    times: Int64s, commands: Int8s, banks: Int16s,
) -> None:  # fmt: skip
    """Count a whole list of commands."""
    for place in range(len(times)):
        bank = banks[place]
        rank = bank // settings.banks_per_rank
        command, clock = commands[place], times[place]
        note_power(power, opened, counts, settings, command, bank, rank, clock)
