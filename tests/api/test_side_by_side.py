"""Designs beside each other, at every width of a terminal."""

import io

import pytest
from rich.console import Console

from archsim.report.side_by_side import SideBySide, folded_name
from archsim.report.tables import make_console

NAMES = ["npu-only", "npu-pim-naive", "neupims", "neupims-subbatch"]
TABLE = SideBySide(
    NAMES,
    ["latency_s", "total_cycles"],
    [["26.04 ms"] * 4, ["2.604e+07 cycles"] * 4],
    [["26.04 ms"] * 4, ["2.604e+07"] * 4],
)


def printed(table, width):
    stream = io.StringIO()
    Console(file=stream, width=width, color_system=None).print(table)
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_a_wide_terminal_gets_everything():
    lines = printed(TABLE, 200)
    assert len(lines) == 3
    assert lines[0].split() == NAMES
    assert lines[2].split("  ")[-1].strip() == "2.604e+07 cycles"


def test_then_units_that_the_name_tells_go():
    lines = printed(TABLE, 80)
    assert len(lines) == 3
    assert lines[0].split() == NAMES
    assert lines[2].split() == ["total_cycles", *["2.604e+07"] * 4]


def test_then_names_are_folded():
    lines = printed(TABLE, 62)
    assert [line.split() for line in lines[:2]] == [
        ["npu-pim-", "neupims-"],
        ["npu-only", "naive", "neupims", "subbatch"],
    ]
    assert len(lines) == 4


@pytest.mark.parametrize("width", range(30, 62, 4))
def test_what_still_does_not_fit_goes_below(width):
    lines = printed(TABLE, width)
    assert max(map(len, lines)) <= width
    assert sum(line.split()[0] == "total_cycles" for line in lines if line) > 1
    assert sum(line.count("26.04 ms") for line in lines) == 4


def test_a_design_wider_than_the_terminal_still_gets_its_table():
    assert printed(SideBySide(["a" * 50], ["x"], [["1"]]), 40)


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("neupims", "neupims"),
        ("neupims-subbatch", "neupims-\nsubbatch"),
        ("designs/my_long_device_name.yaml", "my_long_\ndevice_name.\nyaml"),
        ("", ""),
    ],
)
def test_long_names_are_folded_behind_their_marks(name, folded):
    assert folded_name(name) == folded


def test_files_are_80_columns_wide_and_terminals_as_wide_as_they_are(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setenv("COLUMNS", "173")
    monkeypatch.setenv("TERM", "xterm")
    assert make_console(io.StringIO()).width == 80
    assert make_console(Terminal()).width == 173
