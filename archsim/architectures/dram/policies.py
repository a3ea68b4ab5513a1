"""The controller's choices, one function each: admission, scheduler, page policy."""

from __future__ import annotations

from archsim.architectures.dram.commands import (
    ACT,
    BANKWISE,
    CLOSED,
    FIFO,
    FRFCFS,
    NONE,
    OPEN,
    OPEN_ADAPTIVE,
    PRE,
    RD,
    READ_WRITE,
)
from archsim.architectures.dram.compiled import compiled
from archsim.architectures.dram.state import (
    BLOCKED,
    CHOSEN,
    COMMAND,
    COUNT,
    HEAD,
    IS_STALE,
    LAST_BANK,
    LAST_WRITE,
    OPEN_ROW,
    READS_STORED,
    WRITES_STORED,
    Requests,
    Settings,
    State,
)


@compiled
def has_room(settings: Settings, state: State) -> bool:
    """Admission: whether the buffer takes another request.

    Bankwise looks at the bank of the request stored last, not at that of the one that waits.
    """
    size = settings.request_buffer_size
    reads, writes = state.channel[READS_STORED], state.channel[WRITES_STORED]
    if settings.scheduler_buffer == BANKWISE:
        return bool(state.bank[state.channel[LAST_BANK], COUNT] < size)
    if settings.scheduler_buffer == READ_WRITE:
        return bool(reads < size and writes < size)
    return bool(reads + writes < size)


@compiled
def oldest_hit(requests: Requests, state: State, bank: int) -> int:
    """Return the oldest pending request to the open row, or -1."""
    row = state.bank[bank, OPEN_ROW]
    item = state.bank[bank, HEAD]
    while item >= 0 and requests.row[item] != row:
        item = state.after[item]
    return int(item)


@compiled
def has_older_hit_to_address(requests: Requests, state: State, bank: int, item: int) -> bool:
    """Say whether an older hit goes to the same address, so that order has to be kept."""
    row = state.bank[bank, OPEN_ROW]
    older = state.bank[bank, HEAD]
    while older != item:
        if requests.row[older] == row and requests.address[older] == requests.address[item]:
            return True
        older = state.after[older]
    return False


@compiled
def grouped_hit(requests: Requests, state: State, bank: int) -> int:
    """Return the oldest hit in the direction of the channel's last column command, else any."""
    row, direction = state.bank[bank, OPEN_ROW], state.channel[LAST_WRITE]
    item = state.bank[bank, HEAD]
    while item >= 0:
        if (
            requests.row[item] == row
            and requests.is_write[item] == direction
            and not has_older_hit_to_address(requests, state, bank, item)
        ):
            return int(item)
        item = state.after[item]
    return oldest_hit(requests, state, bank)


@compiled
def choose_request(requests: Requests, settings: Settings, state: State, bank: int) -> int:
    """Scheduler: the request that a bank with an open row serves next."""
    head = int(state.bank[bank, HEAD])
    if settings.scheduler == FIFO:
        return head
    if settings.scheduler == FRFCFS:
        hit = oldest_hit(requests, state, bank)
    else:
        hit = grouped_hit(requests, state, bank)
    return hit if hit >= 0 else head


@compiled
def has_further_hit(requests: Requests, settings: Settings, state: State, bank: int) -> bool:
    """Say whether one more pending request hits the open row (Fifo: the second in line does)."""
    row = state.bank[bank, OPEN_ROW]
    item = state.bank[bank, HEAD]
    if settings.scheduler == FIFO:
        second = state.after[item]
        return bool(second >= 0 and requests.row[second] == row)
    hits = 0
    while item >= 0 and hits < 2:
        hits += requests.row[item] == row
        item = state.after[item]
    return hits == 2


@compiled
def closes_row(requests: Requests, settings: Settings, state: State, bank: int) -> bool:
    """Page policy: whether a column command precharges its bank too."""
    if settings.page_policy == OPEN:
        return False
    if settings.page_policy == CLOSED:
        return True
    if settings.page_policy == OPEN_ADAPTIVE and state.bank[bank, COUNT] < 2:
        return False
    return not has_further_hit(requests, settings, state, bank)


@compiled
def plan_bank(requests: Requests, settings: Settings, state: State, bank: int) -> None:
    """Set the next command of a bank and the request that it serves."""
    state.bank[bank, IS_STALE] = 0
    if state.bank[bank, COUNT] == 0 or state.rank[bank // settings.banks_per_rank, BLOCKED]:
        state.bank[bank, COMMAND] = NONE
        return
    if state.bank[bank, OPEN_ROW] < 0:
        state.bank[bank, COMMAND] = ACT
        state.bank[bank, CHOSEN] = state.bank[bank, HEAD]
        return
    item = choose_request(requests, settings, state, bank)
    state.bank[bank, CHOSEN] = item
    if requests.row[item] != state.bank[bank, OPEN_ROW]:
        state.bank[bank, COMMAND] = PRE
        return
    auto_precharge = closes_row(requests, settings, state, bank)
    state.bank[bank, COMMAND] = RD + 2 * requests.is_write[item] + auto_precharge
