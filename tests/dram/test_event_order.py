"""The order of events of equal time, by hand; and runs in which it decides what happens."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.architectures.dram import outcome
from archsim.architectures.dram.config import Controller
from archsim.architectures.dram.events import (
    ARBITER,
    AT_ARBITER,
    AT_PLAYER,
    COMMAND_READY,
    CONTROLLER,
    DATA_READY,
    NOW,
    PLAYER,
    REQUEST_SENT,
    RESPONSE_TAKEN,
    ROUND,
    SIZE,
    SPARE,
    TIME,
    new_heap,
    notify_at,
    notify_now,
    pop,
    push,
    take_due,
    take_round,
)
from archsim.architectures.dram.front import (
    BEGIN_REQ,
    BEGIN_RESP,
    END_REQ,
    END_RESP,
    new_front,
    read,
    tell,
    tell_later,
    turn_round,
)


def in_order(processes):
    """Return processes as a list, from their base-4 digits."""
    found = []
    while processes:
        found.append(processes & 3)
        processes >>= 2
    return found


def filled(times):
    front, heap = new_front(), new_heap()
    for label, time in enumerate(times):
        push(front, heap, time, label)
    return front, heap


def test_equal_times_leave_the_heap_as_its_shape_has_them():
    """The last of four moves to the top and stays, as no other is before it: 0, 3, 2, 1."""
    front, heap = filled([5, 5, 5, 5])
    assert [pop(front, heap) for _ in range(4)] == [0, 3, 2, 1]


def test_an_earlier_entry_turns_the_order_of_two_equal_ones():
    """With the entry for 4 on top, 2 is last and takes its place ahead of 1."""
    front, heap = filled([4, 5, 5])
    assert [pop(front, heap) for _ in range(3)] == [0, 2, 1]
    front, heap = filled([5, 5])
    assert [pop(front, heap) for _ in range(2)] == [0, 1]


@settings(deadline=None)
@given(st.lists(st.integers(0, 20), min_size=1, max_size=150))
def test_times_leave_the_heap_in_order(times):
    front, heap = filled(times)
    left = []
    while front[SIZE]:
        assert heap[1, TIME] == min(heap[1 : front[SIZE] + 1, TIME])
        left.append(times[pop(front, heap)])
    assert left == sorted(times)


def test_an_event_keeps_the_earlier_of_two_notifications():
    front, heap = new_front(), new_heap()
    notify_at(front, heap, COMMAND_READY, 7)
    notify_at(front, heap, COMMAND_READY, 9)
    assert front[SIZE] == 1
    notify_at(front, heap, COMMAND_READY, 3)
    assert heap[1 : front[SIZE] + 1, TIME].tolist() == [3, 7]
    assert in_order(take_due(front, heap)) == [CONTROLLER]
    assert front[NOW] == 3
    assert take_due(front, heap) == 0  # the entry for 7 has no effect
    assert front[NOW] == 3


def test_an_entry_without_effect_still_decides_who_is_first():
    """The same two notifications for 5; without and with an entry that a round made void."""
    front, heap = new_front(), new_heap()
    notify_at(front, heap, COMMAND_READY, 5)
    notify_at(front, heap, AT_ARBITER, 5)
    assert in_order(take_due(front, heap)) == [CONTROLLER, ARBITER]
    front, heap = new_front(), new_heap()
    notify_at(front, heap, DATA_READY, 4)
    notify_now(front, DATA_READY)
    assert in_order(take_round(front)) == [CONTROLLER]
    notify_at(front, heap, COMMAND_READY, 5)
    notify_at(front, heap, AT_ARBITER, 5)
    assert in_order(take_due(front, heap)) == [ARBITER, CONTROLLER]


def test_a_round_runs_the_event_notified_last_first_and_each_process_once():
    front, _ = new_front(), new_heap()
    for event in (AT_PLAYER, REQUEST_SENT, AT_ARBITER, RESPONSE_TAKEN, AT_PLAYER):
        notify_now(front, event)
    assert in_order(take_round(front)) == [CONTROLLER, ARBITER, PLAYER]
    assert front[ROUND] == 0


def test_a_notification_for_now_replaces_one_for_later():
    front, heap = new_front(), new_heap()
    notify_at(front, heap, AT_PLAYER, 8)
    notify_now(front, AT_PLAYER)
    notify_at(front, heap, AT_PLAYER, 6)
    assert front[SIZE] == 1
    assert in_order(take_round(front)) == [PLAYER]
    assert take_due(front, heap) == 0


def test_messages_of_this_round_are_not_read_in_it():
    front = new_front()
    tell(front, AT_ARBITER, BEGIN_RESP)
    tell(front, AT_ARBITER, END_REQ)
    assert read(front, AT_ARBITER) == 0
    turn_round(front)
    assert [read(front, AT_ARBITER) for _ in range(3)] == [BEGIN_RESP, END_REQ, 0]


def test_messages_for_one_later_time_are_read_as_they_were_sent():
    front, heap = new_front(), new_heap()
    tell_later(front, heap, AT_ARBITER, END_RESP, 9)
    tell_later(front, heap, AT_ARBITER, BEGIN_REQ, 9)
    tell_later(front, heap, AT_ARBITER, BEGIN_RESP, 12)
    take_due(front, heap)
    assert [read(front, AT_ARBITER) for _ in range(3)] == [END_RESP, BEGIN_REQ, 0]


def test_a_heap_that_fills_up_grows_without_a_difference(peer, ddr3, monkeypatch):
    """Each idle gap leaves an entry for the next refresh; room for eight more is soon used up."""
    requests = peer.decoded("random_rw33_10k_g20", "ddr3-1600")
    usual = outcome.run_requests(requests, ddr3, Controller(), keep_record=True)
    monkeypatch.setattr(outcome, "new_heap", lambda: np.zeros((SPARE + 8, 2), np.int64))
    grown = outcome.run_requests(requests, ddr3, Controller(), keep_record=True)
    assert usual == grown
    assert usual.record.received_cycles.tolist() == grown.record.received_cycles.tolist()
