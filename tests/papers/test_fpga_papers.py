"""The reproductions of M3ViT and of the MatMul-free core: complete, mechanical, current."""

import json
import math
from pathlib import Path
from typing import get_args

import pytest

from archsim.cli.main import main
from archsim.config import Certainty
from archsim.papers import get, m3vit, matmulfree
from archsim.papers.base import VERDICTS, rows_to_csv
from archsim.papers.figures import Figure, Judge
from archsim.papers.m3vit import report as m3vit_report
from archsim.papers.m3vit import rows as m3vit_rows
from archsim.papers.matmulfree import report as matmulfree_report
from archsim.papers.matmulfree import rows as matmulfree_rows

REPORTS = Path(__file__).parents[2] / "reports"
PAPERS = {
    "m3vit": (m3vit, m3vit_rows, m3vit_report, ("cache.svg",)),
    "matmulfree": (matmulfree, matmulfree_rows, matmulfree_report, ("port.svg", "boards.svg")),
}


@pytest.fixture(scope="module")
def measured():
    return {name: get(name).run(True) for name in PAPERS}


def row(rows, item):
    (found,) = [one for one in rows if one.item == item]
    return found


@pytest.mark.parametrize("name", PAPERS)
def test_every_row_is_complete_and_judged_by_its_tolerance(measured, name):
    figures = PAPERS[name][1].PUBLISHED
    rows = measured[name]
    assert len({(one.item, one.configuration) for one in rows}) == len(rows)
    compared = [one for one in rows if one.published is not None]
    assert len(compared) >= 20
    for one in rows:
        assert one.paper == name
        assert one.verdict in VERDICTS
        assert math.isfinite(one.measured)
    for one in compared:
        assert one.certainty in get_args(Certainty)
        assert one.deviation == one.measured / one.published - 1
        limits = [figure.tolerance for figure in figures.values() if figure.value == one.published]
        if one.verdict == "reproduced":
            assert abs(one.deviation) <= max(limits)
        else:
            assert one.cause
    assert "deviates" not in {one.verdict for one in compared}


def test_nyud_is_predicted_and_pascal_is_not_judged(measured):
    rows = measured["m3vit"]
    for system, limit in (
        ("ViT-S", 0.01),
        ("MoE ViT-S reordered", 0.01),
        ("MoE ViT-S not reordered", 0.001),
    ):
        predicted = row(rows, f"NYUD, {system}: latency (ms)")
        assert predicted.verdict == "reproduced"
        assert abs(predicted.deviation) <= limit
        fitted = row(rows, f"PASCAL, {system}: latency (ms)")
        assert fitted.verdict == "not comparable"
        assert "fitted" in fitted.cause
    assert row(rows, "all experts on chip: on-chip memory (MiB)").verdict == "reproduced"
    for size in ("PASCAL", "NYUD"):
        assert "identity" in row(rows, f"{size}, ViT-S: energy (W s)").cause


def test_the_projection_that_breaks_the_roofline_is_said_and_not_met(measured):
    rows = measured["matmulfree"]
    claim = row(rows, "1.3B: latency of a token (ms)")
    assert claim.published == 42.0
    assert claim.measured > 80.2
    assert claim.verdict == "not comparable"
    for part in ("Breaks the roofline", "80.3 ms", "2 ports", "114.7 MHz"):
        assert part in claim.cause
    assert row(rows, "1.3B with two ports: latency (ms)").measured < 42.0
    assert row(rows, "1.3B: tokens per second").measured < 23.8 / 1.9


def test_measured_rates_of_other_boards_lie_below_their_bounds(measured):
    bounds = [one for one in measured["matmulfree"] if one.item.endswith("bound")]
    assert len(bounds) == 4
    assert all(one.measured > one.published for one in bounds)
    assert row(measured["matmulfree"], "TerEffic, 2.7B: tokens per second, bound").measured <= 878
    sizes = [one.measured for one in measured["matmulfree"] if one.item.startswith("TeLLMe")]
    assert all(size > 0.37 for size in sizes)


@pytest.mark.parametrize("name", PAPERS)
def test_what_is_measured_does_not_depend_on_what_was_published(measured, monkeypatch, name):
    module = PAPERS[name][1]
    moved = {
        key: Figure(3 * figure.value, figure.tolerance, figure.source, figure.certainty)
        for key, figure in module.PUBLISHED.items()
        if not key.startswith(("gpu moe", "tellme", "tereffic on chip"))  # inputs of other figures
    }
    kept = {key: value for key, value in module.PUBLISHED.items() if key not in moved}
    monkeypatch.setattr(module, "JUDGE", Judge(name, {**moved, **kept}))
    again = PAPERS[name][0].run(True)
    assert [one.measured for one in again] == [one.measured for one in measured[name]]


@pytest.mark.parametrize("name", PAPERS)
def test_the_committed_report_is_what_quick_measures(measured, name):
    again = f"run: archsim reproduce {name} --quick --output reports"
    folder, rows = REPORTS / name, measured[name]
    assert (folder / f"{name}.csv").read_text(encoding="utf-8") == rows_to_csv(rows), again
    page = PAPERS[name][2].page(rows)
    assert (folder / f"{name}.md").read_text(encoding="utf-8") == page, again
    assert sorted(path.name for path in folder.glob("*.svg")) == sorted(PAPERS[name][3])


def test_report_files_have_the_same_bytes_every_time(measured, tmp_path):
    for name, (_, _, _, charts) in PAPERS.items():
        folder = tmp_path / name
        folder.mkdir()
        written = get(name).write(measured[name], folder)
        assert {path.name for path in written} == {f"{name}.md", f"{name}.csv", *charts}
        for path in written:
            assert str(tmp_path).encode() not in path.read_bytes()
            if path.suffix != ".svg":
                assert path.read_bytes() == (REPORTS / name / path.name).read_bytes()
    assert m3vit_report.chart(measured["m3vit"]) == (tmp_path / "m3vit" / "cache.svg").read_bytes()
    port = (tmp_path / "matmulfree" / "port.svg").read_bytes()
    assert matmulfree_report.plots.port_chart() == port


def test_the_command_prints_the_rows(measured, capsys):
    assert main(["reproduce", "m3vit", "--quick", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == [one.to_dict() for one in measured["m3vit"]]
