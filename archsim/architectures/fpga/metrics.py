"""Every figure this family reports, with unit and meaning."""

from __future__ import annotations

from archsim.result import MetricDeclaration

_TABLE: tuple[tuple[str, str, str], ...] = (
    ("tokens_per_s", "tokens/s", "New tokens of all sequences divided by the latency."),
    ("token_latency_s", "s", "Time in which every sequence advances by one token."),
    ("energy_per_token_j", "J/token", "Energy divided by new tokens of all sequences."),
    ("energy_low_j", "J", "Energy with the low end of every coefficient's spread."),
    ("energy_high_j", "J", "Energy with the high end of every coefficient's spread."),
    ("static_energy_share", "1", "Static energy of the board divided by the energy."),
    ("total_cycles", "cycles", "Latency in cycles of the datapath's clock."),
    ("block_cycles", "cycles", "Cycles of one block of the model in the first round."),
    ("tmatmul_share", "1", "Share of the time in which the busiest core's products run."),
    ("fifo_wait_share", "1", "Share of the time in which its adders wait for weights."),
    (
        "bandwidth_utilisation",
        "1",
        "Bytes moved divided by what the channels in use sustain in the run.",
    ),
    ("roofline_latency_s", "s", "Least time of a token or image that peak rates allow."),
    ("weight_bytes", "bytes", "Packed ternary weights, the head included where it is counted."),
    ("state_bytes", "bytes", "Recurrent state of all sequences, the same for any context."),
    ("logic_cells_low", "cells", "Logic cells of all cores, low end of the spread."),
    ("logic_cells_high", "cells", "Logic cells of all cores, high end of the spread."),
    ("multipliers", "DSP", "Multiplier blocks of the datapath."),
    ("block_memories", "blocks", "Block memories of all cores."),
    ("fit_cores_low", "cores", "Cores that surely fit the chip."),
    ("fit_cores_high", "cores", "Cores that fit if logic is at the low end of its spread."),
    ("cores_fed", "cores", "Cores at full stream that the memory can feed."),
    ("frames_per_s", "1/s", "Images divided by the latency, one in flight."),
    ("mac_utilisation", "1", "Share of the time in which the multipliers work."),
    ("weight_wait_share", "1", "Share of the time in which they wait for weights of experts."),
    ("expert_loads", "experts", "Experts loaded from memory, all layers together."),
    ("cache_hit_share", "1", "Visits that found their expert in the cache, divided by visits."),
    ("on_chip_bytes", "bytes", "On-chip memory of buffers and resident experts."),
    ("on_chip_share", "1", "The same divided by the chip's block, large and distributed memory."),
)

METRICS: tuple[MetricDeclaration, ...] = tuple(MetricDeclaration(*row) for row in _TABLE)
