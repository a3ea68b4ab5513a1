"""Many runs at once: on all cores, and once for those that can only come to the same."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from archsim.architectures.dram.equivalence import Runs, limits_of, representative
from archsim.architectures.dram.outcome import Outcome, run_requests
from archsim.architectures.dram.state import IS_WRITE

if TYPE_CHECKING:
    from archsim.architectures.dram.config import Controller, DramDevice
    from archsim.architectures.dram.requests import Requests


class Job(NamedTuple):
    """A trace, decoded for a device, under a controller."""

    requests: Requests
    device: DramDevice
    controller: Controller


def run_many(jobs: Sequence[Job], threads: int | None = None) -> list[Outcome]:
    """Run many controllers.

    The runs are threads of this process that do not hold the interpreter lock; each is on its own,
    so the outcomes do not depend on how many there are.

    Args:
        jobs: One per outcome.
        threads: Runs at a time; ``None``: one for each core.

    Returns:
        Outcomes in the order of the jobs, without a record of commands.
    """
    traces = {id(job.requests): job.requests for job in jobs}
    writes = {name: bool(item.column(IS_WRITE).any()) for name, item in traces.items()}
    distinct: dict[tuple[object, ...], Job] = {}
    names = []
    for job in jobs:
        controller = representative(job.controller, has_writes=writes[id(job.requests)])
        name = (id(job.requests), *_timing_and_energy(job.device), controller)
        distinct.setdefault(name, job._replace(controller=controller))
        names.append(name)
    # The lowest limits first: a run that never meets them stands for those with higher ones.
    order = sorted(distinct, key=lambda name: sum(limits_of(distinct[name].controller)))
    kept = {name[:-1]: Runs() for name in order}

    def outcome(name: tuple[object, ...]) -> Outcome:
        job, runs = distinct[name], kept[name[:-1]]
        found = runs.find(job.controller)
        if found is None:
            found = run_requests(*job)
            runs.keep(job.controller, found)
        return found

    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        outcomes = dict(zip(order, pool.map(outcome, order), strict=True))
    return [outcomes[name] for name in names]


def _timing_and_energy(device: DramDevice) -> tuple[object, ...]:
    """Return what an outcome depends on beside requests and controller."""
    return device.organisation, device.timing, device.currents, device.clock_s
