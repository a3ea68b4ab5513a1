"""The controller's run, clock by clock where something happens: the rules of DRAMSys 4.0."""

from __future__ import annotations

import numpy as np

from archsim.architectures.dram.buffer import remove_request
from archsim.architectures.dram.commands import (
    ACT,
    ALL_BANK,
    ARBITER_SIMPLE,
    NONE,
    PRE,
    PREA,
    RDA,
    WR,
    WRA,
)
from archsim.architectures.dram.compiled import compiled, inlined
from archsim.architectures.dram.front import (
    ARRIVAL,
    IS_WAITING,
    arrives,
    can_enter,
    enter,
    pass_arbiter,
    send_next,
)
from archsim.architectures.dram.policies import plan_bank
from archsim.architectures.dram.power import note_power
from archsim.architectures.dram.refresh import check_refreshes, note_refresh
from archsim.architectures.dram.responses import (
    LAST_DELIVERY,
    new_back,
    respond,
)
from archsim.architectures.dram.selection import (
    is_column,
    note_timing,
    select_of_two_buses,
    select_oldest,
)
from archsim.architectures.dram.state import (
    CHOSEN,
    IN_RANK,
    IS_STALE,
    LAST_BANK,
    NEVER,
    OPEN_BANKS,
    OPEN_ROW,
    ROW,
    Int32s,
    Int64s,
    Settings,
)


@inlined
def issue(
    items: Int32s, links: Int32s, banks: Int64s, ranks: Int64s, channel: Int64s, settings: Settings,
    command: int, bank: int,
) -> None:  # fmt: skip
    """Change the state of banks, lists and the refresh manager by a command."""
    rank = banks[bank, IN_RANK]
    if command >= PREA:
        note_refresh(banks, ranks, settings, rank, command)
        return
    banks[bank, IS_STALE] = 1
    if command == ACT:
        banks[bank, OPEN_ROW] = items[banks[bank, CHOSEN], ROW]
        ranks[rank, OPEN_BANKS] += 1
        return
    if is_column(command):
        remove_request(items, links, banks, ranks, channel, banks[bank, CHOSEN])
    if command in (PRE, RDA, WRA):
        banks[bank, OPEN_ROW] = -1
        ranks[rank, OPEN_BANKS] -= 1


@inlined
def plan_stale_banks(
    items: Int32s, links: Int32s, banks: Int64s, ranks: Int64s, channel: Int64s, settings: Settings
) -> None:
    """Plan every bank again whose list, row or block has changed."""
    for bank in range(len(banks)):
        if banks[bank, IS_STALE]:
            plan_bank(items, links, banks, ranks, channel, settings, bank)


@compiled
def run(
    time: Int64s, items: Int32s, links: Int32s,
    banks: Int64s, ranks: Int64s, channel: Int64s, ready: Int64s,
    power: Int64s, opened: Int64s, counts: Int64s, front: Int64s,
    starts: Int64s, rules: Int64s, settings: Settings, keeps_log: bool,
) -> tuple[Int64s, Int64s, Int64s]:  # fmt: skip
    """Run a trace to its last response.

    Args:
        time: Time of each request in the trace, in memory clocks.
        items, links: The requests, and room for their neighbours.
        banks, ranks, channel, ready: The state, as in ``state``; used up.
        power, opened, counts: Counters for the energy, as in ``power``; filled.
        front: The way in, as in ``front``; used up.
        starts, rules: The timing table, from ``timing.rule_arrays``, in ticks.
        settings: The parameters.
        keeps_log: Whether to list the commands.

    Returns:
        In ticks, when the player sent each request and when it got each response; and rows of
        (tick, command, bank, request): the first bank of the rank for PREA and REFA, -1 for no
        request; none if no log is kept.
    """
    n, tick = len(time), settings.tick
    simple, refreshes = settings.arbiter == ARBITER_SIMPLE, settings.refresh_policy == ALL_BANK
    sent, got = np.zeros(n, np.int64), np.full(n, -1, np.int64)
    delivered, back = np.empty(0 if simple else n, np.int64), new_back(settings)
    log = np.empty((3 * n + 64 if keeps_log else 0, 4), np.int64)
    logged = served = 0
    sent[0] = front[ARRIVAL]
    best_time, command, bank, previous = NEVER, NONE, -1, -1
    due = first_due = timer = NEVER
    if refreshes:
        due, first_due = check_refreshes(banks, ranks, settings, 0)
        timer = due
    while True:
        now = min(timer, front[ARRIVAL])
        if served == n and now > back[LAST_DELIVERY]:
            break
        if arrives(front, timer, previous, now):
            front[IS_WAITING], front[ARRIVAL] = 1, NEVER
        previous = now
        # The evaluation of a clock: admission, refresh, command choice.
        took = changed = can_enter(front, banks, channel, settings)
        if took:
            enter(front, items, links, banks, ranks, channel, now)
            plan_bank(items, links, banks, ranks, channel, settings, channel[LAST_BANK])
        if refreshes and now >= first_due:
            due, first_due = check_refreshes(banks, ranks, settings, now)
            changed = True
        if settings.two_buses:
            best_time, command, bank, _ = select_of_two_buses(
                banks, ranks, channel, ready, settings, now
            )
        elif changed:
            best_time, command, bank = select_oldest(banks, ranks, channel, ready, settings, now)
        if best_time == now:
            changed = True
            item = -1 if command >= PREA else banks[bank, CHOSEN]
            if keeps_log:
                if logged == len(log):
                    log = np.concatenate((log, np.empty_like(log)))
                log[logged, 0], log[logged, 1] = now, command
                log[logged, 2], log[logged, 3] = bank, item
                logged += 1
            rank = banks[bank, IN_RANK]
            note_power(power, opened, counts, settings, command, bank, rank, -(-now // tick))
            issue(items, links, banks, ranks, channel, settings, command, bank)
            note_timing(banks, ranks, channel, ready, starts, rules, settings, command, bank, now)
            if is_column(command):
                served += 1
                if can_enter(front, banks, channel, settings):
                    enter(front, items, links, banks, ranks, channel, now)
                    took = True
                is_write = command in (WR, WRA)
                got[item] = now + (settings.write_end if is_write else settings.read_end)
                respond(got, delivered, back, settings, item)
        if took:
            send_next(front, time, sent, settings)
        if not simple:
            pass_arbiter(front, sent, delivered, back, settings)
        # What can issue next, and when.
        if changed:
            plan_stale_banks(items, links, banks, ranks, channel, settings)
            if refreshes and now >= first_due:
                due, first_due = check_refreshes(banks, ranks, settings, now)
            if not settings.two_buses:
                best_time, command, bank = select_oldest(
                    banks, ranks, channel, ready, settings, now
                )
        if settings.two_buses:
            first, _, _, later = select_of_two_buses(banks, ranks, channel, ready, settings, now)
            best_time = min(first, later)
        timer = min(best_time, due)
    return sent, got, log[:logged]
