"""A limit on the events of all simulations in a block of code."""

from __future__ import annotations

import pytest

from archsim.errors import SimulationError
from archsim.kernel import Simulation, event_limit


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


def test_blocks_nest_and_none_is_no_limit():
    with event_limit(3):
        with event_limit(None):
            assert run(10) > 3
        with pytest.raises(SimulationError):
            run(10)
