"""Figures of a run: components, totals and metrics, from a plan and when its layers ran."""

from __future__ import annotations

import math

import numpy as np

from archsim.architectures.asic.config import Accelerator, AsicHardware, TemplateAccelerator
from archsim.architectures.asic.planning import Planned, Work
from archsim.architectures.asic.system import Played
from archsim.kernel import Clock, fs_to_seconds
from archsim.result import COMPONENT_PEAKS

ComponentRow = dict[str, str | float]


def component_rows(planned: Planned, played: Played) -> list[ComponentRow]:
    """Return one row per accelerator, and one for the memory in physical mode."""
    chip, costs = planned.chip, planned.costs
    latency_s = fs_to_seconds(played.latency_fs)
    energy, link = planned.chosen(costs.energy_j), planned.chosen(costs.link_bytes)
    spans = np.array(played.end_fs, object) - np.array(played.start_fs, object)
    frequency_hz, dram = chip.hardware.frequency_hz, chip.hardware.dram
    rows: list[ComponentRow] = []
    for where, name in enumerate(chip.hardware.names):
        mine = planned.schedule.assignment == where
        leakage_w = chip.prices[where].leakage_w if chip.prices else 0.0
        rows.append(
            {
                "component": name,
                "busy_s": fs_to_seconds(int(sum(spans[mine]))),
                "dynamic_energy_j": float(energy[mine].sum()),
                "static_energy_j": leakage_w * latency_s,
                "area_mm2": chip.area_mm2[where],
                "bytes": float(link[mine].sum()),
                **_peaks(2.0 * macs_per_cycle(chip.hardware.units[where]) * frequency_hz, 0.0),
            }
        )
    if chip.memory_rate is not None:
        rows.append(
            {
                "component": "memory",
                "busy_s": min(fs_to_seconds(played.memory_fs), latency_s),
                "dynamic_energy_j": float(planned.chosen(costs.memory_j).sum()),
                "static_energy_j": 0.0,
                "area_mm2": 0.0,
                "bytes": float(played.memory_bytes),
                **_peaks(0.0, dram.bandwidth_bytes_per_s if dram is not None else 0.0),
            }
        )
    return rows


def _peaks(operations_per_s: float, bytes_per_s: float) -> ComponentRow:
    return dict(zip(COMPONENT_PEAKS, (operations_per_s, bytes_per_s), strict=True))


def total(rows: list[ComponentRow], *columns: str) -> float:
    """Return the sum of some columns, added up as ``Result`` does."""
    return math.fsum(float(row[column]) for column in columns for row in rows)


def peak_macs_per_cycle(hardware: AsicHardware) -> int:
    """Return the multiply-accumulates of all accelerators in one cycle."""
    return sum(macs_per_cycle(each) for each in hardware.units)


def macs_per_cycle(accelerator: Accelerator) -> int:
    """Return the multiply-accumulates of one accelerator in one cycle."""
    simd = accelerator.simd if isinstance(accelerator, TemplateAccelerator) else 1
    return accelerator.pes * simd


def metrics(planned: Planned, played: Played) -> dict[str, float]:
    """Return the declared metrics of a run."""
    hardware, work = planned.chip.hardware, planned.work
    schedule, heuristic = planned.schedule, planned.heuristic
    if hardware.scheduler.objective == "energy":
        ratio = heuristic.energy_j / schedule.energy_j
    else:
        ratio = heuristic.makespan / schedule.makespan
    of_work = work_metrics(work)
    cycles = Clock(hardware.frequency_hz).cycles(played.latency_fs)
    return {
        "total_cycles": cycles,
        "frames_per_s": len(work.graphs) * work.batch / fs_to_seconds(played.latency_fs),
        "mac_utilisation": of_work["macs"] / (peak_macs_per_cycle(hardware) * cycles),
        **of_work,
        "memory_bytes": float(played.memory_bytes),
        "link_bytes": float(planned.chosen(planned.costs.link_bytes).sum()),
        "layers": float(len(work.tasks)),
        "schedule_makespan_s": fs_to_seconds(schedule.makespan),
        "schedule_energy_j": schedule.energy_j,
        "greedy_makespan_s": fs_to_seconds(heuristic.makespan),
        "greedy_energy_j": heuristic.energy_j,
        "schedule_gap": ratio - 1.0,
        "schedule_optimal": float(schedule.optimal),
        "chip_area_mm2": sum(planned.chip.area_mm2),
    }


def work_metrics(work: Work) -> dict[str, float]:
    """Return the metrics that the workload alone decides."""
    macs = work.batch * sum(graph.macs for graph in work.graphs)
    left_out = work.batch * sum(graph.left_out_macs for graph in work.graphs)
    elements = sum(each.vector_elements for graph in work.graphs for each in graph.operations)
    return {
        "macs": float(macs),
        "vector_elements": float(work.batch * elements),
        "left_out_operators": float(sum(sum(each.left_out.values()) for each in work.graphs)),
        "left_out_mac_share": left_out / (macs + left_out),
    }
