"""The steady-state jump equals the full run; reuse equals doing the work again."""

from __future__ import annotations

import dataclasses
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.errors import SimulationError
from archsim.kernel import (
    BoundedStore,
    PeriodicState,
    ProcessGenerator,
    Reuse,
    Server,
    Simulation,
    content_key,
    run_periodic,
)
from archsim.kernel.steady_state import Step

ABSENT = None
Matrix = list[list[int | None]]


def max_plus(matrix: Matrix) -> Step:
    """One step of a max-plus system: each new time is the latest of old times plus delays."""

    def step(state: PeriodicState) -> PeriodicState:
        times = tuple(
            max(
                delay + old
                for delay, old in zip(row, state.times, strict=True)
                if delay is not None
            )
            for row in matrix
        )
        return PeriodicState(times, state.phase, tuple(total + 3 for total in state.totals))

    return step


def play(step: Step, state: PeriodicState, iterations: int) -> PeriodicState:
    for _ in range(iterations):
        state = step(state)
    return state


@st.composite
def max_plus_systems(draw: st.DrawFn) -> tuple[Matrix, tuple[int, ...]]:
    size = draw(st.integers(1, 5))
    entries = st.one_of(st.none(), st.integers(0, 9))
    matrix = [draw(st.lists(entries, min_size=size, max_size=size)) for _ in range(size)]
    for index, row in enumerate(matrix):
        if all(entry is None for entry in row):
            row[index] = draw(st.integers(0, 9))
    return matrix, tuple(draw(st.lists(st.integers(0, 40), min_size=size, max_size=size)))


@settings(deadline=None, max_examples=300)
@given(max_plus_systems(), st.integers(0, 300), st.integers(0, 60))
def test_jump_equals_the_full_run_on_max_plus_systems(
    system: tuple[Matrix, tuple[int, ...]], iterations: int, search: int
) -> None:
    """Reducible systems are among them: those that drift apart never repeat and are played."""
    matrix, times = system
    start = PeriodicState(times, "same", (7,))
    step = max_plus(matrix)
    run = run_periodic(step, start, iterations, search=search)
    assert run.state == play(step, start, iterations)
    assert run.iterations == iterations
    assert run.played <= iterations
    if run.period is not None:
        assert run.transient is not None
        assert run.played == run.transient + run.period
    else:
        assert run.played == iterations


