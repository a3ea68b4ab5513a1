"""The reproduction of NeuPIMs: complete rows, mechanical verdicts, nothing copied, same bytes."""

import json
import math
from pathlib import Path
from typing import get_args

import pytest

from archsim.cli.main import main
from archsim.config import Certainty
from archsim.papers.base import VERDICTS, rows_to_csv
from archsim.papers.neupims import PAPER, ablation, averages, devices, measure, published, report
from archsim.papers.neupims.points import GRID, MODES, SYSTEMS

COMMITTED = Path(__file__).parents[2] / "reports" / "neupims"
CHARTS = ("ablation.svg", "throughput.svg", "utilisation.svg")


def value(rows, item, configuration):
    found = [r for r in rows if r.item == item and r.configuration.startswith(configuration)]
    assert len(found) == 1, [row.configuration for row in found]
    return found[0].measured


def test_every_row_is_complete(rows):
    for row in rows:
        assert row.paper == "neupims"
        assert row.item
        assert row.configuration
        assert row.verdict in VERDICTS
        assert math.isfinite(row.measured)
        if row.published is None:
            assert (row.certainty, row.deviation) == ("", None)
        else:
            assert row.certainty in get_args(Certainty)
            assert row.deviation == row.measured / row.published - 1
            assert (row.cause == "") == (row.verdict == "reproduced")


def test_no_two_rows_are_about_the_same_figure(rows):
    keys = [(row.item, row.configuration) for row in rows]
    assert len(set(keys)) == len(keys)


def test_throughput_of_every_system_and_the_gpu_at_every_point(rows):
    points = [row for row in rows if row.item == averages.THROUGHPUT]
    # A roofline in both modes, and the card of the gpu family in one of them.
    assert len(points) == len(MODES) * len(GRID) * (len(SYSTEMS) + 1) + len(GRID)
    assert all(row.measured > 0 for row in points)


def test_every_published_figure_is_compared_and_judged_by_its_tolerance(rows):
    stated = {(figure.value, figure.certainty) for figure in published.PUBLISHED.values()}
    judged = [row for row in rows if row.published is not None]
    assert {(row.published, row.certainty) for row in judged} == stated
    limits = {}
    for figure in published.PUBLISHED.values():
        limits.setdefault(figure.value, set()).add(figure.tolerance)
    for row in judged:
        if row.verdict != "not comparable":
            within = {abs(row.deviation) <= limit for limit in limits[row.published]}
            assert (row.verdict == "reproduced") in within


def test_what_is_measured_does_not_depend_on_what_was_published(rows, monkeypatch):
    moved = {
        key: published.Published(3 * figure.value, figure.kind, figure.source, figure.certainty)
        for key, figure in published.PUBLISHED.items()
    }
    monkeypatch.setattr("archsim.papers.neupims.judging.PUBLISHED", moved)
    again = PAPER.run(True)
    assert [row.measured for row in again] == [row.measured for row in rows]
    assert [row.published for row in again if row.published] == [
        3 * row.published for row in rows if row.published
    ]


def test_inputs_and_stand_ins_are_not_counted_as_reproduced(rows):
    unjudged = {row.item for row in rows if row.verdict == "not comparable"}
    assert unjudged == {
        "NeuPIMs throughput over GPU-only, average",
        "GPU-only throughput over NPU-only, average",
        "die area that the second row buffers add (share)",
        "throughput over TransPIM; measured: over the naive NPU+PIM",
    }


def test_causes_that_name_an_order_are_true(rows):
    for item, where in (
        ("NeuPIMs throughput over NPU-only, average", ""),
        ("NPU+PIM throughput over NPU-only, average", "; NPU+PIM, device-wide issue"),
        ("NPU+PIM throughput over NPU-only, average", "; NPU+PIM, issue per channel"),
    ):
        found = {
            row.configuration.partition(":")[0]: row
            for row in rows
            if row.item == item and row.configuration.endswith(where)
        }
        assert found["physical"].measured < found["physical"].published < found["compat"].measured
    for mode in MODES:
        shared, per_channel = (
            next(r.measured for r in rows if r.item == f"{ablation.item(step)}, average"
                 and r.configuration.startswith(mode))
            for step in (0, 1)
        )  # fmt: skip
        assert 0 < per_channel < 0.5 * shared


def test_equal_seeds_measure_the_same_and_other_seeds_do_not():
    point, system = GRID[0], SYSTEMS[-1]
    first = measure.measure(system, "physical", point, (0, 1))
    measure._one.cache_clear()
    assert measure.measure(system, "physical", point, (0, 1)) == first
    assert measure.measure(system, "physical", point, (2,)) != first


def test_a_mean_over_batches_is_their_mean():
    point, system = GRID[0], SYSTEMS[0]
    one, two = (measure.tokens_per_s(system, "compat", point, (seed,)) for seed in (0, 1))
    assert measure.tokens_per_s(system, "compat", point, (0, 1)) == pytest.approx((one + two) / 2)


def test_row_tiles_follow_from_the_dram_timings():
    memory, pim = devices._memory_and_pim()
    slower = memory.model_copy(update={"timing": memory.timing.model_copy(update={"tfaw": 60})})
    usual, slow = devices._row_tiles(memory, pim), devices._row_tiles(slower, pim)
    assert [row.verdict for row in usual] == ["reproduced"] * 3
    assert slow[0].measured > usual[0].measured + 3 * 30
    assert slow[1].measured > usual[1].measured + 3 * 30
    assert slow[2].measured == usual[2].measured


def test_the_committed_report_is_what_quick_measures(rows):
    again = "run: archsim reproduce neupims --quick --output reports"
    assert (COMMITTED / "neupims.csv").read_text(encoding="utf-8") == rows_to_csv(rows), again
    assert (COMMITTED / "neupims.md").read_text(encoding="utf-8") == report.page(rows), again
    assert sorted(path.name for path in COMMITTED.glob("*.svg")) == sorted(CHARTS)


def test_report_files_have_the_same_bytes_every_time(rows, tmp_path):
    folders = tmp_path / "one", tmp_path / "two"
    for folder in folders:
        folder.mkdir()
        written = PAPER.write(rows, folder)
        assert sorted(path.name for path in written) == sorted(
            ["neupims.csv", "neupims.md", *CHARTS]
        )
    for path in folders[0].iterdir():
        content = path.read_bytes()
        assert content == (folders[1] / path.name).read_bytes()
        assert str(tmp_path).encode() not in content


def test_the_command_prints_the_rows(rows, capsys):
    assert main(["reproduce", "neupims", "--quick", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [row.to_dict() for row in rows]
