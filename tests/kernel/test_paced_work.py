"""Work at a common pace: against brute force, and its messages."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.errors import DeadlockError, SimulationError
from archsim.kernel import PacedWork, ProcessGenerator, Simulation

PACES = st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(3, 7), Fraction(9, 8)])


def play(durations: list[int], changes: list[tuple[int, Fraction]]) -> list[int]:
    """Start all pieces at zero, change the pace as told, return when each is done."""
    sim = Simulation()
    paced = PacedWork(sim, "engines")
    ends = [-1] * len(durations)

    def piece(index: int) -> ProcessGenerator:
        yield paced.work(durations[index], f"piece {index}")
        ends[index] = sim.now_fs

    def pacer() -> ProcessGenerator:
        for wait, pace in changes:
            yield sim.delay(wait)
            paced.set_pace(pace)

    for index in range(len(durations)):
        sim.process(piece(index), f"piece {index}")
    sim.process(pacer(), "pacer")
    sim.run()
    return ends


def brute(duration: int, changes: list[tuple[int, Fraction]]) -> int:
    """Walk through the changes of pace with exact fractions."""
    now, done, pace = Fraction(0), Fraction(0), Fraction(1)
    for wait, following in changes:
        if done + wait * pace >= duration:
            break
        now, done, pace = now + wait, done + wait * pace, following
    end = now + (duration - done) / pace
    return -(-end.numerator // end.denominator)


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.integers(0, 10_000), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 3_000), PACES), max_size=6),
)
def test_each_piece_ends_when_its_own_progress_says(
    durations: list[int], changes: list[tuple[int, Fraction]]
) -> None:
    assert play(durations, changes) == [brute(duration, changes) for duration in durations]


def test_pieces_do_not_slow_each_other_down() -> None:
    assert play([100, 100, 250], []) == [100, 100, 250]


@given(st.integers(1, 10_000), PACES.filter(lambda pace: pace < 1))
@settings(deadline=None, max_examples=50)
def test_a_slower_pace_is_never_faster(duration: int, pace: Fraction) -> None:
    assert play([duration], [(0, pace)])[0] >= play([duration], [])[0]


def test_paces_and_durations_are_checked() -> None:
    paced = PacedWork(Simulation(), "engines")
    with pytest.raises(SimulationError, match="pace of 'engines' must be above zero"):
        paced.set_pace(Fraction(0))
    with pytest.raises(SimulationError, match="work on 'engines' in fs must not be negative"):
        paced.work(-1)


def test_a_deadlock_names_the_work_that_is_waited_for() -> None:
    sim = Simulation()
    paced = PacedWork(sim, "engines")

    def waits() -> ProcessGenerator:
        event = paced.work(10, "tile")
        paced._wake.cancel()  # type: ignore[union-attr]
        yield event

    sim.process(waits(), "channel 3")
    with pytest.raises(DeadlockError, match=r"'channel 3' waits for work on 'engines' \(tile\)"):
        sim.run()


def test_work_that_is_done_as_the_pace_changes_is_not_called_back() -> None:
    # Done after a twentieth of a femtosecond, so at 1 fs; the pace falls before that is noticed.
    sim = Simulation()
    paced = PacedWork(sim, "engines")
    paced.set_pace(Fraction(20))
    ends = []

    def slows_down() -> ProcessGenerator:
        yield sim.delay(1)
        paced.set_pace(Fraction(1, 10))

    def works() -> ProcessGenerator:
        yield sim.delay(0)
        yield paced.work(1)
        ends.append(sim.now_fs)

    sim.process(slows_down(), "clock")
    sim.process(works(), "work")
    sim.run()
    assert ends == [1]
