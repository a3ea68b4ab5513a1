"""Stores through which processes hand things to each other, in order or by key."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Hashable
from typing import Generic, TypeVar, cast

from simpy.events import Event

from archsim.errors import SimulationError
from archsim.kernel.clock import whole_number
from archsim.kernel.events import DescribedEvent
from archsim.kernel.simulation import Simulation

Item = TypeVar("Item")
Key = TypeVar("Key", bound=Hashable)


class BoundedStore(Generic[Item]):
    """A first-in first-out store with room for ``capacity`` items.

    Whoever puts into a full store waits, and so does whoever gets from an empty one; both queues
    are served in order of arrival. Every operation costs O(1).

    Args:
        sim: The simulation it lives in.
        name: Name in messages and statistics; unique in the simulation.
        capacity: Room, above zero.

    Raises:
        SimulationError: If the capacity is not a whole number above zero or the name is taken.
    """

    def __init__(self, sim: Simulation, name: str, capacity: int) -> None:
        if whole_number(capacity, f"capacity of store {name!r}") == 0:
            raise SimulationError(f"capacity of store {name!r} must be above zero, found 0")
        self.sim = sim
        self.name = name
        self.capacity = capacity
        self._items: deque[Item] = deque()
        self._getting: deque[_Passage] = deque()
        self._putting: deque[tuple[_Passage, Item]] = deque()
        self._level = sim.statistics.time_weighted(f"{name}.level", "1", f"Items in {name}")

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: Item) -> Event:
        """Put an item in; the returned event happens when there was room for it."""
        done = _Passage(self.sim, f"room in store {self.name!r} (all {self.capacity} places taken)")
        if self._getting:
            self._getting.popleft().succeed(item)
            done.succeed()
        elif len(self._items) < self.capacity:
            self._items.append(item)
            self._level.set(len(self._items), self.sim.now_fs)
            done.succeed()
        else:
            self._putting.append((done, item))
        return done

    def get(self) -> Event:
        """Take the oldest item out; it is the value of the returned event once there is one."""
        done = _Passage(self.sim, f"an item from store {self.name!r} (empty)")
        if not self._items:
            self._getting.append(done)
            return done
        done.succeed(self._items.popleft())
        if self._putting:
            admitted, item = self._putting.popleft()
            self._items.append(item)
            admitted.succeed()
        self._level.set(len(self._items), self.sim.now_fs)
        return done

    def take(self) -> Generator[Event, object, Item]:
        """Get with the item's type: ``item = yield from store.take()``."""
        item = yield self.get()
        return cast(Item, item)


class KeyedStore(Generic[Key, Item]):
    """A store from which items are taken by key, oldest first within a key.

    It stands in for SimPy's ``FilterStore``, which tries every waiting filter on every item; here
    each operation costs O(1).

    Args:
        sim: The simulation it lives in.
        name: Name in messages and statistics; unique in the simulation.

    Raises:
        SimulationError: If the name is taken.
    """

    def __init__(self, sim: Simulation, name: str) -> None:
        self.sim = sim
        self.name = name
        self._items: dict[Key, deque[Item]] = {}
        self._getting: dict[Key, deque[_Passage]] = {}
        self._count = 0
        self._level = sim.statistics.time_weighted(f"{name}.level", "1", f"Items in {name}")

    def __len__(self) -> int:
        return self._count

    def put(self, key: Key, item: Item) -> None:
        """Put an item in under a key; there is always room."""
        waiting = self._getting.get(key)
        if waiting:
            waiting.popleft().succeed(item)
            if not waiting:
                del self._getting[key]
        else:
            self._items.setdefault(key, deque()).append(item)
            self._change_count(1)

    def get(self, key: Key) -> Event:
        """Take the oldest item of a key; it is the value of the event once there is one."""
        done = _Passage(self.sim, f"an item with key {key!r} from store {self.name!r}")
        items = self._items.get(key)
        if items:
            done.succeed(items.popleft())
            if not items:
                del self._items[key]
            self._change_count(-1)
        else:
            self._getting.setdefault(key, deque()).append(done)
        return done

    def take(self, key: Key) -> Generator[Event, object, Item]:
        """Get with the item's type: ``item = yield from store.take(key)``."""
        item = yield self.get(key)
        return cast(Item, item)

    def _change_count(self, change: int) -> None:
        self._count += change
        self._level.set(self._count, self.sim.now_fs)


class _Passage(DescribedEvent):
    """The event of an item being let in or handed out."""

    def __init__(self, sim: Simulation, description: str) -> None:
        super().__init__(sim.environment)
        self._description = description

    def describe(self) -> str:
        return self._description
