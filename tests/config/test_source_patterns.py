"""Patterns of ``sources``: what they cover, which one wins, and that none can hang."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.config.sources import matches, winning_pattern


@pytest.mark.parametrize(
    ("pattern", "key", "covered"),
    [
        ("npu.lanes", "npu.lanes", True),
        ("npu", "npu.lanes", True),
        ("npu", "npux.lanes", False),
        ("npu.*", "npu.sram.energy_j", True),
        ("npu.*", "npu", False),
        ("*", "npu.lanes", True),
        ("*_j", "npu.sram.energy_j", True),
        ("*_j", "npu.sram.energy_jj", False),
        ("npu.*.energy", "npu.energy", False),
        ("npu.*_j", "npu.sram.read_j", True),
        ("*.timing", "memory.timing.trcd", True),
        ("a*a", "a", False),
        ("a**b", "ab", True),
        ("[ab]", "a", False),
        ("n?u", "npu", False),
    ],
)
def test_what_a_pattern_covers(pattern: str, key: str, covered: bool) -> None:
    assert matches(pattern, key) is covered


def test_the_most_specific_pattern_wins() -> None:
    patterns = ["*", "npu.*", "npu.sram.*", "npu.sram.read_j", "*.sram.*"]
    assert winning_pattern("npu.sram.read_j", patterns) == "npu.sram.read_j"
    assert winning_pattern("npu.sram.write_j", patterns) == "npu.sram.*"
    assert winning_pattern("npu.lanes", patterns) == "npu.*"
    assert winning_pattern("node_nm", patterns) == "*"
    assert winning_pattern("node_nm", ["npu.*"]) is None


@settings(deadline=None, max_examples=500)
@given(st.text("ab.*", max_size=8), st.text("ab.", min_size=1, max_size=10))
def test_agrees_with_the_same_regular_expression(pattern: str, key: str) -> None:
    expression = ".*".join(map(re.escape, pattern.split("*"))) + r"(\..*)?"
    assert matches(pattern, key) is (re.fullmatch(expression, key) is not None)


def test_many_stars_do_not_hang() -> None:
    """With backtracking this takes longer than the age of the universe."""
    assert not matches("*a" * 30 + "b", "a" * 200)
