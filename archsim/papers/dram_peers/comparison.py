"""Our controller beside its peers on the same traces."""

from __future__ import annotations

from archsim.architectures.dram import public
from archsim.papers.base import Row, compare
from archsim.papers.dram_peers import NAME
from archsim.papers.dram_peers.runs import (
    DRAMSIM3,
    DRAMSYS,
    RUNS,
    STREAM,
    TRACES,
    PeerRun,
)

CYCLES, ENERGY = "total time in memory clocks", "energy in pJ"
REQUESTS = 10_000
TOLERANCE = 1e-9
"""Times and energies of DRAMSys are whole clocks and picojoules, and are reproduced or not."""

WRITES = (
    "buffers writes and drains them in batches, while DRAMSys 4.0 and this model serve them in "
    "the order of FrFcfs and pay the bus turnaround each time."
)
TIMING = (
    "has other timing for this speed (RL, RCD, RP, RTP, refresh), and refreshes when it is due."
)
RULES = (
    "has other rules: requests whose row was opened for them go first, refresh comes when it is "
    "due, and time ends with the last request sent."
)
MAPPING = "is not bound by CCD_L, probably because neighbouring lines lie in other bank groups."
ONE_RANK = "has one rank here, which FAW of 30 clocks bounds: 10,000 x 30 / 4 clocks and refresh."


def rows() -> list[Row]:
    """Return one row per run and figure."""
    return [row for run in RUNS for row in _rows_of(run)]


def _rows_of(run: PeerRun) -> list[Row]:
    trace = public.generate(requests=REQUESTS, **TRACES[run.trace])  # type: ignore[arg-type]
    outcome = public.simulate(trace, run.device, {})
    figures = [(CYCLES, float(run.total_cycles), float(outcome.total_cycles))]
    if run.energy_pj is not None:
        figures.append((ENERGY, run.energy_pj, outcome.energy_pj))
    return [
        compare(
            NAME,
            item,
            f"{run.peer}, {run.device}, {run.trace}",
            published=published,
            certainty="primary",
            measured=measured,
            tolerance=TOLERANCE,
            cause="" if run.peer == DRAMSYS else cause_of(run),
            comparable=run.peer == DRAMSYS,
        )
        for item, published, measured in figures
    ]


def cause_of(run: PeerRun) -> str:
    """Return why a run of another peer than DRAMSys differs from ours."""
    if "writes" in run.trace:
        return f"{run.peer} {WRITES}"
    if run.peer == DRAMSIM3:
        return f"{run.peer} {ONE_RANK if run.device == 'hbm2-pc' else TIMING}"
    is_ddr4_stream = run.device == "ddr4-2400" and run.trace == STREAM
    return f"{run.peer} {MAPPING if is_ddr4_stream else RULES}"
