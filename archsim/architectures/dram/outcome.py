"""One run of a trace under one controller, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from archsim.architectures.dram import commands as names
from archsim.architectures.dram.controller import run
from archsim.architectures.dram.energy import Activity, Energy, activity, price
from archsim.architectures.dram.events import new_events
from archsim.architectures.dram.front import MET_ACTIVE, MET_SIZE, new_front
from archsim.architectures.dram.power import new_power, note_list
from archsim.architectures.dram.responses import new_order
from archsim.architectures.dram.state import (
    MET_POSTPONED,
    MET_PULLED_IN,
    Int8s,
    Int16s,
    Int32s,
    Int64s,
    Settings,
    new_state,
)
from archsim.architectures.dram.timing import CLOCKS, rule_arrays
from archsim.errors import InputError

if TYPE_CHECKING:
    from archsim.architectures.dram.config import Controller, DramDevice
    from archsim.architectures.dram.requests import Requests

LIMITS = (
    "RequestBufferSize", "MaxActiveTransactions", "RefreshMaxPostponed", "RefreshMaxPulledin",
)  # fmt: skip
"""Keys of the controller that say how much of something there may be at most."""


@dataclass(frozen=True, slots=True, eq=False)
class CommandList:
    """The commands that a controller issued, in order.

    Attributes:
        time_cycles: Memory clock of each.
        command: Number of each; ``commands.COMMANDS`` has the names.
        bank: Bank of the channel; for PREA and REFA the first bank of the rank.
        request: Request that each serves (-1: none).
    """

    time_cycles: Int64s
    command: Int8s
    bank: Int16s
    request: Int32s

    def __len__(self) -> int:
        return len(self.time_cycles)


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A run in detail: its commands, and per request when it was sent and answered."""

    commands: CommandList
    sent_cycles: Int64s
    received_cycles: Int64s


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a trace came to under a controller.

    Attributes:
        total_cycles: Memory clocks until the player has the last response.
        total_time_ns: The same in ns.
        energy_pj: Energy of all devices, up to the completion of the last command.
        average_power_mw: That energy over that time, as DRAMPower averages.
        mean_latency_ns: Mean over all requests, from the player's sending to its response.
        mean_latency_from_trace_time_ns: The same from the time in the trace.
        max_latency_ns: Longest from sending to response.
        activates: ACT commands.
        precharges: PRE and PREA commands; those inside an auto-precharge are not commands.
        refreshes: REFA commands.
        energy_per_bit_pj: Energy for each bit moved.
        activity: What was counted for the energy.
        energy: Energy by cause.
        limits_met: Keys of the controller's limits (``LIMITS``) that ever had a say; any of the
            others could have been higher without a difference.
        record: The run in detail; ``None`` when it was not kept.
    """

    total_cycles: int
    total_time_ns: float
    energy_pj: float
    average_power_mw: float
    mean_latency_ns: float
    mean_latency_from_trace_time_ns: float
    max_latency_ns: float
    activates: int
    precharges: int
    refreshes: int
    energy_per_bit_pj: float
    activity: Activity = field(repr=False)
    energy: Energy = field(repr=False)
    limits_met: frozenset[str] = field(repr=False, compare=False)
    record: Record | None = field(repr=False, compare=False)

    @property
    def commands(self) -> CommandList:
        """The commands issued.

        Raises:
            InputError: No record was kept.
        """
        if self.record is None:
            raise InputError("this run kept no record of its commands", allowed="keep_record=True")
        return self.record.commands


def run_requests(
    requests: Requests, device: DramDevice, controller: Controller, *, keep_record: bool = False
) -> Outcome:
    """Run decoded requests to the last response; other threads can run meanwhile.

    Args:
        requests: The trace.
        device: The device.
        controller: The ten parameters.
        keep_record: Whether to list the commands, which takes 120 bytes a request.
    """
    settings = controller_settings(device, controller)
    starts, rules = rule_arrays(device)
    rules[:, CLOCKS] *= settings.tick
    links = np.full((len(requests), 2), -1, np.int32)
    state = new_state(settings)
    power, opened, counts = new_power(device.organisation.ranks, settings.banks)
    front, (events, heap) = new_front(), new_events()
    order = new_order(len(requests), settings)
    sent, got, log = run(
        requests.time, requests.items, links, *state, power, opened, counts, front, events, heap,
        order, starts, rules, settings, keep_record,
    )  # fmt: skip
    if settings.tick > 1:  # what happens just before an edge counts as on it
        for ticks in (sent, got, log[:, 0]):
            ticks[:] = -(-ticks // settings.tick)
    record = None
    if keep_record:
        commands = CommandList(
            log[:, 0].copy(),
            log[:, 1].astype(np.int8),
            log[:, 2].astype(np.int16),
            log[:, 3].astype(np.int32),
        )
        record = Record(commands, sent, got)
    _, ranks, _, _ = state
    flags = (front[MET_SIZE], front[MET_ACTIVE],
             ranks[:, MET_POSTPONED].any(), ranks[:, MET_PULLED_IN].any())  # fmt: skip
    limits_met = frozenset(key for key, flag in zip(LIMITS, flags, strict=True) if flag)
    done = activity(device, power, counts)
    return _outcome(requests, device, done, counts, sent, got, limits_met, record)


def activity_of_list(device: DramDevice, commands: CommandList) -> Activity:
    """Return what a list of commands did, wherever it is from."""
    from archsim.architectures.dram.config import Controller

    settings = controller_settings(device, Controller())
    power, opened, counts = new_power(device.organisation.ranks, settings.banks)
    note_list(
        power, opened, counts, settings, commands.time_cycles, commands.command, commands.bank
    )
    return activity(device, power, counts)


def _outcome(
    requests: Requests, device: DramDevice, done: Activity, counts: Int64s,
    sent: Int64s, got: Int64s, limits_met: frozenset[str], record: Record | None,
) -> Outcome:  # fmt: skip
    energy = price(device, done)
    clock_ns = device.clock_s * 1e9
    energy_clock_ns = (device.currents.clock_s or device.clock_s) * 1e9
    total = int(got.max())
    from_trace = float(got.mean() - requests.time.mean())
    latency = got if record is None else got.copy()
    latency -= sent
    return Outcome(
        total_cycles=total,
        total_time_ns=total * clock_ns,
        energy_pj=energy.total_pj,
        average_power_mw=energy.total_pj / (done.window_clocks * energy_clock_ns),
        mean_latency_ns=float(latency.mean()) * clock_ns,
        mean_latency_from_trace_time_ns=from_trace * clock_ns,
        max_latency_ns=int(latency.max()) * clock_ns,
        activates=int(counts[names.ACT]),
        precharges=int(counts[names.PRE] + counts[names.PREA]),
        refreshes=int(counts[names.REFA]),
        energy_per_bit_pj=energy.total_pj / (8 * len(got) * device.organisation.burst_bytes),
        activity=done,
        energy=energy,
        limits_met=limits_met,
        record=record,
    )


def controller_settings(device: DramDevice, controller: Controller) -> Settings:
    """Return the parameters as the compiled controller numbers them."""
    shape, timing = device.organisation, device.timing
    tick = 2 if timing.starts_off_edge else 1
    strobe = timing.dqsck if timing.strobe_delays_data else 0
    return Settings(
        page_policy=names.PAGE_POLICIES.index(controller.PagePolicy),
        scheduler=names.SCHEDULERS.index(controller.Scheduler),
        scheduler_buffer=names.SCHEDULER_BUFFERS.index(controller.SchedulerBuffer),
        request_buffer_size=controller.RequestBufferSize,
        resp_queue=names.RESP_QUEUES.index(controller.RespQueue),
        refresh_policy=names.REFRESH_POLICIES.index(controller.RefreshPolicy),
        max_postponed=controller.RefreshMaxPostponed,
        max_pulled_in=controller.RefreshMaxPulledin,
        arbiter=names.ARBITERS.index(controller.Arbiter),
        max_active=controller.MaxActiveTransactions,
        banks=shape.banks,
        banks_per_group=shape.banks_per_group,
        banks_per_rank=shape.banks_per_rank,
        read_end=tick * (timing.rl + strobe + shape.burst_clocks),
        write_end=tick * (timing.wl + shape.burst_clocks),
        faw=tick * timing.faw,
        refi=tick * timing.refi,
        act_clocks=timing.act_clocks,
        two_buses=int(shape.command_bus == "row_and_column"),
        tick=tick,
        read_close=timing.al + max(timing.rtp, device.currents.shortest_auto_precharge),
        write_close=timing.wl + shape.burst_clocks + timing.wr,
        ras=timing.ras,
        refresh_active=timing.rfc - timing.rp,
    )
