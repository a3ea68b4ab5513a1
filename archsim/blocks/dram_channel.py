"""DRAM channels as a rate server: seconds, energy and area of moving bytes.

Bytes are interleaved over the channels in bursts, so the busiest channel moves
``ceil(bursts / channels)`` of them. A channel delivers its peak rate times the share of time it
is not refreshing times an access efficiency (row misses, bus turn-arounds), which a family sets
from its own measurements. Not modelled: rows, banks and command timing (a family that needs them
has its own controller model).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from archsim.blocks.numbers import Floats, Ints, ceil_div, real, whole
from archsim.errors import InputError
from archsim.technology import dram
from archsim.technology.constant import TechConstant
from archsim.technology.dram import DramCurrents


@dataclass(frozen=True)
class DramChannels:
    """What a designer chooses about a memory of equal channels.

    Attributes:
        kind: Memory kind, e.g. ``hbm2``; sets energy per bit and die area.
        channels: Independent channels.
        channel_bandwidth_bytes_per_s: Peak rate of one channel.
        capacity_bytes: Size over all channels.
        burst_bytes: Bytes of one access.
        latency_s: Time from the first request to its first byte, paid once per transfer.
        access_efficiency: Share of the peak reached between refreshes, 0 < share <= 1.
        refresh_interval_s: Time between refreshes of a rank (tREFI).
        refresh_s: Time one refresh blocks the channel (tRFC).
        standby_w_per_channel: Background power of one channel; 0 leaves background out.
    """

    kind: str
    channels: int
    channel_bandwidth_bytes_per_s: float
    capacity_bytes: int
    burst_bytes: int = 64
    latency_s: float = 50e-9
    access_efficiency: float = 1.0
    refresh_interval_s: float = 3.9e-6
    refresh_s: float = 260e-9
    standby_w_per_channel: float = 0.0

    def __post_init__(self) -> None:
        for name in ("channels", "capacity_bytes", "burst_bytes"):
            whole(name, getattr(self, name))
        for name in ("channel_bandwidth_bytes_per_s", "access_efficiency", "refresh_interval_s"):
            real(name, getattr(self, name))
        for name in ("latency_s", "refresh_s", "standby_w_per_channel"):
            real(name, getattr(self, name), zero=True)
        if self.access_efficiency > 1:
            raise InputError(
                "out of range",
                key="access_efficiency",
                found=f"{self.access_efficiency!r}",
                allowed="0 < share <= 1",
            )
        if self.refresh_s >= self.refresh_interval_s:
            raise InputError(
                "the memory would refresh all the time",
                key="refresh_s",
                found=f"{self.refresh_s!r} s",
                allowed=f"less than refresh_interval_s = {self.refresh_interval_s!r} s",
            )
        dram.access_energy_parts(self.kind)

    @property
    def refresh_share(self) -> float:
        """Share of time a channel is blocked by refresh."""
        return self.refresh_s / self.refresh_interval_s

    @property
    def channel_rate_bytes_per_s(self) -> float:
        """Rate one channel sustains."""
        return (
            self.channel_bandwidth_bytes_per_s * (1 - self.refresh_share) * self.access_efficiency
        )

    @property
    def rate_bytes_per_s(self) -> float:
        """Rate all channels together sustain."""
        return self.channels * self.channel_rate_bytes_per_s


@dataclass(frozen=True)
class DramCommands:
    """Commands a rank executed and clocks it stood by, for energy from currents.

    Attributes:
        reads: Read bursts.
        writes: Write bursts.
        activates: Row activations, each with its precharge.
        refreshes: All-bank refreshes.
        active_cycles: Clocks with a bank open, summed over ranks.
        precharged_cycles: Clocks with all banks precharged, summed over ranks.
    """

    reads: ArrayLike = 0
    writes: ArrayLike = 0
    activates: ArrayLike = 0
    refreshes: ArrayLike = 0
    active_cycles: ArrayLike = 0
    precharged_cycles: ArrayLike = 0


def bursts(n_bytes: ArrayLike, burst_bytes: ArrayLike) -> Ints:
    """Return the accesses that move so many bytes; the last one may be partly used."""
    return ceil_div(whole("n_bytes", n_bytes, minimum=0), whole("burst_bytes", burst_bytes))


def transfer_seconds(
    n_bytes: ArrayLike,
    channels: ArrayLike,
    channel_rate_bytes_per_s: ArrayLike,
    burst_bytes: ArrayLike = 64,
    latency_s: ArrayLike = 0.0,
) -> Floats:
    """Return the time of moving bytes interleaved over equal channels; 0 bytes take no time.

    Args:
        n_bytes: Bytes, >= 0; scalar or array, as all arguments.
        channels: Channels the bursts are dealt to.
        channel_rate_bytes_per_s: Rate one channel sustains.
        burst_bytes: Bytes of one access.
        latency_s: Time to the first byte.
    """
    size = whole("burst_bytes", burst_bytes)
    per_channel = ceil_div(bursts(n_bytes, size), whole("channels", channels))
    streaming = per_channel * size / real("channel_rate_bytes_per_s", channel_rate_bytes_per_s)
    return np.asarray(
        np.where(per_channel > 0, streaming + real("latency_s", latency_s, zero=True), 0.0)
    )


def dram_seconds(memory: DramChannels, n_bytes: ArrayLike) -> Floats:
    """Return the time of moving bytes through all channels of a memory, latency included."""
    return transfer_seconds(
        n_bytes,
        memory.channels,
        memory.channel_rate_bytes_per_s,
        memory.burst_bytes,
        memory.latency_s,
    )


def dram_access_energy_j(memory: DramChannels, n_bytes: ArrayLike) -> Floats:
    """Return the energy of moving bytes, in whole bursts, activation included, in J."""
    moved = bursts(n_bytes, memory.burst_bytes) * memory.burst_bytes
    return np.asarray(moved * (8 * dram.access_energy_j_per_bit(memory.kind)))


def dram_background_energy_j(memory: DramChannels, seconds: ArrayLike) -> Floats:
    """Return the standby energy of all channels over a time, in J."""
    return np.asarray(
        real("seconds", seconds, zero=True) * (memory.channels * memory.standby_w_per_channel)
    )


def command_energy_j(currents: DramCurrents, commands: DramCommands) -> dict[str, Floats]:
    """Return the energy of counted commands by part, in J; the parts add up to the total.

    Args:
        currents: Currents and timings of the rank.
        commands: What was executed; scalars or arrays.

    Returns:
        Keys ``read``, ``write``, ``activate``, ``refresh``, ``active_standby``,
        ``precharged_standby``.
    """
    parts = (
        ("read", commands.reads, currents.read_j),
        ("write", commands.writes, currents.write_j),
        ("activate", commands.activates, currents.activate_j),
        ("refresh", commands.refreshes, currents.refresh_j),
        ("active_standby", commands.active_cycles, currents.active_standby_j_per_cycle),
        ("precharged_standby", commands.precharged_cycles, currents.precharged_standby_j_per_cycle),
    )
    return {
        name: np.asarray(whole(name, count, minimum=0) * energy_j)
        for name, count, energy_j in parts
    }


def dram_area_mm2(memory: DramChannels) -> float:
    """Return the area of the memory's dies, in mm2; stacked dies count each, base dies don't."""
    return dram.dies(memory.kind, memory.capacity_bytes) * dram.die_area(memory.kind).value


def dram_constants(memory: DramChannels) -> tuple[TechConstant, ...]:
    """Return the physical constants that the memory's energy and area rest on."""
    return (*dram.access_energy_parts(memory.kind), dram.die_area(memory.kind))
