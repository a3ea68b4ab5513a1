"""Every figure this family reports, with unit and meaning."""

from __future__ import annotations

from archsim.result import MetricDeclaration

METRICS: tuple[MetricDeclaration, ...] = (
    MetricDeclaration("total_cycles", "cycles", "Latency in cycles of the accelerators' clock."),
    MetricDeclaration(
        "frames_per_s", "images/s", "Images of all networks divided by the latency of the run."
    ),
    MetricDeclaration(
        "mac_utilisation",
        "1",
        "Multiply-accumulates divided by what all PEs could do in the run.",
    ),
    MetricDeclaration("macs", "MAC", "Multiply-accumulates of the workload."),
    MetricDeclaration(
        "vector_elements",
        "elements",
        "Elements of pooling, activation, normalisation and sums, which take no time here.",
    ),
    MetricDeclaration(
        "left_out_operators",
        "1",
        "Operators of imported networks that are not modelled; the provenance lists them by name.",
    ),
    MetricDeclaration(
        "left_out_mac_share",
        "1",
        "Their share of all multiply-accumulates, as far as theirs can be counted.",
    ),
    MetricDeclaration("memory_bytes", "bytes", "Bytes to and from memory; 0 in compat mode."),
    MetricDeclaration("link_bytes", "bytes", "Bytes over all networks-on-chip."),
    MetricDeclaration("layers", "1", "Layers scheduled."),
    MetricDeclaration(
        "schedule_makespan_s", "s", "Makespan of the schedule when nothing contends."
    ),
    MetricDeclaration(
        "schedule_energy_j", "J", "Dynamic energy of all layers where the schedule puts them."
    ),
    MetricDeclaration(
        "greedy_makespan_s", "s", "Makespan that the ratio heuristic finds for the same problem."
    ),
    MetricDeclaration(
        "greedy_energy_j", "J", "Dynamic energy of the schedule that the ratio heuristic finds."
    ),
    MetricDeclaration(
        "schedule_gap",
        "1",
        "What the ratio heuristic loses against the schedule used: its objective (makespan, or "
        "energy) divided by the schedule's, less one.",
    ),
    MetricDeclaration(
        "schedule_optimal", "1", "1 if CP-SAT proved that no schedule is better, else 0."
    ),
    MetricDeclaration("chip_area_mm2", "mm2", "Area of all accelerators."),
)
