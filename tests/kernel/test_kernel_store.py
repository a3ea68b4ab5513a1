"""Stores: order, blocking, keys, conservation."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.errors import SimulationError
from archsim.kernel import BoundedStore, KeyedStore, ProcessGenerator, Simulation


def test_put_blocks_when_full_and_get_when_empty() -> None:
    sim = Simulation()
    store: BoundedStore[str] = BoundedStore(sim, "tiles", 2)
    put_at, got_at = [], []

    def writer() -> ProcessGenerator:
        for name in "abcd":
            yield store.put(name)
            put_at.append(sim.now_fs)

    def reader() -> ProcessGenerator:
        for _ in range(4):
            yield sim.delay(10)
            item = yield from store.take()
            got_at.append((item, sim.now_fs))

    sim.process(writer(), "writer")
    sim.process(reader(), "reader")
    sim.run()
    assert put_at == [0, 0, 10, 20]
    assert got_at == [("a", 10), ("b", 20), ("c", 30), ("d", 40)]
    assert len(store) == 0
    figures = sim.statistics.to_dict()
    assert figures["tiles.level.max"] == 2
    assert figures["tiles.level.mean"] == (30 * 2 + 10 * 1) / 40


def test_a_waiting_reader_is_handed_the_item() -> None:
    sim = Simulation()
    store: BoundedStore[int] = BoundedStore(sim, "tiles", 1)
    first, second = store.get(), store.get()
    store.put(1)
    assert first.triggered
    assert first.value == 1
    assert not second.triggered
    assert len(store) == 0


@settings(deadline=None, max_examples=100)
@given(
    st.integers(1, 4),
    st.lists(st.integers(0, 5), min_size=1, max_size=30),
    st.lists(st.integers(0, 5), min_size=30, max_size=30),
)
def test_everything_arrives_in_order(capacity: int, gaps: list[int], lags: list[int]) -> None:
    """The pipeline's closed form: put k waits for get k - capacity, get k for put k."""
    sim = Simulation()
    store: BoundedStore[int] = BoundedStore(sim, "store", capacity)
    puts, gets, items = [], [], []

    def writer() -> ProcessGenerator:
        for number, gap in enumerate(gaps):
            yield sim.delay(gap)
            yield store.put(number)
            puts.append(sim.now_fs)

    def reader() -> ProcessGenerator:
        for lag in lags[: len(gaps)]:
            yield sim.delay(lag)
            items.append((yield from store.take()))
            gets.append(sim.now_fs)

    sim.process(writer(), "writer")
    sim.process(reader(), "reader")
    sim.run()
    assert items == list(range(len(gaps)))
    put_at: list[int] = []
    get_at: list[int] = []
    for number, gap in enumerate(gaps):
        asked = (put_at[-1] if put_at else 0) + gap
        room = get_at[number - capacity] if number >= capacity else 0
        put_at.append(max(asked, room))
        get_at.append(max((get_at[-1] if get_at else 0) + lags[number], put_at[-1]))
    assert puts == put_at
    assert gets == get_at


def test_keyed_store_hands_out_by_key() -> None:
    sim = Simulation()
    store: KeyedStore[str, int] = KeyedStore(sim, "answers")
    got = []

    def reader(key: str) -> ProcessGenerator:
        item = yield from store.take(key)
        got.append((key, item, sim.now_fs))

    def writer() -> ProcessGenerator:
        for key, item in (("b", 1), ("c", 2), ("a", 3), ("a", 4), ("b", 5)):
            yield sim.delay(1)
            store.put(key, item)

    for key in "aab":
        sim.process(reader(key), key)
    sim.process(writer(), "writer")
    sim.run()
    assert got == [("b", 1, 1), ("a", 3, 3), ("a", 4, 4)]
    assert len(store) == 2
    assert store.get("c").value == 2
    assert store.get("b").value == 5
    assert len(store) == 0


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3)), max_size=60))
def test_keyed_store_equals_a_queue_per_key(operations: list[tuple[bool, int]]) -> None:
    sim = Simulation()
    store: KeyedStore[int, int] = KeyedStore(sim, "store")
    model: dict[int, tuple[deque[int], deque[int]]] = {}
    expected: dict[int, int] = {}
    events = {}
    for number, (is_put, key) in enumerate(operations):
        items, askers = model.setdefault(key, (deque(), deque()))
        if is_put:
            store.put(key, number)
            items.append(number)
        else:
            events[number] = store.get(key)
            askers.append(number)
        if items and askers:
            expected[askers.popleft()] = items.popleft()
    got = {number: event.value for number, event in events.items() if event.triggered}
    assert got == expected
    assert len(store) == sum(len(items) for items, _ in model.values())


def test_bad_stores() -> None:
    sim = Simulation()
    for capacity in (0, -3, 2.0, True):
        with pytest.raises(SimulationError, match="capacity of store 'x'"):
            BoundedStore(sim, "x", capacity)  # type: ignore[arg-type]
    KeyedStore(sim, "x")
    with pytest.raises(SimulationError, match="declared twice"):
        KeyedStore(sim, "x")
