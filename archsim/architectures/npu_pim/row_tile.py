"""Timing of PIM row-tiles, derived from the DRAM commands they consist of and from refresh.

A row-tile opens one row in every bank of a channel, multiplies it with the vector buffer and
returns the results. Its commands, one a cycle and channel (names as in NeuPIMs, ASPLOS 2024):

    precharge every open bank | header | group activates, tFAW apart in a rank, ranks in turn |
    tRCD | composite dot products, one per head | tRTP until the next precharge

Ranks are refreshed in turn. Before a row-tile or a vector load starts, the controller compares its
estimate of the duration with the time to the next refresh and otherwise waits for the refresh,
which PIM then waits out for both ranks. The steady figures of the NeuPIMs authors' simulator (about
280 cycles a K row-tile, 190 a V row-tile, 110 a vector load) are not inputs: they come out of these
rules, and the tests hold them to that.

Everything is in memory clock cycles and exact integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archsim.architectures.npu_pim.config import Memory, Pim

Job = tuple[int, int, int]
"""``(row-tiles, dot-product groups per tile, commands per group)``; no row-tiles: a vector load."""

VECTOR_LOAD: Job = (0, 0, 0)
"""Copies one row into the channel's vector buffer (GWRITE)."""

_VECTOR_ACCESS_BYTES = 32  # the vector load moves a row in 32-byte column accesses


