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
from archsim.architectures.dram.compiled import compiled, inlined
from archsim.architectures.dram.state import (
    AFTER,
    BLOCKED,
    CHOSEN,
    COLUMN,
    COMMAND,
    COUNT,
    HEAD,
    IN_RANK,
    IS_STALE,
    IS_WRITE,
    LAST_BANK,
    LAST_WRITE,
    OPEN_ROW,
    READS_STORED,
    ROW,
    WRITES_STORED,
    Int32s,
    Int64s,
    Settings,
)


@inlined
def has_room(banks: Int64s, channel: Int64s, settings: Settings) -> bool:
    """Admission: whether the buffer takes another request.

    Bankwise looks at the bank of the request stored last, not at that of the one that waits.
    """
    size = settings.request_buffer_size
    reads, writes = channel[READS_STORED], channel[WRITES_STORED]
    if settings.scheduler_buffer == BANKWISE:
        return bool(banks[channel[LAST_BANK], COUNT] < size)
    if settings.scheduler_buffer == READ_WRITE:
        return bool(reads < size and writes < size)
    return bool(reads + writes < size)


@inlined
def oldest_hit(items: Int32s, links: Int32s, banks: Int64s, bank: int) -> int:
    """Return the oldest pending request to the open row, or -1."""
    row = banks[bank, OPEN_ROW]
    item = banks[bank, HEAD]
    while item >= 0 and items[item, ROW] != row:
        item = links[item, AFTER]
    return int(item)


@compiled
def has_older_hit_to_address(
    items: Int32s, links: Int32s, banks: Int64s, bank: int, item: int
) -> bool:
    """Say whether an older hit goes to the same address, so that order has to be kept."""
    row, column = items[item, ROW], items[item, COLUMN]
    older = banks[bank, HEAD]
    while older != item:
        if items[older, ROW] == row and items[older, COLUMN] == column:
            return True
        older = links[older, AFTER]
    return False


@compiled
def grouped_hit(items: Int32s, links: Int32s, banks: Int64s, channel: Int64s, bank: int) -> int:
    """Return the oldest hit in the direction of the channel's last column command, else any."""
    row, direction = banks[bank, OPEN_ROW], channel[LAST_WRITE]
    item = banks[bank, HEAD]
    while item >= 0:
        if (
            items[item, ROW] == row
            and items[item, IS_WRITE] == direction
            and not has_older_hit_to_address(items, links, banks, bank, item)
        ):
            return int(item)
        item = links[item, AFTER]
    return oldest_hit(items, links, banks, bank)


@inlined
def choose_request(
    items: Int32s, links: Int32s, banks: Int64s, channel: Int64s, settings: Settings, bank: int
) -> int:
    """Scheduler: the request that a bank with an open row serves next."""
    head = int(banks[bank, HEAD])
    if settings.scheduler == FIFO:
        return head
    if settings.scheduler == FRFCFS:
        hit = oldest_hit(items, links, banks, bank)
    else:
        hit = grouped_hit(items, links, banks, channel, bank)
    return hit if hit >= 0 else head


@inlined
def has_further_hit(
    items: Int32s, links: Int32s, banks: Int64s, settings: Settings, bank: int
) -> bool:
    """Say whether one more pending request hits the open row (Fifo: the second in line does)."""
    row = banks[bank, OPEN_ROW]
    item = banks[bank, HEAD]
    if settings.scheduler == FIFO:
        second = links[item, AFTER]
        return bool(second >= 0 and items[second, ROW] == row)
    hits = 0
    while item >= 0 and hits < 2:
        hits += items[item, ROW] == row
        item = links[item, AFTER]
    return hits == 2


@inlined
def closes_row(items: Int32s, links: Int32s, banks: Int64s, settings: Settings, bank: int) -> bool:
    """Page policy: whether a column command precharges its bank too."""
    if settings.page_policy == OPEN:
        return False
    if settings.page_policy == CLOSED:
        return True
    if settings.page_policy == OPEN_ADAPTIVE and banks[bank, COUNT] < 2:
        return False
    return not has_further_hit(items, links, banks, settings, bank)


@inlined
def plan_bank(
    items: Int32s,
    links: Int32s,
    banks: Int64s,
    ranks: Int64s,
    channel: Int64s,
    settings: Settings,
    bank: int,
) -> None:
    """Set the next command of a bank and the request that it serves."""
    banks[bank, IS_STALE] = 0
    if banks[bank, COUNT] == 0 or ranks[banks[bank, IN_RANK], BLOCKED]:
        banks[bank, COMMAND] = NONE
        return
    if banks[bank, OPEN_ROW] < 0:
        banks[bank, COMMAND] = ACT
        banks[bank, CHOSEN] = banks[bank, HEAD]
        return
    item = choose_request(items, links, banks, channel, settings, bank)
    banks[bank, CHOSEN] = item
    if items[item, ROW] != banks[bank, OPEN_ROW]:
        banks[bank, COMMAND] = PRE
        return
    auto_precharge = closes_row(items, links, banks, settings, bank)
    banks[bank, COMMAND] = RD + 2 * items[item, IS_WRITE] + auto_precharge
