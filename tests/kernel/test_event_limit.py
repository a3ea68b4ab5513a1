"""A limit on the events of all simulations in a block of code."""

from __future__ import annotations

import pytest

from archsim.errors import SimulationError
from archsim.kernel import Simulation, event_limit
from archsim.kernel.event_limit import current_budget


def run(ticks: int, max_events: int | None = None) -> int:
    sim = Simulation()

    def process():
        for _ in range(ticks):
            yield sim.delay(1)

    sim.process(process(), "ticks")
    sim.run(max_events=max_events)
    return sim.processed_events


def test_a_block_may_use_its_events_and_no_more():
    needed = run(10)
    with event_limit(2 * needed):
        assert run(10) == run(10) == needed
        with pytest.raises(SimulationError, match=f"its limit of {2 * needed} events at 0 fs"):
            run(10)
    assert run(10) == needed


def test_the_smaller_of_two_limits_counts():
    with event_limit(1000), pytest.raises(SimulationError, match="its limit of 5 events"):
        run(10, max_events=5)
    with event_limit(5), pytest.raises(SimulationError, match="its limit of 5 events"):
        run(10, max_events=1000)


def test_a_limit_that_equals_what_is_left_of_the_block_is_the_one_that_is_named():
    needed = run(10)
    with event_limit(needed + 3):
        run(10)
        with pytest.raises(SimulationError, match="its limit of 3 events"):
            run(10, max_events=3)


def test_a_simulation_that_goes_on_counts_only_its_new_events():
    sim = Simulation()

    def process():
        for _ in range(10):
            yield sim.delay(1)

    with event_limit(10_000):
        sim.process(process(), "first")
        sim.run()
        once = sim.processed_events
        sim.process(process(), "second")
        sim.run()
        assert sim.processed_events == 2 * once
        assert current_budget().left == 10_000 - 2 * once


def test_blocks_nest_and_none_is_no_limit():
    with event_limit(3):
        with event_limit(None):
            assert run(10) > 3
        with pytest.raises(SimulationError):
            run(10)
