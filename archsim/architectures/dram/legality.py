"""An independent replay of a list of commands: does each keep to the standard?

It shares no rule with the controller: it looks back over pairs of commands and asks how far apart
the standard wants them, and it keeps its own note of which rows are open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.dram.commands import ACT, COMMANDS, PRE, PREA, RD, RDA, REFA, WR, WRA
from archsim.architectures.dram.compiled import compiled
from archsim.architectures.dram.state import ROW

if TYPE_CHECKING:
    from archsim.architectures.dram.config import DramDevice
    from archsim.architectures.dram.outcome import CommandList
    from archsim.architectures.dram.requests import Requests


class _Spacing(NamedTuple):
    """Timing parameters as the replay uses them, in clocks."""

    rl: int
    wl: int
    al: int
    rcd_rd: int
    rcd_wr: int
    rp: int
    ras: int
    rc: int
    ccd_s: int
    ccd_l: int
    rrd_s: int
    rrd_l: int
    faw: int
    rtp: int
    rtw: int
    wr: int
    wtr_s: int
    wtr_l: int
    rfc: int
    rtrs: int
    act_clocks: int
    burst: int
    two_buses: int
    banks_per_group: int
    banks_per_rank: int


REASONS = (
    "",
    "comes before the command in front of it",
    "shares its command bus with one before it",
    "comes too early after an earlier command",
    "is the fifth activate in a four-activate window",
    "activates a bank whose row is open",
    "goes to a bank or row that is not open",
    "refreshes a rank with a row open",
)
"""What can be wrong with a command, by number."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A command that the standard forbids.

    Attributes:
        index: Its place in the list.
        earlier: Place of the command that it is too close to, or -1.
        sentence: What is wrong.
    """

    index: int
    earlier: int
    sentence: str


def violations(
    device: DramDevice, requests: Requests, commands: CommandList, limit: int = 100
) -> list[Violation]:
    """Return what is wrong with a list of commands, the first ``limit`` of it.

    Args:
        device: The device.
        requests: Requests that the commands serve, for their rows.
        commands: The commands.
        limit: Violations to stop at.
    """
    t, shape = device.timing, device.organisation
    spacing = _Spacing(
        t.rl, t.wl, t.al, t.rcd_rd, t.rcd_wr, t.rp, t.ras, t.rc, t.ccd_s, t.ccd_l, t.rrd_s,
        t.rrd_l, t.faw, t.rtp, t.rtw, t.wr, t.wtr_s, t.wtr_l, t.rfc, t.rtrs, t.act_clocks,
        shape.burst_clocks, int(shape.command_bus == "row_and_column"), shape.banks_per_group,
        shape.banks_per_rank,
    )  # fmt: skip
    row = requests.column(ROW)
    rows = np.where(commands.request >= 0, row[commands.request], -1).astype(np.int64)
    found = _replay(
        commands.time_cycles, commands.command, commands.bank, rows, spacing, shape.banks, limit
    )
    return [_described(commands, *(int(value) for value in line)) for line in found]


def _described(commands: CommandList, index: int, earlier: int, reason: int) -> Violation:
    def shown(place: int) -> str:
        name = COMMANDS[int(commands.command[place])]
        return f"{name} of bank {commands.bank[place]} in clock {commands.time_cycles[place]}"

    other = f" ({shown(earlier)})" if earlier >= 0 else ""
    return Violation(index, earlier, f"{shown(index)} {REASONS[reason]}{other}")


@compiled
def _gap(before: int, now: int, same_bank: bool, same_group: bool, s: _Spacing) -> int:
    """Return how many clocks two commands of one rank have to lie apart (0: any)."""
    read_before, write_before = before in (RD, RDA), before in (WR, WRA)
    read, write = now in (RD, RDA), now in (WR, WRA)
    second = s.act_clocks - 1
    recovery = s.wl + s.burst + s.wr
    if before == ACT:
        if now == ACT:
            return s.rc if same_bank else s.rrd_l if same_group else s.rrd_s
        if now == PREA:
            return s.ras + second
        if now == REFA:
            return s.rc + second
        if not same_bank:
            return 0
        if read:
            return s.rcd_rd - s.al + second
        return s.rcd_wr - s.al + second if write else s.ras + second
    if before in (PRE, PREA):
        if now == REFA:
            return s.rp
        return s.rp - second if now == ACT and (same_bank or before == PREA) else 0
    if before == REFA:
        return s.rfc - second if now == ACT else s.rfc if now == REFA else 0
    if read_before and read:
        return s.ccd_l if same_group else s.ccd_s
    if write_before and write:
        return s.ccd_l if same_group else s.ccd_s
    if read_before and write:
        return s.rtw
    if write_before and read:
        gap = s.wl + s.burst + (s.wtr_l if same_group else s.wtr_s)
        return max(gap, recovery - s.rtp) if now == RDA and same_bank and before == WR else gap
    to_precharge = s.al + s.rtp if read_before else recovery
    if now == PREA:
        return to_precharge
    if now == PRE:
        return to_precharge if same_bank else 0
    if before in (RDA, WRA):
        if now == REFA:
            return to_precharge + s.rp
        if now == ACT and same_bank:
            return to_precharge + s.rp - second
    return 0


@compiled
def _gap_of_ranks(before: int, now: int, s: _Spacing) -> int:
    """Return how many clocks two bursts of different ranks on one data bus have to lie apart."""
    if s.rtrs == 0 or not (RD <= before <= WRA and RD <= now <= WRA):
        return 0
    start_before = s.rl if before in (RD, RDA) else s.wl
    start = s.rl if now in (RD, RDA) else s.wl
    return start_before + s.burst + s.rtrs - start


@compiled
def _replay(
    times: NDArray[np.int64], commands: NDArray[np.int8], banks: NDArray[np.int16],
    rows: NDArray[np.int64], s: _Spacing, bank_count: int, limit: int,
) -> NDArray[np.int64]:  # fmt: skip
    """Return rows of (place, earlier place, reason)."""
    found = np.empty((limit, 3), np.int64)
    count = 0
    open_row = np.full(bank_count, -1, np.int64)
    acts = np.full((bank_count // s.banks_per_rank, 4), -(10**9), np.int64)
    longest = max(s.rc, s.rfc, s.wl + s.burst + s.wr + s.rp, s.faw) + s.act_clocks
    for place in range(len(times)):
        time, now, bank = times[place], commands[place], banks[place]
        rank = bank // s.banks_per_rank
        first = rank * s.banks_per_rank
        earlier, reason = -1, 0
        for back in range(place - 1, -1, -1):
            apart = time - times[back]
            if apart > longest:
                break
            before, other = commands[back], banks[back]
            if apart < 0:
                earlier, reason = back, 1
                break
            column, column_before = RD <= now <= WRA, RD <= before <= WRA
            taken = s.act_clocks if before == ACT else 1
            if apart < taken and (not s.two_buses or column == column_before):
                earlier, reason = back, 2
                break
            if other // s.banks_per_rank == rank:
                same_group = other // s.banks_per_group == bank // s.banks_per_group
                gap = _gap(before, now, other == bank, same_group, s)
            else:
                gap = _gap_of_ranks(before, now, s)
            if apart < gap:
                earlier, reason = back, 3
                break
        if now == ACT:
            if time - acts[rank, 0] < s.faw:
                reason = 4
            acts[rank, :3] = acts[rank, 1:]
            acts[rank, 3] = time
            if open_row[bank] >= 0:
                reason = 5
            open_row[bank] = rows[place]
        elif now == PREA:
            open_row[first : first + s.banks_per_rank] = -1
        elif now == REFA:
            if (open_row[first : first + s.banks_per_rank] >= 0).any():
                reason = 7
        elif now == PRE:
            if open_row[bank] < 0:
                reason = 6
            open_row[bank] = -1
        else:
            if open_row[bank] < 0 or open_row[bank] != rows[place]:
                reason = 6
            if now in (RDA, WRA):
                open_row[bank] = -1
        if reason:
            found[count, 0], found[count, 1], found[count, 2] = place, earlier, reason
            count += 1
            if count == limit:
                break
    return found[:count]
