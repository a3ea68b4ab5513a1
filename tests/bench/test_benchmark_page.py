"""The page of benchmarks, from recorded figures."""

import json
import runpy
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from benchmark_page import Machine, benchmark_page, number, this_machine
from figures import Figure

HERE = Path(__file__).resolve().parent
MACHINE = Machine("2026-11-24", "Test CPU @ 2 GHz", 2, "Linux x86_64", "CPython 3.11.2")
FIGURES = [
    Figure("import archsim", 0.25, "s", 0.3, note="a |b"),
    Figure("DRAM: requests", 1e6, "req/s", 5e5, "higher", "", (2.5e5, 5e5), "a peer (quoted)"),
    Figure("a layer", 0.5, "s", 0.25, baseline=[100.0], against="another peer"),
    Figure("only told", 1234567.0, "rows/s", None, "higher"),
]


def rows_of(text):
    lines = [line for line in text.splitlines() if line.startswith("| ")][2:]
    return [
        [cell.strip() for cell in line.removeprefix("|").removesuffix("|").split(" | ")]
        for line in lines
    ]


def test_each_figure_is_a_row_with_its_target_and_ratio():
    first, dram, layer, told = rows_of(benchmark_page(FIGURES, MACHINE))
    assert first == ["import archsim", "0.25 s", "at most 0.3", "met", "", "", "a \\|b"]
    assert dram[1:6] == [
        "1,000,000 req/s", "at least 500,000", "met", "2x to 4x", "a peer (quoted)",
    ]  # fmt: skip
    assert layer[3:6] == ["MISSED", "200x", "another peer"]
    assert told[:4] == ["only told", "1,234,567 rows/s", "", ""]


def test_the_page_says_where_and_when_and_how_many_targets_are_met():
    text = benchmark_page(FIGURES, MACHINE)
    for part in ("2026-11-24", "Test CPU @ 2 GHz", "2 cores", "CPython 3.11.2", "2 of 3 targets"):
        assert part in text


def test_ratios_by_hand():
    assert Figure("t", 2.0, "s", baseline=[10.0, 4.0]).ratios == [2.0, 5.0]
    assert Figure("r", 10.0, "/s", None, "higher", baseline=[4.0]).ratios == [2.5]
    assert Figure("n", 1.0, "s").ratios == []


def test_figures_survive_the_way_from_a_benchmark_to_the_runner():
    told = json.loads(json.dumps([figure.to_dict() for figure in FIGURES]))
    for data in told:
        assert data.pop("verdict") in ("met", "MISSED", "")
    assert benchmark_page([Figure(**data) for data in told], MACHINE) == benchmark_page(
        FIGURES, MACHINE
    )


def test_the_machine_is_named(tmp_path):
    file = tmp_path / "cpuinfo"
    file.write_text("processor\t: 0\nmodel name\t: Some CPU\n", encoding="utf-8")
    assert this_machine(file).cpu == "Some CPU"
    file.write_text("processor\t: 0\n", encoding="utf-8")
    assert this_machine(file).cpu
    assert this_machine(tmp_path / "none").cores >= 1
    assert len(this_machine(file).date) == len("2026-11-24")


@pytest.mark.parametrize(
    ("value", "shown"), [(0.1234, "0.123"), (999.0, "999"), (12345.6, "12,346")]
)
def test_numbers(value, shown):
    assert number(value) == shown


def test_the_runner_writes_the_page(tmp_path, monkeypatch, capsys):
    runner = runpy.run_path(str(HERE / "run.py"))
    scope = runner["main"].__globals__
    monkeypatch.setitem(scope, "CASES", {})
    monkeypatch.setitem(scope, "start_up", lambda: iter(FIGURES))
    page = tmp_path / "page.md"
    code = runner["main"](
        ["--skip-kernel", "--page", str(page), "--json", str(tmp_path / "f.json")]
    )
    assert code == 1  # one target is missed
    assert "another peer" in page.read_text(encoding="utf-8")
    assert len(json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))) == len(FIGURES)
    assert "1 of 3 targets missed" in capsys.readouterr().out
