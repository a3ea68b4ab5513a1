"""Every figure this family reports, with unit and meaning."""

from __future__ import annotations

from archsim.result import MetricDeclaration

METRICS: tuple[MetricDeclaration, ...] = (
    MetricDeclaration(
        "total_cycles", "cycles", "Memory clocks until the player has the last response."
    ),
    MetricDeclaration("requests", "requests", "Requests of the trace, one burst each."),
    MetricDeclaration("requests_per_s", "requests/s", "Requests divided by the run's latency."),
    MetricDeclaration(
        "bandwidth_bytes_per_s", "B/s", "Bytes of all bursts divided by the run's latency."
    ),
    MetricDeclaration(
        "bandwidth_utilisation", "1", "That bandwidth divided by the peak of the data buses."
    ),
    MetricDeclaration(
        "mean_latency_s",
        "s",
        "Mean over requests from the player's sending to its response; a player that waits to be "
        "accepted sends later, so this falls when the buffer is smaller.",
    ),
    MetricDeclaration(
        "mean_latency_from_trace_time_s",
        "s",
        "Mean over requests from the time in the trace to the response.",
    ),
    MetricDeclaration("max_latency_s", "s", "Longest time from sending to response."),
    MetricDeclaration(
        "dram_power_w",
        "W",
        "Energy divided by the time up to the completion of the last command, as DRAMPower "
        "averages.",
    ),
    MetricDeclaration("energy_per_bit_j", "J/bit", "Energy of all devices for each bit moved."),
    MetricDeclaration("activates", "commands", "ACT commands."),
    MetricDeclaration(
        "precharges",
        "commands",
        "PRE and PREA commands; the precharges inside auto-precharge are not among them.",
    ),
    MetricDeclaration("refreshes", "commands", "REFA commands."),
    MetricDeclaration(
        "row_hit_share", "1", "Share of reads and writes that needed no activate of their own."
    ),
    MetricDeclaration(
        "trace_row_hit_share",
        "1",
        "Share of requests to the row that the request before in their bank went to, in the "
        "order of the trace.",
    ),
    MetricDeclaration("trace_rows", "rows", "Different rows that the trace touches."),
    MetricDeclaration(
        "trace_bank_spread",
        "1",
        "Mean requests of a bank divided by those of the busiest: 1 when evenly spread.",
    ),
    MetricDeclaration(
        "trace_turns", "turns", "Times that a read follows a write in the trace, or the reverse."
    ),
)
