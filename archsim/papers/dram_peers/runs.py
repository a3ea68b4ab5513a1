"""What the peers gave: total clocks and energy of their own runs on synthetic traces."""

from __future__ import annotations

from dataclasses import dataclass

STREAM, RANDOM, MIX = "stream, reads", "random, reads", "mix of halves, reads"
STREAM_WRITES, RANDOM_WRITES = "stream, 1/3 writes", "random, 1/3 writes"

TRACES: dict[str, dict[str, object]] = {
    STREAM: {"pattern": "stream"},
    RANDOM: {"pattern": "random"},
    MIX: {"pattern": "mix", "stream_share": 0.5},
    STREAM_WRITES: {"pattern": "stream", "write_share": 1 / 3},
    RANDOM_WRITES: {"pattern": "random", "write_share": 1 / 3},
}
"""Settings of the traces: 10,000 requests, one a clock, over 1 GiB."""

DRAMSYS = "DRAMSys 4.0"
DRAMSIM3 = "DRAMsim3 1.0"
RAMULATOR = "Ramulator 2.1"


@dataclass(frozen=True, slots=True)
class PeerRun:
    """One run of a peer: open rows, row hits first, refresh on, one request a clock offered.

    Attributes:
        peer: Simulator.
        device: Our device that comes nearest to the peer's.
        trace: One of ``TRACES``.
        total_cycles: Memory clocks of the whole trace.
        energy_pj: Energy; ``None`` where the peer gives none that can be compared.
    """

    peer: str
    device: str
    trace: str
    total_cycles: int
    energy_pj: float | None = None


RUNS: tuple[PeerRun, ...] = (
    PeerRun(DRAMSYS, "ddr3-1600", STREAM, 40_020, 85_109_250.0),
    PeerRun(DRAMSYS, "ddr3-1600", RANDOM, 63_106, 242_410_800.0),
    PeerRun(DRAMSYS, "ddr3-1600", MIX, 52_272, 164_059_350.0),
    PeerRun(DRAMSYS, "ddr3-1600", STREAM_WRITES, 78_480, 112_793_100.0),
    PeerRun(DRAMSYS, "ddr3-1600", RANDOM_WRITES, 72_681, 250_082_475.0),
    PeerRun(DRAMSYS, "ddr4-2400", STREAM, 60_236, 67_856_247.5),
    PeerRun(DRAMSYS, "ddr4-2400", RANDOM, 67_217, 187_904_764.5),
    PeerRun(DRAMSYS, "ddr4-2400", MIX, 62_818, 127_375_455.0),
    PeerRun(DRAMSYS, "ddr4-2400", STREAM_WRITES, 113_609, 87_347_144.0),
    PeerRun(DRAMSYS, "ddr4-2400", RANDOM_WRITES, 72_060, 188_419_261.5),
    PeerRun(DRAMSYS, "hbm2-pc", STREAM, 31_026),
    PeerRun(DRAMSYS, "hbm2-pc", RANDOM, 31_216),
    PeerRun(DRAMSYS, "hbm2-pc", MIX, 31_608),
    PeerRun(DRAMSYS, "hbm2-pc", STREAM_WRITES, 67_968),
    PeerRun(DRAMSYS, "hbm2-pc", RANDOM_WRITES, 33_426),
    PeerRun(DRAMSIM3, "ddr4-2400", STREAM, 60_036),
    PeerRun(DRAMSIM3, "ddr4-2400", RANDOM, 69_337),
    PeerRun(DRAMSIM3, "ddr4-2400", MIX, 61_969),
    PeerRun(DRAMSIM3, "ddr4-2400", STREAM_WRITES, 61_693),
    PeerRun(DRAMSIM3, "ddr4-2400", RANDOM_WRITES, 70_384),
    PeerRun(DRAMSIM3, "hbm2-pc", RANDOM, 81_671),
    PeerRun(RAMULATOR, "ddr3-1600", STREAM, 40_681),
    PeerRun(RAMULATOR, "ddr3-1600", RANDOM, 61_693),
    PeerRun(RAMULATOR, "ddr3-1600", MIX, 55_785),
    PeerRun(RAMULATOR, "ddr3-1600", RANDOM_WRITES, 66_056),
    PeerRun(RAMULATOR, "ddr4-2400", STREAM, 53_414),
    PeerRun(RAMULATOR, "ddr4-2400", RANDOM, 69_167),
    PeerRun(RAMULATOR, "ddr4-2400", MIX, 58_788),
    PeerRun(RAMULATOR, "ddr4-2400", STREAM_WRITES, 53_775),
    PeerRun(RAMULATOR, "ddr4-2400", RANDOM_WRITES, 70_386),
    PeerRun(RAMULATOR, "hbm2-pc", RANDOM, 32_431),
)
