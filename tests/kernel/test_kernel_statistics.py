"""Declared statistics: declarations, exact figures, exports."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.errors import SimulationError
from archsim.kernel import Figure, Simulation, Statistics


def fresh() -> Statistics:
    return Statistics(lambda: 100)


def test_counter() -> None:
    counter = fresh().counter("dram.reads", "1", "Reads issued")
    counter.add()
    counter.add(2**60)
    assert counter.total == 2**60 + 1


def test_time_weighted() -> None:
    level = Simulation().statistics.time_weighted("queue", "1", "Requests waiting")
    level.set(3, 10)
    level.set(7, 20)
    level.set(0, 20)
    level.set(1, 40)
    assert level.integral(50) == 30 + 10
    assert level.mean(50) == 0.8
    assert level.maximum == 7
    with pytest.raises(SimulationError, match="queue was set at 39 fs, before 40 fs"):
        level.set(2, 39)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**16), st.integers(0, 10**6)), max_size=20))
def test_time_weighted_is_exact(changes: list[tuple[int, int]]) -> None:
    level = Simulation().statistics.time_weighted("level", "bytes", "Bytes held")
    now = area = value = 0
    for gap, new in changes:
        area += gap * value
        now, value = now + gap, new
        level.set(new, now)
    assert level.integral(now + 5) == area + 5 * value
    assert level.mean(now + 5) == (area + 5 * value) / (now + 5)


def test_distribution_of_a_hundred() -> None:
    values = fresh().distribution("latency", "fs", "Time from request to answer")
    for value in range(100, 0, -1):
        values.add(value)
    assert values.mean() == 50.5
    assert values.quantile(0.5) == 50
    assert values.quantile(0.99) == 99  # 0.99 * 100 is a little more than 99 in floats
    assert values.quantile(0.07) == 7  # as is 0.07 * 100
    assert values.quantile(0) == 1
    assert values.quantile(1) == 100
    values.add(1000)
    assert values.quantile(1) == 1000
    with pytest.raises(SimulationError, match="between 0 and 1"):
        values.quantile(99)
    for bad in (math.nan, math.inf):
        with pytest.raises(SimulationError, match="latency got"):
            values.add(bad)


def test_empty_distribution() -> None:
    values = fresh().distribution("latency", "fs", "Time from request to answer")
    assert values.figures(0) == {"count": 0, "mean": 0.0, "p50": 0.0, "p99": 0.0, "max": 0.0}


@settings(deadline=None)
@given(
    st.lists(st.integers(-(10**18), 10**18), min_size=1, max_size=50),
    st.integers(0, 1000),
)
def test_quantile_is_the_nearest_rank(values: list[int], thousandths: int) -> None:
    distribution = fresh().distribution("values", "1", "Values")
    for value in values:
        distribution.add(value)
    found = distribution.quantile(thousandths / 1000)
    wanted = Fraction(thousandths, 1000)
    assert found in values
    assert sum(value <= found for value in values) >= wanted * len(values)
    assert found == min(values) or sum(value < found for value in values) < wanted * len(values)
    assert distribution.quantile(0.5) == np.percentile(values, 50, method="inverted_cdf")
    assert distribution.mean() == sum(values) / len(values)


def test_exports() -> None:
    statistics = fresh()
    statistics.counter("hbm.bytes", "bytes", "Bytes moved").add(64)
    statistics.time_weighted("hbm.queue", "1", "Requests waiting")
    statistics.distribution("hbm.latency", "fs", "Latency").add(5)
    assert statistics.to_dict() == {
        "hbm.bytes": 64,
        "hbm.queue.mean": 0.0,
        "hbm.queue.max": 0,
        "hbm.latency.count": 1,
        "hbm.latency.mean": 5.0,
        "hbm.latency.p50": 5,
        "hbm.latency.p99": 5,
        "hbm.latency.max": 5,
    }
    figures = statistics.figures()
    assert figures[0] == Figure("hbm.bytes", "bytes", "Bytes moved", 64)
    assert [figure.unit for figure in figures[3:5]] == ["1", "fs"]
    assert len(statistics) == 3
    assert statistics["hbm.queue"].declaration.meaning == "Requests waiting"


def test_each_is_declared_once_and_fully() -> None:
    statistics = fresh()
    statistics.counter("a", "1", "Something")
    with pytest.raises(SimulationError, match="'a' is declared twice"):
        statistics.distribution("a", "1", "Something else")
    for name, unit, meaning in (("", "1", "x"), ("b", "", "x"), ("b", "1", "")):
        with pytest.raises(SimulationError, match="needs a name, a unit and a meaning"):
            statistics.time_weighted(name, unit, meaning)
