"""What works at each moment: an exact division of the latency, against a count on a fine grid."""

import math
from collections import Counter

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.report.activity import IDLE, OTHER, merge_small, time_by_activity
from archsim.result import assemble

COMPONENTS = ("npu", "pim", "link")

operations = st.lists(
    st.tuples(st.sampled_from(COMPONENTS), st.integers(0, 30), st.integers(0, 30)), max_size=12
)


def result_of(rows, latency_s):
    components = pd.DataFrame(
        {
            "component": list(COMPONENTS),
            "busy_s": 0.0,
            "dynamic_energy_j": 0.0,
            "static_energy_j": 0.0,
            "area_mm2": 0.0,
            "bytes": 0,
        }
    )
    table = pd.DataFrame(
        {
            "operation": ["op"] * len(rows),
            "kind": ["gemm"] * len(rows),
            "component": [name for name, _, _ in rows],
            "start_s": [float(start) for _, start, _ in rows],
            "end_s": [float(end) for _, _, end in rows],
            "energy_j": 0.0,
        }
    )
    return assemble(
        latency_s=latency_s, components=components, operations=table, metrics={}, provenance={}
    )


def times(rows, latency_s):
    return {part.name: part.value for part in time_by_activity(result_of(rows, latency_s))}


def test_overlap_is_told_from_work_alone():
    assert times([("pim", 0, 4), ("npu", 2, 6), ("npu", 3, 5), ("link", 8, 9)], 10.0) == {
        "npu": 2.0,
        "pim": 2.0,
        "npu + pim": 2.0,
        "link": 1.0,
        IDLE: 3.0,
    }


def test_a_run_without_operations_is_idle():
    assert times([], 2.0) == {IDLE: 2.0}


@settings(deadline=None)
@given(operations)
def test_it_agrees_with_a_count_second_by_second(rows):
    rows = [(name, min(a, b), max(a, b)) for name, a, b in rows]
    latency = max([end for _, _, end in rows], default=0) + 1
    expected = Counter()
    for second in range(latency):
        working = [
            name
            for name in COMPONENTS
            if any(row[0] == name and row[1] <= second < row[2] for row in rows)
        ]
        expected[" + ".join(working) or IDLE] += 1.0
    found = times(rows, float(latency))
    assert found == dict(expected)
    assert math.fsum(found.values()) == pytest.approx(latency)


def test_small_parts_are_added_up_unless_some_design_needs_them():
    designs = [{"a": 98.0, "b": 1.0, "c": 1.0}, {"a": 50.0, "b": 50.0}]
    assert merge_small(designs, 0.02) == [
        {"a": 98.0, "b": 1.0, OTHER: 1.0},
        {"a": 50.0, "b": 50.0},
    ]
    assert merge_small([{}], 0.02) == [{}]
