"""The request buffer: one list per bank, in the order of arrival."""

from __future__ import annotations

from archsim.architectures.dram.compiled import inlined
from archsim.architectures.dram.state import (
    AFTER,
    BANK,
    BEFORE,
    COUNT,
    HEAD,
    IN_RANK,
    IS_STALE,
    IS_WRITE,
    LAST_BANK,
    LAST_WRITE,
    PENDING,
    READS_STORED,
    TAIL,
    Int32s,
    Int64s,
)


@inlined
def store_request(
    items: Int32s, links: Int32s, banks: Int64s, ranks: Int64s, channel: Int64s, item: int
) -> None:
    """Append a request to the list of its bank."""
    bank = items[item, BANK]
    last = banks[bank, TAIL]
    links[item, BEFORE] = last
    if last >= 0:
        links[last, AFTER] = item
    else:
        banks[bank, HEAD] = item
    banks[bank, TAIL] = item
    banks[bank, COUNT] += 1
    banks[bank, IS_STALE] = 1
    ranks[banks[bank, IN_RANK], PENDING] += 1
    channel[LAST_BANK] = bank
    channel[READS_STORED + items[item, IS_WRITE]] += 1


@inlined
def remove_request(
    items: Int32s, links: Int32s, banks: Int64s, ranks: Int64s, channel: Int64s, item: int
) -> None:
    """Take a request out of the list of its bank; its slot is free at once."""
    bank, direction = items[item, BANK], items[item, IS_WRITE]
    before, after = links[item, BEFORE], links[item, AFTER]
    if before >= 0:
        links[before, AFTER] = after
    else:
        banks[bank, HEAD] = after
    if after >= 0:
        links[after, BEFORE] = before
    else:
        banks[bank, TAIL] = before
    banks[bank, COUNT] -= 1
    banks[bank, IS_STALE] = 1
    ranks[banks[bank, IN_RANK], PENDING] -= 1
    channel[READS_STORED + direction] -= 1
    if channel[LAST_WRITE] != direction:
        channel[LAST_WRITE] = direction
        for other in range(len(banks)):  # the direction counts in every bank's choice
            banks[other, IS_STALE] = 1
