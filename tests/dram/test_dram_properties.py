"""Invariants over random traces and controllers: conservation, legality, closed forms, threads."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.architectures.dram import public
from archsim.architectures.dram.commands import ACT, PRE, PREA, RDA, WRA
from archsim.architectures.dram.config import Controller, DramHardware
from archsim.architectures.dram.legality import violations
from archsim.architectures.dram.outcome import run_requests
from archsim.architectures.dram.requests import decode
from archsim.architectures.dram.uncontended import uncontended
from archsim.workload.memory_trace import MemoryTrace

DEVICES = {name: public.load_device(name) for name in public.device_names()}

CONTROLLERS = st.fixed_dictionaries(
    {
        "PagePolicy": st.sampled_from(["Open", "OpenAdaptive", "Closed", "ClosedAdaptive"]),
        "Scheduler": st.sampled_from(["Fifo", "FrFcfsGrp", "FrFcfs"]),
        "SchedulerBuffer": st.sampled_from(["Bankwise", "ReadWrite", "Shared"]),
        "RequestBufferSize": st.sampled_from([1, 2, 8, 64]),
        "RespQueue": st.sampled_from(["Fifo", "Reorder"]),
        "RefreshPolicy": st.sampled_from(["NoRefresh", "AllBank"]),
        "RefreshMaxPostponed": st.sampled_from([1, 2, 8]),
        "RefreshMaxPulledin": st.sampled_from([1, 2, 8]),
        "Arbiter": st.sampled_from(["Simple", "Fifo", "Reorder"]),
        "MaxActiveTransactions": st.sampled_from([1, 2, 16, 128]),
    }
)


@st.composite
def traces(draw, largest_gap=400):
    """Up to 80 requests to a few rows of a few banks."""
    count = draw(st.integers(1, 80))
    seed = draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    gaps = random.integers(0, draw(st.integers(1, largest_gap)), count)
    times = np.cumsum(gaps)
    rows = random.integers(0, draw(st.integers(1, 6)), count)
    banks = random.integers(0, draw(st.integers(1, 16)), count)
    lines = random.integers(0, 16, count)
    writes = random.random(count) < draw(st.sampled_from([0.0, 0.3, 1.0]))
    address = rows * 2**20 + banks * 2**13 + lines * 64
    return MemoryTrace(times.astype(np.int64), writes, address.astype(np.int64))


def requests_for(device, trace):
    return decode(trace, device, device.address_mapping)


def hardware_of(device, controller):
    data = {name: getattr(device, name) for name in type(device).model_fields}
    return DramHardware(**{**data, "kind": "dram", "controller": controller})


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(DEVICES)), traces(), CONTROLLERS)
def test_every_request_is_served_once_and_legally(name, trace, parameters):
    device = DEVICES[name]
    requests = requests_for(device, trace)
    record = run_requests(requests, device, Controller(**parameters), keep_record=True).record
    issued = record.commands
    columns = (issued.command >= 2) & (issued.command <= 5)
    assert sorted(issued.request[columns].tolist()) == list(range(len(trace)))
    assert violations(device, requests, issued) == []
    assert (record.received_cycles > record.sent_cycles).all()
    assert (record.sent_cycles >= trace.time_cycles).all()
    assert (np.diff(issued.time_cycles) >= 0).all()
    responses = np.sort(record.received_cycles)
    assert (np.diff(responses) >= 1).all()


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(sorted(DEVICES)), traces(), CONTROLLERS)
def test_banks_open_and_close_in_turn(name, trace, parameters):
    device = DEVICES[name]
    record = run_requests(
        requests_for(device, trace), device, Controller(**parameters), keep_record=True
    ).record
    issued = record.commands
    per_rank = device.organisation.banks_per_rank
    is_open = np.zeros(device.organisation.banks, bool)
    for command, bank in zip(issued.command.tolist(), issued.bank.tolist(), strict=True):
        if command == ACT:
            assert not is_open[bank]
            is_open[bank] = True
        elif command in (PRE, RDA, WRA):
            assert is_open[bank]
            is_open[bank] = False
        elif command == PREA:
            assert is_open[bank : bank + per_rank].any()
            is_open[bank : bank + per_rank] = False


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(sorted(DEVICES)), traces(), CONTROLLERS)
def test_no_run_is_faster_than_with_every_row_open(name, trace, parameters):
    """The anomaly allowed: a refresh may close a row ahead of the request that needs another."""
    device = DEVICES[name]
    hardware = hardware_of(device, Controller(**parameters))
    requests = requests_for(device, trace)
    closed = uncontended(hardware, requests)
    played = run_requests(requests, device, hardware.controller).total_cycles
    assert played >= closed.least_cycles
    assert closed.least_cycles <= closed.total_cycles


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(DEVICES)), traces(1), CONTROLLERS, st.integers(0, 50))
def test_alone_each_request_takes_exactly_the_closed_form(name, trace, parameters, start):
    """Requests far apart and no refresh: nothing contends, so both fidelities agree."""
    device = DEVICES[name]
    far = MemoryTrace(
        start + 500 * np.arange(len(trace), dtype=np.int64), trace.is_write, trace.address
    )
    hardware = hardware_of(device, Controller(**{**parameters, "RefreshPolicy": "NoRefresh"}))
    requests = requests_for(device, far)
    closed = uncontended(hardware, requests)
    record = run_requests(requests, device, hardware.controller, keep_record=True).record
    latency = record.received_cycles - far.time_cycles
    assert latency.tolist() == closed.latency_cycles.tolist()
    assert int(record.received_cycles.max()) == closed.total_cycles


@settings(deadline=None, max_examples=25)
@given(st.sampled_from(sorted(DEVICES)), traces(), CONTROLLERS, st.integers(1, 5000))
def test_what_comes_later_takes_longer(name, trace, parameters, shift):
    """A trace that starts later, without refresh, is the same run, moved."""
    device = DEVICES[name]
    controller = Controller(**{**parameters, "RefreshPolicy": "NoRefresh"})
    base = MemoryTrace(trace.time_cycles + 10, trace.is_write, trace.address)
    moved = MemoryTrace(base.time_cycles + shift, trace.is_write, trace.address)
    first, second = (
        run_requests(requests_for(device, item), device, controller) for item in (base, moved)
    )
    assert second.total_cycles == first.total_cycles + shift
    assert second.activates == first.activates
    assert second.energy.dynamic_pj == first.energy.dynamic_pj


@settings(deadline=None, max_examples=10)
@given(traces(), st.lists(CONTROLLERS, min_size=1, max_size=6))
def test_the_batch_is_the_single_runs(trace, controllers):
    alone = [public.simulate(trace, "ddr4-2400", item) for item in controllers]
    assert public.simulate_batch(trace, "ddr4-2400", controllers, threads=2) == alone
    assert public.simulate_batch(trace, "ddr4-2400", controllers, threads=1) == alone


@settings(deadline=None, max_examples=20)
@given(traces(), CONTROLLERS)
def test_energy_parts_are_positive_and_add_up(trace, parameters):
    outcome = public.simulate(trace, "ddr4-2400", parameters)
    energy, done = outcome.energy, outcome.activity
    parts = [getattr(energy, name) for name in energy.__dataclass_fields__]
    assert min(parts) >= 0
    assert abs(sum(parts) - outcome.energy_pj) <= 1e-9 * outcome.energy_pj
    assert done.reads + done.writes == len(trace)
    assert done.precharges <= done.activates
    assert done.active_clocks + done.precharged_clocks == done.window_clocks
