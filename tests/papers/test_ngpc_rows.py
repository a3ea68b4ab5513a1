"""The reproduction of NGPC: complete rows, inputs kept apart, nothing copied, a current report."""

import json
import math
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from archsim.cli.main import main
from archsim.config import Certainty
from archsim.papers.base import VERDICTS, rows_to_csv
from archsim.papers.ngpc import PAPER, ablation, front, gpu_model, published, report, series
from archsim.papers.ngpc.cases import APPLICATIONS, ENCODINGS, MODES

COMMITTED = Path(__file__).parents[2] / "reports" / "ngpc"
FILES = ("ablation.svg", "applications.svg", "fit.png", "front.svg", "speedups.svg")


@pytest.fixture(scope="module")
def ngpc_rows():
    return PAPER.run(False)


def test_every_row_is_complete(ngpc_rows):
    for row in ngpc_rows:
        assert row.paper == "ngpc"
        assert row.item
        assert row.configuration
        assert row.verdict in VERDICTS
        assert math.isfinite(row.measured)
        if row.published is None:
            assert (row.certainty, row.deviation) == ("", None)
        else:
            assert row.certainty in get_args(Certainty)
            assert (row.cause == "") == (row.verdict == "reproduced")


def test_no_two_rows_are_about_the_same_figure(ngpc_rows):
    keys = [(row.item, row.configuration) for row in ngpc_rows]
    assert len(set(keys)) == len(keys)


def test_every_published_figure_is_compared(ngpc_rows):
    compared = {(row.published, row.certainty) for row in ngpc_rows if row.published is not None}
    for key, figure in published.FIGURES.items():
        if key.startswith(("plateau", "rate")):  # claims: published as 1
            assert (1.0, figure.certainty) in compared
        else:
            assert (figure.value, figure.certainty) in compared, key


def test_published_figures_are_those_of_the_oracle():
    folder = Path(__file__).parents[1] / "oracles"
    with (folder / "ngpc_paper.csv").open(encoding="utf-8", newline="") as lines:
        import csv

        found = list(csv.DictReader(lines))
    names = {"hashgrid": "multi-res hashgrid", "densegrid": "multi-res densegrid",
             "lowres-densegrid": "low-res densegrid"}  # fmt: skip
    for encoding, name in names.items():
        values = [
            float(row["value"]) for row in found
            if row["figure/table"].startswith("figure 12") and row["encoding"] == name
            and row["metric"] == "end-to-end speedup (average)"
        ]  # fmt: skip
        assert tuple(values) == published.AVERAGES[encoding]
    kernels = {
        (row["metric"].split()[0].lower(), row["encoding"]): float(row["value"])
        for row in found if row["metric"].endswith("kernel speedup (average)")
    }  # fmt: skip
    for encoding, name in names.items():
        for kernel in ("encoding", "mlp"):
            assert published.FIGURES[f"{kernel} {encoding}"].value == kernels[kernel, name]
    overheads = {
        (row["metric"].split()[0], row["scale"]): float(row["value"]) / 100
        for row in found if row["figure/table"] == "figure 15"
    }  # fmt: skip
    for (what, scale), value in overheads.items():
        figure = published.FIGURES[f"{what} {scale.removeprefix('NGPC-')}"]
        assert figure.value == pytest.approx(value)


def test_three_sets_of_inputs_stand_apart(ngpc_rows):
    averages = [
        row for row in ngpc_rows if row.item == series.AVERAGE and row.verdict != "prediction"
    ]
    assert len(averages) == len(MODES) * len(ENCODINGS) * len(published.SCALES)
    for mode in MODES:
        mine = [row for row in averages if row.configuration.startswith(f"{mode}: ")]
        assert len(mine) == len(ENCODINGS) * len(published.SCALES)
    singles = [row for row in ngpc_rows if row.item == series.SINGLE]
    assert len(singles) == len(averages) * len(APPLICATIONS)
    assert {row.verdict for row in singles} == {"prediction"}


def test_what_is_measured_does_not_depend_on_what_was_published(ngpc_rows, monkeypatch):
    moved = {
        key: published.Published(3 * figure.value, figure.source, figure.certainty)
        for key, figure in published.FIGURES.items()
    }
    monkeypatch.setattr("archsim.papers.ngpc.judging.FIGURES", moved)
    again = {(r.item, r.configuration): r.measured for r in series.rows()}
    for row in ngpc_rows:
        if (row.item, row.configuration) in again:
            assert again[row.item, row.configuration] == row.measured


def test_kernel_speedups_and_inputs_are_not_judged(ngpc_rows):
    unjudged = {row.item for row in ngpc_rows if row.verdict == "not comparable"}
    assert unjudged == {
        "encoding kernel speed-up, average of four applications (x)",
        "mlp kernel speed-up, average of four applications (x)",
        "largest speed-up of an application (x)",
        "area of the cluster over that of the GPU (share)",
        "power of the cluster over that of the GPU (share)",
    }
    for row in ngpc_rows:
        if row.verdict == "not comparable" and "kernel" in row.item:
            assert "figure 12" in row.cause


