"""The way in and back: the player and the arbiter, as processes that send each other messages.

A message for now is read in the next round of the same time (see ``events``). The controller and
the player each wait for an answer before they send the next message of a kind, so that at most one
of each kind is on its way to either.
"""

from __future__ import annotations

import numpy as np

from archsim.architectures.dram.commands import (
    ARBITER_REORDER,
    ARBITER_SIMPLE,
)
from archsim.architectures.dram.compiled import compiled, inlined
from archsim.architectures.dram.events import (
    AT_ARBITER,
    AT_PLAYER,
    NOW,
    REQUEST_SENT,
    RESPONSE_TAKEN,
    notify_at,
    notify_now,
)
from archsim.architectures.dram.state import NEVER, Int64s, Settings

BEGIN_REQ, END_REQ, BEGIN_RESP, END_RESP = range(1, 5)
"""Messages: a request sent and accepted; a response sent and accepted."""

(
    WAITING, SINCE, ENTERED, ANSWERED, ANSWER_ENDS,
    ACCEPTED, FED, IS_FEEDING, ACTIVE, IS_HELD, LAST_ENTERED,
    ARRIVED, RETURNED, IS_RETURNING, LAST_RETURNED, RETURNING,
    SENT, RECEIVED, MET_SIZE, MET_ACTIVE,
) = range(20)  # fmt: skip
"""Places in ``front``.

Controller: the request that waits for room (-1: none) and since when; how many are in the buffer
or were; how many responses it sent, and when the player side takes the last one (``NEVER``: has
not yet). Arbiter: how many requests it accepted and fed to the controller, whether one of them is
there now, how many transactions are active, whether the player's request is held back, and when
the controller last took one; how many responses came and how many went on, whether one is with the
player, when the player last took one, and which one goes there. Player: how many requests it sent
and responses it received. And whether the buffer's size, or the limit on transactions, ever held a
request up."""

INBOX, COMING, LATER, STAMP = 20, 22, 24, 34
"""From here on in ``front``, for the arbiter, then the player: the messages of this round, first
one in the lowest octal digit; those of the next round; per kind of message the later time that one
is to be read; and per kind the order in which those were sent."""


def new_front() -> Int64s:
    """Return ``front`` before the first request."""
    front = np.zeros(STAMP + 10, np.int64)
    front[[WAITING, LAST_ENTERED, LAST_RETURNED, ANSWER_ENDS]] = -1
    front[LATER:STAMP] = NEVER
    return front


@inlined
def post(
    front: Int64s, events: Int64s, heap: Int64s, reader: int, message: int, time: int
) -> None:
    """Send a message, to be read at a time.

    Args:
        front, events, heap: See above and ``events``.
        reader: ``AT_ARBITER`` or ``AT_PLAYER``.
        message: Its kind.
        time: Now or later.
    """
    if time == events[NOW]:
        shift = 0
        while front[COMING + reader] >> shift:
            shift += 3
        front[COMING + reader] |= message << shift
        notify_now(events, reader)
    else:
        place = 5 * reader + message
        front[LATER + place] = time
        front[STAMP] += 1
        front[STAMP + place] = front[STAMP]
        notify_at(events, heap, reader, time)


@inlined
def turn_round(front: Int64s) -> None:
    """Make the messages of the next round those of this one."""
    for reader in range(2):
        front[INBOX + reader] = front[COMING + reader]
        front[COMING + reader] = 0


@compiled
def read(front: Int64s, events: Int64s, reader: int) -> int:
    """Return the next message to read now and take it away; 0 for none."""
    message = front[INBOX + reader] & 7
    if message:
        front[INBOX + reader] >>= 3
        return int(message)
    first = NEVER
    for kind in range(BEGIN_REQ, END_RESP + 1):
        place = 5 * reader + kind
        if front[LATER + place] == events[NOW] and front[STAMP + place] < first:
            message, first = kind, front[STAMP + place]
    if message:
        front[LATER + 5 * reader + message] = NEVER
    return int(message)


@inlined
def wake_for_later(front: Int64s, events: Int64s, heap: Int64s, reader: int) -> None:
    """Notify a reader, who has read all there is now, of its next later message."""
    time = NEVER
    for kind in range(BEGIN_REQ, END_RESP + 1):
        time = min(time, front[LATER + 5 * reader + kind])
    if time < NEVER:
        notify_at(events, heap, reader, time)


