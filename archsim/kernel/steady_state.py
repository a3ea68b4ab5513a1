"""Exact jump over the steady part of a repeated process.

A pipeline that repeats the same iteration settles, as a rule, into a pattern that only shifts in
time. Once its state, seen from its own origin, has occurred before, everything after is known:
the rest of the run is a shift, computed in integers, equal to playing it.

Where parts hold each other back (bounded buffers do that) max-plus theory says that a pattern must
come (Baccelli, Cohen, Olsder and Quadrat, "Synchronization and Linearity"; recalled). A fast part
that runs ahead of a slow one without bound never repeats. Nothing here relies on the theory: the
pattern is observed, and where none comes the run is played to its end.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from archsim.errors import SimulationError


class PeriodicState(NamedTuple):
    """State between two iterations.

    Attributes:
        times: Absolute integer times that decide what comes, e.g. when each part becomes free.
        phase: Everything else that decides what comes and does not shift with time, e.g. which of
            two buffers is next.
        totals: Integers that each iteration adds to, e.g. bytes moved; what comes does not depend
            on them.
    """

    times: tuple[int, ...]
    phase: Hashable = None
    totals: tuple[int, ...] = ()


Step = Callable[[PeriodicState], PeriodicState]
"""One iteration. It must be time-invariant: later times in, by any shift, give the same result
later by that shift, and the same additions to the totals."""


@dataclass(frozen=True)
class PeriodicRun:
    """Outcome of a repeated process.

    Attributes:
        state: State after the last iteration.
        iterations: Iterations asked for.
        played: Iterations in which ``step`` was called; the others were jumped.
        transient: Iterations before the pattern began; None if none was found.
        period: Iterations after which the pattern repeats; None if none was found.
        shift_fs: How far the times move in one period; None if none was found.
    """

    state: PeriodicState
    iterations: int
    played: int
    transient: int | None
    period: int | None
    shift_fs: int | None

    @property
    def iteration_fs(self) -> Fraction | None:
        """Exact steady time of one iteration, or None if no pattern was found."""
        if self.period is None or self.shift_fs is None:
            return None
        return Fraction(self.shift_fs, self.period)


def run_periodic(
    step: Step,
    state: PeriodicState,
    iterations: int,
    *,
    search: int = 10_000,
    verify: bool = False,
) -> PeriodicRun:
    """Apply ``step`` this many times, jumping over what only repeats.

    Args:
        step: One iteration, time-invariant (see ``Step``).
        state: State before the first iteration.
        iterations: How many iterations.
        search: In how many iterations to look for the pattern; each costs the memory of a state.
        verify: Also play the whole run and compare, to prove that ``step`` is time-invariant.

    Returns:
        The state after the last iteration, equal to that of playing every iteration.

    Raises:
        SimulationError: If ``iterations`` is negative, ``times`` is empty, ``times`` or
            ``totals`` change their length, or ``verify`` finds a difference.
    """
    if iterations < 0:
        raise SimulationError(f"iterations must not be negative, found {iterations}")
    history: list[PeriodicState] = []
    seen: dict[tuple[tuple[int, ...], Hashable], int] = {}
    current = state
    for played in range(iterations):
        if played <= search:
            pattern = _relative(current, state)
            first = seen.get(pattern)
            if first is not None:
                return _jump(step, state, current, history, first, iterations, verify)
            seen[pattern] = played
            history.append(current)
        current = step(current)
    return PeriodicRun(current, iterations, iterations, None, None, None)


def _relative(state: PeriodicState, start: PeriodicState) -> tuple[tuple[int, ...], Hashable]:
    """Return the state as seen from its own origin, without totals."""
    if not state.times or len(state.times) != len(start.times):
        raise SimulationError(
            f"a periodic state needs a fixed number of times, found {len(state.times)} "
            f"after {len(start.times)}"
        )
    if len(state.totals) != len(start.totals):
        raise SimulationError(
            f"a periodic state needs a fixed number of totals, found {len(state.totals)} "
            f"after {len(start.totals)}"
        )
    origin_fs = state.times[0]
    return tuple(time_fs - origin_fs for time_fs in state.times), state.phase


def _jump(
    step: Step,
    start: PeriodicState,
    current: PeriodicState,
    history: list[PeriodicState],
    first: int,
    iterations: int,
    verify: bool,
) -> PeriodicRun:
    """Return the run's end, given that the state now repeats that of iteration ``first``."""
    played = len(history)
    period = played - first
    shift_fs = current.times[0] - history[first].times[0]
    gains = tuple(
        now - before for now, before in zip(current.totals, history[first].totals, strict=True)
    )
    periods, rest = divmod(iterations - first, period)
    alike = history[first + rest]
    final = PeriodicState(
        tuple(time_fs + periods * shift_fs for time_fs in alike.times),
        alike.phase,
        tuple(total + periods * gain for total, gain in zip(alike.totals, gains, strict=True)),
    )
    if verify:
        check = start
        for _ in range(iterations):
            check = step(check)
        if check != final:
            raise SimulationError(
                f"the jumped run ends in {final}, the played one in {check}: "
                "the step is not time-invariant"
            )
    return PeriodicRun(final, iterations, played, first, period, shift_fs)
