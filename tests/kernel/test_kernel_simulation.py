"""The simulation: checked delays, order, failures as themselves, deadlocks by name, limits."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from archsim.errors import DeadlockError, InputError, SimulationError, UnknownNameError
from archsim.kernel import (
    BoundedStore,
    KeyedStore,
    ProcessGenerator,
    Server,
    SharedBandwidth,
    Simulation,
)


def sleeper(sim: Simulation, duration_fs: int) -> ProcessGenerator:
    yield sim.delay(duration_fs)


def waiter(event: object) -> ProcessGenerator:
    yield event  # type: ignore[misc]


def test_time_passes_in_integers() -> None:
    sim = Simulation()
    seen = []

    def body() -> ProcessGenerator:
        for duration_fs in (3, 0, np.int64(4)):
            yield sim.delay(duration_fs)
            seen.append(sim.now_fs)

    sim.process(body(), "body")
    assert sim.run() == 7
    assert seen == [3, 3, 7]
    assert all(type(time_fs) is int for time_fs in seen)
    assert sim.now_s == 7e-15


@pytest.mark.parametrize(
    "duration", [-1, -1.0, 0.5, 5.0, math.nan, math.inf, True, None, "5", Fraction(1, 2)]
)
def test_bad_delay(duration: object) -> None:
    sim = Simulation()
    with pytest.raises(SimulationError, match="delay in fs must"):
        sim.delay(duration)  # type: ignore[arg-type]
    assert sim.run() == 0


def test_same_instant_keeps_the_order_of_causes() -> None:
    sim = Simulation()
    order = []

    def body(name: str) -> ProcessGenerator:
        yield sim.delay(5)
        order.append(name)

    for name in "abcde":
        sim.process(body(name), name)
    sim.run()
    assert order == list("abcde")


def test_process_is_an_event_with_a_value() -> None:
    sim = Simulation()
    got = []

    def child() -> ProcessGenerator:
        yield sim.delay(2)

    def parent() -> ProcessGenerator:
        yield sim.process(child(), "child")
        got.append(sim.now_fs)
        yield sim.all_of([sim.process(child(), "left"), sim.process(sleeper(sim, 9), "right")])
        got.append(sim.now_fs)
        yield sim.all_of([])
        got.append(sim.now_fs)

    sim.process(parent(), "parent")
    sim.run()
    assert got == [2, 11, 11]


def test_an_already_past_event_is_not_waited_for() -> None:
    sim = Simulation()
    ready = sim.event("ready")
    ready.succeed("go")
    got = []

    def body() -> ProcessGenerator:
        yield sim.delay(4)
        got.append((yield ready))

    sim.process(body(), "late")
    assert sim.run() == 4
    assert got == ["go"]


@pytest.mark.parametrize(
    "error",
    [
        ValueError("broken"),
        UnknownNameError("device", "hbm9", ["hbm2", "hbm3"], key="dram.device"),
        InputError("too big", key="npu.rows", found="0"),
    ],
)
def test_an_exception_surfaces_as_itself(error: Exception) -> None:
    sim = Simulation()

    def body() -> ProcessGenerator:
        yield sim.delay(3)
        raise error

    def parent() -> ProcessGenerator:
        yield sim.process(body(), "child")

    sim.process(parent(), "parent")
    with pytest.raises(type(error)) as caught:
        sim.run()
    assert caught.value is error
    assert sim.now_fs == 3


def test_a_failed_event_surfaces_even_if_waited_for() -> None:
    sim = Simulation()
    error = KeyError("gone")
    event = sim.event("answer")
    sim.process(waiter(event), "asker")
    event.fail(error)
    with pytest.raises(KeyError) as caught:
        sim.run()
    assert caught.value is error


def test_deadlock_names_everyone_and_everything() -> None:
    sim = Simulation()
    array = Server(sim, "array")
    array.request()
    link = SharedBandwidth(sim, "hbm", 1e9)
    tiles: BoundedStore[int] = BoundedStore(sim, "tiles", 1)
    full: BoundedStore[int] = BoundedStore(sim, "results", 1)
    full.put(1)
    answers: KeyedStore[tuple[str, int], int] = KeyedStore(sim, "answers")
    go = sim.event("go")
    moved = link.transfer(4096, label="weights")
    link.set_rate(0)
    sim.process(array.hold(5), "gemm")
    sim.process(waiter(tiles.get()), "reader")
    sim.process(waiter(full.put(2)), "writer")
    sim.process(waiter(answers.get(("layer", 3))), "asker")
    sim.process(waiter(go), "starter")
    sim.process(waiter(moved), "mover")
    sim.process(waiter(sim.process(waiter(go), "inner")), "outer")
    sim.process(waiter(sim.all_of([go, sim.delay(3), sim.event("stop")])), "joiner")
    with pytest.raises(DeadlockError) as caught:
        sim.run()
    message = str(caught.value)
    for part in (
        "deadlock: nothing is left to happen after 3 fs",
        "process 'gemm' waits for server 'array' (1 of 1 in use, 1 waiting)",
        "process 'reader' waits for an item from store 'tiles' (empty)",
        "process 'writer' waits for room in store 'results' (all 1 places taken)",
        "process 'asker' waits for an item with key ('layer', 3) from store 'answers'",
        "process 'starter' waits for event 'go'",
        "process 'mover' waits for a transfer ('weights', 4096 bytes) on 'hbm' at 0 bytes/s",
        "process 'outer' waits for the end of process 'inner'",
        "process 'joiner' waits for all of (event 'go'; event 'stop')",
    ):
        assert part in message
    assert message.count("waits for") == 9


def test_a_daemon_may_wait_at_the_end() -> None:
    sim = Simulation()
    requests: BoundedStore[int] = BoundedStore(sim, "requests", 4)
    served = []

    def service() -> ProcessGenerator:
        while True:
            item = yield from requests.take()
            yield sim.delay(10)
            served.append(item)

    sim.process(service(), "service", daemon=True)
    requests.put(1)
    requests.put(2)
    assert sim.run() == 20
    assert served == [1, 2]


def test_a_run_can_go_on() -> None:
    sim = Simulation()
    sim.process(sleeper(sim, 5), "first")
    assert sim.run() == 5
    sim.process(sleeper(sim, 5), "second")
    assert sim.run() == 10


def test_limit_on_events() -> None:
    sim = Simulation()

    def endless() -> ProcessGenerator:
        while True:
            yield sim.delay(0)

    sim.process(endless(), "endless")
    with pytest.raises(SimulationError, match="limit of 1000 events at 0 fs"):
        sim.run(max_events=1000)
    assert sim.processed_events == 1000


def test_limit_on_time() -> None:
    sim = Simulation()
    sim.process(sleeper(sim, 100), "long")
    with pytest.raises(SimulationError, match="limit of 99 fs at 100 fs"):
        sim.run(max_time_fs=99)
    assert sim.now_fs < 100


def test_limits_that_are_just_met() -> None:
    sim = Simulation()
    sim.process(sleeper(sim, 100), "long")
    assert sim.run(max_time_fs=100, max_events=3) == 100
    assert sim.processed_events == 3


def test_run_inside_a_run() -> None:
    sim = Simulation()

    def body() -> ProcessGenerator:
        yield sim.delay(1)
        sim.run()

    sim.process(body(), "body")
    with pytest.raises(SimulationError, match="inside a run"):
        sim.run()


def test_a_process_needs_a_generator() -> None:
    sim = Simulation()
    with pytest.raises(SimulationError, match="process 'plain' needs a generator, found int"):
        sim.process(3, "plain")  # type: ignore[arg-type]


def test_scheduled_calls_and_cancelled_ones() -> None:
    sim = Simulation()
    seen = []
    sim.call_at(5, lambda: seen.append(sim.now_fs))
    late = sim.call_at(50, lambda: seen.append(sim.now_fs))
    late.cancel()
    assert sim.run() == 5  # a cancelled call does not even move time
    assert seen == [5]
    with pytest.raises(SimulationError, match="lies before now"):
        sim.call_at(4, lambda: None)


def test_ended_processes_are_forgotten() -> None:
    sim = Simulation()
    for number in range(100):
        sim.process(sleeper(sim, number), f"p{number}")
    sim.run()
    assert not sim._alive
