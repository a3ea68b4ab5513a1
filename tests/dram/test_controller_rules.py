"""The controller's rules one by one, on traces of a few requests, counted by hand.

DDR3: RCD 10, RL 10, WL 8, burst 4, RP 10, RAS 28, RC 38, CCD 4, RRD 5, RTP 6, WR 12, WTR 6.
Rows of a bank are 64 KiB apart, banks 8 KiB.
"""

import numpy as np
import pytest

from archsim.architectures.dram import public
from archsim.architectures.dram.commands import COMMANDS
from archsim.architectures.dram.requests import decode
from archsim.architectures.dram.uncontended import (
    CONFLICT,
    EMPTY,
    HIT,
    request_latency,
    row_states,
)
from archsim.workload.memory_trace import MemoryTrace

ROW, BANK, LINE = 64 * 1024, 8 * 1024, 64
QUIET = {"RefreshPolicy": "NoRefresh"}


def run(requests, device="ddr3-1600", **controller):
    """Run (time, "r" or "w", address) triples."""
    times, kinds, addresses = zip(*requests, strict=True)
    trace = MemoryTrace(
        np.array(times, np.int64),
        np.array([kind == "w" for kind in kinds]),
        np.array(addresses, np.int64),
    )
    return public.simulate(trace, device, {**QUIET, **controller}, keep_record=True)


def commands(outcome):
    issued = outcome.record.commands
    return [
        (int(time), COMMANDS[code], int(bank))
        for time, code, bank in zip(issued.time_cycles, issued.command, issued.bank, strict=True)
    ]


def served(outcome):
    """Return requests in the order of their column commands."""
    issued = outcome.record.commands
    columns = (issued.command >= 2) & (issued.command <= 5)
    return issued.request[columns].tolist()


def test_one_read_of_a_closed_bank():
    outcome = run([(0, "r", 0)])
    assert commands(outcome) == [(0, "ACT", 0), (10, "RD", 0)]
    assert outcome.total_cycles == 24
    assert outcome.mean_latency_ns == pytest.approx(24 * 1.25)


def test_one_write_of_a_closed_bank():
    assert run([(5, "w", 0)]).total_cycles == 5 + 10 + 8 + 4


def test_a_hit_and_a_conflict():
    outcome = run([(0, "r", 0), (100, "r", LINE), (200, "r", ROW)])
    assert commands(outcome)[2:] == [
        (100, "RD", 0), (200, "PRE", 0), (210, "ACT", 0), (220, "RD", 0),
    ]  # fmt: skip
    assert outcome.total_cycles == 234


def test_a_conflict_waits_for_tras():
    outcome = run([(0, "r", 0), (1, "r", ROW)], Scheduler="Fifo")
    assert commands(outcome) == [
        (0, "ACT", 0), (10, "RD", 0), (28, "PRE", 0), (38, "ACT", 0), (48, "RD", 0),
    ]  # fmt: skip


def test_reads_of_one_row_are_ccd_apart():
    outcome = run([(0, "r", LINE * i) for i in range(4)])
    assert [time for time, name, _ in commands(outcome) if name == "RD"] == [10, 14, 18, 22]


def test_read_to_write_and_write_to_read():
    """RL + 4 + 2 - WL = 8 to the write; WL + 4 + WTR = 18 back to the read."""
    outcome = run([(0, "r", 0), (1, "w", LINE), (2, "r", 2 * LINE)], Scheduler="Fifo")
    assert [time for time, name, _ in commands(outcome) if name != "ACT"] == [10, 18, 36]


def test_activates_are_rrd_apart_and_four_to_a_window():
    outcome = run([(0, "r", BANK * i) for i in range(5)], Scheduler="Fifo")
    activates = [time for time, name, _ in commands(outcome) if name == "ACT"]
    assert activates[:4] == [0, 5, 11, 16]
    assert activates[4] == 24


def test_one_command_a_clock():
    outcome = run([(0, "r", BANK * i) for i in range(8)])
    times = [time for time, _, _ in commands(outcome)]
    assert len(set(times)) == len(times)


def test_hits_go_first_unless_fifo():
    trace = [(0, "r", 0), (1, "r", ROW), (2, "r", LINE)]
    assert served(run(trace, Scheduler="FrFcfs")) == [0, 2, 1]
    assert served(run(trace, Scheduler="Fifo")) == [0, 1, 2]


def test_grouping_prefers_the_direction_of_the_last_column_command():
    trace = [(0, "r", 0), (1, "w", LINE), (2, "r", 2 * LINE)]
    assert served(run(trace, Scheduler="FrFcfs")) == [0, 1, 2]
    assert served(run(trace, Scheduler="FrFcfsGrp")) == [0, 2, 1]


def test_grouping_keeps_the_order_of_one_address():
    trace = [(0, "r", 0), (1, "w", LINE), (2, "r", LINE)]
    assert served(run(trace, Scheduler="FrFcfsGrp")) == [0, 1, 2]


