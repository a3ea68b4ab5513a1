"""Row-tile timing against a channel that is stepped cycle by cycle.

The reference below knows banks, row buffers and command timing only; it shares no code with the
closed forms. It confirms the steady length of row-tiles, how much PIM slows down beside NPU reads,
and how much of the data bus PIM takes from them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from archsim.architectures.npu_pim.row_tile import (
    VECTOR_LOAD,
    RowTileTiming,
    blocked_cycles,
    expected_cycles,
)

RANKS, GROUPS, PER_GROUP = 2, 4, 4
BANKS = RANKS * GROUPS * PER_GROUP
PER_RANK = GROUPS * PER_GROUP
TRP = TRCD = 14
TFAW, TRTP, TRAS, TRC, TRFC, PERIOD = 30, 5, 34, 48, 260, 1950
RRD_S, RRD_L = 4, 6
VECTOR = 96
VECTOR_ROW = -7

TIMING = RowTileTiming(
    period=PERIOD, ranks=RANKS, groups=GROUPS, banks_per_rank=PER_RANK, trp=TRP, trcd=TRCD,
    tfaw=TFAW, trtp=TRTP, trfc=TRFC, step=2, step_long=2, fill=6, vector_load=VECTOR + 1,
    read_latency=16, separate_results=False,
)  # fmt: skip


@dataclass
class Channel:
    """One dual-row-buffer channel; PIM commands go first, reads take what is left."""

    loads_every: int
    reads: int
    commands: int
    npu: bool
    row: list[int | None] = field(default_factory=lambda: [None] * BANKS)
    left: list[int] = field(default_factory=lambda: [0] * BANKS)
    pim_open: list[bool] = field(default_factory=lambda: [False] * BANKS)
    earliest: dict[str, list[int]] = field(
        default_factory=lambda: {
            name: [0] * BANKS for name in ("read", "act", "pre", "gact", "pim_pre", "dots", "load")
        }
    )
    windows: list[list[int]] = field(default_factory=lambda: [[0] * 4 for _ in range(RANKS)])
    refreshing: int = -1
    next_rank: int = 0
    refresh_after: list[int] = field(default_factory=lambda: [0] * RANKS)
    held: bool = False
    phase: str = "load"
    loading_until: int = -1
    tiles_since_load: int = 0
    results: int = 0
    turn: int = 0
    bursts: int = 0
    tiles: int = 0

    def later(self, name: str, banks: range, clock: int) -> None:
        times = self.earliest[name]
        for bank in banks:
            times[bank] = max(times[bank], clock)

    def run(self, cycles: int) -> None:
        self.phase = "load" if self.loads_every else "header"
        for clock in range(cycles):
            if clock and clock % PERIOD == 0:
                self.refreshing, self.next_rank = self.next_rank, (self.next_rank + 1) % RANKS
            if self.loading_until == clock:
                self.phase, self.tiles_since_load = "header", 0
            issued = self.refreshing >= 0 and self._refresh(clock)
            if not issued and self.refreshing < 0 and not self.held:
                issued = self._pim(clock)
            if not issued and self.npu:
                self._read(clock)

    def _refresh(self, clock: int) -> bool:
        banks = range(self.refreshing * PER_RANK, (self.refreshing + 1) * PER_RANK)
        closed = True
        for bank in banks:
            if self.row[bank] is not None:
                closed = False
                if clock >= self.earliest["pre"][bank]:
                    self.row[bank] = None
                    self.later("act", range(bank, bank + 1), clock + TRP)
                    self._after_close(clock)
                    return True
            elif self.pim_open[bank]:
                closed = False
                if clock >= self.earliest["pim_pre"][bank]:
                    self.pim_open[bank] = False
                    self.later("gact", range(bank, bank + 1), clock + TRP)
                    self._after_close(clock)
                    return True
        if closed and clock >= self.refresh_after[self.refreshing]:
            self.later("act", banks, clock + TRFC)
            self.later("gact", banks, clock + TRFC)
            self.refreshing, self.held = -1, False
            return True
        return False

    def _after_close(self, clock: int) -> None:
        rank = self.refreshing
        self.refresh_after[rank] = max(self.refresh_after[rank], clock + TRP)

    def _pim(self, clock: int) -> bool:
        slack = PERIOD - clock % PERIOD
        if self.phase == "load":
            return self._load(clock, slack)
        if self.phase == "header":
            return self._header(clock, slack)
        return self._dots(clock) if self.phase == "dots" else False

    def _load(self, clock: int, slack: int) -> bool:
        if clock < self.loading_until:
            return False
        opening = 0 if self.row[0] == VECTOR_ROW else 28 if self.row[0] is None else 33
        if slack <= VECTOR + opening:
            self.held = True
            return False
        if self.row[0] == VECTOR_ROW:
            if clock < self.earliest["load"][0]:
                return False
            self.loading_until = clock + VECTOR + 1
            self.later("pre", range(1), clock + VECTOR)
            self.later("dots", range(PER_RANK), clock + VECTOR)
            return True
        if self.row[0] is None:
            if clock < self.earliest["act"][0] or clock < self.windows[0][0]:
                return False
            self._activate(0, clock)
            self.row[0], self.left[0] = VECTOR_ROW, 0
            self.later("load", range(1), clock + TRCD)
            return True
        if clock < self.earliest["pre"][0]:
            return False
        self.row[0] = None
        self.later("act", range(1), clock + TRP)
        return True

    def _header(self, clock: int, slack: int) -> bool:
        is_open = sum(self.pim_open)
        total, results = self.reads * self.commands, self.reads
        estimate = TRTP * is_open + TFAW * (GROUPS - 1) + TRCD
        estimate += 2 * max(1 << (total - 1).bit_length(), 6)
        estimate += 2 * ((1 << (results - 1).bit_length()) - 1)
        if slack <= estimate:
            self.held = True
            return False
        if not is_open:
            self.phase, self.results = "dots", 0
            return True
        for bank in range(BANKS):
            if self.pim_open[bank] and clock >= self.earliest["pim_pre"][bank]:
                self.pim_open[bank] = False
                self.later("gact", range(bank, bank + 1), clock + TRP)
                return True
        return False

    def _dots(self, clock: int) -> bool:
        if not all(self.pim_open):
            for bank in range(BANKS):
                if not self.pim_open[bank] and clock >= self.earliest["gact"][bank]:
                    self._group_activate(bank, clock)
                    return True
            return False
        if any(clock < time for time in self.earliest["dots"]):
            return False
        everywhere = range(BANKS)
        self.earliest["dots"] = [clock + 2 * (max(self.commands, 6) + 1)] * BANKS
        self.later("read", everywhere, clock + 4)
        self.later("pim_pre", everywhere, clock + TRTP)
        self.later("load", everywhere, clock + 2)
        self.results += 1
        if self.results == self.reads:
            self.tiles += 1
            self.tiles_since_load += 1
            again = self.loads_every and self.tiles_since_load == self.loads_every
            self.phase = "load" if again else "header"
        return True

    def _group_activate(self, bank: int, clock: int) -> None:
        group = range(bank // PER_GROUP * PER_GROUP, bank // PER_GROUP * PER_GROUP + PER_GROUP)
        rank = range(bank // PER_RANK * PER_RANK, bank // PER_RANK * PER_RANK + PER_RANK)
        for member in group:
            self.pim_open[member] = True
        self.later("gact", group, clock + TRC)
        self.later("pim_pre", group, clock + TRAS)
        self.later("act", rank, clock + TFAW)
        self.later("gact", rank, clock + TFAW)
        self.later("dots", rank, clock + TRCD)

    def _activate(self, bank: int, clock: int) -> None:
        rank = bank // PER_RANK
        self.windows[rank] = [*self.windows[rank][1:], clock + TFAW]
        for other in range(rank * PER_RANK, (rank + 1) * PER_RANK):
            near = other // PER_GROUP == bank // PER_GROUP
            gap = TRC if other == bank else RRD_L if near else RRD_S
            self.later("act", range(other, other + 1), clock + gap)
            self.later("gact", range(other, other + 1), clock + (RRD_L if near else RRD_S))
        self.later("pre", range(bank, bank + 1), clock + TRAS)

    def _read(self, clock: int) -> None:
        for _ in range(BANKS):
            self.turn = (self.turn + 1) % BANKS
            bank = self.turn
            rank = bank // PER_RANK
            if rank == self.refreshing or (bank == 0 and clock < self.loading_until):
                continue
            if bank == 0 and self.row[0] == VECTOR_ROW and self.phase == "load" and not self.held:
                continue
            if self.row[bank] is not None and self.left[bank]:
                if clock >= self.earliest["read"][bank]:
                    self.left[bank] -= 1
                    self.bursts += 1
                    for other in range(BANKS):
                        gap = 2 if other // PER_RANK == rank else 4
                        self.later("read", range(other, other + 1), clock + gap)
                    self.later("pre", range(bank, bank + 1), clock + TRTP)
                    return
            elif self.row[bank] is None:
                if clock >= self.earliest["act"][bank] and clock >= self.windows[rank][0]:
                    self._activate(bank, clock)
                    self.row[bank], self.left[bank] = 1, 16
                    self.later("read", range(bank, bank + 1), clock + TRCD)
                    return
            elif clock >= self.earliest["pre"][bank]:
                self.row[bank] = None
                self.later("act", range(bank, bank + 1), clock + TRP)
                return


CASES = {
    "keys": (0, 4, 8),
    "keys with loads": (10, 4, 8),
    "values": (4, 1, 32),
    "short values": (4, 1, 10),
}
CYCLES = 12 * PERIOD


def closed_cycles(case: tuple[int, int, int], tiles: int, *, shared: bool) -> int:
    loads_every, reads, commands = case
    if not loads_every:
        return expected_cycles(TIMING, [[(tiles, reads, commands)]], shared=shared)[0]
    units, rest = divmod(tiles, loads_every)
    jobs = (VECTOR_LOAD, (loads_every, reads, commands)) * units
    if rest:
        jobs += (VECTOR_LOAD, (rest, reads, commands))
    return expected_cycles(TIMING, [jobs], shared=shared)[0]


@pytest.mark.parametrize("name", CASES)
def test_row_tiles_alone_take_as_long_as_cycle_by_cycle(name: str) -> None:
    channel = Channel(*CASES[name], npu=False)
    channel.run(CYCLES)
    closed = closed_cycles(CASES[name], channel.tiles, shared=False)
    assert closed == pytest.approx(CYCLES, rel=0.03)


@pytest.mark.parametrize("name", CASES)
def test_row_tiles_beside_reads_take_as_long_as_cycle_by_cycle(name: str) -> None:
    channel = Channel(*CASES[name], npu=True)
    channel.run(CYCLES)
    closed = closed_cycles(CASES[name], channel.tiles, shared=True)
    assert closed == pytest.approx(CYCLES, rel=0.05)


@pytest.mark.parametrize("name", CASES)
def test_reads_lose_the_bus_time_that_pim_commands_take(name: str) -> None:
    alone, beside = Channel(4, 1, 32, npu=True), Channel(*CASES[name], npu=True)
    alone.held = True
    alone.run(PERIOD)  # held until the first refresh: no PIM
    beside.run(CYCLES)
    lost = 1 - (beside.bursts / CYCLES) / (alone.bursts / PERIOD)
    jobs = [[(beside.tiles, *CASES[name][1:])]]
    assert blocked_cycles(TIMING, jobs) / CYCLES == pytest.approx(lost, abs=0.03)


def test_a_stream_alone_keeps_nearly_the_whole_bus() -> None:
    channel = Channel(4, 1, 32, npu=True)
    channel.held = True
    channel.run(PERIOD)
    assert 2 * channel.bursts / PERIOD > 0.95
