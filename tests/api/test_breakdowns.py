"""Aggregations behind the reports, against sums done by hand."""

import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.errors import InputError
from archsim.report.breakdown import (
    energy_by_component,
    energy_by_operation,
    rest_of,
    time_by_operation,
)
from archsim.report.comparing import compare_results
from archsim.report.difference import difference, flatten
from archsim.report.tables import Bar, bar_text, make_console
from archsim.result import assemble


def run(ends, *, static_energy_j=1.0, metrics=None, provenance=None):
    count = len(ends)
    operations = pd.DataFrame(
        {
            "operation": [f"op{number % 3}" for number in range(count)],
            "kind": ["gemm"] * count,
            "component": [("npu", "pim")[number % 2] for number in range(count)],
            "start_s": [0.0] * count,
            "end_s": ends,
            "energy_j": [0.5] * count,
        }
    )
    components = pd.DataFrame(
        {
            "component": ["npu", "pim"],
            "busy_s": [0.0, 0.0],
            "dynamic_energy_j": [0.5 * count, 0.0],
            "static_energy_j": [static_energy_j, 0.0],
            "area_mm2": [1.0, 0.0],
            "bytes": [0, 0],
        }
    )
    return assemble(
        latency_s=max(ends, default=0.0),
        components=components,
        operations=operations,
        metrics=metrics or {},
        provenance=provenance or {},
    )


def test_time_is_added_up_by_name_and_sorted():
    shares = time_by_operation(run([1.0, 4.0, 2.0, 3.0]))
    assert [(item.name, item.value, item.count) for item in shares] == [
        ("op0", 4.0, 2),
        ("op1", 4.0, 1),
        ("op2", 2.0, 1),
    ]
    assert shares[0].detail == "npu, pim"
    assert shares[0].share == 1.0


def test_energy_is_split_by_component_and_part():
    result = run([1.0, 1.0], static_energy_j=3.0)
    found = [
        (item.name, item.detail, item.value, item.share) for item in energy_by_component(result)
    ]
    assert found == [("npu", "static", 3.0, 0.75), ("npu", "dynamic", 1.0, 0.25)]


@settings(deadline=None, derandomize=True, max_examples=30)
@given(st.lists(st.floats(min_value=1e-9, max_value=1e3), min_size=1, max_size=12))
def test_nothing_is_lost_in_a_breakdown(ends):
    result = run(ends)
    for shares, total in (
        (time_by_operation(result), sum(ends)),
        (energy_by_operation(result), 0.5 * len(ends)),
        (energy_by_component(result), result.energy_j),
    ):
        assert sum(item.value for item in shares) == pytest.approx(total)
        folded = rest_of(shares, 1)
        assert len(folded) <= 2
        assert sum(item.value for item in folded) == pytest.approx(total)


def test_comparison_is_relative_to_the_first_and_skips_what_is_absent():
    figures = compare_results(
        [run([2.0], metrics={"a": 0.0}), run([1.0], metrics={"a": 1.0, "b": 5.0})]
    )
    by_name = {figure.name: figure for figure in figures}
    assert by_name["latency_s"].relative == (1.0, 0.5)
    assert by_name["a"].relative == (None, None)
    assert by_name["b"].absolute == (None, 5.0)
    assert by_name["b"].relative == (None, None)
    with pytest.raises(InputError, match="nothing to compare"):
        compare_results([])


def test_difference_names_settings_and_sorts_changes_by_size():
    described = [
        {"seed": 0, "hardware": {"name": "x", "configuration": {"npu": {"rows": 1, "on": True}}}},
        {"seed": 1, "hardware": {"name": "y", "configuration": {"npu": {"rows": 2}, "pim": None}}},
    ]
    before = run([1.0, 2.0], provenance=described[0])
    after = run([1.5, 1.0, 4.0], provenance=described[1])
    found = difference(before, after)
    assert [(item.key, item.before, item.after) for item in found.settings] == [
        ("seed", "0", "1"),
        ("hardware.npu.rows", "1", "2"),
        ("hardware.npu.on", "true", "(absent)"),
        ("hardware.pim", "(absent)", "null"),
    ]
    assert [(item.name, item.difference) for item in found.time] == [
        ("op2", 4.0),
        ("op1", -1.0),
        ("op0", 0.5),
    ]
    assert found.time[0].relative is None
    assert found.energy[0].relative == pytest.approx(0.25)


def test_a_result_does_not_differ_from_itself():
    result = run([1.0, 2.0])
    found = difference(result, result)
    assert (found.settings, found.time, found.busy, found.energy) == ((), (), (), ())


def test_flatten_keeps_lists_and_empty_sections_as_leaves():
    assert flatten({"a": {"b": [1, 2], "c": {}}, "d": 0.1}) == {
        "a.b": "[1, 2]",
        "a.c": "{}",
        "d": "0.1",
    }


@pytest.mark.parametrize(
    ("share", "text"),
    [(-1.0, ""), (0.0, ""), (0.05, "▌"), (0.5, "█████"), (1.0, "█" * 10), (7.0, "█" * 10)],
)
def test_bars_stay_within_their_columns(share, text):
    assert bar_text(share, 10, ascii_only=False) == text
    assert bar_text(share, 10, ascii_only=True).strip("#") == ""


def test_output_to_a_file_is_80_columns_and_ascii_where_it_must_be():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    console = make_console(stream)
    assert console.width == 80
    console.print(Bar(0.5, 10))
    stream.flush()
    assert stream.buffer.getvalue() == b"#####\n"
