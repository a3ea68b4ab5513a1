"""A server: a part that does one thing (or a few) at a time, with priorities.

It stands in for SimPy's ``PriorityResource``, whose queue is sorted anew at every request; here a
request among n waiting ones costs O(log n).
"""

from __future__ import annotations

from collections.abc import Generator
from heapq import heappop, heappush

from simpy.events import Event

from archsim.errors import SimulationError
from archsim.kernel.clock import whole_number
from archsim.kernel.events import DescribedEvent
from archsim.kernel.simulation import Simulation


class Server:
    """A part with ``capacity`` equal units, each serving one holder at a time.

    The waiting request with the lowest priority number goes first, among equals the oldest.
    A unit that becomes free goes straight to the next in line: nobody can step in between.
    Holders are not preempted.

    Args:
        sim: The simulation it lives in.
        name: Name in messages, statistics and on the timeline; unique in the simulation.
        capacity: Number of units.

    Raises:
        SimulationError: If the capacity is not a whole number above zero or the name is taken.
    """

    def __init__(self, sim: Simulation, name: str, capacity: int = 1) -> None:
        if whole_number(capacity, f"capacity of server {name!r}") == 0:
            raise SimulationError(f"capacity of server {name!r} must be above zero, found 0")
        self.sim = sim
        self.name = name
        self.capacity = capacity
        self._in_use = sim.statistics.time_weighted(
            f"{name}.in_use", "1", f"Units of {name} in use"
        )
        self._queue_length = sim.statistics.time_weighted(
            f"{name}.queue_length", "1", f"Requests waiting for {name}"
        )
        self._waiting: list[tuple[int, int, _Request]] = []
        self._arrivals = 0

    @property
    def in_use(self) -> int:
        """Units in use now."""
        return self._in_use.value

    @property
    def queue_length(self) -> int:
        """Requests waiting now."""
        return len(self._waiting)

    @property
    def busy_fs(self) -> int:
        """Time in use so far, summed over the units, in femtoseconds."""
        return self._in_use.integral(self.sim.now_fs)

    @property
    def waited_fs(self) -> int:
        """Time waited so far, summed over the requests, in femtoseconds."""
        return self._queue_length.integral(self.sim.now_fs)

    @property
    def utilisation(self) -> float:
        """Mean fraction of the units in use since the server exists."""
        return self._in_use.mean(self.sim.now_fs) / self.capacity

    def request(self, priority: int = 0) -> Event:
        """Ask for a unit; the returned event happens when it is granted. Give it back by release.

        Raises:
            SimulationError: If the priority is not an integer.
        """
        self._check(priority)
        request = _Request(self)
        if self._in_use.value < self.capacity:
            self._take()
            request.succeed()
        else:
            self._enqueue(request, priority)
        return request

    def release(self) -> None:
        """Give a unit back.

        Raises:
            SimulationError: If none is in use.
        """
        if self._in_use.value == 0:
            raise SimulationError(f"server {self.name!r} was released more often than granted")
        if self._waiting:
            _, _, request = heappop(self._waiting)
            self._queue_length.set(len(self._waiting), self.sim.now_fs)
            request.succeed()
        else:
            self._in_use.set(self._in_use.value - 1, self.sim.now_fs)

    def hold(
        self, duration_fs: int, priority: int = 0, label: str = ""
    ) -> Generator[Event, object, None]:
        """Wait for a unit, keep it for a time, give it back: ``yield from server.hold(...)``.

        Args:
            duration_fs: How long, in femtoseconds.
            priority: Lower goes first.
            label: What is done meanwhile, for the timeline.

        Raises:
            SimulationError: If the duration or the priority is not a whole number.
        """
        self._check(priority)
        if self._in_use.value < self.capacity:
            self._take()  # nothing to wait for, so no event either
        else:
            request = _Request(self)
            self._enqueue(request, priority)
            yield request
        sim = self.sim
        done = sim.delay(duration_fs)
        if sim.timeline is not None:
            start_fs = sim.now_fs
            sim.timeline.span(self.name, label or self.name, start_fs, start_fs + duration_fs)
        yield done
        self.release()

    def _check(self, priority: int) -> None:
        if type(priority) is not int:
            raise SimulationError(
                f"priority at server {self.name!r} must be an integer, found {priority!r}"
            )

    def _take(self) -> None:
        self._in_use.set(self._in_use.value + 1, self.sim.now_fs)

    def _enqueue(self, request: _Request, priority: int) -> None:
        self._arrivals += 1
        heappush(self._waiting, (priority, self._arrivals, request))
        self._queue_length.set(len(self._waiting), self.sim.now_fs)


class _Request(DescribedEvent):
    """The event of a unit being granted."""

    def __init__(self, server: Server) -> None:
        super().__init__(server.sim.environment)
        self._server = server

    def describe(self) -> str:
        server = self._server
        return (
            f"server {server.name!r} ({server.in_use} of {server.capacity} in use, "
            f"{server.queue_length} waiting)"
        )
