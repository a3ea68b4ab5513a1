"""Energy of what commands did, from data-sheet currents, by the rules of DRAMPower 4."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archsim.architectures.dram.commands import ACT, PRE, PREA, RD, RDA, REFA, WR, WRA
from archsim.architectures.dram.power import (
    ACTIVE,
    CLOSING,
    LAST_CLOCK,
    LAST_COMMAND,
    LAST_INSIDE,
    OPEN,
    OPENING,
    PRECHARGES,
)
from archsim.architectures.dram.state import Int64s

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


def activity(device: DramDevice, power: Int64s, counts: Int64s) -> Activity:
    """Return what the counters of ``power`` come to at the end of the window."""
    window = _window(device, power, counts)
    active = 0
    for rank in power:
        end = window if rank[OPEN] else int(rank[CLOSING])
        active += int(rank[ACTIVE]) + max(0, end - int(rank[OPENING]))
    return Activity(
        activates=int(counts[ACT]),
        precharges=int(power[:, PRECHARGES].sum()),
        reads=int(counts[RD] + counts[RDA]),
        writes=int(counts[WR] + counts[WRA]),
        refreshes=int(counts[REFA]),
        active_clocks=active,
        precharged_clocks=max(0, window * len(power) - active),
        window_clocks=window,
    )


def _window(device: DramDevice, power: Int64s, counts: Int64s) -> int:
    """Return the clock that energy is counted up to: the last command's completion less one."""
    t, burst = device.timing, device.organisation.burst_clocks
    last, last_inside = int(counts[LAST_CLOCK]), int(power[:, LAST_INSIDE].max())
    if last_inside > last:
        return last_inside + t.rp - 1
    read, write = t.rl + t.dqsck + 1 + burst, t.wl + burst + t.wr
    completion = {ACT: t.rcd_rd, PRE: t.rp, PREA: t.rp, REFA: 0}
    completion |= {RD: read, RDA: read, WR: write, WRA: write}
    return last + completion[int(counts[LAST_COMMAND])] - 1


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
