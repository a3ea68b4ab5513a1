"""A run of ``kind: dram``: from hardware and workload to a checked result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archsim.architectures.base import Fidelity
from archsim.architectures.dram.config import DramHardware
from archsim.architectures.dram.energy import Energy, price
from archsim.architectures.dram.figures import (
    component_rows,
    metrics,
    of_closed_forms,
    of_outcome,
)
from archsim.architectures.dram.legality import violations
from archsim.architectures.dram.outcome import CommandList, Outcome, run_requests
from archsim.architectures.dram.requests import Requests, decode
from archsim.architectures.dram.state import IS_WRITE
from archsim.architectures.dram.statistics import statistics_of
from archsim.architectures.dram.uncontended import bus_bound_cycles, uncontended
from archsim.result import (
    OPERATION_COLUMNS,
    OPERATION_WORK,
    Check,
    Pair,
    Result,
    assemble,
    make_provenance,
)

if TYPE_CHECKING:
    import pandas as pd

    from archsim.kernel import Timeline
    from archsim.workload.memory_workload import MemoryTraceWorkload


def simulate(
    hardware: DramHardware,
    workload: MemoryTraceWorkload,
    fidelity: Fidelity,
    seed: int,
    timeline: Timeline | None,
) -> Result:
    """Run a memory trace in either fidelity.

    Raises:
        InputError: The trace cannot be read, or an address lies beyond the device.
    """
    import pandas as pd

    trace = workload.trace(seed)
    requests = decode(trace, hardware, hardware.address_mapping)
    closed = uncontended(hardware, requests)
    checks: list[Check] = []
    if fidelity == "event":
        outcome = run_requests(requests, hardware, hardware.controller, keep_record=True)
        issued = outcome.commands
        done = of_outcome(outcome)
        checks = [_legal(hardware, requests, issued), _never_faster(outcome, closed.least_cycles)]
        if timeline is not None:
            from archsim.architectures.dram.command_timeline import record_commands

            record_commands(timeline, hardware, requests, issued)
    else:
        done = of_closed_forms(hardware, closed)
    energy = price(hardware, done.activity)
    latency_s = done.total_cycles * hardware.clock_s
    asked, bursts = len(trace), done.activity
    return assemble(
        latency_s=latency_s,
        components=pd.DataFrame(component_rows(hardware, done, energy)),
        operations=_operations(hardware, requests, energy, latency_s),
        metrics=metrics(
            hardware, done, energy, statistics_of(requests, hardware.organisation.banks)
        ),
        provenance=make_provenance(
            hardware,
            workload,
            architecture="dram",
            fidelity=fidelity,
            seed=seed,
            trace_hash=trace.content_hash(),
        ),
        bytes_moved=[
            Pair(
                "requests to data bus",
                float(asked * hardware.organisation.burst_bytes),
                float((bursts.reads + bursts.writes) * hardware.organisation.burst_bytes),
                "bytes",
            )
        ],
        work=[
            Pair("reads", float(asked - trace.is_write.sum()), float(bursts.reads), "requests"),
            Pair("writes", float(trace.is_write.sum()), float(bursts.writes), "requests"),
        ],
        roofline_s=bus_bound_cycles(hardware, requests) * hardware.clock_s,
        more_checks=checks,
    )


def _legal(hardware: DramHardware, requests: Requests, issued: CommandList) -> Check:
    """Check every command against the independent replay."""
    found = violations(hardware, requests, issued, limit=1)
    detail = f"{len(issued)} commands" if not found else found[0].sentence
    return Check("no command breaks a timing constraint", not found, detail)


def _never_faster(outcome: Outcome, least_cycles: int) -> Check:
    detail = f"{outcome.total_cycles} clocks played, at least {least_cycles} with every row open"
    passed = outcome.total_cycles >= least_cycles
    return Check("no run faster than with every row open", passed, detail)


def _operations(
    hardware: DramHardware, requests: Requests, energy: Energy, latency_s: float
) -> pd.DataFrame:
    """Return one row for all reads and one for all writes, each with the energy of its bursts.

    A memory does no arithmetic, so its roofline is the bandwidth alone.
    """
    import numpy as np
    import pandas as pd

    rows = []
    for kind, flag, cost_pj in (("read", 0, energy.read_pj), ("write", 1, energy.write_pj)):
        places = np.flatnonzero(requests.column(IS_WRITE) == flag)
        if len(places):
            start_s = min(int(requests.time[places[0]]) * hardware.clock_s, latency_s)
            moved = float(len(places) * hardware.organisation.burst_bytes)
            joules = cost_pj * 1e-12
            rows.append((f"{kind}s", kind, "data bus", start_s, latency_s, joules, 0.0, moved))
    return pd.DataFrame(rows, columns=[*OPERATION_COLUMNS, *OPERATION_WORK])
