"""What the DRAM controller space holds, point by point: how many different outcomes, and the best.

The space is that of the repository's agents (oss-arch-gym, ten parameters), for traces of reads
alone, less the points that can only repeat others: FrFcfsGrp does what FrFcfs does, ReadWrite what
Shared does, the Simple arbiter has no limit on transactions, and of the limits on refresh the four
corners stand for all. That leaves 21,760 points.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archsim.errors import InputError
from archsim.space import archgym_reward
from archsim.space.archgym_reward import RewardObjective

if TYPE_CHECKING:
    from archsim.architectures.dram.outcome import Outcome
    from archsim.workload.memory_trace import MemoryTrace

Point = dict[str, str | int]

DEVICE = "ddr3-1600"
SIZES = (1, 2, 4, 8, 16, 32, 64, 128)
_FREE: dict[str, tuple[str | int, ...]] = {
    "PagePolicy": ("Open", "OpenAdaptive", "Closed", "ClosedAdaptive"),
    "Scheduler": ("Fifo", "FrFcfs"),
    "SchedulerBuffer": ("Bankwise", "Shared"),
    "RequestBufferSize": SIZES,
    "RespQueue": ("Fifo", "Reorder"),
}
_LIMITS = ((1, 1), (8, 8), (1, 8), (8, 1))


@dataclass(frozen=True, slots=True)
class Range:
    """The least and the most of a figure."""

    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Optima:
    """What a trace comes to over all points.

    Attributes:
        points: Controllers.
        distinct_outcomes: Different triples of energy, average power and total time, which is all
            that an agent of the repository sees.
        power_mw: Average power.
        time_us: Total time of the trace.
        mean_latency_ns: Mean latency of its requests.
        best_power_reward: Highest power reward of the repository, at most 1000.
        best_latency_reward: Highest latency reward, with right units.
        least_power_points: Every point of the least power.
        least_time_points: Every point of the least time.
        best_power_points: Every point of the best power reward.
        best_latency_points: Every point of the best latency reward.
    """

    points: int
    distinct_outcomes: int
    power_mw: Range
    time_us: Range
    mean_latency_ns: Range
    best_power_reward: float
    best_latency_reward: float
    least_power_points: tuple[Point, ...]
    least_time_points: tuple[Point, ...]
    best_power_points: tuple[Point, ...]
    best_latency_points: tuple[Point, ...]


def points_of_space() -> list[Point]:
    """Return the 21,760 controllers, each a mapping that ``archsim.dram.simulate`` takes."""
    free = (dict(zip(_FREE, values, strict=True)) for values in itertools.product(*_FREE.values()))
    return [
        {**some, **refresh, **arbiter}
        for some, refresh, arbiter in itertools.product(free, _refreshes(), _arbiters())
    ]


def _refreshes() -> list[Point]:
    found: list[Point] = [{"RefreshPolicy": "NoRefresh"}]
    for late, early in _LIMITS:
        limits = {"RefreshMaxPostponed": late, "RefreshMaxPulledin": early}
        found.append({"RefreshPolicy": "AllBank", **limits})
    return found


def _arbiters() -> list[Point]:
    found: list[Point] = [{"Arbiter": "Simple"}]
    for arbiter, active in itertools.product(("Fifo", "Reorder"), SIZES):
        found.append({"Arbiter": arbiter, "MaxActiveTransactions": active})
    return found


def enumerate_optima(
    trace: MemoryTrace | str | Path,
    points: Sequence[Point] | None = None,
    threads: int | None = None,
) -> Optima:
    """Run a trace of reads under every point of the space, or under some.

    Args:
        trace: Requests, or the path of a ``.stl``.
        points: Controllers; ``None``: all of ``points_of_space``.
        threads: Runs at a time; ``None``: one for each core.

    Raises:
        InputError: The trace cannot be read or writes, which makes the points no longer the whole
            space; or there is no point.
    """
    import archsim

    requests = archsim.dram.read_stl(trace) if isinstance(trace, str | Path) else trace
    if requests.is_write.any():
        raise InputError("the points stand for the whole space on traces of reads alone",
                         found=f"{int(requests.is_write.sum())} writes")  # fmt: skip
    chosen = points_of_space() if points is None else list(points)
    if not chosen:
        raise InputError("there is no point to run")
    outcomes = archsim.dram.simulate_batch(requests, DEVICE, chosen, threads=threads)
    return summarise(chosen, outcomes)


def summarise(points: Sequence[Point], outcomes: Sequence[Outcome]) -> Optima:
    """Return what outcomes come to, one for each point."""
    seen = {(one.energy_pj, one.average_power_mw, one.total_cycles) for one in outcomes}
    power = [one.average_power_mw for one in outcomes]
    time = [one.total_time_ns / 1e3 for one in outcomes]
    power_rewards = [_reward(one, "power") for one in outcomes]
    latency_rewards = [_reward(one, "latency") for one in outcomes]

    def where(values: Sequence[float], wanted: float) -> tuple[Point, ...]:
        return tuple(p for p, value in zip(points, values, strict=True) if value == wanted)

    return Optima(
        points=len(points),
        distinct_outcomes=len(seen),
        power_mw=_range(power),
        time_us=_range(time),
        mean_latency_ns=_range([one.mean_latency_ns for one in outcomes]),
        best_power_reward=max(power_rewards),
        best_latency_reward=max(latency_rewards),
        least_power_points=where(power, min(power)),
        least_time_points=where(time, min(time)),
        best_power_points=where(power_rewards, max(power_rewards)),
        best_latency_points=where(latency_rewards, max(latency_rewards)),
    )


def _reward(outcome: Outcome, objective: RewardObjective) -> float:
    picoseconds = round(outcome.total_time_ns * 1e3)
    return archgym_reward(outcome.average_power_mw / 1e3, picoseconds, objective)


def _range(values: Sequence[float]) -> Range:
    return Range(min(values), max(values))
