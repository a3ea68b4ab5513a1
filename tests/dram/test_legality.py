"""The independent replay: golden runs pass, one clock earlier does not, faults are caught."""

import numpy as np
import pytest

from archsim.architectures.dram.commands import ACT, PRE, PREA, RD, RDA, REFA, WR, WRA
from archsim.architectures.dram.config import Controller
from archsim.architectures.dram.legality import violations
from archsim.architectures.dram.outcome import CommandList, run_requests
from archsim.architectures.dram.requests import decode
from archsim.workload.synthetic_memory import generate

ROWS, BANKS = 64 * 1024, 8 * 1024


def listed(*commands):
    """Make a command list of (time, command, bank, request)."""
    times, codes, banks, items = zip(*commands, strict=True)
    return CommandList(
        np.array(times, np.int64),
        np.array(codes, np.int8),
        np.array(banks, np.int16),
        np.array(items, np.int32),
    )


def requests_of(device):
    """Request i goes to row i of bank i."""
    from archsim.workload.memory_trace import MemoryTrace

    count = 6
    bits = device.address_mapping
    bank = np.arange(count, dtype=np.int64)
    group_bits = len(bits.bank_group)
    address = np.zeros(count, np.int64)
    for place, bit in enumerate((*bits.bank, *bits.bank_group) if group_bits else bits.bank):
        address |= ((bank >> place) & 1) << bit
    trace = MemoryTrace(np.zeros(count, np.int64), np.zeros(count, np.bool_), address)
    return decode(trace, device, device.address_mapping)


def is_legal(device, *commands):
    return not violations(device, requests_of(device), listed(*commands))


# Opening, the command that waits (as a function of its time), and the spacing of the standard for
# DDR3-1600: the command is legal exactly from there on.
DDR3 = {
    "tRCD, read": ([(0, ACT, 0, 0)], (RD, 0, 0), 10),
    "tRCD, write": ([(0, ACT, 0, 0)], (WR, 0, 0), 10),
    "tRAS": ([(0, ACT, 0, 0)], (PRE, 0, 0), 28),
    "tRRD": ([(0, ACT, 0, 0)], (ACT, 1, 1), 5),
    "tRTP": ([(0, ACT, 0, 0), (30, RD, 0, 0)], (PRE, 0, 0), 36),
    "tWR": ([(0, ACT, 0, 0), (30, WR, 0, 0)], (PRE, 0, 0), 54),
    "tCCD, reads": ([(0, ACT, 0, 0), (30, RD, 0, 0)], (RD, 0, 0), 34),
    "tCCD, writes": ([(0, ACT, 0, 0), (30, WR, 0, 0)], (WR, 0, 0), 34),
    "read to write": ([(0, ACT, 0, 0), (30, RD, 0, 0)], (WR, 0, 0), 38),
    "tWTR": ([(0, ACT, 0, 0), (30, WR, 0, 0)], (RD, 0, 0), 48),
    "tWR before auto-precharge": ([(0, ACT, 0, 0), (30, WR, 0, 0)], (RDA, 0, 0), 48),
    "tRP": ([(0, ACT, 0, 0), (50, PRE, 0, 0)], (ACT, 0, 0), 60),
    "tRC": ([(0, ACT, 0, 0), (28, PRE, 0, 0)], (ACT, 0, 0), 38),
    "read, auto-precharge, activate": ([(0, ACT, 0, 0), (30, RDA, 0, 0)], (ACT, 0, 0), 46),
    "write, auto-precharge, activate": ([(0, ACT, 0, 0), (30, WRA, 0, 0)], (ACT, 0, 0), 64),
    "tRP of all banks": ([(0, ACT, 0, 0), (50, PREA, 0, -1)], (ACT, 1, 1), 60),
    "tRAS of all banks": ([(0, ACT, 0, 0)], (PREA, 0, -1), 28),
    "refresh after precharge": ([(0, ACT, 0, 0), (50, PREA, 0, -1)], (REFA, 0, -1), 60),
    "tRFC": ([(0, REFA, 0, -1)], (ACT, 0, 0), 88),
    "tRFC to the next": ([(0, REFA, 0, -1)], (REFA, 0, -1), 88),
    "refresh after a write": ([(0, ACT, 0, 0), (30, WRA, 0, 0)], (REFA, 0, -1), 64),
    "tFAW": ([(5 * i, ACT, i, i) for i in range(4)], (ACT, 4, 4), 24),
}


@pytest.mark.parametrize("name", DDR3)
def test_ddr3_is_illegal_one_clock_earlier(ddr3, name):
    before, (command, bank, item), clocks = DDR3[name]
    assert is_legal(ddr3, *before, (clocks, command, bank, item))
    assert not is_legal(ddr3, *before, (clocks - 1, command, bank, item))


