"""Events that can say what they stand for, so that a deadlock names who waits for what."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Never

from simpy.events import Condition, Event, Process

if TYPE_CHECKING:
    from simpy import Environment

ProcessGenerator = Generator[Event, object, None]
"""What a process function returns: it yields events and is resumed with their values."""

AnyProcessGenerator = Generator[Event, Never, object]
"""Any generator of events, whatever it expects to be sent and returns."""


class DescribedEvent(Event):
    """An event that says what a process waits for when it waits for it."""

    def describe(self) -> str:
        """Return what is waited for, as the end of "process 'x' waits for ..."."""
        raise NotImplementedError


class NamedEvent(DescribedEvent):
    """An event with a name, triggered by ``succeed(value)``."""

    def __init__(self, environment: Environment, name: str) -> None:
        super().__init__(environment)
        self._name = name

    def describe(self) -> str:
        """Return the event's name."""
        return f"event {self._name!r}"


class NamedProcess(Process):
    """A process with a name of its own; as an event it happens when the process ends."""

    def __init__(
        self, environment: Environment, generator: AnyProcessGenerator, name: str, daemon: bool
    ) -> None:
        super().__init__(environment, generator)
        self._name = name
        self.daemon = daemon

    @property
    def name(self) -> str:
        """Name given at the start."""
        return self._name

    def describe(self) -> str:
        """Return the process's name."""
        return f"the end of process {self._name!r}"


class ScheduledCall(Event):
    """A callback at a set time that can still be cancelled."""

    def cancel(self) -> None:
        """Take the call back; it then costs no simulated time. Does nothing once it has run."""
        # SimPy marks an event as past by removing its list of callbacks; the run loop skips it.
        self.callbacks = None  # type: ignore[assignment]


def describe_wait(event: Event) -> str:
    """Return what a process that yielded ``event`` waits for, in words."""
    if isinstance(event, DescribedEvent | NamedProcess):
        return event.describe()
    if isinstance(event, Condition):
        pending = [describe_wait(part) for part in event._events if not part.triggered]
        return f"all of ({'; '.join(pending)})"
    return "an unnamed event"
