"""The commands of a run as a timeline: one track per bank, one per rank for what concerns all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archsim.architectures.dram.commands import ACT, COMMANDS, PRE, PREA, RD, RDA, REFA, WR, WRA
from archsim.architectures.dram.state import ROW

if TYPE_CHECKING:
    from archsim.architectures.dram.config import DramDevice
    from archsim.architectures.dram.outcome import CommandList
    from archsim.architectures.dram.requests import Requests
    from archsim.kernel import Timeline


def record_commands(
    timeline: Timeline, device: DramDevice, requests: Requests, issued: CommandList
) -> None:
    """Record each command for as long as its bank is busy with it.

    An activate lasts tRCD, a precharge tRP (a clock less where the activate that follows takes two,
    of which the second counts), a refresh tRFC, a read or write its burst.

    Args:
        timeline: Recorder to fill.
        device: The device.
        requests: The requests, for the rows of activates.
        issued: The commands.
    """
    t, shape = device.timing, device.organisation
    lasts = {ACT: min(t.rcd_rd, t.rcd_wr), PRE: t.rp - t.act_clocks + 1, PREA: t.rp, REFA: t.rfc}
    lasts |= dict.fromkeys((RD, RDA, WR, WRA), shape.burst_clocks)
    rows = requests.column(ROW)
    clock_fs = round(device.clock_s * 1e15)
    for time, command, bank, item in zip(
        issued.time_cycles.tolist(),
        issued.command.tolist(),
        issued.bank.tolist(),
        issued.request.tolist(),
        strict=True,
    ):
        rank, number = divmod(bank, shape.banks_per_rank)
        track = f"rank {rank}/" + ("all banks" if command in (PREA, REFA) else f"bank {number:02d}")
        args = None if item < 0 else {"request": item, "row": int(rows[item])}
        start_fs = time * clock_fs
        end_fs = start_fs + lasts[command] * clock_fs
        timeline.span(track, COMMANDS[command], start_fs, end_fs, args)
