"""Latency divided among what runs, energy divided among operations: the parts add up."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.report.activity import IDLE, time_by_activity, time_by_share
from archsim.report.breakdown import STATIC, UNASSIGNED, energy_parts
from archsim.report.occupancy import lanes, occupancy
from archsim.result import assemble

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["npu", "pim", "link"]),
        st.sampled_from(["gemm", "softmax"]),
        st.integers(0, 50),
        st.integers(0, 20),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=15,
)


def run_of(rows, *, latency_s=80.0, extra_j=0.0, static_j=0.0):
    frame = pd.DataFrame(
        [
            (f"op{n}", kind, place, s, s + d, float(j))
            for n, (place, kind, s, d, j) in enumerate(rows)
        ],
        columns=["operation", "kind", "component", "start_s", "end_s", "energy_j"],
    ).astype({"start_s": float, "end_s": float})
    caused = float(sum(row[4] for row in rows))
    components = pd.DataFrame(
        {
            "component": ["npu", "pim", "link"],
            "busy_s": [0.0, 0.0, 0.0],
            "dynamic_energy_j": [caused + extra_j, 0.0, 0.0],
            "static_energy_j": [static_j, 0.0, 0.0],
            "area_mm2": [1.0, 0.0, 0.0],
            "bytes": [0.0, 0.0, 0.0],
        }
    )
    return assemble(
        latency_s=latency_s, components=components, operations=frame, metrics={}, provenance={}
    )


def test_a_moment_is_shared_equally_by_what_runs_in_it():
    run = run_of([("npu", "gemm", 0, 4, 0), ("pim", "softmax", 2, 4, 0)], latency_s=8.0)
    found = {item.name: item.value for item in time_by_share(run, "kind")}
    # gemm alone 0-2, both 2-4, softmax alone 4-6, nothing 6-8
    assert found == {"gemm": 3.0, "softmax": 3.0, IDLE: 2.0}
    together = {item.name: item.value for item in time_by_activity(run)}
    assert together == {"npu": 2.0, "npu + pim": 2.0, "pim": 2.0, IDLE: 2.0}


@settings(deadline=None, derandomize=True, max_examples=60)
@given(ROWS)
def test_shares_of_time_add_up_to_the_latency(rows):
    run = run_of(rows)
    for column in ("kind", "operation", "component"):
        shares = time_by_share(run, column)
        assert math.fsum(item.value for item in shares) == pytest.approx(80.0, rel=1e-12)
        assert all(item.value >= 0 for item in shares)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(ROWS, st.integers(0, 9), st.integers(0, 9))
def test_parts_of_the_energy_add_up_to_it(rows, extra_j, static_j):
    run = run_of(rows, extra_j=extra_j, static_j=static_j)
    parts = {item.name: item.value for item in energy_parts(run, "kind")}
    assert math.fsum(parts.values()) == pytest.approx(run.energy_j, rel=1e-12)
    assert parts.get(STATIC, 0.0) == static_j
    assert parts.get(UNASSIGNED, 0.0) == pytest.approx(extra_j)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(ROWS, st.integers(1, 40))
def test_slices_hold_exactly_the_time_that_components_work(rows, slices):
    run = run_of(rows)
    found = occupancy(run, slices)
    assert found.shares.shape == (len(found.components), slices)
    assert ((found.shares >= 0) & (found.shares <= 1)).all()
    for name, shares in zip(found.components, found.shares, strict=True):
        seconds = np.zeros(80)
        for place, _, start, length, _ in rows:
            if place == name:
                seconds[start : start + length] = 1
        assert shares.sum() * 80.0 / slices == pytest.approx(seconds.sum(), abs=1e-9)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(ROWS)
def test_no_two_operations_of_a_lane_overlap(rows):
    run = run_of(rows)
    found = lanes(run, range(len(rows)))
    table = run.operations
    for first in range(len(rows)):
        for second in range(first):
            same = table["component"][first] == table["component"][second]
            if same and found[first] == found[second]:
                assert (
                    table["end_s"][first] <= table["start_s"][second]
                    or table["end_s"][second] <= table["start_s"][first]
                )
