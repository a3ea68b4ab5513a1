"""Small promises of the kernel, each counted by hand."""

from __future__ import annotations

import pytest

from archsim.errors import SimulationError
from archsim.kernel import KeyedStore, ProcessGenerator, Simulation
from archsim.kernel.clock import divide_to_nearest
from archsim.kernel.processor_sharing import ProcessorSharing
from archsim.kernel.round_robin import RoundRobin, _PrefixSums


@pytest.mark.parametrize(
    ("numerator", "denominator", "quotient"),
    [(1, 2, 0), (3, 2, 2), (5, 2, 2), (7, 2, 4), (4, 3, 1), (5, 3, 2), (0, 3, 0)],
)
def test_ties_go_to_the_even_quotient(numerator: int, denominator: int, quotient: int) -> None:
    assert divide_to_nearest(numerator, denominator) == quotient


def test_items_of_one_key_wait_until_each_is_taken() -> None:
    sim = Simulation()
    store: KeyedStore[str, int] = KeyedStore(sim, "replies")
    for item in (1, 2, 3):
        store.put("a", item)
    got = []

    def reader() -> ProcessGenerator:
        for _ in range(3):
            got.append((yield from store.take("a")))

    sim.process(reader(), "reader")
    sim.run()
    assert got == [1, 2, 3]


def test_a_process_that_waits_for_a_plain_event_is_told_so() -> None:
    sim = Simulation()

    def waiting() -> ProcessGenerator:
        yield sim.environment.event()

    sim.process(waiting(), "stuck")
    with pytest.raises(SimulationError, match="an unnamed event"):
        sim.run()


def test_prefix_sums_hold_as_many_entries_as_they_say() -> None:
    sums = _PrefixSums(8)
    for index in range(8):
        sums.add(index, index + 1)
    assert len(sums) == 8
    assert [sums.before(index) for index in range(9)] == [0, 1, 3, 6, 10, 15, 21, 28, 36]


def test_shares_follow_the_weights() -> None:
    # 10 B at weight 1 and 10 B at weight 2: after 15 B the second is done, 5 B later the first.
    sharing = ProcessorSharing()
    sharing.add(1, 10, 1)
    sharing.add(2, 10, 2)
    assert sharing.until_next_finish() == 15 * sharing.scale
    assert sharing.serve(15 * sharing.scale) == [2]
    assert sharing.until_next_finish() == 5 * sharing.scale
    assert sharing.serve(5 * sharing.scale) == [1]


def test_turns_are_counted_in_bytes_until_a_finer_scale_is_asked_for() -> None:
    # Turns of 4 B: 4 of the first, 3 of the second (done), 4 and 2 of the first.
    turns = RoundRobin(4)
    turns.add(1, 10, 1)
    turns.add(2, 3, 1)
    assert (turns.scale, len(turns), turns.until_next_finish()) == (1, 2, 7)
    assert turns.serve(7) == [2]
    assert turns.until_next_finish() == 6
    turns.refine(3)
    assert (turns.scale, turns.until_next_finish()) == (3, 18)
    assert turns.serve(18) == [1]
