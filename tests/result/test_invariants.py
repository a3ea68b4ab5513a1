"""Each standard check passes on a sound run and fails on the one run made to break it."""

import math

import pandas as pd
import pytest

from archsim.errors import SimulationError
from archsim.result import (
    MetricDeclaration,
    Pair,
    assemble,
    at_most,
    close,
    failed,
    within,
)


def components(**changes):
    columns = {
        "component": ["npu", "dram"],
        "busy_s": [1.0, 0.5],
        "utilisation": [0.5, 0.25],
        "dynamic_energy_j": [3.0, 1.0],
        "static_energy_j": [0.5, 0.25],
        "area_mm2": [10.0, 2.0],
        "bytes": [64, 64],
    }
    return pd.DataFrame({**columns, **changes})


def operations(**changes):
    columns = {
        "operation": ["a", "b"],
        "kind": ["gemm", "gemm"],
        "component": ["npu", "npu"],
        "start_s": [0.0, 1.0],
        "end_s": [1.0, 2.0],
        "energy_j": [1.0, 2.0],
    }
    return pd.DataFrame({**columns, **changes})


def run(**changes):
    arguments = {
        "latency_s": 2.0,
        "components": components(),
        "operations": operations(),
        "metrics": {},
        "provenance": {},
    }
    return assemble(**{**arguments, **changes})


def test_a_sound_run_passes_every_check_and_sums_its_parts():
    sound = run(
        bytes_moved=[Pair("dram to npu", 64, 64, "bytes")],
        work=[Pair("macs", 10, 10, "MAC")],
        roofline_s=1.9,
        more_checks=[within("share", 0.5, 0, 1, "1")],
    )
    assert sound.failed_checks == []
    assert len(sound.checks) == 10
    assert sound.energy_j == 4.75
    assert sound.area_mm2 == 12.0
    assert sound.average_power_w == 2.375


def test_utilisation_is_derived_from_busy_time_when_absent():
    derived = run(components=components().drop(columns="utilisation"))
    assert derived.components["utilisation"].tolist() == [0.5, 0.25]


@pytest.mark.parametrize(
    ("broken", "name", "detail"),
    [
        (
            {"components": components(utilisation=[1.5, 0.25], busy_s=[3.0, 0.5])},
            "0 <= utilisation <= 1",
            "npu has 1.5",
        ),
        (
            {"components": components(utilisation=[0.9, 0.25])},
            "busy time = utilisation x latency",
            "wrong for npu",
        ),
        (
            {"components": components(static_energy_j=[-0.5, 0.25])},
            "times, energies, areas and bytes are not negative",
            "negative: static_energy_j",
        ),
        (
            {"operations": operations(energy_j=[4.0, 2.0])},
            "energy of operations within dynamic energy",
            "6 J, at most 4 J",
        ),
        (
            {"operations": operations(end_s=[1.0, 2.5])},
            "operations lie within the run",
            "to 2.5 s of 2 s",
        ),
        (
            {"operations": operations(start_s=[-1.0, 1.0])},
            "operations lie within the run",
            "from -1 s",
        ),
        (
            {"operations": operations(start_s=[1.5, 1.0])},
            "operations lie within the run",
            "2 operations",
        ),
        (
            {"bytes_moved": [Pair("dram", 64, 65, "bytes")]},
            "bytes in = bytes out: dram",
            "64 bytes and 65 bytes",
        ),
        (
            {"work": [Pair("macs", 10, 9, "MAC")]},
            "work done = work asked: macs",
            "10 MAC and 9 MAC",
        ),
        ({"roofline_s": 2.1}, "not faster than the roofline", "2.1 s, at most 2 s"),
    ],
)
def test_each_broken_invariant_is_named(broken, name, detail):
    verdicts = run(**broken).failed_checks
    assert [check.name for check in verdicts] == [name]
    assert detail in verdicts[0].detail


def test_energy_total_is_checked_against_its_parts():
    from archsim.result import standard_checks

    checks = standard_checks(
        latency_s=2.0, energy_j=5.0, components=components(), operations=operations()
    )
    assert [check.name for check in failed(checks)] == ["energy parts sum to the total"]


def test_helpers_refuse_nan_and_apply_their_slack():
    assert not close("x", math.nan, math.nan, "s").passed
    assert not at_most("x", math.nan, 1.0, "s").passed
    assert not within("x", math.nan, 0, 1, "s").passed
    assert close("x", 1.0, 1.0 + 1e-9, "s", relative=1e-8).passed
    assert not close("x", 1.0, 1.0 + 1e-9, "s").passed
    assert at_most("x", 1.0 + 1e-12, 1.0, "s", relative=1e-9).passed
    assert not at_most("x", 1.0 + 1e-12, 1.0, "s").passed


def test_empty_runs_have_nothing_to_break():
    empty = run(components=components().iloc[:0], operations=operations().iloc[:0], latency_s=0.0)
    assert empty.failed_checks == []
    assert (empty.energy_j, empty.average_power_w) == (0.0, 0.0)


def test_a_metric_declaration_must_say_something():
    with pytest.raises(SimulationError, match="empty meaning"):
        MetricDeclaration("x", "s", " ")
