"""Pieces of the DRAM family counted by hand: timing table, bounds, lists, address bits, refresh."""

import numpy as np
import pytest

import archsim
from archsim.architectures.dram import public
from archsim.architectures.dram.commands import ACT, COMMANDS, PRE, PREA, RD, RDA, REFA, WR, WRA
from archsim.architectures.dram.mapping import AddressMapping
from archsim.architectures.dram.requests import decode
from archsim.architectures.dram.timing import BANK, GROUP, RANK, timing_table
from archsim.architectures.dram.uncontended import bus_bound_cycles, uncontended
from archsim.workload.memory_trace import MemoryTrace

ROW, BANK_BYTES, LINE = 64 * 1024, 8 * 1024, 64


def trace_of(*requests):
    times, kinds, addresses = zip(*requests, strict=True)
    return MemoryTrace(
        np.array(times, np.int64),
        np.array([kind == "w" for kind in kinds]),
        np.array(addresses, np.int64),
    )


def run(*requests, **controller):
    settings = {"RefreshPolicy": "NoRefresh", **controller}
    return public.simulate(trace_of(*requests), "ddr3-1600", settings, keep_record=True)


def column_times(outcome):
    issued = outcome.record.commands
    named = [COMMANDS[code] for code in issued.command]
    return [
        int(time)
        for time, name in zip(issued.time_cycles, named, strict=True)
        if name in ("RD", "WR", "RDA", "WRA")
    ]


def test_the_table_of_ddr3_with_an_additive_latency_of_one(ddr3):
    # RCD 10, RL 10, WL 8, burst 4, RP 10, RAS 28, RC 38, CCD 4, RTP 6, WR 12, RFC 88.
    device = ddr3.model_copy(update={"timing": ddr3.timing.model_copy(update={"al": 1})})
    found = {
        (rule.level, before, after): rule.clocks
        for rule in timing_table(device)
        for before in rule.previous
        for after in rule.following
    }
    recovery = 8 + 4 + 12
    expected = {
        (BANK, ACT, RD): 9, (BANK, ACT, WR): 9, (BANK, ACT, PRE): 28, (BANK, ACT, ACT): 38,
        (GROUP, RD, RD): 4, (RANK, WR, WR): 4, (RANK, WR, RD): 18, (RANK, RD, WR): 8,
        (BANK, WR, RDA): recovery - 6, (BANK, RD, PRE): 7, (BANK, WR, PRE): recovery,
        (BANK, RDA, ACT): 17, (BANK, WRA, ACT): recovery + 10, (BANK, PRE, ACT): 10,
        (RANK, PREA, ACT): 10, (RANK, REFA, ACT): 88, (RANK, ACT, PREA): 28,
        (RANK, RD, PREA): 7, (RANK, WR, PREA): recovery, (RANK, ACT, REFA): 38,
        (RANK, RDA, REFA): 17, (RANK, WRA, REFA): recovery + 10, (RANK, PRE, REFA): 10,
        (RANK, PREA, REFA): 10, (RANK, REFA, REFA): 88,
    }  # fmt: skip
    assert {key: found[key] for key in expected} == expected


def test_a_write_that_came_first_waits_for_a_read_of_its_row():
    outcome = run((0, "w", 0), (1, "r", LINE), Scheduler="FrFcfsGrp")
    issued = outcome.record.commands
    assert issued.request[issued.request >= 0].tolist() == [0, 1, 0]


def test_a_shared_buffer_of_two_holds_two():
    outcome = run(
        *((0, "r", i * ROW) for i in range(6)), SchedulerBuffer="Shared", RequestBufferSize=2
    )
    columns, sent = column_times(outcome), outcome.record.sent_cycles
    # The player sends a request when the one before is stored, two behind the one that left.
    for served in range(3):
        assert sent[served + 3] >= columns[served]


def test_a_buffer_for_each_direction_counts_its_own():
    writes = [(0, "w", i * ROW) for i in range(6)]
    outcome = run(*writes, SchedulerBuffer="ReadWrite", RequestBufferSize=2)
    columns, sent = column_times(outcome), outcome.record.sent_cycles
    for served in range(3):
        assert sent[served + 3] >= columns[served]


def test_one_transaction_at_a_time_in_both_orders():
    reads = [(0, "r", i * LINE) for i in range(3)]
    both = {"RespQueue": "Reorder", "Arbiter": "Reorder"}
    outcome = run(*reads, **both, MaxActiveTransactions=1)
    # 24 clocks for the first, 14 for each hit that is let in when the one before is answered.
    assert outcome.record.received_cycles.tolist() == [24, 38, 52]


def test_address_bits_in_pieces():
    bits = (3, 4, 7, 9)
    mapping = AddressMapping(row=bits, bank=(5,), column=(0, 1, 2))
    others = 0b11_1111_1111 - sum(1 << bit for bit in bits)
    for value in range(16):
        address = others + sum(((value >> place) & 1) << bit for place, bit in enumerate(bits))
        assert mapping.extract(np.array([address]), "row").tolist() == [value]


def test_ranks_with_several_groups_keep_a_gap_on_their_bus(ddr4):
    shape = ddr4.organisation.model_copy(update={"ranks": 2})
    mapping = ddr4.address_mapping.model_copy(update={"rank": (32,)})
    device = ddr4.model_copy(update={"organisation": shape, "address_mapping": mapping})
    trace = trace_of((0, "r", 0), (0, "r", 2**32), (100, "r", LINE), (100, "r", 2**32 + LINE))
    outcome = public.simulate(trace, device, {"RefreshPolicy": "NoRefresh"}, keep_record=True)
    gap = ddr4.organisation.burst_clocks + ddr4.timing.rtrs
    assert ddr4.timing.rtrs > 0
    times = column_times(outcome)
    assert times[1] - times[0] == times[3] - times[2] == gap


def test_one_waiting_request_makes_a_rank_busy():
    """A refresh falls due at 6240; a read stored at 6235 reads at 6245."""
    settings = {"RefreshPolicy": "AllBank", "RefreshMaxPostponed": 8, "RefreshMaxPulledin": 1}
    busy = run((0, "r", 0), (6235, "r", BANK_BYTES), (7000, "r", 0), **settings)
    assert busy.refreshes == 0
    idle = run((0, "r", 0), (7000, "r", 0), **settings)
    assert idle.refreshes >= 1


def test_the_bus_moves_one_burst_after_the_other(ddr3):
    requests = decode(trace_of(*((7, "r", i * LINE) for i in range(4))), ddr3, ddr3.address_mapping)
    # Four bursts 4 clocks apart, and the shorter latency, WL 8, and its data behind the last.
    assert bus_bound_cycles(ddr3, requests) == 7 + 3 * 4 + 8 + 4


@pytest.mark.parametrize("kind", ["r", "w"])
def test_one_request_alone_in_closed_form(kind):
    hardware = archsim.load_hardware("dram-ddr3-1600")
    requests = decode(trace_of((5, kind, 0)), hardware, hardware.address_mapping)
    found = uncontended(hardware, requests)
    clocks = 10 + (14 if kind == "r" else 12)
    assert found.latency_cycles.tolist() == [clocks]
    assert found.total_cycles == 5 + clocks
    # The row opens, so no run can be bounded by it: it counts as open.
    assert found.least_cycles == 5 + clocks - 10
    assert (found.activity.activates, found.activity.active_clocks) == (1, clocks)
    assert found.activity.precharged_clocks == 5