@dataclass(frozen=True)
class RowTileTiming:
    """Command timing of one channel, in memory cycles.

    Attributes:
        period: Cycles between refreshes of the channel (of one rank after the other).
        ranks, groups: Ranks of the channel, and bank groups of a rank.
        banks_per_rank: Banks of a rank.
        trp, trcd, tfaw, trtp, trfc: As in ``DramTiming``.
        step, step_long: Cycles between dot products, and between results in one bank group.
        fill: Dot products that a short group is padded to.
        vector_load: Cycles of a vector load whose row is open.
        read_latency: Cycles from the last command to its data.
        separate_results: Dot products and result reads are separate commands (single row buffer).
    """

    period: int
    ranks: int
    groups: int
    banks_per_rank: int
    trp: int
    trcd: int
    tfaw: int
    trtp: int
    trfc: int
    step: int
    step_long: int
    fill: int
    vector_load: int
    read_latency: int
    separate_results: bool

    def group_cycles(self, commands: int) -> int:
        """Return the cycles from one group of dot products to the next."""
        return self.step * (max(commands, self.fill) + 1)

    def tail_cycles(self, commands: int) -> int:
        """Return the cycles from a tile's last group to the first precharge behind it.

        With row buffers of its own PIM does not wait for the dot products to drain; with a single
        row buffer the result read is a command behind them.
        """
        drain = self.step * max(commands, self.fill // 2) if self.separate_results else 0
        return drain + self.trtp

    def tile_cycles(self, reads: int, commands: int) -> int:
        """Return the cycles of one row-tile that follows another, without refresh."""
        precharges = self.ranks * self.banks_per_rank
        first_activate = max(precharges + 1, self.trp)
        activates = (self.groups - 1) * self.tfaw + self.ranks - 1
        dots = (reads - 1) * self.group_cycles(commands)
        return first_activate + activates + self.trcd + dots + self.tail_cycles(commands)

    def tile_estimate(self, reads: int, commands: int, open_banks: int) -> int:
        """Return what the controller expects a row-tile to take, before it starts it.

        The header carries the numbers of commands and results as powers of two.
        """
        total = _power_of_two(reads * commands)
        dots = self.step * max(total, self.fill) + self.step_long * (_power_of_two(reads) - 1)
        return self.trtp * open_banks + self.tfaw * (self.groups - 1) + self.trcd + dots


def row_tile_timing(memory: Memory, pim: Pim) -> RowTileTiming:
    """Return the row-tile timing of a channel."""
    timing = memory.timing
    accesses = -(-pim.row_bytes // _VECTOR_ACCESS_BYTES)
    return RowTileTiming(
        period=max(1, timing.trefi // memory.ranks),
        ranks=memory.ranks,
        groups=memory.bank_groups,
        banks_per_rank=memory.bank_groups * memory.banks_per_group,
        trp=timing.trp,
        trcd=timing.trcd,
        tfaw=timing.tfaw,
        trtp=timing.trtp,
        trfc=timing.trfc,
        step=max(memory.burst_cycles, timing.tccd_s),
        step_long=max(memory.burst_cycles, timing.tccd_l),
        fill=pim.pipeline_fill_commands,
        vector_load=(timing.tccd_s + timing.tccd_l) * accesses + 1,
        read_latency=timing.cl + memory.burst_cycles,
        separate_results=pim.row_buffers == "single",
    )


class ChannelWalk:
    """Walks one channel through its PIM jobs, from refresh to refresh.

    Args:
        timing: Timing of the channel.
        slack: Cycles from the start to the first refresh, 1 to ``timing.period``.
        rank: The rank refreshed first.
        shared: Whether NPU traffic uses the channel at the same time: then the row of a vector
            load has to be opened each time, and a refresh has twice the banks to precharge.
    """

    def __init__(self, timing: RowTileTiming, slack: int, rank: int, *, shared: bool) -> None:
        self.timing = timing
        self.now = 0
        self._refresh_at = slack
        self._rank = rank
        self._closes_row = shared or timing.separate_results
        self._refresh_extra = timing.banks_per_rank if shared else 0
        self._open = [0] * timing.ranks
        self._ready = [0] * timing.ranks
        self._banks_open, self._all_ready = 0, 0  # sum of the one, maximum of the other
        self._row_open = True
        self._all_open = timing.ranks * timing.banks_per_rank
        self._activated = _activated_memo(timing)
        self._figures: dict[tuple[int, int], tuple[int, int, int]] = {}
        # Work that never fits between two refreshes does not wait for room.
        precharging = self._refresh_extra - 1 + timing.trp if shared else 0
        self._most_room = timing.period - 1 - precharging

    def run(self, jobs: Sequence[Job]) -> int:
        """Run jobs and return the cycle at which the last result has been issued."""
        for count, reads, commands in jobs:
            if count:
                self._tiles(count, reads, commands)
            else:
                self._load_vector()
        return self.now

    def _refresh(self) -> None:
        """Precharge and refresh the next rank; PIM waits while the precharges take the bus."""
        timing = self.timing
        start = max(self._refresh_at, self.now)
        closing = self._open[self._rank] + self._refresh_extra
        issued = start + (closing - 1 + timing.trp if closing else 0)
        self._banks_open -= self._open[self._rank]
        self._open[self._rank] = 0
        self._all_ready = self._ready[self._rank] = issued + timing.trfc
        if self._rank == 0:
            self._row_open = False
        self._rank = (self._rank + 1) % timing.ranks
        self._refresh_at += timing.period
        self.now = issued + 1

    def _wait_for(self, estimate: int) -> bool:
        """Return whether work of that length may start now; otherwise let a refresh pass."""
        left = self._refresh_at - self.now
        if left > 0 and (left > estimate or estimate >= self._most_room):
            return True
        self.now = max(self.now, self._refresh_at)
        self._refresh()
        return False

    def _load_vector(self) -> None:
        timing = self.timing
        opening = 0 if self._row_open else timing.trp + timing.trcd
        while not self._wait_for(timing.vector_load + opening):
            opening = 0 if self._row_open else timing.trp + timing.trcd
        if self._closes_row:
            self.now += timing.trtp + timing.trp + timing.trcd
        elif not self._row_open:
            self.now = max(self.now, self._ready[0]) + timing.trcd
        self._row_open = True
        self.now += timing.vector_load

    def _tiles(self, count: int, reads: int, commands: int) -> None:
        cycles, closed_estimate, after_activates = self._of_tile(reads, commands)
        all_open, per_open = self._all_open, self.timing.trtp
        estimate = closed_estimate + per_open * all_open
        while count:
            now_open = self._banks_open
            if now_open == all_open and self._all_ready <= self.now < self._refresh_at:
                room = self._refresh_at - self.now - estimate - 1
                fit = min(count, room // cycles + 1) if room >= 0 else 0
                self.now += fit * cycles
                count -= fit
                if not count:
                    return
            if self._wait_for(closed_estimate + per_open * now_open):
                self._one_tile(after_activates)
                count -= 1

    def _of_tile(self, reads: int, commands: int) -> tuple[int, int, int]:
        """Return steady cycles, estimate with all banks closed, and cycles behind the activates."""
        if (reads, commands) not in self._figures:
            timing = self.timing
            dots = (reads - 1) * timing.group_cycles(commands)
            self._figures[reads, commands] = (
                timing.tile_cycles(reads, commands),
                timing.tile_estimate(reads, commands, 0),
                timing.trcd + dots + timing.tail_cycles(commands),
            )
        return self._figures[reads, commands]

    def _one_tile(self, after_activates: int) -> None:
        """Run a tile that finds banks closed or a rank in refresh."""
        timing = self.timing
        waits = tuple([max(0, ready - self.now) for ready in self._ready])
        found = tuple(self._open), waits
        if found not in self._activated:
            self._activated[found] = _last_activate(timing, *found)
        self.now += self._activated[found] + after_activates
        self._open = [timing.banks_per_rank] * timing.ranks
        self._banks_open = self._all_open


@lru_cache(maxsize=64)
def _activated_memo(
    timing: RowTileTiming,
) -> dict[tuple[tuple[int, ...], tuple[int, ...]], int]:
    """Return the last activates found so far with a timing; walks meet few different ones."""
    return {}


def _last_activate(
    timing: RowTileTiming, open_banks: tuple[int, ...], waits: tuple[int, ...]
) -> int:
    """Return when a tile's last group activate is issued, in cycles from the tile's start.

    Args:
        timing: Timing of the channel.
        open_banks: Open banks of each rank, to be precharged.
        waits: Cycles until each rank may be activated after a refresh.
    """
    clock = 0
    activate = []
    for banks, wait in zip(open_banks, waits, strict=True):
        closed_at = clock + timing.trp if banks else clock
        clock += banks
        activate.append(max(closed_at, wait))
    clock += 1  # the header takes a command slot
    issued = clock
    left = [timing.groups] * timing.ranks
    for _ in range(timing.groups * timing.ranks):
        issued, chosen = -1, 0
        for rank, ready in enumerate(activate):
            if left[rank]:
                at = max(ready, clock)
                if issued < 0 or at < issued:
                    issued, chosen = at, rank
        left[chosen] -= 1
        activate[chosen] = issued + timing.tfaw
        clock = issued + 1
    return issued


def expected_cycles(
    timing: RowTileTiming, requests: Sequence[Sequence[Job]], *, shared: bool = False
) -> list[int]:
    """Return when each request's jobs are done, one request after the other on one channel.

    The phase of the refresh at the start is unknown, so the figure is the mean over evenly spaced
    phases; a sequence of many refresh periods hardly depends on it and takes one phase, in the
    middle.

    Args:
        timing: Timing of the channel.
        requests: Jobs of each request, in order.
        shared: As in ``ChannelWalk``.

    Returns:
        Memory cycles from the start to each request's last result, not decreasing.
    """
    phases = [(timing.period // 2, 0)]
    if _shorter_than(4 * timing.period, timing, requests):
        spaced = (timing.period * (2 * i + 1) // 26 for i in range(13))
        phases = [(max(1, slack), rank) for slack in spaced for rank in range(timing.ranks)]
    sums = [0] * len(requests)
    for slack, rank in phases:
        walk = ChannelWalk(timing, slack, rank, shared=shared)
        for index, jobs in enumerate(requests):
            sums[index] += walk.run(jobs)
    return [-(-total // len(phases)) + timing.read_latency if total else 0 for total in sums]


def _shorter_than(cycles: int, timing: RowTileTiming, requests: Sequence[Sequence[Job]]) -> bool:
    """Return whether the jobs take less than so many cycles, without refresh."""
    work = 0
    for jobs in requests:
        for count, reads, commands in jobs:
            work += count * timing.tile_cycles(reads, commands) if count else timing.vector_load
            if work >= cycles:
                return False
    return True


def blocked_cycles(timing: RowTileTiming, requests: Sequence[Sequence[Job]]) -> int:
    """Return the data-bus cycles that PIM commands of one channel take from reads.

    Precharges and headers take command slots; a pair of group activates in neighbouring slots
    displaces one burst; a composite dot product blocks reads of the channel for a burst and the
    turnaround between ranks.
    """
    banks = timing.ranks * timing.banks_per_rank
    displaced = timing.groups * timing.step
    turnaround = 2 * timing.step
    blocked = 0
    for jobs in requests:
        for count, reads, _ in jobs:
            blocked += count * (banks + 1 + displaced + reads * turnaround)
    return blocked


def _power_of_two(value: int) -> int:
    return 1 << max(0, value - 1).bit_length()
