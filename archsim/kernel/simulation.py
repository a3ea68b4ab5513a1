"""The simulation: SimPy's environment with integer time, named processes and a deadlock guard.

What SimPy lets pass and this refuses: float, NaN and negative delays; a run that ends while
processes still wait; a failure that reaches the caller as a copy of the exception or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import heappop
from typing import Protocol, SupportsIndex, cast

from simpy import Environment
from simpy.events import NORMAL, AllOf, Event, Timeout

from archsim.errors import DeadlockError, SimulationError
from archsim.kernel.clock import fs_to_seconds, whole_number
from archsim.kernel.event_limit import current_budget
from archsim.kernel.events import (
    AnyProcessGenerator,
    NamedEvent,
    NamedProcess,
    ScheduledCall,
    describe_wait,
)
from archsim.kernel.statistics import Statistics
from archsim.kernel.timeline import Timeline


class _QueuedEvent(Protocol):
    """What the run loop needs of an event."""

    callbacks: list[Callable[[_QueuedEvent], None]] | None
    _ok: bool
    _value: object


class Simulation:
    """One run of one system, in integer femtoseconds.

    Things that happen at the same femtosecond happen in the order in which they were caused, so
    the same program gives the same run.

    A failure ends the run: an exception that leaves a process, or one given to ``event.fail``,
    comes out of ``run`` as itself. It is never delivered to other processes.

    Args:
        timeline: Recorder of what happened when; None (the default) records nothing.

    Attributes:
        timeline: The recorder, or None. Call sites branch on it once.
        statistics: Every statistic declared in this simulation.
        environment: The SimPy environment underneath.
    """

    def __init__(self, timeline: Timeline | None = None) -> None:
        self.environment = Environment()
        self.timeline = timeline
        self.statistics = Statistics(lambda: self.now_fs)
        self._alive: dict[NamedProcess, None] = {}
        self._processed_events = 0
        self._running = False

    @property
    def now_fs(self) -> int:
        """Current simulated time in femtoseconds."""
        return self.environment._now  # type: ignore[return-value]  # only integers get in

    @property
    def now_s(self) -> float:
        """Current simulated time in seconds."""
        return fs_to_seconds(self.now_fs)

    @property
    def processed_events(self) -> int:
        """How many events have been processed so far."""
        return self._processed_events

    def delay(self, duration_fs: SupportsIndex) -> Event:
        """Return an event that happens ``duration_fs`` femtoseconds from now.

        Raises:
            SimulationError: If the duration is negative, NaN, a float or a bool. Turn cycles into
                femtoseconds with ``Clock.fs`` and seconds with ``seconds_to_fs``.
        """
        if type(duration_fs) is int and duration_fs >= 0:
            return Timeout(self.environment, duration_fs)
        return Timeout(self.environment, whole_number(duration_fs, "delay in fs"))

    def call_at(self, time_fs: int, callback: Callable[[], None]) -> ScheduledCall:
        """Call ``callback`` at a time, unless the returned call is cancelled before.

        Raises:
            SimulationError: If the time lies in the past or is not a whole number.
        """
        delay_fs = whole_number(time_fs, "time of the call in fs") - self.now_fs
        if delay_fs < 0:
            raise SimulationError(f"a call at {time_fs} fs lies before now, {self.now_fs} fs")
        call = ScheduledCall(self.environment)
        call.callbacks.append(lambda _: callback())
        call._ok = True
        call._value = None
        self.environment.schedule(call, NORMAL, delay_fs)
        return call

    def process(
        self, generator: AnyProcessGenerator, name: str, *, daemon: bool = False
    ) -> NamedProcess:
        """Start a process now and return the event of its end.

        Args:
            generator: A generator of events, made by calling a process function.
            name: Name in messages.
            daemon: True for a service loop that may still wait when the run ends.

        Raises:
            SimulationError: If ``generator`` is not a generator.
        """
        if not hasattr(generator, "throw"):
            raise SimulationError(
                f"process {name!r} needs a generator, found {type(generator).__name__}"
            )
        process = NamedProcess(self.environment, generator, name, daemon)
        self._alive[process] = None
        process.callbacks.append(self._forget)
        return process

    def event(self, name: str) -> NamedEvent:
        """Return a new event that happens when its ``succeed(value)`` is called."""
        return NamedEvent(self.environment, name)

    def all_of(self, events: Iterable[Event]) -> Event:
        """Return an event that happens when all ``events`` have happened (at once for none)."""
        return AllOf(self.environment, events)

    def run(self, *, max_events: int | None = None, max_time_fs: int | None = None) -> int:
        """Run until nothing is left to happen.

        Args:
            max_events: Give up after this many events, as a guard against endless loops.
            max_time_fs: Give up before the first event later than this.

        Returns:
            The time of the last event in femtoseconds.

        Raises:
            DeadlockError: If processes other than daemons still wait; it names each and what for.
            SimulationError: If a limit is passed, or if called from inside a run.
            Exception: Whatever left a process, as itself.
        """
        if self._running:
            raise SimulationError("run() was called from inside a run; yield events instead")
        self._running = True
        try:
            self._drain(max_events, max_time_fs)
        finally:
            self._running = False
        blocked = [process for process in self._alive if not process.daemon]
        if blocked:
            waits = "; ".join(
                f"process {process.name!r} waits for {describe_wait(process.target)}"
                for process in blocked
            )
            raise DeadlockError(
                f"deadlock: nothing is left to happen after {self.now_fs} fs, but {waits}"
            )
        return self.now_fs

    def _drain(self, max_events: int | None, max_time_fs: int | None) -> None:
        """Process events in order; SimPy's own loop with cancelled calls and failures as above."""
        environment = self.environment
        queue = cast("list[tuple[int, int, int, _QueuedEvent]]", environment._queue)
        budget = current_budget()
        if budget is not None and (max_events is None or budget.left < max_events):
            max_events, limit = budget.left, budget.limit
        else:
            limit = max_events or 0
        before = processed = self._processed_events
        last_event = None if max_events is None else before + max_events
        try:
            while queue:
                time_fs, _, _, event = heappop(queue)
                callbacks = event.callbacks
                if callbacks is None:  # a cancelled call
                    continue
                if max_time_fs is not None and time_fs > max_time_fs:
                    raise SimulationError(
                        f"the run passes its limit of {max_time_fs} fs at {time_fs} fs"
                    )
                if processed == last_event:
                    raise SimulationError(
                        f"the run passes its limit of {limit} events at {time_fs} fs"
                    )
                processed += 1
                environment._now = time_fs
                event.callbacks = None  # SimPy's mark of a past event
                if not event._ok:
                    raise cast(BaseException, event._value)
                for callback in callbacks:
                    callback(event)
        finally:
            self._processed_events = processed
            if budget is not None:
                budget.left -= processed - before

    def _forget(self, process: Event) -> None:
        """Drop a process that has ended."""
        if isinstance(process, NamedProcess):
            del self._alive[process]
