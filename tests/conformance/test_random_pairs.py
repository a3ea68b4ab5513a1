"""Random hardware with random workloads: each pair runs soundly or is refused in one sentence."""

import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import archsim
from archsim.architectures import registry
from archsim.errors import InputError, UnknownNameError
from archsim.testing import RunPair, shipped_profile, strategies, try_pair
from archsim.testing.drawing import value_of
from archsim.testing.pairs import unclear, unsound
from archsim.testing.small import SMALL_RUNS, SMALL_SETTINGS, SMALL_WORKLOADS

# 500 pairs in all, more for the families that run several kinds of workload.
EXAMPLES = {"asic": 80, "dram": 70, "fpga": 100, "gpu": 90, "neural_graphics": 80, "npu_pim": 80}


@pytest.mark.parametrize("kind", sorted(registry.BUILTIN))
def test_a_random_pair_runs_soundly_or_is_refused_in_one_sentence(kind):
    flags = {item.about for item in shipped_profile(kind).flags}
    verdicts = []

    @settings(
        max_examples=EXAMPLES[kind],
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategies.pairs([kind]))
    def one(pair):
        outcome = try_pair(pair, flags)
        verdicts.append(outcome.verdict)
        assert outcome.verdict != "violation", outcome.detail

    one()
    assert len(verdicts) >= EXAMPLES[kind]
    assert verdicts.count("ran") > len(verdicts) // 10


def test_there_are_at_least_500_pairs_over_all_families():
    assert sum(EXAMPLES.values()) >= 500
    assert set(EXAMPLES) == set(registry.BUILTIN) == set(SMALL_RUNS)


@pytest.mark.parametrize("kind", sorted(registry.BUILTIN))
def test_what_strategies_start_from_runs_as_it_is(kind):
    flags = {item.about for item in shipped_profile(kind).flags}
    assert set(SMALL_RUNS[kind]) == registry.get(kind).workload_kinds
    for work, names in SMALL_RUNS[kind].items():
        hardware = archsim.load_hardware(names[0], SMALL_SETTINGS.get(kind, {}))
        workload = archsim.load_workload(SMALL_WORKLOADS[work][0])
        assert not unsound(archsim.simulate(hardware, workload), flags)


def test_values_reach_bounds_choices_and_what_lies_outside():
    from archsim.architectures.dram.config import Controller
    from archsim.config.keys import declared_at

    def drawn(key, now, count=300):
        found = set()

        @settings(max_examples=count, deadline=None, derandomize=True, database=None)
        @given(value_of(declared_at(Controller, (key,), {}), now, small=False))
        def collect(value):
            found.add(value)

        collect()
        return found

    sizes = drawn("RequestBufferSize", 8)
    assert {1, 4096, 16} <= sizes
    assert any(value < 1 or value > 4096 for value in sizes)
    assert all(type(value) is int for value in sizes)
    assert drawn("Scheduler", "Fifo") == {"Fifo", "FrFcfsGrp", "FrFcfs"}


def test_a_small_workload_stays_small():
    @settings(max_examples=150, deadline=None, derandomize=True, database=None)
    @given(strategies.workload("memory_trace"))
    def one(data):
        requests = data.get("requests", 0)
        assert requests <= 960 or requests > 100_000_000  # repeated, or out of its bounds

    one()


def test_strategies_start_from_hardware_of_ones_own(tmp_path):
    path = Path(tmp_path) / "mine.yaml"
    path.write_text("kind: dram\nname: mine\nextends: dram-ddr4-2400\n", encoding="utf-8")

    @settings(max_examples=20, deadline=None, derandomize=True, database=None)
    @given(strategies.hardware("dram", [str(path)]), st.data())
    def one(data, _):
        assert data["name"] == "mine"
        assert "sources" not in data

    one()
    with pytest.raises(UnknownNameError, match="npu_pym"):
        strategies.hardware("npu_pym")


class TornError(InputError):
    def __str__(self):
        return "two\nlines"


PAIR = RunPair({"kind": "dram"}, {"kind": "memory_trace"}, "event", 0)


@pytest.mark.parametrize(
    ("error", "verdict", "words"),
    [
        (InputError("a clear sentence"), "refused", "a clear sentence"),
        (TornError("torn"), "violation", "not one printable line"),
        (InputError("x" * 900), "violation", "900 characters"),
        (ZeroDivisionError("by zero"), "violation", "ZeroDivisionError"),
        (archsim.SimulationError("NaN"), "violation", "SimulationError"),
    ],
)
def test_what_is_raised_is_judged(monkeypatch, error, verdict, words):
    def fail(source):
        raise error

    monkeypatch.setattr("archsim.testing.pairs.load_hardware", fail)
    outcome = try_pair(PAIR)
    assert outcome.verdict == verdict
    assert words in outcome.detail
    assert bool(outcome.signature) == (verdict == "violation")


def test_a_failed_check_is_unsound_unless_it_judges_the_design():
    result = archsim.simulate(
        archsim.load_hardware("m3vit-zcu104"), archsim.load_workload(SMALL_WORKLOADS["moe_vit"][0])
    )
    (check,) = result.failed_checks
    assert check.name in unsound(result)
    assert unsound(result, {check.name}) == ""
    assert math.isfinite(result.latency_s)
    assert unclear(InputError("fine")) == ""
