"""The controller's response queue: which response leaves next, and when."""

from __future__ import annotations

import numpy as np

from archsim.architectures.dram.commands import IN_REQUEST_ORDER
from archsim.architectures.dram.compiled import compiled, inlined
from archsim.architectures.dram.events import AT_ARBITER, DATA_READY, NOW, notify_at
from archsim.architectures.dram.front import ANSWER_ENDS, ANSWERED, BEGIN_RESP, post
from archsim.architectures.dram.state import NEVER, Int64s, Settings


def new_order(count: int, settings: Settings) -> Int64s:
    """Return the order in which responses leave: that of requests, or as bursts are noted."""
    if settings.resp_queue == IN_REQUEST_ORDER:
        return np.arange(count)
    return np.full(count, -1, np.int64)


@inlined
def next_ready(front: Int64s, order: Int64s, got: Int64s) -> int:
    """Return when the next response's data ends (``NEVER``: its burst has not begun)."""
    place = front[ANSWERED]
    if place == len(order) or order[place] < 0 or got[order[place]] < 0:
        return NEVER
    return int(got[order[place]])


@inlined
def note_burst(
    front: Int64s, events: Int64s, heap: Int64s, order: Int64s, got: Int64s, settings: Settings,
    item: int, served: int, end: int,
) -> None:  # fmt: skip
    """Queue the response of a burst, whose data ends at ``end``; ``served`` bursts came before."""
    if settings.resp_queue != IN_REQUEST_ORDER:
        order[served] = item
    got[item] = end
    ready = next_ready(front, order, got)
    if events[NOW] < ready < NEVER:
        notify_at(events, heap, DATA_READY, ready)


@compiled
def answer(
    front: Int64s, events: Int64s, heap: Int64s, order: Int64s, got: Int64s, settings: Settings
) -> None:
    """Send the next response once the last one is taken and its own data has ended, one a clock."""
    now = events[NOW]
    if front[ANSWER_ENDS] == NEVER:
        return
    ready = next_ready(front, order, got)
    if ready <= now:
        time = now + settings.tick if front[ANSWER_ENDS] == now else now
        front[ANSWERED] += 1
        front[ANSWER_ENDS] = NEVER
        post(front, events, heap, AT_ARBITER, BEGIN_RESP, time)
    elif ready < NEVER:
        notify_at(events, heap, DATA_READY, ready)
