"""Micro-benchmarks of the kernel: ``python tests/bench/bench_kernel.py``.

Rates depend on the machine; the ratios against the plain alternative, measured in the same
process, do not depend on it much. Every pair does the same work.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import simpy

from archsim.kernel import (
    BoundedStore,
    PeriodicState,
    ProcessGenerator,
    Server,
    SharedBandwidth,
    Simulation,
    Timeline,
    run_periodic,
)


class Measurement(NamedTuple):
    """Work done and the time it took."""

    amount: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.amount / self.seconds


def measure(work: Callable[[], int], repeats: int = 3) -> Measurement:
    """Return the fastest of a few runs; ``work`` returns how much it did."""
    best: Measurement | None = None
    for _ in range(repeats):
        begin = time.perf_counter()
        amount = work()
        taken = Measurement(amount, time.perf_counter() - begin)
        if best is None or taken.seconds < best.seconds:
            best = taken
    assert best is not None
    return best


def kernel_delays(count: int) -> int:
    sim = Simulation()

    def body() -> ProcessGenerator:
        for _ in range(count // 10):
            yield sim.delay(1000)

    for number in range(10):
        sim.process(body(), f"p{number}")
    sim.run()
    return count


def simpy_delays(count: int) -> int:
    env = simpy.Environment()

    def body() -> Iterator[simpy.Event]:
        for _ in range(count // 10):
            yield env.timeout(1000)

    for _ in range(10):
        env.process(body())  # type: ignore[arg-type]
    env.run()
    return count


def kernel_server(users: int, uses: int) -> int:
    sim = Simulation()
    server = Server(sim, "server")

    def body(number: int) -> ProcessGenerator:
        for use in range(uses):
            yield from server.hold(10, priority=(number * 7 + use) % 16)

    for number in range(users):
        sim.process(body(number), "user")
    sim.run()
    return users * uses


def simpy_server(users: int, uses: int) -> int:
    env = simpy.Environment()
    resource = simpy.PriorityResource(env)

    def body(number: int) -> Iterator[simpy.Event]:
        for use in range(uses):
            with resource.request((number * 7 + use) % 16) as request:
                yield request
                yield env.timeout(10)

    for number in range(users):
        env.process(body(number))  # type: ignore[arg-type]
    env.run()
    return users * uses


def kernel_store(count: int) -> int:
    sim = Simulation()
    store: BoundedStore[int] = BoundedStore(sim, "store", 8)

    def writer() -> ProcessGenerator:
        for number in range(count):
            yield store.put(number)

    def reader() -> ProcessGenerator:
        for _ in range(count):
            yield store.get()

    sim.process(writer(), "writer")
    sim.process(reader(), "reader")
    sim.run()
    return count


def simpy_store(count: int) -> int:
    env = simpy.Environment()
    store = simpy.Store(env, 8)

    def writer() -> Iterator[simpy.Event]:
        for number in range(count):
            yield store.put(number)

    def reader() -> Iterator[simpy.Event]:
        for _ in range(count):
            yield store.get()

    env.process(writer())  # type: ignore[arg-type]
    env.process(reader())  # type: ignore[arg-type]
    env.run()
    return count


def sharing(discipline: str, flows: int, transfers: int) -> int:
    """Every flow starts its next transfer when the last has ended."""
    sim = Simulation()
    link = SharedBandwidth(sim, "link", 64e9, discipline)  # type: ignore[arg-type]

    def body(number: int) -> ProcessGenerator:
        for transfer in range(transfers):
            yield link.transfer(4096 + 64 * ((number * 31 + transfer * 17) % 64))

    for number in range(flows):
        sim.process(body(number), "flow")
    sim.run()
    return flows * transfers


def naive_round_robin(flows: int, transfers: int) -> int:
    """The same load with one event per quantum of 64 bytes."""
    env = simpy.Environment()
    link = simpy.Resource(env)

    def body(number: int) -> Iterator[simpy.Event]:
        for transfer in range(transfers):
            left = 4096 + 64 * ((number * 31 + transfer * 17) % 64)
            while left:
                with link.request() as request:
                    yield request
                    yield env.timeout(1_000_000)
                left -= 64

    for number in range(flows):
        env.process(body(number))  # type: ignore[arg-type]
    env.run()
    return flows * transfers


def recorded_server(timeline: Timeline | None, count: int) -> int:
    sim = Simulation(timeline)
    server = Server(sim, "server")

    def body() -> ProcessGenerator:
        for _ in range(count // 4):
            yield from server.hold(10, label="tile")

    for number in range(4):
        sim.process(body(), f"user {number}")
    sim.run()
    return count


def written_timeline(count: int) -> int:
    timeline = Timeline()
    for number in range(count):
        timeline.span("npu/array", "tile", number * 1000, number * 1000 + 999)
    with tempfile.TemporaryDirectory() as folder:
        timeline.write(Path(folder) / "trace.json.gz")
    return count


def pipeline_step(state: PeriodicState) -> PeriodicState:
    """Eight stages in a row without room between: each waits until the next one is free."""
    ends = []
    previous = state.times[0]
    next_free = (*state.times[1:], 0)
    services = (7, 11, 4, 9, 11, 3, 8, 5)
    for busy_until, free, service in zip(state.times, next_free, services, strict=True):
        previous = max(busy_until, previous, free) + service
        ends.append(previous)
    return PeriodicState(tuple(ends), None, (state.totals[0] + 1,))


def jumped(iterations: int) -> int:
    run_periodic(pipeline_step, PeriodicState((0,) * 8, None, (0,)), iterations)
    return iterations


def played(iterations: int) -> int:
    state = PeriodicState((0,) * 8, None, (0,))
    for _ in range(iterations):
        state = pipeline_step(state)
    return iterations


def rows() -> Iterator[tuple[str, Measurement, str, Measurement | None]]:
    """Yield what was measured, how fast, the alternative's name and how fast that is."""
    yield (
        "delays",
        measure(lambda: kernel_delays(200_000)),
        "SimPy run",
        measure(lambda: simpy_delays(200_000)),
    )
    yield (
        "server uses, 4 users",
        measure(lambda: kernel_server(4, 10_000)),
        "PriorityResource",
        measure(lambda: simpy_server(4, 10_000)),
    )
    yield (
        "server uses, 2,048 waiting",
        measure(lambda: kernel_server(2048, 10)),
        "PriorityResource",
        measure(lambda: simpy_server(2048, 3), repeats=1),
    )
    yield (
        "store put and get",
        measure(lambda: kernel_store(50_000)),
        "SimPy Store",
        measure(lambda: simpy_store(50_000)),
    )
    naive = measure(lambda: naive_round_robin(16, 20), repeats=1)
    for flows, transfers in ((16, 500), (256, 40), (2048, 5)):
        yield (
            f"round-robin transfers, {flows:,} at once",
            measure(lambda n=flows, m=transfers: sharing("round_robin", n, m), repeats=2),  # type: ignore[misc]
            "event per quantum (16)",
            naive,
        )
    for flows, transfers in ((16, 500), (256, 40), (2048, 5)):
        yield (
            f"processor-sharing transfers, {flows:,} at once",
            measure(lambda n=flows, m=transfers: sharing("processor_sharing", n, m), repeats=2),  # type: ignore[misc]
            "",
            None,
        )
    yield (
        "server uses, timeline off",
        measure(lambda: recorded_server(None, 40_000)),
        "timeline on",
        measure(lambda: recorded_server(Timeline(), 40_000)),
    )
    yield "spans written, gzip", measure(lambda: written_timeline(50_000), repeats=1), "", None
    yield (
        "iterations, steady-state jump",
        measure(lambda: jumped(100_000)),
        "every iteration played",
        measure(lambda: played(100_000)),
    )


def main() -> None:
    """Print the table."""
    write = sys.stdout.write
    write(f"{'what':<42}{'rate per s':>14}   {'against':<24}{'rate per s':>14}{'ratio':>10}\n")
    for what, ours, name, other in rows():
        line = f"{what:<42}{ours.rate:>14,.0f}"
        if other is not None:
            line += f"   {name:<24}{other.rate:>14,.0f}{ours.rate / other.rate:>10.2f}"
        write(line + "\n")


if __name__ == "__main__":
    main()
