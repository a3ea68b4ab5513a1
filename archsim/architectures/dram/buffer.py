"""The request buffer: one list per bank, in the order of arrival."""

from __future__ import annotations

from archsim.architectures.dram.compiled import compiled
from archsim.architectures.dram.state import (
    COUNT,
    HEAD,
    IS_STALE,
    LAST_BANK,
    LAST_WRITE,
    PENDING,
    READS_STORED,
    TAIL,
    Requests,
    Settings,
    State,
)


@compiled
def store_request(requests: Requests, settings: Settings, state: State, item: int) -> None:
    """Append a request to the list of its bank."""
    bank = requests.bank[item]
    last = state.bank[bank, TAIL]
    state.before[item] = last
    if last >= 0:
        state.after[last] = item
    else:
        state.bank[bank, HEAD] = item
    state.bank[bank, TAIL] = item
    state.bank[bank, COUNT] += 1
    state.bank[bank, IS_STALE] = 1
    state.rank[bank // settings.banks_per_rank, PENDING] += 1
    state.channel[LAST_BANK] = bank
    state.channel[READS_STORED + requests.is_write[item]] += 1


@compiled
def remove_request(requests: Requests, settings: Settings, state: State, item: int) -> None:
    """Take a request out of the list of its bank; its slot is free at once."""
    bank = requests.bank[item]
    before, after = state.before[item], state.after[item]
    if before >= 0:
        state.after[before] = after
    else:
        state.bank[bank, HEAD] = after
    if after >= 0:
        state.before[after] = before
    else:
        state.bank[bank, TAIL] = before
    state.bank[bank, COUNT] -= 1
    state.bank[bank, IS_STALE] = 1
    state.rank[bank // settings.banks_per_rank, PENDING] -= 1
    state.channel[READS_STORED + requests.is_write[item]] -= 1
    if state.channel[LAST_WRITE] != requests.is_write[item]:
        state.channel[LAST_WRITE] = requests.is_write[item]
        state.bank[:, IS_STALE] = 1  # the direction counts in every bank's choice