@inlined
def next_edge(time: int, tick: int) -> int:
    """Return the first clock edge from a time on."""
    return -(-time // tick) * tick


@inlined
def send_next(
    front: Int64s, events: Int64s, heap: Int64s, time: Int64s, sent: Int64s, settings: Settings
) -> None:
    """Let the player send its next request, at its time but on a later clock edge than now."""
    item, tick = front[SENT], settings.tick
    if item < len(time):
        sent[item] = max(time[item] * tick, (events[NOW] // tick + 1) * tick)
        front[SENT] += 1
        post(front, events, heap, AT_ARBITER, BEGIN_REQ, sent[item])


@compiled
def run_player(
    front: Int64s, events: Int64s, heap: Int64s, time: Int64s, sent: Int64s, got: Int64s,
    settings: Settings,
) -> None:  # fmt: skip
    """Let the player read its messages: it sends the next request, or takes a response."""
    while True:
        message = read(front, events, AT_PLAYER)
        if message == END_REQ:
            send_next(front, events, heap, time, sent, settings)
        elif message == BEGIN_RESP:
            now = events[NOW]
            got[front[RETURNING]] = now
            front[RECEIVED] += 1
            post(front, events, heap, AT_ARBITER, END_RESP, next_edge(now, settings.tick))
        else:
            break
    wake_for_later(front, events, heap, AT_PLAYER)


@inlined
def feed(front: Int64s, events: Int64s, heap: Int64s, settings: Settings) -> None:
    """Hand the controller the next accepted request, one a clock."""
    if front[IS_FEEDING] or front[FED] == front[ACCEPTED]:
        return
    now = events[NOW]
    front[IS_FEEDING] = 1
    front[WAITING] = front[FED]
    front[FED] += 1
    if front[LAST_ENTERED] == now:
        front[SINCE] = now + settings.tick
        notify_at(events, heap, REQUEST_SENT, front[SINCE])
    else:
        front[SINCE] = now
        notify_now(events, REQUEST_SENT)


@inlined
def give_back(
    front: Int64s, events: Int64s, heap: Int64s, order: Int64s, got: Int64s, settings: Settings
) -> None:
    """Send the player the next response, one a clock, if there is one.

    Reorder keeps to the order of requests; a response that waits at the arbiter has a negative
    time in ``got``.
    """
    if front[IS_RETURNING] or front[RETURNED] == front[ARRIVED]:
        return
    item = order[front[RETURNED]]
    if settings.arbiter == ARBITER_REORDER:
        item = front[RETURNED]
        if got[item] != HERE:
            return
    front[RETURNED] += 1
    front[IS_RETURNING] = 1
    front[RETURNING] = item
    now = events[NOW]
    time = now + settings.tick if front[LAST_RETURNED] == now else now
    post(front, events, heap, AT_PLAYER, BEGIN_RESP, time)


HERE = -2
"""In ``got``: the response is at the arbiter."""


@compiled
def run_arbiter(
    front: Int64s, events: Int64s, heap: Int64s, order: Int64s, got: Int64s, settings: Settings
) -> None:
    """Let the arbiter read its messages.

    Simple hands all on at once: the player is released when the controller takes its request, and
    the controller when the player takes its response. The others release both themselves, the
    player as long as fewer transactions are active than there may be; a request held back takes
    the place that a response frees.
    """
    now, simple = events[NOW], settings.arbiter == ARBITER_SIMPLE
    while True:
        message = read(front, events, AT_ARBITER)
        if message == BEGIN_REQ:
            if simple or front[ACTIVE] < settings.max_active:
                front[ACTIVE] += 1
                front[ACCEPTED] += 1
                if not simple:
                    post(front, events, heap, AT_PLAYER, END_REQ, now)
            else:
                front[IS_HELD] = front[MET_ACTIVE] = 1
            feed(front, events, heap, settings)
        elif message == END_REQ:
            front[IS_FEEDING] = 0
            front[LAST_ENTERED] = now
            if simple:
                post(front, events, heap, AT_PLAYER, END_REQ, now)
            feed(front, events, heap, settings)
        elif message == BEGIN_RESP:
            got[order[front[ARRIVED]]] = HERE
            front[ARRIVED] += 1
            if not simple:
                front[ANSWER_ENDS] = now
                notify_now(events, RESPONSE_TAKEN)
            give_back(front, events, heap, order, got, settings)
        elif message == END_RESP:
            front[IS_RETURNING] = 0
            front[LAST_RETURNED] = now
            if simple:
                front[ANSWER_ENDS] = now
                notify_now(events, RESPONSE_TAKEN)
            if front[IS_HELD]:
                front[IS_HELD] = 0
                front[ACCEPTED] += 1
                post(front, events, heap, AT_PLAYER, END_REQ, now)
                feed(front, events, heap, settings)
            else:
                front[ACTIVE] -= 1
            give_back(front, events, heap, order, got, settings)
        else:
            break
    wake_for_later(front, events, heap, AT_ARBITER)
