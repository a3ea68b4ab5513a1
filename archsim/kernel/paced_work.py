"""Pieces of work that all progress at one common pace, which may change at any time."""

from __future__ import annotations

from fractions import Fraction
from heapq import heappop, heappush

from simpy.events import Event

from archsim.errors import SimulationError
from archsim.kernel.clock import whole_number
from archsim.kernel.events import DescribedEvent, ScheduledCall
from archsim.kernel.simulation import Simulation


class PacedWork:
    """Independent engines slowed down together, e.g. PIM channels while the NPU streams.

    Unlike a shared bandwidth the pieces do not compete with each other: each takes its own time at
    pace 1, and ``1 / pace`` times as long at any other. Progress is an exact fraction; the event of
    each end is rounded up once, to the next femtosecond. One wake-up is pending at most.

    Args:
        sim: The simulation it lives in.
        name: Name in messages.
    """

    def __init__(self, sim: Simulation, name: str) -> None:
        self.sim = sim
        self.name = name
        self._pace = Fraction(1)
        self._progress = Fraction(0)
        self._updated_fs = sim.now_fs
        self._pending: list[tuple[Fraction, int, _Piece]] = []
        self._started = 0
        self._wake: ScheduledCall | None = None

    @property
    def pace(self) -> Fraction:
        """The pace now."""
        return self._pace

    @property
    def pending(self) -> int:
        """Pieces of work under way."""
        return len(self._pending)

    def work(self, duration_fs: int, label: str = "") -> Event:
        """Start a piece of work now that takes ``duration_fs`` at pace 1.

        Raises:
            SimulationError: If the duration is negative or not a whole number.
        """
        duration = whole_number(duration_fs, f"work on {self.name!r} in fs")
        piece = _Piece(self, label)
        self._advance()
        self._started += 1
        heappush(self._pending, (self._progress + duration, self._started, piece))
        self._arm()
        return piece

    def set_pace(self, pace: Fraction) -> None:
        """Change the pace from now on.

        Raises:
            SimulationError: If the pace is not above zero.
        """
        if pace <= 0:
            raise SimulationError(f"pace of {self.name!r} must be above zero, found {pace}")
        self._advance()
        self._pace = pace
        self._arm()

    def _advance(self) -> None:
        now_fs = self.sim.now_fs
        self._progress += (now_fs - self._updated_fs) * self._pace
        self._updated_fs = now_fs

    def _arm(self) -> None:
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None
        if self._pending:
            left = (self._pending[0][0] - self._progress) / self._pace
            wait_fs = max(0, -(-left.numerator // left.denominator))
            self._wake = self.sim.call_at(self._updated_fs + wait_fs, self._finish)

    def _finish(self) -> None:
        self._wake = None
        self._advance()
        while self._pending and self._pending[0][0] <= self._progress:
            heappop(self._pending)[2].succeed()
        self._arm()


class _Piece(DescribedEvent):
    """The event of one piece of work being done."""

    def __init__(self, paced: PacedWork, label: str) -> None:
        super().__init__(paced.sim.environment)
        self._paced = paced
        self._label = label

    def describe(self) -> str:
        label = f" ({self._label})" if self._label else ""
        return f"work on {self._paced.name!r}{label}, {self._paced.pending} under way"
