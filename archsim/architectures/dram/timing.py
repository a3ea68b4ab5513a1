"""The timing table: named constraints between commands, as the standards' own tables have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.dram.commands import (
    ACT,
    BANK,
    COMMANDS,
    GROUP,
    OTHER_RANKS,
    PRE,
    PREA,
    RANK,
    RD,
    RDA,
    REFA,
    WR,
    WRA,
)

if TYPE_CHECKING:
    from archsim.architectures.dram.config import DramDevice

CLOCKS = 2
"""Column of a rule's array that holds its length."""

READS, WRITES = (RD, RDA), (WR, WRA)


@dataclass(frozen=True, slots=True)
class TimingConstraint:
    """A command of ``following`` waits ``clocks`` after the last one of ``previous``.

    Attributes:
        name: As the standards call it.
        level: Where it holds: same ``BANK``, ``GROUP`` or ``RANK``, or ``OTHER_RANKS``.
        previous: Commands that start the wait.
        following: Commands that wait.
        clocks: Length in memory clocks.
    """

    name: str
    level: int
    previous: tuple[int, ...]
    following: tuple[int, ...]
    clocks: int


def timing_table(device: DramDevice) -> tuple[TimingConstraint, ...]:
    """Return the constraints of a device.

    The four-activate window (tFAW) is apart, because it looks four commands back. An activate of
    two clocks (HBM2) ends one clock later, so what follows it waits a clock more, and what
    precedes it may come a clock later. Not modelled: power-down, self-refresh, refresh per bank.
    """
    t, burst = device.timing, device.organisation.burst_clocks
    late = t.act_clocks - 1
    write_recovery = t.wl + burst + t.wr
    rule = TimingConstraint
    return (
        rule("tRCDRD", BANK, (ACT,), READS, t.rcd_rd - t.al + late),
        rule("tCCD_L", GROUP, READS, READS, t.ccd_l),
        rule("tCCD_S", RANK, READS, READS, t.ccd_s),
        rule("tWTR_L", GROUP, WRITES, READS, t.wl + burst + t.wtr_l),
        rule("tWTR_S", RANK, WRITES, READS, t.wl + burst + t.wtr_s),
        rule("tWR before auto-precharge", BANK, (WR,), (RDA,), write_recovery - t.rtp),
        rule("tRCDWR", BANK, (ACT,), WRITES, t.rcd_wr - t.al + late),
        rule("tRTW", RANK, READS, WRITES, t.rtw),
        rule("tCCD_L", GROUP, WRITES, WRITES, t.ccd_l),
        rule("tCCD_S", RANK, WRITES, WRITES, t.ccd_s),
        rule("tRC", BANK, (ACT,), (ACT,), t.rc),
        rule("tRRD_L", GROUP, (ACT,), (ACT,), t.rrd_l),
        rule("tRRD_S", RANK, (ACT,), (ACT,), t.rrd_s),
        rule("tRTP + tRP", BANK, (RDA,), (ACT,), t.al + t.rtp + t.rp - late),
        rule("tWR + tRP", BANK, (WRA,), (ACT,), write_recovery + t.rp - late),
        rule("tRP", BANK, (PRE,), (ACT,), t.rp - late),
        rule("tRP", RANK, (PREA,), (ACT,), t.rp - late),
        rule("tRFC", RANK, (REFA,), (ACT,), t.rfc - late),
        rule("tRAS", BANK, (ACT,), (PRE,), t.ras + late),
        rule("tRTP", BANK, (RD,), (PRE,), t.al + t.rtp),
        rule("tWR", BANK, (WR,), (PRE,), write_recovery),
        rule("tRAS", RANK, (ACT,), (PREA,), t.ras + late),
        rule("tRTP", RANK, READS, (PREA,), t.al + t.rtp),
        rule("tWR", RANK, WRITES, (PREA,), write_recovery),
        rule("tRC", RANK, (ACT,), (REFA,), t.rc + late),
        rule("tRTP + tRP", RANK, (RDA,), (REFA,), t.al + t.rtp + t.rp),
        rule("tWR + tRP", RANK, (WRA,), (REFA,), write_recovery + t.rp),
        rule("tRP", RANK, (PRE, PREA), (REFA,), t.rp),
        rule("tRFC", RANK, (REFA,), (REFA,), t.rfc),
        *_rank_switch(device),
    )


def _rank_switch(device: DramDevice) -> tuple[TimingConstraint, ...]:
    """Return the gaps between bursts of different ranks on a data bus that they share."""
    t, burst = device.timing, device.organisation.burst_clocks
    if t.rtrs == 0 or device.organisation.ranks == 1:
        return ()
    gap, level, rule = burst + t.rtrs, OTHER_RANKS, TimingConstraint
    return (
        rule("tRTRS", level, READS, READS, gap),
        rule("tRTRS", level, WRITES, WRITES, gap),
        rule("tRTRS, read to write", level, READS, WRITES, max(1, t.rl + gap - t.wl)),
        rule("tRTRS, write to read", level, WRITES, READS, max(1, t.wl + gap - t.rl)),
    )


def rule_arrays(device: DramDevice) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the table as the compiled controller reads it: sorted by previous command.

    Returns:
        First row of each previous command, shape (commands + 1,), and rows of
        (level, following command, clocks).
    """
    rows: list[tuple[int, int, int]] = []
    starts = [0]
    table = timing_table(device)
    for command in range(len(COMMANDS)):
        for item in table:
            if command in item.previous:
                rows += [(item.level, following, item.clocks) for following in item.following]
        starts.append(len(rows))
    return np.array(starts, np.int64), np.array(rows, np.int64)
