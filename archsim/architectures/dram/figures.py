"""From what a run did to the figures of its result, the same for one run and for a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from archsim.architectures.dram.energy import Activity, Energy

if TYPE_CHECKING:
    from archsim.architectures.dram.config import DramHardware
    from archsim.architectures.dram.outcome import Outcome
    from archsim.architectures.dram.statistics import TraceStatistics
    from archsim.architectures.dram.uncontended import Uncontended


@dataclass(frozen=True, slots=True)
class Done:
    """What a run came to, in either fidelity.

    Attributes:
        total_cycles: Memory clocks until the player has the last response.
        precharges: PRE and PREA commands.
        activity: What costs energy.
        mean_latency_s: Mean over requests, from sending to response.
        mean_latency_from_trace_time_s: The same from the time in the trace.
        max_latency_s: The longest from sending to response.
    """

    total_cycles: int
    precharges: int
    activity: Activity
    mean_latency_s: float
    mean_latency_from_trace_time_s: float
    max_latency_s: float


class ComponentRow(NamedTuple):
    """One row of ``Result.components``."""

    component: str
    busy_s: float
    dynamic_energy_j: float
    static_energy_j: float
    area_mm2: float
    bytes: float
    peak_operations_per_s: float
    peak_bytes_per_s: float


def of_outcome(outcome: Outcome) -> Done:
    """Return what the controller played."""
    return Done(
        total_cycles=outcome.total_cycles,
        precharges=outcome.precharges,
        activity=outcome.activity,
        mean_latency_s=outcome.mean_latency_ns * 1e-9,
        mean_latency_from_trace_time_s=outcome.mean_latency_from_trace_time_ns * 1e-9,
        max_latency_s=outcome.max_latency_ns * 1e-9,
    )


def of_closed_forms(hardware: DramHardware, closed: Uncontended) -> Done:
    """Return what the closed forms say; a closed page's precharges are no commands of their own."""
    mean_s = float(closed.latency_cycles.mean()) * hardware.clock_s
    closes = hardware.controller.PagePolicy.startswith("Closed")
    return Done(
        total_cycles=closed.total_cycles,
        precharges=0 if closes else closed.activity.precharges,
        activity=closed.activity,
        mean_latency_s=mean_s,
        mean_latency_from_trace_time_s=mean_s,
        max_latency_s=int(closed.latency_cycles.max()) * hardware.clock_s,
    )


def metrics(
    hardware: DramHardware, done: Done, energy: Energy, trace: TraceStatistics
) -> dict[str, float]:
    """Return every metric of the family; ``metrics.METRICS`` declares them."""
    bursts = done.activity
    count = bursts.reads + bursts.writes
    moved = count * hardware.organisation.burst_bytes
    latency_s = done.total_cycles * hardware.clock_s
    window_s = bursts.window_clocks * (hardware.currents.clock_s or hardware.clock_s)
    peak = hardware.peak_bytes_per_s * _data_buses(hardware)
    return {
        "total_cycles": float(done.total_cycles),
        "requests": float(count),
        "requests_per_s": count / latency_s,
        "bandwidth_bytes_per_s": moved / latency_s,
        "bandwidth_utilisation": moved / latency_s / peak,
        "mean_latency_s": done.mean_latency_s,
        "mean_latency_from_trace_time_s": done.mean_latency_from_trace_time_s,
        "max_latency_s": done.max_latency_s,
        "dram_power_w": energy.total_pj * 1e-12 / window_s,
        "energy_per_bit_j": energy.total_pj * 1e-12 / (8 * moved),
        "activates": float(bursts.activates),
        "precharges": float(done.precharges),
        "refreshes": float(bursts.refreshes),
        "row_hit_share": max(0.0, 1.0 - bursts.activates / count),
        "trace_row_hit_share": trace.row_hits / trace.requests,
        "trace_rows": float(trace.rows),
        "trace_bank_spread": trace.bank_spread,
        "trace_turns": float(trace.turns),
    }


def component_rows(hardware: DramHardware, done: Done, energy: Energy) -> list[ComponentRow]:
    """Return the banks (rows and standby) and the data bus (bursts).

    The area is that of the memory dies; controller and interface have none.
    """
    shape, clock_s, bursts = hardware.organisation, hardware.clock_s, done.activity
    count = bursts.reads + bursts.writes
    buses = _data_buses(hardware)
    open_clocks = min(bursts.active_clocks / shape.ranks, done.total_cycles)
    return [
        ComponentRow(
            component="banks",
            busy_s=open_clocks * clock_s,
            dynamic_energy_j=(energy.activate_pj + energy.precharge_pj) * 1e-12,
            static_energy_j=energy.static_pj * 1e-12,
            area_mm2=hardware.area_mm2,
            bytes=0.0,
            peak_operations_per_s=0.0,
            peak_bytes_per_s=0.0,
        ),
        ComponentRow(
            component="data bus",
            busy_s=count * shape.burst_clocks / buses * clock_s,
            dynamic_energy_j=(energy.read_pj + energy.write_pj) * 1e-12,
            static_energy_j=0.0,
            area_mm2=0.0,
            bytes=float(count * shape.burst_bytes),
            peak_operations_per_s=0.0,
            peak_bytes_per_s=hardware.peak_bytes_per_s * buses,
        ),
    ]


def _data_buses(hardware: DramHardware) -> int:
    """Return how many data buses there are: ranks with a gap between them share one."""
    return 1 if hardware.timing.rtrs > 0 else hardware.organisation.ranks