@pytest.mark.parametrize(
    ("before", "after", "clocks"),
    [
        ([(0, ACT, 0, 0), (9, ACT, 4, 1), (50, RD, 0, 0)], (RD, 4, 1), 54),
        ([(0, ACT, 0, 0), (50, RD, 0, 0)], (RD, 0, 0), 56),
        ([(0, ACT, 0, 0), (9, ACT, 4, 1), (50, WR, 0, 0)], (RD, 4, 1), 73),
        ([(0, ACT, 0, 0), (50, WR, 0, 0)], (RD, 0, 0), 79),
        ([(0, ACT, 0, 0)], (ACT, 4, 1), 4),
        ([(0, ACT, 0, 0)], (ACT, 1, 4), 6),
    ],
)
def test_ddr4_tells_bank_groups_apart(ddr4, before, after, clocks):
    """CCD 4 and 6, WTR 3 and 9, RRD 4 and 6: other group, same group."""
    command, bank, item = after
    assert is_legal(ddr4, *before, (clocks, command, bank, item))
    assert not is_legal(ddr4, *before, (clocks - 1, command, bank, item))


def test_hbm2_activates_take_two_clocks_of_their_bus(hbm2):
    assert is_legal(hbm2, (0, ACT, 0, 0), (13, RD, 0, 0))
    assert not is_legal(hbm2, (0, ACT, 0, 0), (12, RD, 0, 0))
    spare = [(0, ACT, 0, 0), (60, RD, 0, 0), (60, PREA, 16, -1)]
    assert is_legal(hbm2, *spare)
    assert not is_legal(hbm2, (0, ACT, 0, 0), (1, PREA, 16, -1))


def test_rows_have_to_be_open_or_closed(ddr3):
    assert not is_legal(ddr3, (0, RD, 0, 0))
    assert not is_legal(ddr3, (0, ACT, 0, 0), (38, ACT, 0, 0))
    assert not is_legal(ddr3, (0, ACT, 0, 0), (100, REFA, 0, -1))
    assert not is_legal(ddr3, (0, PRE, 0, 0))


SETTINGS = [
    ("random", {}, {}),
    ("random", {"write_share": 1 / 3}, {"PagePolicy": "Closed", "RefreshMaxPostponed": 1}),
    ("mix", {"write_share": 1 / 3}, {"PagePolicy": "OpenAdaptive", "Scheduler": "FrFcfsGrp"}),
    ("mix", {"write_share": 1 / 2}, {"PagePolicy": "ClosedAdaptive", "Arbiter": "Reorder"}),
    ("stream", {"write_share": 1 / 3}, {"SchedulerBuffer": "Shared", "RequestBufferSize": 32}),
    ("poisson", {"write_share": 0.3}, {"RefreshMaxPostponed": 2, "RefreshMaxPulledin": 4}),
    ("hot", {"write_share": 0.2}, {"RequestBufferSize": 64, "SchedulerBuffer": "ReadWrite"}),
]


@pytest.mark.parametrize("device_name", ["ddr3", "ddr4", "hbm2"])
@pytest.mark.parametrize(("pattern", "settings", "controller"), SETTINGS)
def test_every_run_is_legal(request, device_name, pattern, settings, controller):
    device = request.getfixturevalue(device_name)
    requests = decode(generate(pattern, 3000, **settings), device, device.address_mapping)
    record = run_requests(requests, device, Controller(**controller), keep_record=True).record
    assert violations(device, requests, record.commands) == []


def busy_run(device):
    requests = decode(generate("mix", 600, write_share=1 / 3), device, device.address_mapping)
    record = run_requests(
        requests, device, Controller(RefreshMaxPostponed=1), keep_record=True
    ).record
    return requests, record.commands


def changed(commands, **columns):
    parts = {
        name: getattr(commands, name).copy()
        for name in ("time_cycles", "command", "bank", "request")
    }
    return CommandList(**{**parts, **columns})


def test_most_commands_of_a_busy_run_cannot_come_earlier(ddr4):
    """Moved one clock forward, a command breaks a rule unless it waited for its request."""
    requests, commands = busy_run(ddr4)
    caught = 0
    for place in range(20, 320):
        times = commands.time_cycles.copy()
        times[place] -= 1
        caught += bool(violations(ddr4, requests, changed(commands, time_cycles=times), 1))
    assert caught > 0.9 * 300


@pytest.mark.parametrize("fault", ["swap", "drop", "wrong bank", "wrong row", "twice"])
def test_injected_faults_are_caught(ddr4, fault):
    requests, commands = busy_run(ddr4)
    random = np.random.default_rng(5)
    activates = np.flatnonzero(commands.command == ACT)
    for place in random.choice(activates[5:-20], 20):
        if fault == "drop":
            keep = np.arange(len(commands)) != place
            bad = CommandList(
                commands.time_cycles[keep], commands.command[keep], commands.bank[keep],
                commands.request[keep],
            )  # fmt: skip
        elif fault == "swap":
            times = commands.time_cycles.copy()
            times[[place, place + 1]] = times[[place + 1, place]]
            bad = changed(commands, time_cycles=times)
        elif fault == "wrong bank":
            bank = commands.bank.copy()
            bank[place] = (bank[place] + 1) % 16
            bad = changed(commands, bank=bank)
        elif fault == "wrong row":
            item = commands.request.copy()
            item[place] = (item[place] + 1) % len(requests)
            if requests.items[item[place], 1] == requests.items[commands.request[place], 1]:
                continue
            bad = changed(commands, request=item)
        else:
            command, bank = commands.command.copy(), commands.bank.copy()
            command[place + 1], bank[place + 1] = ACT, bank[place]
            bad = changed(commands, command=command, bank=bank)
        found = violations(ddr4, requests, bad, 1)
        assert found, fault
        assert "clock" in found[0].sentence
