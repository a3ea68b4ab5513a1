"""A run of ``kind: dram``: from hardware and workload to a checked result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archsim.architectures.base import Fidelity
from archsim.architectures.dram.config import DramHardware
from archsim.architectures.dram.energy import Activity, Energy, price
from archsim.architectures.dram.legality import violations
from archsim.architectures.dram.outcome import CommandList, Outcome, run_requests
from archsim.architectures.dram.requests import Requests, decode
from archsim.architectures.dram.state import IS_WRITE
from archsim.architectures.dram.statistics import statistics_of
from archsim.architectures.dram.uncontended import bus_bound_cycles, uncontended
from archsim.result import Check, Pair, Result, assemble, make_provenance

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
    trace = workload.trace(seed)
    requests = decode(trace, hardware, hardware.address_mapping)
    closed = uncontended(hardware, requests)
    checks: list[Check] = []
    if fidelity == "event":
        outcome = run_requests(requests, hardware, hardware.controller, keep_record=True)
        issued = outcome.commands
        total, done = outcome.total_cycles, outcome.activity
        checks = [_legal(hardware, requests, issued), _never_faster(outcome, closed.least_cycles)]
        if timeline is not None:
            from archsim.architectures.dram.command_timeline import record_commands

            record_commands(timeline, hardware, requests, issued)
        latencies = _latencies(outcome)
    else:
        total, done = closed.total_cycles, closed.activity
        mean = float(closed.latency_cycles.mean()) * hardware.clock_s
        longest = int(closed.latency_cycles.max()) * hardware.clock_s
        latencies = {
            "mean_latency_s": mean,
            "mean_latency_from_trace_time_s": mean,
            "max_latency_s": longest,
        }
    energy = price(hardware, done)
    latency_s = total * hardware.clock_s
    asked = len(trace)
    return assemble(
        latency_s=latency_s,
        components=_components(hardware, done, energy, total),
        operations=_operations(hardware, requests, energy, latency_s),
        metrics={
            **_metrics(hardware, done, energy, latency_s),
            **latencies,
            **_trace_metrics(hardware, requests),
            "total_cycles": float(total),
            "precharges": float(
                outcome.precharges if fidelity == "event" else _explicit(hardware, done)
            ),
        },
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
                float((done.reads + done.writes) * hardware.organisation.burst_bytes),
                "bytes",
            )
        ],
        work=[
            Pair("reads", float(asked - trace.is_write.sum()), float(done.reads), "requests"),
            Pair("writes", float(trace.is_write.sum()), float(done.writes), "requests"),
        ],
        roofline_s=bus_bound_cycles(hardware, requests) * hardware.clock_s,
        more_checks=checks,
    )


def _explicit(hardware: DramHardware, done: Activity) -> int:
    """Return the precharges that are commands of their own."""
    return 0 if hardware.controller.PagePolicy.startswith("Closed") else done.precharges


def _latencies(outcome: Outcome) -> dict[str, float]:
    return {
        "mean_latency_s": outcome.mean_latency_ns * 1e-9,
        "mean_latency_from_trace_time_s": outcome.mean_latency_from_trace_time_ns * 1e-9,
        "max_latency_s": outcome.max_latency_ns * 1e-9,
    }


def _legal(hardware: DramHardware, requests: Requests, issued: CommandList) -> Check:
    """Check every command against the independent replay."""
    found = violations(hardware, requests, issued, limit=1)
    detail = f"{len(issued)} commands" if not found else found[0].sentence
    return Check("no command breaks a timing constraint", not found, detail)


def _never_faster(outcome: Outcome, least_cycles: int) -> Check:
    detail = f"{outcome.total_cycles} clocks played, at least {least_cycles} with every row open"
    passed = outcome.total_cycles >= least_cycles
    return Check("no run faster than with every row open", passed, detail)


def _metrics(
    hardware: DramHardware, done: Activity, energy: Energy, latency_s: float
) -> dict[str, float]:
    count = done.reads + done.writes
    moved = count * hardware.organisation.burst_bytes
    window_s = done.window_clocks * (hardware.currents.clock_s or hardware.clock_s)
    peak = hardware.peak_bytes_per_s * hardware.organisation.ranks
    if hardware.timing.rtrs > 0:  # the ranks share one data bus
        peak = hardware.peak_bytes_per_s
    return {
        "requests": float(count),
        "requests_per_s": count / latency_s,
        "bandwidth_bytes_per_s": moved / latency_s,
        "bandwidth_utilisation": moved / latency_s / peak,
        "dram_power_w": energy.total_pj * 1e-12 / window_s,
        "energy_per_bit_j": energy.total_pj * 1e-12 / (8 * moved),
        "activates": float(done.activates),
        "refreshes": float(done.refreshes),
        "row_hit_share": max(0.0, 1.0 - done.activates / count),
    }


def _trace_metrics(hardware: DramHardware, requests: Requests) -> dict[str, float]:
    found = statistics_of(requests, hardware.organisation.banks)
    return {
        "trace_row_hit_share": found.row_hits / found.requests,
        "trace_rows": float(found.rows),
        "trace_bank_spread": found.bank_spread,
        "trace_turns": float(found.turns),
    }


def _components(
    hardware: DramHardware, done: Activity, energy: Energy, total_cycles: int
) -> pd.DataFrame:
    """Return the banks (rows and standby) and the data bus (bursts); areas are not modelled."""
    import pandas as pd

    shape, clock_s = hardware.organisation, hardware.clock_s
    bursts = done.reads + done.writes
    buses = 1 if hardware.timing.rtrs > 0 else shape.ranks
    open_clocks = min(done.active_clocks / shape.ranks, total_cycles)
    rows_j = (energy.activate_pj + energy.precharge_pj) * 1e-12
    bursts_j = (energy.read_pj + energy.write_pj) * 1e-12
    return pd.DataFrame(
        {
            "component": ["banks", "data bus"],
            "busy_s": [open_clocks * clock_s, bursts * shape.burst_clocks / buses * clock_s],
            "dynamic_energy_j": [rows_j, bursts_j],
            "static_energy_j": [energy.static_pj * 1e-12, 0.0],
            "area_mm2": [0.0, 0.0],
            "bytes": [0.0, float(bursts * shape.burst_bytes)],
        }
    )


def _operations(
    hardware: DramHardware, requests: Requests, energy: Energy, latency_s: float
) -> pd.DataFrame:
    """Return one row for all reads and one for all writes, each with the energy of its bursts."""
    import numpy as np
    import pandas as pd

    rows = []
    for kind, flag, cost_pj in (("read", 0, energy.read_pj), ("write", 1, energy.write_pj)):
        places = np.flatnonzero(requests.column(IS_WRITE) == flag)
        if len(places):
            start_s = min(int(requests.time[places[0]]) * hardware.clock_s, latency_s)
            rows.append((f"{kind}s", kind, "data bus", start_s, latency_s, cost_pj * 1e-12))
    columns = ["operation", "kind", "component", "start_s", "end_s", "energy_j"]
    return pd.DataFrame(rows, columns=columns)
