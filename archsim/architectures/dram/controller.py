"""The controller's run, clock by clock where something happens: the rules of DRAMSys 4.0."""

from __future__ import annotations

import numpy as np

from archsim.architectures.dram.buffer import remove_request, store_request
from archsim.architectures.dram.commands import (
    ACT,
    ALL_BANK,
    ARBITER_REORDER,
    ARBITER_SIMPLE,
    IN_REQUEST_ORDER,
    NONE,
    PRE,
    RDA,
    WR,
    WRA,
)
from archsim.architectures.dram.compiled import compiled
from archsim.architectures.dram.policies import has_room, plan_bank
from archsim.architectures.dram.refresh import check_refresh, note_refresh
from archsim.architectures.dram.selection import (
    is_column,
    is_rank_command,
    note_timing,
    select_of_two_buses,
    select_oldest,
)
from archsim.architectures.dram.state import (
    CHOSEN,
    DUE,
    IS_STALE,
    NEVER,
    OPEN_BANKS,
    OPEN_ROW,
    REFRESH,
    Int8s,
    Int16s,
    Int32s,
    Int64s,
    Requests,
    Settings,
    State,
)


@compiled
def issue(requests: Requests, settings: Settings, state: State, command: int, bank: int) -> None:
    """Change the state of banks, lists and the refresh manager by a command."""
    rank = bank // settings.banks_per_rank
    if is_rank_command(command):
        note_refresh(settings, state, rank, command)
        return
    state.bank[bank, IS_STALE] = 1
    if command == ACT:
        state.bank[bank, OPEN_ROW] = requests.row[state.bank[bank, CHOSEN]]
        state.rank[rank, OPEN_BANKS] += 1
        return
    if is_column(command):
        remove_request(requests, settings, state, state.bank[bank, CHOSEN])
    if command in (PRE, RDA, WRA):
        state.bank[bank, OPEN_ROW] = -1
        state.rank[rank, OPEN_BANKS] -= 1


@compiled
def plan_stale_banks(requests: Requests, settings: Settings, state: State) -> None:
    """Plan every bank again whose list, row or block has changed."""
    for bank in range(settings.banks):
        if state.bank[bank, IS_STALE]:
            plan_bank(requests, settings, state, bank)


@compiled
def check_refreshes(settings: Settings, state: State, now: int) -> int:
    """Check the refresh of every rank and return when the next one falls due."""
    due = NEVER
    if settings.refresh_policy == ALL_BANK:
        for rank in range(len(state.rank)):
            check_refresh(settings, state, rank, now)
            if state.rank[rank, REFRESH] == NONE:
                due = min(due, state.rank[rank, DUE])
    return due


@compiled
def after_one(ready: int, previous: int, tick: int) -> int:
    """Return when a response goes out that follows another: one clock later if it had to wait."""
    return previous + tick if ready <= previous else ready


