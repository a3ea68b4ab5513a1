"""Properties of every run: both fidelities agree, contention only costs, more is never slower."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import archsim
from archsim.architectures.npu_pim.decode import PassPlanner, time_pass

random_runs = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("random_runs.py"))))
devices, workloads = random_runs.hardware_settings, random_runs.workload_mappings
SERIAL = ("npu-only", "npu-pim-naive", "neupims", "neupims-round-robin")
DEALT_IN_TURN = ("npu-only", "npu-pim-naive", "neupims-round-robin")
ON_PIM = random_runs.SYSTEMS[1:]


def budget(examples):
    return settings(
        max_examples=examples, deadline=None, derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
    )  # fmt: skip


def planned(device, workload, **changes):
    """Return the clocks of a device and one planned pass."""
    hardware, run = random_runs.load(device, workload, **changes)
    planner = PassPlanner(hardware, run)
    requests = planner.assign(run.context_lengths(0).tolist())
    return planner.rates, planner.plan(requests)


def latency_fs(device, workload, fidelity, **changes):
    clocks, plan = planned(device, workload, **changes)
    return time_pass(plan, clocks, fidelity).latency_fs


def assert_same_times(one, other):
    assert one.latency_fs == other.latency_fs
    assert one.once_fs == other.once_fs
    for left, right in zip(one.played, other.played, strict=True):
        assert left.duration_fs == right.duration_fs
        assert left.npu == right.npu
        assert left.pim == right.pim


@budget(60)
@given(devices(SERIAL), workloads())
def test_without_interleaving_event_and_analytic_agree_to_the_femtosecond(device, workload):
    clocks, plan = planned(device, workload)
    assert_same_times(time_pass(plan, clocks, "event"), time_pass(plan, clocks, "analytic"))


@budget(40)
@given(devices(("neupims-subbatch",)), workloads(("decode",)))
def test_uncontended_interleaved_stages_agree_to_the_femtosecond(device, workload):
    clocks, plan = planned(device, workload)
    alone = time_pass(plan, clocks, "event", contention=False)
    assert_same_times(alone, time_pass(plan, clocks, "analytic"))


@budget(40)
@given(devices(("neupims-subbatch",)), workloads(("decode",)))
def test_contention_never_makes_a_stage_faster(device, workload):
    clocks, plan = planned(device, workload)
    shared = time_pass(plan, clocks, "event")
    closed = time_pass(plan, clocks, "analytic")
    assert shared.latency_fs >= closed.latency_fs
    for stage, alone in zip(shared.played, closed.played, strict=True):
        assert stage.duration_fs >= alone.duration_fs
        for busy, free in zip((*stage.npu, *stage.pim), (*alone.npu, *alone.pim), strict=True):
            assert busy.duration_fs >= free.duration_fs - 1, busy.name
    # Barriers bound what contention can cost: at worst both sides take turns.
    assert shared.latency_fs <= 2.5 * closed.latency_fs


@pytest.mark.parametrize(
    ("key", "more", "systems"),
    [
        ("memory.frequency_hz", lambda value: value * 1.3, random_runs.SYSTEMS),
        # Greedy channels and sub-batches may lose by it: see the anomalies below.
        ("memory.channels", lambda value: value * 2, DEALT_IN_TURN),
        ("npu.systolic_arrays", lambda value: value + 1, random_runs.SYSTEMS),
        ("npu.frequency_hz", lambda value: value * 1.3, random_runs.SYSTEMS),
        ("npu.vector_units", lambda value: value + 1, random_runs.SYSTEMS),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@budget(25)
@given(data=st.data(), workload=workloads(), fidelity=st.sampled_from(("analytic", "event")))
def test_more_of_a_resource_is_never_slower(key, more, systems, data, workload, fidelity):
    name, chosen = data.draw(devices(systems))
    before = latency_fs((name, chosen), workload, fidelity)
    after = latency_fs((name, chosen | {key: more(chosen[key])}), workload, fidelity)
    assert after <= before


@budget(20)
@given(
    device=devices(("npu-only",)),
    workload=workloads(),
    fidelity=st.sampled_from(("analytic", "event")),
)
def test_one_more_channel_is_never_slower_without_pim(device, workload, fidelity):
    assert_one_more_channel_is_not_slower(device, workload, fidelity)


@budget(40)
@given(
    device=devices(ON_PIM),
    workload=workloads(("decode",)),
    fidelity=st.sampled_from(("analytic", "event")),
)
def test_one_more_channel_is_never_slower_when_all_requests_are_equally_long(
    device, workload, fidelity
):
    tokens = workload["lengths"]["tokens"]
    equal = {**workload, "lengths": {**workload["lengths"], "tokens": [tokens[0]] * len(tokens)}}
    assert_one_more_channel_is_not_slower(device, equal, fidelity)


def assert_one_more_channel_is_not_slower(device, workload, fidelity):
    name, chosen = device
    larger = name, chosen | {"memory.channels": chosen["memory.channels"] + 1}
    assert latency_fs(larger, workload, fidelity) <= latency_fs(device, workload, fidelity)


def attention_cycles(system, tokens, channels, devices=4):
    """Return the attention cycles of a layer, one sub-batch after the other."""
    workload = {
        "kind": "llm", "schema_version": 1, "name": "unlucky", "model": "gpt3-7b",
        "batch": len(tokens), "lengths": {"distribution": "list", "tokens": tokens},
        "parallel": {"tensor": devices}, "include_head": False,
    }  # fmt: skip
    settings_ = {"memory.channels": channels, "memory.channel_bytes": 2**34}
    _, plan = planned((system, settings_), workload)
    return sum(stage.mha.cycles for stage in plan.stages if stage.mha and stage.repeated)


# Anomalies of the policies themselves, as the conformance kit names them; not of the model.
def test_one_more_channel_can_be_slower_when_requests_are_dealt_in_turn():
    # Two channels: 1000 + 10 each. Three: the long requests 0 and 3 meet on channel 0.
    two, three = (attention_cycles("neupims-round-robin", [1000, 10, 10, 1000], n) for n in (2, 3))
    assert three > 1.5 * two


def test_one_more_channel_can_be_slower_when_greedy_assignment_fills_it_with_short_requests():
    # Three channels: at most three short requests beside 975 or 971, whose values take two chunks.
    # Four: all five on the fourth, the least loaded by the estimate, but five chunks of values are
    # more than any other channel has. A barrier separates logits and values; their sum is balanced.
    tokens = [1027, 975, 971, 13, 13, 13, 13, 13]
    three, four = (attention_cycles("neupims", tokens, n, devices=16) for n in (3, 4))
    assert 1.05 * three < four < 1.15 * three


def test_one_more_channel_can_be_slower_when_sub_batches_take_odd_requests_in_turn():
    # Two channels, (1000, 10) and (1000): both long requests are in the first sub-batch, side by
    # side. Three channels, one request each: they are in different ones, one after the other.
    two, three = (attention_cycles("neupims-subbatch", [1000, 1000, 10], n) for n in (2, 3))
    assert three > 1.5 * two


@budget(15)
@given(devices(), workloads(), st.integers(0, 3), st.sampled_from(("analytic", "event")))
def test_a_run_repeats_exactly(device, workload, seed, fidelity):
    first, second = (
        archsim.simulate(*random_runs.load(device, workload), fidelity=fidelity, seed=seed)
        for _ in range(2)
    )
    assert first.to_dict() == second.to_dict()


@budget(25)
@given(devices(), workloads(("decode",)))
def test_one_more_token_of_context_is_never_faster(device, workload):
    tokens = workload["lengths"]["tokens"]
    longer = {**workload, "lengths": {"distribution": "list", "tokens": [t + 32 for t in tokens]}}
    one_channel = {"memory__channels": 1, "memory__channel_bytes": 2**36}
    before = latency_fs(device, workload, "analytic", **one_channel)
    assert latency_fs(device, longer, "analytic", **one_channel) >= before
