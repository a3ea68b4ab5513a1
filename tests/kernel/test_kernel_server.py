"""The heap server: order, capacity, statistics, and equality with SimPy's own resource."""

from __future__ import annotations

import math

import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.errors import SimulationError
from archsim.kernel import ProcessGenerator, Server, Simulation, Timeline

JOBS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 12), st.integers(-2, 2)), min_size=1, max_size=25
)
Jobs = list[tuple[int, int, int]]


def serve(jobs: Jobs, capacity: int, by_hand: bool = False) -> tuple[list[tuple[int, int]], Server]:
    """Run jobs (arrival, duration, priority); return their (start, end) and the server."""
    sim = Simulation(Timeline())
    server = Server(sim, "server", capacity)
    spans = [(0, 0)] * len(jobs)

    def job(number: int) -> ProcessGenerator:
        arrival, duration, priority = jobs[number]
        yield sim.delay(arrival)
        if by_hand:
            yield server.request(priority)
            yield sim.delay(duration)
            server.release()
        else:
            yield from server.hold(duration, priority)
        spans[number] = (sim.now_fs - duration, sim.now_fs)

    for number in range(len(jobs)):
        sim.process(job(number), f"job {number}")
    sim.run()
    return spans, server


def serve_with_simpy(jobs: Jobs, capacity: int) -> list[tuple[int, int]]:
    env = simpy.Environment()
    resource = simpy.PriorityResource(env, capacity)
    spans = [(0, 0)] * len(jobs)

    def job(number: int):  # type: ignore[no-untyped-def]
        arrival, duration, priority = jobs[number]
        yield env.timeout(arrival)
        with resource.request(priority) as request:
            yield request
            yield env.timeout(duration)
        spans[number] = (env.now - duration, env.now)

    for number in range(len(jobs)):
        env.process(job(number))
    env.run()
    return spans


def test_first_come_first_served_among_equals() -> None:
    spans, server = serve([(0, 10, 0), (1, 10, 0), (2, 10, 0)], 1)
    assert spans == [(0, 10), (10, 20), (20, 30)]
    assert server.busy_fs == 30
    assert server.utilisation == 1.0
    assert server.waited_fs == 9 + 18


def test_lower_priority_number_goes_first() -> None:
    spans, _ = serve([(0, 10, 0), (1, 10, 5), (2, 10, -1), (3, 10, 5)], 1)
    assert [start for start, _ in spans] == [0, 20, 10, 30]


def test_capacity() -> None:
    spans, server = serve([(0, 10, 0)] * 5, 2)
    assert [start for start, _ in spans] == [0, 0, 10, 10, 20]
    assert server.busy_fs == 50
    assert server.utilisation == pytest.approx(50 / 60)


def test_nobody_steps_in_between_release_and_grant() -> None:
    sim = Simulation()
    server = Server(sim, "server")
    order = []

    def holder() -> ProcessGenerator:
        yield from server.hold(5)
        order.append("holder")
        yield from server.hold(5)  # asks again at the instant of its own release
        order.append("holder again")

    def other() -> ProcessGenerator:
        yield sim.delay(1)
        yield from server.hold(5)
        order.append("other")

    sim.process(holder(), "holder")
    sim.process(other(), "other")
    assert sim.run() == 15
    assert order == ["holder", "other", "holder again"]


@settings(deadline=None, max_examples=150)
@given(JOBS, st.integers(1, 3), st.booleans())
def test_conservation_and_priority(jobs: Jobs, capacity: int, by_hand: bool) -> None:
    spans, server = serve(jobs, capacity, by_hand)
    assert server.busy_fs == sum(duration for _, duration, _ in jobs)
    assert server.waited_fs == sum(
        start - arrival for (start, _), (arrival, _, _) in zip(spans, jobs, strict=True)
    )
    assert 0 <= server.utilisation <= 1
    assert server.in_use == server.queue_length == 0
    instants = sorted({instant for span in spans for instant in span})
    for instant in instants:
        assert sum(start <= instant < end for start, end in spans) <= capacity
    for (start, _), (arrival, _, priority) in zip(spans, jobs, strict=True):
        for (other_start, _), (other_arrival, _, other_priority) in zip(spans, jobs, strict=True):
            if other_priority > priority and arrival < other_start:
                assert start <= other_start, "a less urgent job went first"
            if other_priority == priority and other_arrival < arrival:
                assert other_start <= start, "a later job of equal priority went first"


@settings(deadline=None, max_examples=100)
@given(JOBS, st.integers(1, 3))
def test_same_schedule_as_simpy_when_no_instants_tie(jobs: Jobs, capacity: int) -> None:
    # Distinct powers of two make every sum of them, so every instant, different.
    apart = [
        (arrival + (1 << (100 + 2 * number)), duration + (1 << (101 + 2 * number)), priority)
        for number, (arrival, duration, priority) in enumerate(jobs)
    ]
    assert serve(apart, capacity)[0] == serve_with_simpy(apart, capacity)


@settings(deadline=None, max_examples=50)
@given(JOBS, st.integers(1, 3))
def test_runs_are_reproducible(jobs: Jobs, capacity: int) -> None:
    assert serve(jobs, capacity)[0] == serve(jobs, capacity)[0]


def test_timeline_shows_the_service_not_the_wait() -> None:
    sim = Simulation(Timeline())
    server = Server(sim, "npu/array")
    sim.process(server.hold(10, label="first"), "a")
    sim.process(server.hold(10), "b")
    sim.run()
    assert sim.timeline is not None
    assert [span[:4] for span in sim.timeline.spans] == [
        ("npu/array", "first", 0, 10),
        ("npu/array", "npu/array", 10, 20),
    ]


def test_bad_use() -> None:
    sim = Simulation()
    server = Server(sim, "server")
    with pytest.raises(SimulationError, match="'server' was released more often than granted"):
        server.release()
    for capacity in (0, -1, 1.5, True):
        with pytest.raises(SimulationError, match="capacity of server 'x'"):
            Server(sim, "x", capacity)  # type: ignore[arg-type]
    with pytest.raises(SimulationError, match=r"'server\.in_use' is declared twice"):
        Server(sim, "server")
    server.request()
    for priority in (0.5, math.nan, True):
        with pytest.raises(SimulationError, match="priority at server 'server' must be an integer"):
            server.request(priority)  # type: ignore[arg-type]


@pytest.mark.parametrize("duration", [-1, 2.0, math.nan])
def test_bad_duration(duration: float) -> None:
    sim = Simulation()
    sim.process(Server(sim, "server").hold(duration), "job")  # type: ignore[arg-type]
    with pytest.raises(SimulationError, match="delay in fs must"):
        sim.run()