def test_closed_precharges_with_every_read():
    outcome = run([(0, "r", 0), (100, "r", LINE)], PagePolicy="Closed")
    assert [name for _, name, _ in commands(outcome)] == ["ACT", "RDA", "ACT", "RDA"]
    assert outcome.precharges == 0


def test_closed_adaptive_keeps_a_row_that_is_hit_again():
    outcome = run([(0, "r", 0), (1, "r", LINE)], PagePolicy="ClosedAdaptive")
    assert [name for _, name, _ in commands(outcome)] == ["ACT", "RD", "RDA"]


def test_in_order_only_the_second_in_line_keeps_a_row_open():
    adaptive = {"PagePolicy": "ClosedAdaptive", "Scheduler": "Fifo"}
    outcome = run([(0, "r", 0), (1, "r", LINE)], **adaptive)
    assert [name for _, name, _ in commands(outcome)] == ["ACT", "RD", "RDA"]
    other = run([(0, "r", 0), (1, "r", ROW), (2, "r", LINE)], **adaptive)
    assert [name for _, name, _ in commands(other)] == ["ACT", "RDA"] * 3


def test_open_adaptive_closes_when_only_others_wait():
    outcome = run([(0, "r", 0), (1, "r", ROW)], PagePolicy="OpenAdaptive")
    assert [name for _, name, _ in commands(outcome)] == ["ACT", "RDA", "ACT", "RD"]
    alone = run([(0, "r", 0), (100, "r", ROW)], PagePolicy="OpenAdaptive")
    assert [name for _, name, _ in commands(alone)] == ["ACT", "RD", "PRE", "ACT", "RD"]


def test_bankwise_asks_the_bank_of_the_request_before():
    """Bank 1 is empty, yet its request is refused while bank 0, stored last, is full."""
    outcome = run([(0, "r", 0), (0, "r", BANK)], RequestBufferSize=1)
    assert commands(outcome)[:3] == [(0, "ACT", 0), (10, "RD", 0), (11, "ACT", 1)]
    roomy = run([(0, "r", 0), (0, "r", BANK)], RequestBufferSize=2)
    assert (5, "ACT", 1) in commands(roomy)


def test_shared_counts_all_and_readwrite_counts_each():
    trace = [(0, "r", 0), (0, "w", BANK), (0, "r", 2 * BANK)]
    shared = run(trace, SchedulerBuffer="Shared", RequestBufferSize=2)
    assert (shared.record.sent_cycles == [0, 1, 2]).all()
    assert (10, "RD", 0) in commands(shared)
    assert commands(shared)[2:4] == [(10, "RD", 0), (11, "ACT", 2)]
    each = run(trace, SchedulerBuffer="ReadWrite", RequestBufferSize=2)
    assert commands(each)[2] != (11, "ACT", 2)


def test_only_limits_that_held_something_up_are_named():
    trace = [(0, "r", 0), (0, "r", LINE), (0, "r", 2 * LINE)]
    assert run(trace, RequestBufferSize=8).limits_met == frozenset()
    assert run(trace, RequestBufferSize=1).limits_met == {"RequestBufferSize"}
    few = run(trace, RequestBufferSize=8, Arbiter="Fifo", MaxActiveTransactions=1)
    assert few.limits_met == {"MaxActiveTransactions"}
    idle = run([(0, "r", 0), (20_000, "r", 0)], RefreshPolicy="AllBank", RefreshMaxPulledin=1)
    assert "RefreshMaxPulledin" in idle.limits_met


def test_the_player_waits_to_be_accepted():
    outcome = run([(0, "r", 0), (0, "r", LINE), (0, "r", 2 * LINE)], RequestBufferSize=1)
    assert outcome.record.sent_cycles.tolist() == [0, 1, 11]


def test_the_fifo_arbiter_releases_the_player_at_once():
    outcome = run(
        [(0, "r", 0), (0, "r", LINE), (0, "r", 2 * LINE)], RequestBufferSize=1, Arbiter="Fifo"
    )
    assert outcome.record.sent_cycles.tolist() == [0, 1, 2]


def test_a_limit_of_one_transaction_serves_one_after_the_other():
    outcome = run(
        [(0, "r", 0), (0, "r", LINE), (0, "r", 2 * LINE)], Arbiter="Fifo", MaxActiveTransactions=1
    )
    assert outcome.record.received_cycles.tolist() == [24, 38, 52]


def test_the_simple_arbiter_knows_no_limit():
    trace = [(0, "r", LINE * i) for i in range(20)]
    one = run(trace, MaxActiveTransactions=1)
    assert one == run(trace, MaxActiveTransactions=128)


def test_responses_in_request_order():
    trace = [(0, "r", 0), (1, "r", ROW), (2, "r", LINE)]
    as_served = run(trace).record.received_cycles
    assert as_served[2] < as_served[1]
    for setting in ({"RespQueue": "Reorder"}, {"Arbiter": "Reorder"}):
        got = run(trace, **setting).record.received_cycles
        assert got[1] < got[2]
        assert (np.diff(got) > 0).all()


