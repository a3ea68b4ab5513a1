"""The controller's run, evaluation by evaluation: the rules of DRAMSys 4.0."""

from __future__ import annotations

import numpy as np

from archsim.architectures.dram.buffer import remove_request, store_request
from archsim.architectures.dram.commands import (
    ACT,
    ALL_BANK,
    NONE,
    PRE,
    PREA,
    RDA,
    WR,
    WRA,
)
from archsim.architectures.dram.compiled import compiled, inlined
from archsim.architectures.dram.events import (
    ARBITER,
    AT_ARBITER,
    COMMAND_READY,
    CONTROLLER,
    NOW,
    PLAYER,
    notify_at,
    notify_now,
    take_due,
    take_round,
    with_room,
)
from archsim.architectures.dram.front import (
    BEGIN_REQ,
    END_REQ,
    ENTERED,
    MET_SIZE,
    RECEIVED,
    SENT,
    SINCE,
    WAITING,
    post,
    run_arbiter,
    run_player,
    turn_round,
)
from archsim.architectures.dram.policies import has_room, plan_bank
from archsim.architectures.dram.power import note_power
from archsim.architectures.dram.refresh import check_refreshes, note_refresh
from archsim.architectures.dram.responses import answer, note_burst
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


@inlined
def admit(
    front: Int64s, events: Int64s, heap: Int64s, items: Int32s, links: Int32s, banks: Int64s,
    ranks: Int64s, channel: Int64s, settings: Settings,
) -> bool:  # fmt: skip
    """Store the request that waits, if one does and the buffer has room; say whether it did."""
    item = front[WAITING]
    if item < 0 or front[SINCE] > events[NOW]:
        return False
    if not has_room(banks, channel, settings):
        front[MET_SIZE] = 1
        return False
    store_request(items, links, banks, ranks, channel, item)
    front[WAITING] = -1
    post(front, events, heap, AT_ARBITER, END_REQ, events[NOW])
    return True


@compiled
def run(
    time: Int64s, items: Int32s, links: Int32s,
    banks: Int64s, ranks: Int64s, channel: Int64s, ready: Int64s,
    power: Int64s, opened: Int64s, counts: Int64s,
    front: Int64s, events: Int64s, heap: Int64s, order: Int64s,
    starts: Int64s, rules: Int64s, settings: Settings, keeps_log: bool,
) -> tuple[Int64s, Int64s, Int64s]:  # fmt: skip
    """Run a trace to its last response.

    Args:
        time: Time of each request in the trace, in memory clocks.
        items, links: The requests, and room for their neighbours.
        banks, ranks, channel, ready: The state, as in ``state``; used up.
        power, opened, counts: Counters for the energy, as in ``power``; filled.
        front: Player and arbiter, as in ``front``; used up.
        events, heap: What happens next, as in ``events``; used up.
        order: The order of responses, from ``responses.new_order``; filled.
        starts, rules: The timing table, from ``timing.rule_arrays``, in ticks.
        settings: The parameters.
        keeps_log: Whether to list the commands.

    Returns:
        In ticks, when the player sent each request and when it got each response; and rows of
        (tick, command, bank, request): the first bank of the rank for PREA and REFA, -1 for no
        request; none if no log is kept.
    """
    n, tick, refreshes = len(time), settings.tick, settings.refresh_policy == ALL_BANK
    sent, got = np.zeros(n, np.int64), np.full(n, -1, np.int64)
    log = np.empty((3 * n + 64 if keeps_log else 0, 4), np.int64)
    logged = served = 0
    best_time, command, bank, wake = NEVER, NONE, -1, NEVER
    due = first_due = NEVER
    if refreshes:
        due, first_due = check_refreshes(banks, ranks, settings, 0)
    # Time 0: the player sends its first request, then the controller sets its timer.
    sent[0] = time[0] * tick
    front[SENT] = 1
    post(front, events, heap, AT_ARBITER, BEGIN_REQ, sent[0])
    processes = CONTROLLER
    while processes or front[RECEIVED] < n:
        if processes == 0:
            turn_round(front)
            processes = take_round(events)
            if processes == 0:
                heap = with_room(heap, events)
                processes = take_due(events, heap)
        process = processes & 3
        processes >>= 2
        if process == ARBITER:
            run_arbiter(front, events, heap, order, got, settings)
            continue
        if process == PLAYER:
            run_player(front, events, heap, time, sent, got, settings)
            continue
        # An evaluation: responses, admission, refresh, command choice.
        now = events[NOW]
        answer(front, events, heap, order, got, settings)
        changed = admit(front, events, heap, items, links, banks, ranks, channel, settings)
        if changed:
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
                admit(front, events, heap, items, links, banks, ranks, channel, settings)
                is_write = command in (WR, WRA)
                end = now + (settings.write_end if is_write else settings.read_end)
                note_burst(front, events, heap, order, got, settings, item, served, end)
                served += 1
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
            wake = min(first, later)
        else:
            wake = best_time
        wake = min(wake, due)
        if wake == now:
            notify_now(events, COMMAND_READY)
        elif wake < NEVER:
            notify_at(events, heap, COMMAND_READY, wake)
    return sent, got, log[:logged]
