"""``OutcomeTable``: what every controller of the agents' space comes to on one trace of reads.

The space of the repository's agents has 442,368 points, 166,464 different ones. On reads alone
FrFcfsGrp does what FrFcfs does and ReadWrite what Shared does (``architectures.dram.equivalence``),
which leaves 73,984. Searches on a table cost no simulation, so that many seeds can be afforded.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from archsim.errors import InputError
from archsim.papers.marl_dse.optima import DEVICE, SIZES, Point

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from archsim.architectures.dram.outcome import Outcome
    from archsim.workload.memory_trace import MemoryTrace

LIMITS = (1, 2, 4, 8)
_PAGES = ("Open", "OpenAdaptive", "Closed", "ClosedAdaptive")
SHAPE = (4, 2, 2, 8, 2, 1 + 4 * 4, 1 + 2 * 8)
"""Page policy, scheduler, buffer, size, response queue, refresh, arbiter."""

PARAMETERS = (
    "PagePolicy", "Scheduler", "SchedulerBuffer", "RequestBufferSize", "RespQueue",
    "RefreshPolicy", "RefreshMaxPostponed", "RefreshMaxPulledin", "Arbiter",
    "MaxActiveTransactions",
)  # fmt: skip
"""The ten agents, in the repository's order."""


@dataclass(frozen=True)
class OutcomeTable:
    """Outcomes of all controllers on one trace.

    Attributes:
        which: Point, in the order of ``points``, to outcome; shape (73,984,).
        power_w: Average power as DRAMPower prints it, of each different outcome.
        time_ps: Time of the whole trace, whole picoseconds.
        energy_pj: Energy.
    """

    which: NDArray[np.uint16]
    power_w: NDArray[np.float64]
    time_ps: NDArray[np.int64]
    energy_pj: NDArray[np.float64]

    def rows(self, levels: NDArray[np.int64]) -> NDArray[np.uint16]:
        """Return the outcome of each design.

        Args:
            levels: In the order and with the values of the repository's agents, shape
                (designs, 10).
        """
        page, scheduler, buffer, size, queue, refresh, late, early, arbiter, active = levels.T
        parts = (
            page,
            np.minimum(scheduler, 1),
            np.minimum(buffer, 1),
            size,
            queue,
            np.where(refresh == 0, 0, 1 + 4 * late + early),
            np.where(arbiter == 0, 0, 1 + 8 * (arbiter - 1) + active),
        )
        return self.which[np.ravel_multi_index(parts, SHAPE)]

    def outcome(self, number: int) -> tuple[float, int, float]:
        """Return power in W, time in whole ps and energy in pJ of one outcome."""
        power, time, energy = self.power_w[number], self.time_ps[number], self.energy_pj[number]
        return float(power), int(time), float(energy)

    def save(self, path: Path) -> None:
        """Write the table."""
        np.savez_compressed(
            path, which=self.which, power_w=self.power_w, time_ps=self.time_ps,
            energy_pj=self.energy_pj,
        )  # fmt: skip


def points() -> list[Point]:
    """Return the 73,984 controllers, in the order of a table."""
    refreshes: list[Point] = [{"RefreshPolicy": "NoRefresh"}]
    for late, early in itertools.product(LIMITS, LIMITS):
        limits = {"RefreshMaxPostponed": late, "RefreshMaxPulledin": early}
        refreshes.append({"RefreshPolicy": "AllBank", **limits})
    arbiters: list[Point] = [{"Arbiter": "Simple"}]
    for arbiter, active in itertools.product(("Fifo", "Reorder"), SIZES):
        arbiters.append({"Arbiter": arbiter, "MaxActiveTransactions": active})
    free = itertools.product(
        _PAGES, ("Fifo", "FrFcfs"), ("Bankwise", "Shared"), SIZES, ("Fifo", "Reorder")
    )
    return [
        {**dict(zip(PARAMETERS, some, strict=False)), **refresh, **arbiter}
        for some, refresh, arbiter in itertools.product(free, refreshes, arbiters)
    ]


def simulate(
    trace: MemoryTrace, controllers: Sequence[Point], threads: int | None = None
) -> list[Outcome]:
    """Run a trace under controllers that are known to be valid.

    Args:
        trace: Requests.
        controllers: Controllers.
        threads: Runs at a time; ``None``: one for each core.
    """
    from archsim.architectures.dram.config import Controller
    from archsim.architectures.dram.many import Job, run_many
    from archsim.architectures.dram.public import load_device
    from archsim.architectures.dram.requests import decode

    device = load_device(DEVICE)
    requests = decode(trace, device, device.address_mapping)
    jobs = [Job(requests, device, Controller.model_validate(item)) for item in controllers]
    return run_many(jobs, threads)


def fill(trace: MemoryTrace, threads: int | None = None) -> OutcomeTable:
    """Simulate every controller of the space; two minutes of processor time for 10,000 requests.

    Args:
        trace: Requests, all of them reads.
        threads: Runs at a time; ``None``: one for each core.

    Raises:
        InputError: The trace writes, so that some controllers differ which the table holds once.
    """
    if trace.is_write.any():
        raise InputError("the points stand for the whole space on traces of reads alone",
                         found=f"{int(trace.is_write.sum())} writes")  # fmt: skip
    seen: dict[tuple[float, int, float], int] = {}
    which = [seen.setdefault(key_of(one), len(seen)) for one in simulate(trace, points(), threads)]
    power, time, energy = zip(*seen, strict=True)
    return OutcomeTable(
        np.array(which, np.uint16), np.array(power), np.array(time, np.int64), np.array(energy)
    )


def key_of(outcome: Outcome) -> tuple[float, int, float]:
    """Return power in W, time in whole ps and energy in pJ."""
    time_ps = round(outcome.total_time_ns * 1e3)
    return outcome.average_power_mw / 1e3, time_ps, outcome.energy_pj


def load(path: Path) -> OutcomeTable:
    """Read a table that ``save`` wrote."""
    with np.load(path, allow_pickle=False) as data:
        return OutcomeTable(data["which"], data["power_w"], data["time_ps"], data["energy_pj"])
