"""Energy of a list of commands from data-sheet currents, by the rules of DRAMPower 4."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from archsim.architectures.dram.commands import ACT, PRE, PREA, RD, RDA, REFA, WR, WRA
from archsim.architectures.dram.compiled import compiled
from archsim.architectures.dram.state import Int8s, Int16s, Int64s

if TYPE_CHECKING:
    from archsim.architectures.dram.config import DramDevice


@dataclass(frozen=True, slots=True)
class Activity:
    """What commands and clocks cost energy, over all ranks.

    Attributes:
        activates, precharges, reads, writes, refreshes: Commands; a precharge of all banks
            counts once for each bank that was open.
        active_clocks: Clocks in which a rank had a bank open, summed over ranks.
        precharged_clocks: The other clocks up to the end of the window, summed over ranks.
        window_clocks: Clocks up to the completion of the last command.
    """

    activates: int
    precharges: int
    reads: int
    writes: int
    refreshes: int
    active_clocks: int
    precharged_clocks: int
    window_clocks: int


@dataclass(frozen=True, slots=True)
class Energy:
    """Energy of all devices by cause, in pJ."""

    activate_pj: float
    precharge_pj: float
    read_pj: float
    write_pj: float
    refresh_pj: float
    background_pj: float

    @property
    def dynamic_pj(self) -> float:
        """Energy of activates, precharges, reads and writes."""
        return self.activate_pj + self.precharge_pj + self.read_pj + self.write_pj

    @property
    def static_pj(self) -> float:
        """Energy of standby and refresh."""
        return self.background_pj + self.refresh_pj

    @property
    def total_pj(self) -> float:
        """Sum of all causes."""
        return self.dynamic_pj + self.static_pj


@compiled
def count_rank(
    times: Int64s, commands: Int8s, banks: Int16s, rank: int, banks_per_rank: int,
    read_close: int, write_close: int, ras: int, refresh_active: int,
) -> tuple[int, int, int, int, int]:  # fmt: skip
    """Follow the banks of a rank through a list of commands.

    An auto-precharge takes effect later than its command, at the precharge inside it; a refresh
    counts ``refresh_active`` clocks as active.

    Returns:
        Precharges, active clocks up to the last closing, the clock at which that was or (with a
        bank still open) at which the rank became active, open banks, and the last precharge
        inside an auto-precharge (-1: none).
    """
    opened = np.full(banks_per_rank, -1, np.int64)
    active = precharges = opening = closing = open_banks = 0
    last_inside = -1
    for place in range(len(times)):
        bank = banks[place] - rank * banks_per_rank
        if bank < 0 or bank >= banks_per_rank:
            continue
        time, command = times[place], commands[place]
        if command == ACT:
            if open_banks == 0 and time >= closing:
                active += closing - opening
                opening = closing = time
            opened[bank] = time
            open_banks += 1
        elif command == PRE:
            open_banks -= 1
            precharges += 1
            closing = max(closing, time)
        elif command in (RDA, WRA):
            inside = time + (read_close if command == RDA else write_close)
            inside = max(inside, opened[bank] + ras)
            last_inside = max(last_inside, inside)
            open_banks -= 1
            precharges += 1
            closing = max(closing, inside)
        elif command == PREA:
            precharges += open_banks
            open_banks = 0
            closing = max(closing, time)
        elif command == REFA:
            active += refresh_active
    return precharges, active, opening if open_banks else closing - opening, open_banks, last_inside


@compiled
def count_commands(commands: Int8s) -> Int64s:
    """Return how often each command is in a list, shape (commands,)."""
    count = np.zeros(8, np.int64)
    for command in commands:
        count[command] += 1
    return count


def activity(device: DramDevice, times: Int64s, commands: Int8s, banks: Int16s) -> Activity:
    """Count what a list of commands did.

    Args:
        device: The device.
        times: Clock of each command, ascending.
        commands: Command numbers.
        banks: Bank of each command; for PREA and REFA the first bank of the rank.
    """
    t, shape = device.timing, device.organisation
    write_close = t.wl + shape.burst_clocks + t.wr
    read_close = t.al + max(t.rtp, device.currents.shortest_auto_precharge)
    counted = [
        count_rank(
            times, commands, banks, rank, shape.banks_per_rank, read_close, write_close, t.ras,
            t.rfc - t.rp,
        )
        for rank in range(shape.ranks)
    ]  # fmt: skip
    window = _window(device, times, commands, max(last for *_, last in counted))
    active = 0
    for _, clocks, rest, open_banks, _ in counted:
        active += clocks + (max(0, window - rest) if open_banks else rest)
    count = count_commands(commands)
    return Activity(
        activates=int(count[ACT]),
        precharges=int(sum(precharges for precharges, *_ in counted)),
        reads=int(count[RD] + count[RDA]),
        writes=int(count[WR] + count[WRA]),
        refreshes=int(count[REFA]),
        active_clocks=int(active),
        precharged_clocks=max(0, window * shape.ranks - int(active)),
        window_clocks=window,
    )


def _window(device: DramDevice, times: Int64s, commands: Int8s, last_inside: int) -> int:
    """Return the clock that energy is counted up to: the last command's completion less one."""
    if len(times) == 0:
        return 0
    t, burst = device.timing, device.organisation.burst_clocks
    read, write = t.rl + t.dqsck + 1 + burst, t.wl + burst + t.wr
    completion = {ACT: t.rcd_rd, PRE: t.rp, PREA: t.rp, REFA: 0}
    completion |= {RD: read, RDA: read, WR: write, WRA: write}
    last = int(times[-1])
    if last_inside > last:
        return int(last_inside) + t.rp - 1
    return last + completion[int(commands[-1])] - 1


def price(device: DramDevice, done: Activity) -> Energy:
    """Return the energy of an activity.

    Each command costs its current above the standby current it replaces, for as long as it lasts
    (DRAMPower 4; Micron TN-41-01 has the same terms). Not modelled: interface and termination.
    """
    t, current, shape = device.timing, device.currents, device.organisation
    clock_ps = (current.clock_s or device.clock_s) * 1e12
    core = current.vdd_v * clock_ps * shape.devices
    second = (current.vpp_v or 0.0) * (current.idd02_a or 0.0) * clock_ps * shape.devices
    i0, i2n, i3n = current.idd0_a, current.idd2n_a, current.idd3n_a
    active, closed = done.active_clocks, done.precharged_clocks
    return Energy(
        activate_pj=done.activates * t.ras * (core * (i0 - i3n) + second),
        precharge_pj=done.precharges * (t.rc - t.ras) * (core * (i0 - i2n) + second),
        read_pj=core * done.reads * shape.burst_clocks * (current.idd4r_a - i3n),
        write_pj=core * done.writes * shape.burst_clocks * (current.idd4w_a - i3n),
        refresh_pj=core * done.refreshes * t.rfc * (current.idd5_a - i3n),
        background_pj=core * (active * i3n + closed * i2n),
    )
