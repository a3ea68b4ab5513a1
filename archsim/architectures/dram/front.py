"""The way in: the player, the arbiter and admission to the request buffer.

Not modelled: the order of SystemC events that fall on the same time. An arrival reaches DRAMSys's
controller through the arbiter's event queue, and a refresh that falls due through a timer of the
controller. Which of the two runs first depends on SystemC's heap of timed events, which keeps no
order among equal times and holds cancelled timers too; here the timer is first.
"""

from __future__ import annotations

import numpy as np

from archsim.architectures.dram.buffer import store_request
from archsim.architectures.dram.commands import ARBITER_SIMPLE
from archsim.architectures.dram.compiled import compiled, inlined
from archsim.architectures.dram.policies import has_room
from archsim.architectures.dram.responses import DELIVERED
from archsim.architectures.dram.state import NEVER, Int32s, Int64s, Settings

NEXT, IS_WAITING, ARRIVAL, TURN, ACCEPTED, ENTERED, MET_SIZE, MET_ACTIVE = range(8)
"""Places in ``front``: the request that comes next; whether it waits at the controller for room;
when it arrives there, and in which turn; when the player last was released; when the controller
last took a request; and whether the buffer's size, or the limit on transactions, ever held a
request up."""

AFTER_FIRST, WITH_FIRST, AFTER_ALL = range(3)
"""Turns of an arrival among the timer-driven evaluations of its clock: after the first one, as what
the player sends; with it, as what the arbiter has in stock; or after all, as what a response of
this very clock makes room for."""


def new_front(first: int, settings: Settings) -> Int64s:
    """Return ``front`` before the first request, which is sent at tick ``first``."""
    return np.array([0, 0, first, AFTER_FIRST, first, -settings.tick, 0, 0], np.int64)


@inlined
def can_enter(front: Int64s, banks: Int64s, channel: Int64s, settings: Settings) -> bool:
    """Say whether a request waits and the buffer has room for it."""
    if not front[IS_WAITING]:
        return False
    room = has_room(banks, channel, settings)
    if not room:
        front[MET_SIZE] = 1
    return room


@inlined
def enter(
    front: Int64s, items: Int32s, links: Int32s, banks: Int64s, ranks: Int64s, channel: Int64s,
    now: int,
) -> None:  # fmt: skip
    """Store the request that waits."""
    store_request(items, links, banks, ranks, channel, front[NEXT])
    front[IS_WAITING] = 0
    front[NEXT] += 1
    front[ENTERED] = now


@inlined
def send_next(front: Int64s, time: Int64s, sent: Int64s, settings: Settings) -> None:
    """Let the player send its next request: at its time, on an edge after it was released.

    The Simple arbiter hands it on at once, and releases the player when the controller takes it.
    """
    item, tick = front[NEXT], settings.tick
    if item == len(time):
        return
    if settings.arbiter == ARBITER_SIMPLE:
        front[ACCEPTED] = front[ENTERED]
    sent[item] = max(time[item], front[ACCEPTED] // tick + 1) * tick
    if settings.arbiter == ARBITER_SIMPLE:
        front[ARRIVAL] = sent[item]


@compiled
def pass_arbiter(
    front: Int64s, sent: Int64s, delivered: Int64s, back: Int64s, settings: Settings
) -> None:
    """Let the Fifo or Reorder arbiter take the next request, once a transaction is free for it.

    Request j takes the slot that response j - limit frees. The arbiter feeds the controller one a
    clock.
    """
    item = front[NEXT]
    if front[ARRIVAL] != NEVER or front[IS_WAITING] or item == len(sent):
        return
    slot = item - settings.max_active
    if slot >= back[DELIVERED]:
        front[MET_ACTIVE] = 1
        return
    accepted, turn = sent[item], AFTER_FIRST
    if slot >= 0 and delivered[slot] >= accepted:
        accepted, turn = delivered[slot], AFTER_ALL
        front[MET_ACTIVE] = 1
    if accepted <= front[ENTERED]:
        front[ARRIVAL], front[TURN] = front[ENTERED] + settings.tick, WITH_FIRST
    else:
        front[ARRIVAL], front[TURN] = accepted, turn
    front[ACCEPTED] = accepted


@inlined
def arrives(front: Int64s, timer: int, previous: int, now: int) -> bool:
    """Say whether the next request takes part in the coming evaluation.

    Args:
        front: See above.
        timer: When a timer drives an evaluation.
        previous: When the last evaluation was.
        now: Time of the coming evaluation.
    """
    if front[ARRIVAL] != now:
        return False
    if timer > now or front[TURN] == WITH_FIRST:
        return True
    return bool(front[TURN] == AFTER_FIRST and previous == now)
