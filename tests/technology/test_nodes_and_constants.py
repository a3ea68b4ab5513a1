import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.errors import InputError, UnknownNameError
from archsim.technology import (
    NODES_NM,
    TechConstant,
    all_constants,
    area_scale,
    delay_scale,
    energy_scale,
    process_node,
    weakest,
)
from archsim.technology.constant import CERTAINTIES
from archsim.technology.nodes import anchored

FAST = settings(deadline=None, max_examples=80)
NODE = st.sampled_from(NODES_NM)
SCALES = (energy_scale, area_scale, delay_scale)


@pytest.mark.parametrize(
    ("node_nm", "larger", "smaller", "share"),
    [(28, 32, 20, 0.284107), (22, 32, 20, 0.797214), (12, 14, 10, 0.458138)],
)
def test_a_node_between_two_lies_there_by_the_logarithm_of_its_size(
    node_nm, larger, smaller, share
):
    # share = log(larger / node) / log(larger / smaller), worked out beside the code.
    one, large, small = (process_node(node) for node in (node_nm, larger, smaller))
    for name in ("energy", "area", "delay"):
        first, second = getattr(large, name), getattr(small, name)
        assert getattr(one, name) == pytest.approx(first ** (1 - share) * second**share, rel=1e-5)
    supply_v = large.supply_v + share * (small.supply_v - large.supply_v)
    assert one.supply_v == pytest.approx(supply_v, rel=1e-5)


@pytest.mark.parametrize("node_nm", NODES_NM)
def test_every_constant_has_value_unit_source_and_certainty(node_nm):
    constants = all_constants(node_nm)
    assert len(constants) > 50
    assert len({item.name for item in constants}) == len(constants)
    for item in constants:
        assert item.value > 0, item.name
        assert item.unit
        assert len(item.source) > 5, item.name
        assert item.certainty in CERTAINTIES
        # Nothing here was read in the original paper.
        assert item.certainty != "primary", item.name


@FAST
@given(NODE, NODE, NODE)
def test_scaling_round_trips_and_chains(a, b, c):
    for scale in SCALES:
        assert scale(a, a) == 1.0
        assert scale(a, b) * scale(b, a) == pytest.approx(1.0)
        assert scale(a, b) * scale(b, c) == pytest.approx(scale(a, c))


def test_energy_and_area_fall_with_every_node():
    for older, newer in itertools.pairwise(NODES_NM):
        assert energy_scale(older, newer) < 1
        assert area_scale(older, newer) < 1


def test_published_factors_from_45_nm():
    # Area factors are the paper's own table; energies follow from its polynomials at each supply.
    assert [area_scale(45, node) for node in (32, 20, 16, 14, 10, 7)] == [
        0.46,
        0.21,
        0.19,
        0.17,
        0.1,
        0.059,
    ]
    energy_45 = 1.018 * 0.9**2 - 0.3107 * 0.9 + 0.1539
    energy_7 = 0.1776 * 0.7**2 - 0.09097 * 0.7 + 0.02447
    assert energy_scale(45, 7) == pytest.approx(energy_7 / energy_45)
    assert delay_scale(45, 7) == pytest.approx(3.23906 / 12.6036, rel=1e-5)


@pytest.mark.parametrize(
    ("node_nm", "neighbours"), [(28, (32, 20)), (22, (32, 20)), (12, (14, 10))]
)
def test_interpolated_nodes_lie_between_and_say_so(node_nm, neighbours):
    node = process_node(node_nm)
    assert node.certainty == "inferred"
    assert node.source.startswith("interpolated between")
    larger, smaller = (process_node(neighbour) for neighbour in neighbours)
    assert smaller.energy < node.energy < larger.energy
    assert smaller.area < node.area < larger.area
    # The published delay rises from 32 to 20 nm, and both have the same supply voltage.
    assert node.delay == pytest.approx(sorted([larger.delay, node.delay, smaller.delay])[1])
    assert smaller.supply_v <= node.supply_v <= larger.supply_v


@pytest.mark.parametrize(
    ("node_nm", "meant"),
    [
        (5, "7 nm"),
        (65, "45 nm"),
        (40, "45 nm"),
        (15, "16 nm"),
        (0, None),
        (-7, None),
        (float("nan"), None),
    ],
)
def test_nothing_is_extrapolated(node_nm, meant):
    with pytest.raises(UnknownNameError, match="unknown process node") as caught:
        energy_scale(45, node_nm)
    message = str(caught.value)
    assert "allowed: 45, 32, 28, 22, 20, 16, 14, 12, 10, 7 nm" in message
    assert (f"did you mean {meant}?" in message) if meant else ("did you mean" not in message)


@FAST
@given(st.floats(1e-15, 1e3), st.floats(0.01, 1.0), NODE)
def test_anchors_are_exact_and_the_rest_lies_between(old, ratio, node_nm):
    new = old * ratio
    value = anchored(old, new, node_nm)
    assert new * (1 - 1e-9) <= value <= old * (1 + 1e-9)
    assert math.isclose(anchored(old, new, 45), old)
    assert math.isclose(anchored(old, new, 7), new)


def test_a_constant_can_be_listed_in_a_result():
    constant = all_constants(22)[0].as_constant()
    assert (constant.key, constant.certainty) == ("node.22nm.supply", "inferred")
    assert constant.source.endswith("; in V")


def test_weakest_certainty():
    assert weakest("primary", "recalled") == "recalled"
    assert weakest("estimate", "primary", "inferred") == "estimate"


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": float("nan")},
        {"value": float("inf")},
        {"source": ""},
        {"unit": ""},
        {"certainty": "sure"},
    ],
)
def test_a_constant_checks_itself(wrong):
    fields = {
        "name": "x.y",
        "value": 1.0,
        "unit": "J",
        "source": "somewhere",
        "certainty": "recalled",
    }
    with pytest.raises(InputError, match=r"^x.y: "):
        TechConstant(**(fields | wrong))
