"""The way back: from the end of a burst through response queue and arbiter to the player."""

from __future__ import annotations

import numpy as np

from archsim.architectures.dram.commands import (
    ARBITER_REORDER,
    ARBITER_SIMPLE,
    IN_REQUEST_ORDER,
)
from archsim.architectures.dram.compiled import compiled, inlined
from archsim.architectures.dram.state import Int64s, Settings

RESPONDED, LAST_RESPONSE, DELIVERED, LAST_DELIVERY = range(4)
"""Places in ``back``: how many responses left the controller and reached the player, and when the
last one was acknowledged."""


@compiled
def new_back(settings: Settings) -> Int64s:
    """Return ``back`` before the first response."""
    back = np.zeros(4, np.int64)
    back[LAST_RESPONSE] = back[LAST_DELIVERY] = -settings.tick
    return back


@inlined
def respond(got: Int64s, delivered: Int64s, back: Int64s, settings: Settings, item: int) -> None:
    """Send on what can leave now that a burst's end is known.

    The response queue lets responses go in the order of column commands, or in that of requests.

    Args:
        got: Per request the end of its data, then of each step back; -1 before that.
        delivered: Time of each response to the player, in their order.
        back: See above.
        settings: The parameters.
        item: The request whose data end was set last.
    """
    if settings.resp_queue == IN_REQUEST_ORDER:
        while back[RESPONDED] < len(got) and got[back[RESPONDED]] >= 0:
            leave(got, delivered, back, settings, back[RESPONDED])
            back[RESPONDED] += 1
    else:
        leave(got, delivered, back, settings, item)


@inlined
def leave(got: Int64s, delivered: Int64s, back: Int64s, settings: Settings, item: int) -> None:
    """Let a response leave the controller, one a clock, and pass the arbiter.

    The Simple arbiter hands it on; the others acknowledge it at once and send one a clock, Fifo as
    they come and Reorder in the order of requests.
    """
    tick = settings.tick
    got[item] = after_one(got[item], back[LAST_RESPONSE], tick)
    if settings.arbiter == ARBITER_SIMPLE:
        back[LAST_RESPONSE] = back[LAST_DELIVERY] = next_edge(got[item], tick)
        return
    back[LAST_RESPONSE] = got[item]
    if settings.arbiter != ARBITER_REORDER:
        deliver(got, delivered, back, tick, item)
        return
    in_order = settings.resp_queue == IN_REQUEST_ORDER
    left = item + 1 if in_order else len(got)
    while back[DELIVERED] < left and got[back[DELIVERED]] >= 0:
        deliver(got, delivered, back, tick, back[DELIVERED])


@compiled
def deliver(got: Int64s, delivered: Int64s, back: Int64s, tick: int, item: int) -> None:
    """Bring a response to the player, who acknowledges it on a clock edge."""
    got[item] = after_one(got[item], back[LAST_DELIVERY], tick)
    back[LAST_DELIVERY] = next_edge(got[item], tick)
    delivered[back[DELIVERED]] = back[LAST_DELIVERY]
    back[DELIVERED] += 1


@inlined
def after_one(ready: int, previous: int, tick: int) -> int:
    """Return when a response goes out that follows another: one clock later if it had to wait."""
    return previous + tick if ready <= previous else ready


@inlined
def next_edge(time: int, tick: int) -> int:
    """Return the first clock edge from a time on."""
    return -(-time // tick) * tick