def test_two_parts_in_turn_have_period_two() -> None:
    matrix: Matrix = [[ABSENT, 3], [10, ABSENT]]
    run = run_periodic(max_plus(matrix), PeriodicState((0, 0)), 10**18)
    assert (run.period, run.shift_fs, run.played) == (2, 13, 2)
    assert run.iteration_fs == Fraction(13, 2)
    assert run.state.times == (13 * 10**18 // 2, 13 * 10**18 // 2)


def test_a_transient_comes_before_the_pattern() -> None:
    matrix: Matrix = [[2, ABSENT], [0, 1]]
    start = PeriodicState((0, 40))
    run = run_periodic(max_plus(matrix), start, 1000)
    assert run.transient is not None
    assert run.transient > 20
    assert run.period == 1
    assert run.state == play(max_plus(matrix), start, 1000)


def test_without_recurrence_everything_is_played() -> None:
    matrix: Matrix = [[2, ABSENT], [ABSENT, 3]]
    run = run_periodic(max_plus(matrix), PeriodicState((0, 0)), 500)
    assert run.state.times == (1000, 1500)
    assert (run.played, run.period, run.transient, run.iteration_fs) == (500, None, None, None)


def test_phase_counts_and_totals_do_not() -> None:
    """Two buffers in turn: the phase makes the period 2; totals grow and are carried along."""

    def step(state: PeriodicState) -> PeriodicState:
        buffer = int(str(state.phase))
        took = (5, 9)[buffer]
        return PeriodicState(
            (state.times[0] + took,), str(1 - buffer), (state.totals[0] + took * 64,)
        )

    run = run_periodic(step, PeriodicState((3,), "0", (1,)), 1001, verify=True)
    assert (run.period, run.shift_fs) == (2, 14)
    assert run.state == PeriodicState((3 + 500 * 14 + 5,), "1", (1 + 64 * (500 * 14 + 5),))


def test_a_simulated_pipeline_is_jumped_exactly() -> None:
    """Stages as servers in the simulation against the recurrence of their finish times.

    A stage that finds the next store full waits, but only where a slower stage behind it waits
    anyway, so the last end does not depend on the depth and the recurrence leaves it out.
    """
    services = (7, 11, 4)
    depth = 2

    def simulate(jobs: int) -> int:
        sim = Simulation()
        stages = [Server(sim, f"stage {number}") for number in range(len(services))]
        room: list[BoundedStore[int]] = [
            BoundedStore(sim, f"room {number}", depth) for number in range(len(services))
        ]

        def worker(number: int) -> ProcessGenerator:
            for job in range(jobs):
                if number:
                    yield room[number].get()
                yield from stages[number].hold(services[number])
                if number + 1 < len(services):
                    yield room[number + 1].put(job)

        for number in range(len(services)):
            sim.process(worker(number), f"worker {number}")
        return sim.run()

    def step(state: PeriodicState) -> PeriodicState:
        # The times are the ends of each stage's last job.
        ends = []
        previous = state.times[0]
        for number, service in enumerate(services):
            begin = max(state.times[number], previous)
            previous = begin + service
            ends.append(previous)
        return PeriodicState(tuple(ends))

    for jobs in (1, 2, 5, 40):
        assert simulate(jobs) == run_periodic(step, PeriodicState((0, 0, 0)), jobs).state.times[-1]


def test_verify_finds_a_step_that_depends_on_absolute_time() -> None:
    def step(state: PeriodicState) -> PeriodicState:
        now = state.times[0]
        return PeriodicState((now + (1 if now < 50 else 2),))

    with pytest.raises(SimulationError, match="not time-invariant"):
        run_periodic(step, PeriodicState((0,)), 100, verify=True)


def test_the_search_covers_the_states_up_to_its_last_iteration() -> None:
    def step(state: PeriodicState) -> PeriodicState:
        return PeriodicState((state.times[0] + 3,))

    found = run_periodic(step, PeriodicState((0,)), 100, search=1)
    assert (found.period, found.played, found.state.times) == (1, 1, (300,))
    assert run_periodic(step, PeriodicState((0,)), 100, search=0).period is None


def test_bad_periodic_runs() -> None:
    with pytest.raises(SimulationError, match="iterations must not be negative"):
        run_periodic(lambda state: state, PeriodicState((0,)), -1)
    with pytest.raises(SimulationError, match="fixed number of times, found 0"):
        run_periodic(lambda state: state, PeriodicState(()), 1)
    with pytest.raises(SimulationError, match="fixed number of times, found 2 after 1"):
        run_periodic(lambda state: PeriodicState((0, 1)), PeriodicState((0,)), 2)
    with pytest.raises(SimulationError, match="fixed number of totals, found 0 after 1"):
        run_periodic(lambda state: PeriodicState((0,)), PeriodicState((0,), totals=(7,)), 2)


@dataclasses.dataclass(frozen=True)
class Layer:
    rows: int
    name: str


@dataclasses.dataclass(frozen=True)
class OtherLayer:
    rows: int
    name: str


def test_content_keys_tell_apart_what_differs() -> None:
    contents: list[object] = [
        None, 0, False, 0.0, -0.0, "", "0", b"", b"0", (), [], {}, 1, True, 1.0, "1", math.nan,
        Fraction(1, 2), 0.5, (1, 2), [1, 2], ((1,), 2), (1, (2,)), ("12",), ("1", "2"), {"a": 1},
        {"a": 1, "b": 2}, {"a": {"b": 2}}, Layer(1, "a"), Layer(2, "a"), OtherLayer(1, "a"),
        np.array([1, 2]), np.array([1, 2], dtype=np.int32), np.array([[1, 2]]), np.int64(1),
        np.float64(1.0), np.array([1.0, 2.0]),
    ]  # fmt: skip
    keys = [content_key(content) for content in contents]
    assert len(set(keys)) == len(keys)


def test_content_keys_agree_on_what_is_equal() -> None:
    assert content_key({"a": 1, "b": (2, math.nan)}) == content_key({"b": (2, math.nan), "a": 1})
    assert content_key(np.arange(6).reshape(2, 3).T) == content_key(
        np.ascontiguousarray(np.arange(6).reshape(2, 3).T)
    )
    assert content_key(Layer(1, "a")) == content_key(Layer(1, "a"))


def test_content_without_a_key() -> None:
    with pytest.raises(SimulationError, match="object cannot be compared by content"):
        content_key((1, object()))
    with pytest.raises(SimulationError, match="array of Python objects"):
        content_key(np.array([object()]))


def test_reuse_does_the_work_once() -> None:
    calls = []
    reuse: Reuse[int] = Reuse()

    def work(rows: int) -> int:
        calls.append(rows)
        return rows * 2

    results = [reuse.get(Layer(rows, "a"), lambda rows=rows: work(rows)) for rows in (3, 4, 3, 3)]
    assert results == [6, 8, 6, 6]
    assert calls == [3, 4]
    assert (reuse.computed, reuse.reused, len(reuse)) == (2, 2, 2)


def test_reuse_verifies() -> None:
    reuse: Reuse[tuple[float, ...]] = Reuse(verify=True)
    assert reuse.get("same", lambda: (1.0, math.nan)) == reuse.get("same", lambda: (1.0, math.nan))
    with pytest.raises(SimulationError, match="equal content gave different outcomes"):
        reuse.get("same", lambda: (1.0, 2.0))


def test_reuse_forgets_the_oldest() -> None:
    reuse: Reuse[int] = Reuse(max_entries=2)
    for number in (1, 2, 3, 1):
        assert reuse.get(number, lambda number=number: number) == number
    assert (reuse.computed, reuse.reused, len(reuse)) == (4, 0, 2)
    assert Reuse(max_entries=1).get("only", lambda: 7) == 7
    with pytest.raises(SimulationError, match="max_entries must be above zero"):
        Reuse(max_entries=0)
