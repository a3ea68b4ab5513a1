"""Events in the order in which SystemC's kernel runs them, equal times included.

DRAMSys's player, arbiter and controller are processes that wake each other through events. Two
rules of the kernel say which of them goes first in one clock, and with that whether an arrival
meets the command or the refresh that falls due in its very clock or comes after it:

- Timed events wait in a binary heap that compares times alone and has no order of its own among
  equal ones; which comes out first depends on all that is in it. An event that is notified for an
  earlier time, or for now, leaves its former entry there until that comes out, to no effect.
- Events notified for now run their processes in the next round (a delta cycle) of the same time,
  the one notified last first; a process that several events wake runs once.

An event holds one notification; one for later than that is ignored. Source: the standard
(IEEE 1666-2011, sections 4.2 and 5.10) leaves the order open; the heap is that of the reference
implementation, SystemC 2.3, ``sc_ppq``.
"""

from __future__ import annotations

import numpy as np

from archsim.architectures.dram.compiled import compiled, inlined
from archsim.architectures.dram.state import NEVER, Int64s

AT_ARBITER, AT_PLAYER, COMMAND_READY, DATA_READY, REQUEST_SENT, RESPONSE_TAKEN = range(6)
"""Events: a message waits at the arbiter, or at the player; and what wakes the controller: its
timer, the end of a burst, a request, and the end of a response."""

ARBITER, PLAYER, CONTROLLER = range(1, 4)
"""Processes, as ``take_round`` and ``take_due`` number them."""

NOW, SIZE, SERIAL, ROUND, WHEN = range(5)
"""Places in ``events``: the time; how many entries the heap has and had so far; events of the next
round, the last one in the lowest octal digit; and from ``WHEN`` on the time each is notified for
(``NEVER``: it is not; ``IN_ROUND``)."""

ENTRY = WHEN + 6
"""From here on in ``events``: the serial number of the heap's entry of each event."""

IN_ROUND = -1

TIME, LABEL = range(2)
"""Columns of ``heap``; the label is eight times the serial number, plus the event. Row 0 is not
used."""

SPARE = 64
"""Room that the heap has at least when a time starts: more than are notified at one time."""


def new_events() -> tuple[Int64s, Int64s]:
    """Return ``events`` and ``heap`` at time 0, when nothing has been notified."""
    events = np.zeros(ENTRY + 6, np.int64)
    events[WHEN:ENTRY] = NEVER
    return events, np.zeros((4 * SPARE, 2), np.int64)


@inlined
def notify_now(events: Int64s, event: int) -> None:
    """Have an event happen in the next round."""
    if events[WHEN + event] != IN_ROUND:
        events[WHEN + event] = IN_ROUND
        events[ROUND] = events[ROUND] * 8 + event + 1


@inlined
def notify_at(events: Int64s, heap: Int64s, event: int, time: int) -> None:
    """Have an event happen at a time after now, unless it happens before that."""
    if time < events[WHEN + event]:
        events[WHEN + event] = time
        events[SERIAL] += 1
        events[ENTRY + event] = events[SERIAL]
        push(events, heap, time, events[SERIAL] * 8 + event)


@compiled
def push(events: Int64s, heap: Int64s, time: int, label: int) -> None:
    """Insert an entry; it passes those above it that are later."""
    events[SIZE] += 1
    place = events[SIZE]
    while place > 1 and heap[place >> 1, TIME] > time:
        heap[place, TIME], heap[place, LABEL] = heap[place >> 1, TIME], heap[place >> 1, LABEL]
        place >>= 1
    heap[place, TIME], heap[place, LABEL] = time, label


@compiled
def pop(events: Int64s, heap: Int64s) -> int:
    """Take out the top entry, put the last one there and let it sink below those before it.

    Returns:
        The label.
    """
    top, size = heap[1, LABEL], events[SIZE] - 1
    time, label = heap[size + 1, TIME], heap[size + 1, LABEL]
    events[SIZE] = size
    place, below = 1, 2
    while below <= size:
        if below < size and heap[below + 1, TIME] < heap[below, TIME]:
            below += 1
        if heap[below, TIME] >= time:
            break
        heap[place, TIME], heap[place, LABEL] = heap[below, TIME], heap[below, LABEL]
        place, below = below, 2 * below
    heap[place, TIME], heap[place, LABEL] = time, label
    return int(top)


@inlined
def is_live(events: Int64s, label: int) -> bool:
    """Say whether an entry stands for the notification that its event holds."""
    event = label & 7
    return bool(events[ENTRY + event] == label >> 3 and 0 <= events[WHEN + event] < NEVER)


@inlined
def process_of(event: int) -> int:
    """Return the process that an event wakes."""
    return int(min(event + 1, CONTROLLER))


@compiled
def take_round(events: Int64s) -> int:
    """Start the next round of this time.

    Returns:
        Its processes in their order, the first one in the lowest base-4 digit; 0 for none.
    """
    left, events[ROUND] = events[ROUND], 0
    processes = shift = seen = 0
    while left:
        event = (left & 7) - 1
        left >>= 3
        events[WHEN + event] = NEVER
        process = process_of(event)
        if not seen >> process & 1:
            seen |= 1 << process
            processes |= process << shift
            shift += 2
    return processes


@compiled
def take_due(events: Int64s, heap: Int64s) -> int:
    """Go on to the next time at which an event happens.

    Returns:
        The processes that run then, as ``take_round``; 0 if nothing will ever happen.
    """
    while events[SIZE] and not is_live(events, heap[1, LABEL]):
        pop(events, heap)
    processes = shift = seen = 0
    if events[SIZE]:
        events[NOW] = heap[1, TIME]
    while events[SIZE] and heap[1, TIME] == events[NOW]:
        label = pop(events, heap)
        if is_live(events, label):
            event = label & 7
            events[WHEN + event] = NEVER
            process = process_of(event)
            if not seen >> process & 1:
                seen |= 1 << process
                processes |= process << shift
                shift += 2
    return processes


@compiled
def with_room(heap: Int64s, events: Int64s) -> Int64s:
    """Return the heap with room for what one time can add."""
    if events[SIZE] + SPARE < len(heap):
        return heap
    return np.concatenate((heap, np.zeros_like(heap)))