@compiled
def acknowledged(time: int, by_player: bool, tick: int) -> int:
    """Return when a response is acknowledged: the player does so on a clock edge."""
    return -(-time // tick) * tick if by_player else time


@compiled
def run(
    requests: Requests, settings: Settings, state: State, starts: Int64s, rules: Int64s
) -> tuple[Int64s, Int64s, Int64s, Int8s, Int16s, Int32s]:
    """Run a trace to its last response.

    Returns:
        Time at which the player sent each request, time at which it got each response, and the
        commands issued: time, command, bank (first of the rank for PREA, REFA), request (-1).
    """
    n = len(requests.time)
    sent, got = np.zeros(n, np.int64), np.full(n, -1, np.int64)
    log_time, log_command = np.empty(3 * n + 64, np.int64), np.empty(3 * n + 64, np.int8)
    log_bank, log_item = np.empty(3 * n + 64, np.int16), np.empty(3 * n + 64, np.int32)
    simple = settings.arbiter == ARBITER_SIMPLE
    delivered = np.empty(0 if simple else n, np.int64)
    logged = served = responded = deliveries = 0
    last_response = last_delivery = -settings.tick  # when the last one was acknowledged
    next_item = 0  # the request that arrives, or waits, next
    waiting, with_timer = False, False
    tick = settings.tick
    sent[0] = accepted = arrival = requests.time[0] * tick
    entered = -tick  # when the controller took the last request
    timer, command, bank, previous = NEVER, NONE, -1, -1
    timer = check_refreshes(settings, state, 0)
    while True:
        now = min(timer, arrival)
        if served == n and now > last_delivery:
            break
        if arrival == now and (with_timer or timer > now or previous == now):
            waiting, arrival = True, NEVER
        previous = now
        took = False
        if waiting and has_room(settings, state):
            store_request(requests, settings, state, next_item)
            plan_bank(requests, settings, state, requests.bank[next_item])
            waiting, took = False, True
        check_refreshes(settings, state, now)
        if settings.two_buses:
            time, command, bank, _ = select_of_two_buses(settings, state, now)
        else:
            time, command, bank = select_oldest(settings, state, now)
        if time == now:
            if logged == len(log_time):
                log_time = np.concatenate((log_time, np.empty_like(log_time)))
                log_command = np.concatenate((log_command, np.empty_like(log_command)))
                log_bank = np.concatenate((log_bank, np.empty_like(log_bank)))
                log_item = np.concatenate((log_item, np.empty_like(log_item)))
            item = -1 if is_rank_command(command) else state.bank[bank, CHOSEN]
            log_time[logged], log_command[logged] = now, command
            log_bank[logged], log_item[logged] = bank, item
            logged += 1
            issue(requests, settings, state, command, bank)
            note_timing(settings, state, starts, rules, command, bank, now)
            if is_column(command):
                served += 1
                if waiting and has_room(settings, state):
                    store_request(requests, settings, state, next_item)
                    waiting, took = False, True
                is_write = command in (WR, WRA)
                got[item] = now + (settings.write_end if is_write else settings.read_end)
                if settings.resp_queue == IN_REQUEST_ORDER:
                    while responded < n and got[responded] >= 0:
                        got[responded] = after_one(got[responded], last_response, tick)
                        last_response = acknowledged(got[responded], simple, tick)
                        responded += 1
                else:
                    got[item] = after_one(got[item], last_response, tick)
                    last_response = acknowledged(got[item], simple, tick)
                if settings.arbiter == ARBITER_REORDER:
                    ready = responded if settings.resp_queue == IN_REQUEST_ORDER else n
                    while deliveries < ready and got[deliveries] >= 0:
                        got[deliveries] = after_one(got[deliveries], last_delivery, tick)
                        last_delivery = acknowledged(got[deliveries], True, tick)
                        delivered[deliveries] = last_delivery
                        deliveries += 1
                elif simple:
                    last_delivery = last_response
                elif settings.resp_queue == IN_REQUEST_ORDER:
                    while deliveries < responded:
                        got[deliveries] = after_one(got[deliveries], last_delivery, tick)
                        last_delivery = acknowledged(got[deliveries], True, tick)
                        delivered[deliveries] = last_delivery
                        deliveries += 1
                else:
                    got[item] = after_one(got[item], last_delivery, tick)
                    last_delivery = acknowledged(got[item], True, tick)
                    delivered[deliveries] = last_delivery
                    deliveries += 1
        if took:
            next_item += 1
            entered = now
            if next_item < n:
                if simple:
                    accepted = now
                sent[next_item] = max(requests.time[next_item], accepted // tick + 1) * tick
                if simple:
                    arrival = sent[next_item]
        if not simple and arrival == NEVER and not waiting and next_item < n:
            # Request j takes the slot that response j - limit frees.
            slot = next_item - settings.max_active
            if slot < deliveries:
                accepted = sent[next_item]
                if slot >= 0:
                    accepted = max(accepted, delivered[slot])
                with_timer = accepted <= entered
                arrival = entered + tick if with_timer else accepted
        plan_stale_banks(requests, settings, state)
        due = check_refreshes(settings, state, now)
        if settings.two_buses:
            first, _, _, later = select_of_two_buses(settings, state, now)
            timer = min(later if time > now and time < NEVER else min(first, later), due)
        else:
            first, _, _ = select_oldest(settings, state, now)
            timer = min(first, due)
    return (
        sent, got, log_time[:logged], log_command[:logged], log_bank[:logged], log_item[:logged]
    )  # fmt: skip
