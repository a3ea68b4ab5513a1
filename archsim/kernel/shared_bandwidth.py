"""Bandwidth that several transfers share, with exact finish times whenever the load changes."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, Protocol

from simpy.events import Event

from archsim.errors import SimulationError
from archsim.kernel.clock import FS_PER_S, exact_rate, whole_number
from archsim.kernel.events import DescribedEvent, ScheduledCall
from archsim.kernel.processor_sharing import ProcessorSharing
from archsim.kernel.round_robin import RoundRobin
from archsim.kernel.simulation import Simulation

Discipline = Literal["processor_sharing", "round_robin"]
"""How transfers share: all at once in proportion to weight, or in turns of a quantum."""


class _Sharing(Protocol):
    """What a sharing discipline offers: pure arithmetic on amounts of service."""

    scale: int

    def __len__(self) -> int: ...
    def refine(self, divisor: int) -> None: ...
    def add(self, key: int, n_bytes: int, weight: int) -> None: ...
    def until_next_finish(self) -> int: ...
    def serve(self, amount: int) -> list[int]: ...


def transfer_fs(n_bytes: int, bytes_per_s: float | Fraction) -> int:
    """Return how long a transfer alone on a link takes: n_bytes / rate, rounded up to whole fs.

    Raises:
        SimulationError: If the bytes are no whole number, or the rate is not above zero.
    """
    rate = exact_rate(bytes_per_s, "rate in bytes/s")
    if rate == 0:
        raise SimulationError("rate in bytes/s must be above zero, found 0")
    count = whole_number(n_bytes, "bytes of a transfer")
    return -(-count * FS_PER_S * rate.denominator // rate.numerator)


class SharedBandwidth:
    """A link or memory port of a given rate, shared by the transfers under way.

    It is work conserving: while a transfer is under way the whole rate is used. Shares follow the
    exact rational instants at which transfers end; the event of each end is rounded up once, to
    the next femtosecond, so nothing drifts however often the load changes. At any time at most
    one wake-up is pending, and a change of load among n transfers costs O(log n).

    Under processor sharing a higher rate never makes a transfer end later, and a competitor never
    makes one end earlier. Round robin keeps both for transfers that start together; otherwise
    either may shift whose turn it is by up to one round, as in hardware.

    Args:
        sim: The simulation it lives in.
        name: Name in messages, statistics and on the timeline; unique in the simulation.
        bytes_per_s: Rate, above zero; a ``Fraction`` where no float is exact.
        discipline: ``"processor_sharing"`` or ``"round_robin"``.
        quantum_bytes: Bytes in a round-robin turn of weight one, e.g. one burst.

    Raises:
        SimulationError: If an argument is out of range or the name is taken.
    """

    def __init__(
        self,
        sim: Simulation,
        name: str,
        bytes_per_s: float | Fraction,
        discipline: Discipline = "processor_sharing",
        quantum_bytes: int = 64,
    ) -> None:
        if whole_number(quantum_bytes, f"quantum of {name!r} in bytes") == 0:
            raise SimulationError(f"quantum of {name!r} in bytes must be above zero, found 0")
        self.sim = sim
        self.name = name
        self._sharing = _new_sharing(name, discipline, quantum_bytes)
        self._rate = Fraction(0)
        self._rate_bytes = 0  # the rate is _rate_bytes per _rate_fs
        self._rate_fs = 1
        self._updated_fs = sim.now_fs
        self._transfers: dict[int, _Transfer] = {}
        self._started = 0
        self._wake: ScheduledCall | None = None
        self._wake_fs = 0
        self._bytes = sim.statistics.counter(
            f"{name}.bytes_moved", "bytes", f"Bytes of the transfers finished on {name}"
        )
        self._busy = sim.statistics.time_weighted(
            f"{name}.busy", "1", f"1 while {name} moves bytes, else 0"
        )
        self._active = sim.statistics.time_weighted(
            f"{name}.active", "1", f"Transfers under way on {name}"
        )
        self.bytes_requested = 0
        self.set_rate(bytes_per_s)
        if self._rate == 0:
            raise SimulationError(f"rate of {name!r} in bytes/s must be above zero, found 0")

    @property
    def bytes_per_s(self) -> Fraction:
        """The rate now, exactly."""
        return self._rate

    @property
    def bytes_moved(self) -> int:
        """Bytes of the transfers that have finished."""
        return int(self._bytes.total)

    @property
    def active(self) -> int:
        """Transfers under way now."""
        return len(self._transfers)

    @property
    def busy_fs(self) -> int:
        """Time in which bytes moved, in femtoseconds, each busy period rounded up once."""
        return self._busy.integral(self.sim.now_fs)

    @property
    def utilisation(self) -> float:
        """Fraction of the time since it exists in which bytes moved."""
        return self._busy.mean(self.sim.now_fs)

    def transfer(self, n_bytes: int, weight: int = 1, label: str = "") -> Event:
        """Start a transfer now; the returned event happens when its last byte has moved.

        Args:
            n_bytes: Bytes to move; none takes no time.
            weight: Share relative to the others, a whole number above zero.
            label: What is moved, for messages and the timeline.

        Raises:
            SimulationError: If bytes or weight are out of range.
        """
        count = whole_number(n_bytes, f"bytes of a transfer on {self.name!r}")
        if whole_number(weight, f"weight of a transfer on {self.name!r}") == 0:
            raise SimulationError(f"weight of a transfer on {self.name!r} must be above zero")
        transfer = _Transfer(self, count, label)
        self.bytes_requested += count
        if count == 0:
            transfer.succeed()
            return transfer
        self._advance()
        if not self._transfers:
            self._sharing.refine(self._rate_fs)
        self._started += 1
        self._transfers[self._started] = transfer
        self._sharing.add(self._started, count, int(weight))
        self._note_load()
        self._arm()
        return transfer

    def set_rate(self, bytes_per_s: float | Fraction) -> None:
        """Change the rate from now on; zero pauses every transfer.

        Raises:
            SimulationError: If the rate is negative, NaN or infinite.
        """
        rate = exact_rate(bytes_per_s, f"rate of {self.name!r} in bytes/s")
        self._advance()
        self._rate = rate
        self._rate_bytes, self._rate_fs = (rate / FS_PER_S).as_integer_ratio()
        self._sharing.refine(self._rate_fs)
        self._note_load()
        self._arm()

    def _advance(self) -> None:
        """Serve what the time since the last change was good for and end what has finished."""
        now_fs = self.sim.now_fs
        elapsed_fs = now_fs - self._updated_fs
        self._updated_fs = now_fs
        if elapsed_fs and self._transfers and self._rate_bytes:
            for key in self._sharing.serve(elapsed_fs * self._units_per_fs()):
                self._finish(self._transfers.pop(key))
            if not self._transfers:
                self._note_load()

    def _units_per_fs(self) -> int:
        """Return the rate in the discipline's units, whose scale is a multiple of ``_rate_fs``."""
        return self._rate_bytes * (self._sharing.scale // self._rate_fs)

    def _arm(self) -> None:
        """See to it that the next finish is noticed at its femtosecond."""
        if not self._transfers or not self._rate_bytes:
            self._disarm()
            return
        needed = self._sharing.until_next_finish()
        due_fs = self._updated_fs + -(-needed // self._units_per_fs())
        if self._wake is not None and self._wake_fs <= due_fs:
            return  # it rings early at worst, and is then set again
        self._disarm()
        self._wake_fs = due_fs
        self._wake = self.sim.call_at(due_fs, self._on_wake)

    def _disarm(self) -> None:
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None

    def _on_wake(self) -> None:
        self._wake = None
        self._advance()
        self._note_load()
        self._arm()

    def _finish(self, transfer: _Transfer) -> None:
        self._bytes.add(transfer.n_bytes)
        timeline = self.sim.timeline
        if timeline is not None:
            name = transfer.label or self.name
            timeline.span(
                self.name, name, transfer.start_fs, self._updated_fs, {"bytes": transfer.n_bytes}
            )
        transfer.succeed()

    def _note_load(self) -> None:
        """Keep the statistics of load."""
        active = len(self._transfers)
        self._active.set(active, self._updated_fs)
        self._busy.set(1 if active and self._rate_bytes else 0, self._updated_fs)


class _Transfer(DescribedEvent):
    """The event of a transfer's end."""

    def __init__(self, link: SharedBandwidth, n_bytes: int, label: str) -> None:
        super().__init__(link.sim.environment)
        self._link = link
        self.n_bytes = n_bytes
        self.label = label
        self.start_fs = link.sim.now_fs

    def describe(self) -> str:
        what = f"{self.label!r}, " if self.label else ""
        rate = float(self._link.bytes_per_s)
        return f"a transfer ({what}{self.n_bytes} bytes) on {self._link.name!r} at {rate:g} bytes/s"


def _new_sharing(name: str, discipline: str, quantum_bytes: int) -> _Sharing:
    if discipline == "processor_sharing":
        return ProcessorSharing()
    if discipline == "round_robin":
        return RoundRobin(quantum_bytes)
    raise SimulationError(
        f"discipline of {name!r} must be 'processor_sharing' or 'round_robin', found {discipline!r}"
    )