def test_uncalibrated_hash_averages_are_reproduced(ngpc_rows):
    for row in ngpc_rows:
        judged = row.item == series.AVERAGE and row.verdict != "prediction"
        if judged and "hash grid" in row.configuration:
            assert row.verdict == "reproduced", row


def test_the_front_is_one():
    swept = front.sweep()
    assert len(swept.latency_s) == int(np.prod([len(v) for v in front.SWEPT.values()]))
    best = swept.best
    assert (np.diff(swept.area_mm2[best]) > 0).all()
    assert (np.diff(swept.latency_s[best]) < 0).all()
    for latency, area in zip(swept.latency_s, swept.area_mm2, strict=True):
        near = swept.latency_s[best] * (1.0 - front.LEAST_GAIN) <= latency
        assert (near & (swept.area_mm2[best] <= area)).any()


def test_pareto_by_hand():
    times, areas = np.array([3.0, 1.0, 2.0, 2.0, 1.0]), np.array([1.0, 3.0, 2.0, 1.5, 3.5])
    assert front.pareto(times, areas).tolist() == [0, 3, 1]
    assert front.pareto(times, areas, least=0.4).tolist() == [0, 1]


def test_ablations_point_the_right_way(ngpc_rows):
    found = {(row.item, row.configuration): row.measured for row in ngpc_rows}

    def value(name, mode="calibrated", scale=8):
        return found[ablation.ABLATION, ablation.configuration(mode, scale, name)]

    shipped = value("as shipped: 8 banks folded by XOR, FIFOs")
    assert value("no overlap of cluster and SMs") < 0.75 * shipped
    assert value("one bank") < value("2 banks, low order") < value("4 banks, folded") <= shipped
    assert value("8 banks, low order, lockstep") <= value("8 banks, low order")
    assert value("FIFOs of one sample") <= shipped
    assert value("ports of 4 bytes a cycle") < shipped
    assert value("16 banks, folded") == pytest.approx(shipped, rel=0.02)


def own(text):
    """Return the lines that rest on this family alone: the other one is free to improve."""
    return [line for line in text.splitlines() if gpu_model.SOURCE not in line]


def test_few_processors_measure_the_samples_and_many_the_shares(ngpc_rows):
    found = {(row.item, row.configuration): row.measured for row in ngpc_rows}

    def average(scale, samples):
        where = series.configuration("calibrated", "hashgrid", scale)
        return found[series.AVERAGE, f"{where}{samples}"]

    few, many = ", 0.75 times the samples", ", 1.25 times the samples"
    assert average(8, few) == pytest.approx(15.9, rel=0.05)
    assert average(8, many) == pytest.approx(10.2, rel=0.05)
    for samples in (few, many):
        assert average(64, samples) == pytest.approx(average(64, ""), rel=0.03)


def test_a_second_gpu_baseline_agrees_within_a_factor_of_four(ngpc_rows):
    found = {(row.item, row.configuration): row.measured for row in ngpc_rows}
    for name in gpu_model.APPLICATIONS:
        where = f"multi-resolution hash grid, {name.upper()}"
        measured = found[gpu_model.KERNEL_TIME, f"{where}, measured frame and average share"]
        modelled = found[gpu_model.KERNEL_TIME, f"{where}, gpu family, rtx_3090"]
        assert 1 / 4 < modelled / measured < 4
        speedups = [
            found[gpu_model.SPEEDUP, f"{where}, gpu family, rtx_3090, NGPC-{scale}"]
            for scale in published.SCALES
        ]
        assert speedups == sorted(speedups)


def test_the_committed_report_is_current(ngpc_rows):
    again = "run: archsim reproduce ngpc --output reports"
    committed = (COMMITTED / "ngpc.md").read_text(encoding="utf-8")
    table = (COMMITTED / "ngpc.csv").read_text(encoding="utf-8")
    assert own(table) == own(rows_to_csv(ngpc_rows)), again
    assert own(committed) == own(report.page(ngpc_rows)), again
    assert {path.name for path in COMMITTED.iterdir()} == {"ngpc.csv", "ngpc.md", *FILES}
    for name in FILES:
        assert name in committed


def test_report_files_have_the_same_bytes_every_time(ngpc_rows, tmp_path):
    folders = tmp_path / "one", tmp_path / "two"
    for folder in folders:
        folder.mkdir()
        written = PAPER.write(ngpc_rows, folder)
        assert {path.name for path in written} == {"ngpc.csv", "ngpc.md", *FILES}
    for path in folders[0].iterdir():
        assert path.read_bytes() == (folders[1] / path.name).read_bytes()


def test_the_command_prints_the_rows(ngpc_rows, capsys):
    assert main(["reproduce", "ngpc", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [row.to_dict() for row in ngpc_rows]
