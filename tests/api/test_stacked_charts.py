"""Stacked panels: deterministic, complete, one colour per part, shared colours for pairs."""

import re

import pytest

from archsim.errors import SimulationError
from archsim.report.stacked_plot import Panel, stacked_panels

LATENCY = Panel("Latency", "s", [{"npu": 0.02}, {"npu": 0.01, "npu + pim": 0.005, "idle": 0.001}])
ENERGY = Panel("Energy", "J", [{"npu": 5.0}, {"npu": 4.0, "pim": 1.0}])
NAMES = ("one", "two")


def fills(svg):
    return set(re.findall(rb"fill(?:: |=\")(#[0-9a-f]{6})", svg))


def test_the_same_data_gives_the_same_svg():
    first = stacked_panels(NAMES, [LATENCY, ENERGY], title="both")
    assert first.startswith(b"<?xml")
    assert stacked_panels(NAMES, [LATENCY, ENERGY], title="both") == first
    assert stacked_panels(NAMES, [LATENCY], title="both") != first


def test_parts_have_the_colours_of_their_components():
    alone = Panel("Energy", "J", [{"npu": 5.0}])
    pair = Panel("Latency", "s", [{"npu + pim": 1.0}])
    blue, orange = b"#0072b2", b"#e69f00"
    assert blue in fills(stacked_panels(["one"], [alone], title=""))
    assert orange not in fills(stacked_panels(["one"], [alone], title=""))
    assert {blue, orange} <= fills(stacked_panels(["one"], [pair], title=""))


def test_a_design_without_any_part_is_drawn_empty():
    assert b"</svg>" in stacked_panels(["one"], [Panel("Energy", "J", [{}])], title="none")


def test_another_number_of_designs_is_refused():
    with pytest.raises(SimulationError, match="'Energy' has 2 bars for 1 designs"):
        stacked_panels(["one"], [ENERGY], title="")