def test_both_orders_at_once_still_answer_every_request():
    trace = [(0, "r", 0), (1, "r", ROW), (2, "r", LINE), (3, "w", BANK)]
    got = run(trace, RespQueue="Reorder", Arbiter="Reorder").record.received_cycles
    assert (np.diff(got) > 0).all()
    alone = run([(5, "r", 0)], RespQueue="Reorder", Arbiter="Reorder")
    assert alone.record.received_cycles.tolist() == [5 + 24]


def test_requests_alone_by_hand(ddr3):
    """Read RL + 4 = 14, write WL + 4 = 12; an activate 10 more, a precharge another 10."""
    trace = MemoryTrace(
        np.array([1, 100, 200, 300, 400, 500], np.int64),
        np.array([False, True, True, False, True, False]),
        np.array([0, LINE, ROW, ROW, BANK, 0], np.int64),
    )
    requests = decode(trace, ddr3, ddr3.address_mapping)
    found = row_states(requests, closes=False)
    assert found.tolist() == [EMPTY, HIT, CONFLICT, HIT, EMPTY, CONFLICT]
    assert row_states(requests, closes=True).tolist() == [EMPTY] * 6
    assert request_latency(ddr3, requests, found).tolist() == [24, 12, 32, 14, 22, 34]
    # An additive latency of 3 lets the column command be given 3 clocks after the activate less.
    timing = ddr3.timing.model_copy(update={"al": 3})
    early = ddr3.model_copy(update={"timing": timing})
    assert request_latency(early, requests, found).tolist() == [21, 12, 29, 14, 19, 31]


def test_no_refresh_and_a_refresh_when_idle():
    trace = [(0, "r", 0), (7000, "r", 0)]
    assert run(trace).refreshes == 0
    outcome = run(trace, RefreshPolicy="AllBank", RefreshMaxPulledin=1)
    assert (6240, "PREA", 0) in commands(outcome)
    assert (6250, "REFA", 0) in commands(outcome)


def test_an_idle_controller_pulls_refreshes_in():
    """After the first one, up to the limit of refreshes in advance, tRFC apart."""
    trace = [(0, "r", 0), (12_000, "r", 0)]
    outcome = run(trace, RefreshPolicy="AllBank", RefreshMaxPulledin=3)
    times = [time for time, name, _ in commands(outcome) if name == "REFA"]
    assert times == [6250, 6338, 6426, 6514]


def test_an_idle_controller_stays_no_further_ahead_than_the_limit():
    """Nine refreshes fall due in 60,000 clocks, and three more may come before their time."""
    trace = [(0, "r", 0), (60_000, "r", 0)]
    for ahead in (1, 3):
        outcome = run(trace, RefreshPolicy="AllBank", RefreshMaxPulledin=ahead)
        assert outcome.refreshes == 9 + ahead


def test_a_busy_controller_postpones_up_to_the_limit():
    """A busy run shorter than (limit + 1) intervals has no refresh at all."""
    trace = [(i, "r", LINE * i) for i in range(6500)]
    assert run(trace, RefreshPolicy="AllBank", RefreshMaxPostponed=8).refreshes == 0
    assert run(trace, RefreshPolicy="AllBank", RefreshMaxPostponed=1).refreshes >= 1


def test_hbm_ranks_refresh_apart():
    trace = [(0, "r", 0), (5000, "r", 0)]
    outcome = run(trace, "hbm2-pc", RefreshPolicy="AllBank", RefreshMaxPulledin=1)
    first = {bank: time for time, name, bank in reversed(commands(outcome)) if name == "REFA"}
    assert first[16] < 2000 < 3900 <= first[0]


def test_hbm_issues_a_row_and_a_column_command_in_one_clock():
    outcome = run([(i, "r", 1024 * i) for i in range(64)], "hbm2-pc")
    times = [time for time, _, _ in commands(outcome)]
    assert len(set(times)) < len(times)


def test_two_ranks_on_one_bus_keep_a_gap(ddr3):
    shape = ddr3.organisation.model_copy(update={"ranks": 2})
    mapping = ddr3.address_mapping.model_copy(update={"rank": (30,)})
    device = ddr3.model_copy(update={"organisation": shape, "address_mapping": mapping})
    trace = MemoryTrace(
        np.arange(4, dtype=np.int64),
        np.zeros(4, np.bool_),
        np.array([0, 2**30, 64, 2**30 + 64], np.int64),
    )
    outcome = public.simulate(trace, device, {**QUIET, "Scheduler": "Fifo"}, keep_record=True)
    reads = [(time, bank // 8) for time, name, bank in commands(outcome) if name == "RD"]
    assert [rank for _, rank in reads] == [0, 0, 1, 1]
    assert np.diff([time for time, _ in reads]).tolist() == [4, 4 + 1, 4]
