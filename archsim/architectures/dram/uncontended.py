"""Closed forms of a run in which no request waits for another: the analytic fidelity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from archsim.architectures.dram.energy import Activity
from archsim.architectures.dram.state import BANK, IS_WRITE, ROW, Int64s

if TYPE_CHECKING:
    from archsim.architectures.dram.config import DramDevice, DramHardware
    from archsim.architectures.dram.requests import Requests

HIT, EMPTY, CONFLICT = range(3)
"""What a request finds in its bank: its row open, no row open, another row open."""


@dataclass(frozen=True, slots=True, eq=False)
class Uncontended:
    """What the closed forms say.

    Attributes:
        total_cycles: Clock of the last response: no request waits for another, and the data bus
            moves no more than it can.
        least_cycles: Clock before which no run can end. A refresh, an adaptive page policy or
            another order may have opened or closed a row ahead of its request, so every row
            counts as open here.
        latency_cycles: Clocks of each request alone, shape (requests,).
        activity: Commands and clocks, for the energy; refreshes are left out, and a bank that
            stays open is open from the first request on.
    """

    total_cycles: int
    least_cycles: int
    latency_cycles: Int64s
    activity: Activity


def uncontended(hardware: DramHardware, requests: Requests) -> Uncontended:
    """Time each request as if it were alone, without refresh."""
    shape, timing = hardware.organisation, hardware.timing
    closes = hardware.controller.PagePolicy.startswith("Closed")
    found = row_states(requests, closes=closes)
    latency = request_latency(hardware, requests, found)
    bus_bound = bus_bound_cycles(hardware, requests)
    total = max(int((requests.time + latency).max()), bus_bound)
    open_rows = request_latency(hardware, requests, np.full_like(found, HIT))
    least = max(int((requests.time + open_rows).max()), bus_bound)
    count = len(found)
    writes = int(requests.column(IS_WRITE).sum())
    activates = int((found != HIT).sum())
    precharges = count if closes else int((found == CONFLICT).sum())
    used = np.unique(requests.column(BANK) // shape.banks_per_rank)
    first = int(requests.time[0])
    open_clocks = total - first
    if closes:
        open_clocks = min(open_clocks, activates * timing.ras)
    return Uncontended(
        total,
        least,
        latency,
        Activity(
            activates=activates,
            precharges=precharges,
            reads=count - writes,
            writes=writes,
            refreshes=0,
            active_clocks=open_clocks * len(used),
            precharged_clocks=total * shape.ranks - open_clocks * len(used),
            window_clocks=total,
        ),
    )


def row_states(requests: Requests, *, closes: bool) -> Int64s:
    """Return what each request finds in its bank, served in order; shape (requests,)."""
    count = len(requests.time)
    if closes:
        return np.full(count, EMPTY, np.int64)
    order = np.argsort(requests.column(BANK), kind="stable")
    bank, row = requests.column(BANK)[order], requests.column(ROW)[order]
    same_bank = np.zeros(count, np.bool_)
    same_bank[1:] = bank[1:] == bank[:-1]
    same_row = np.zeros(count, np.bool_)
    same_row[1:] = row[1:] == row[:-1]
    found = np.empty(count, np.int64)
    found[order] = np.where(same_bank, np.where(same_row, HIT, CONFLICT), EMPTY)
    return found


def request_latency(device: DramDevice, requests: Requests, found: Int64s) -> Int64s:
    """Return the clocks from arrival to the end of data of each request alone."""
    t, burst = device.timing, device.organisation.burst_clocks
    late = t.act_clocks - 1
    is_write = requests.column(IS_WRITE) != 0
    strobe = t.dqsck if t.strobe_delays_data else 0
    data = np.where(is_write, t.wl + burst, t.rl + strobe + burst)
    opening = np.where(is_write, t.rcd_wr, t.rcd_rd) - t.al + late
    clocks = data + np.where(found == HIT, 0, opening)
    clocks = clocks + np.where(found == CONFLICT, t.rp - late, 0)
    if t.starts_off_edge:
        clocks = clocks + (requests.time == 0)
    return clocks.astype(np.int64)


def bus_bound_cycles(device: DramDevice, requests: Requests) -> int:
    """Return the clock before which the data cannot have moved, whatever the order."""
    t, burst = device.timing, device.organisation.burst_clocks
    between = min(t.ccd_s, t.rtw, t.wl + burst + t.wtr_s)
    rank = requests.column(BANK) // device.organisation.banks_per_rank
    busiest = int(np.bincount(rank).max())
    return int(requests.time[0]) + (busiest - 1) * between + min(t.rl, t.wl) + burst
