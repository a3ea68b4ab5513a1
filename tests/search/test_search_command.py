"""``archsim search`` and ``archsim run TRIAL``: what they print, write, and refuse."""

from __future__ import annotations

import json
import os
import pty

import pandas as pd
import pytest
import yaml

from archsim.cli.main import main
from archsim.report.search_progress import search_figures
from archsim.search.progress import SearchProgress


@pytest.fixture
def cli(capsys, study_data, tmp_path):
    """Return a function that runs a command line beside ``study.yaml``: (code, out, err)."""
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(study_data()), encoding="utf-8")

    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        output = capsys.readouterr()
        return code, output.out, output.err

    return run


def test_a_search_reports_and_is_quiet_without_a_terminal(cli, tmp_path):
    code, out, err = cli("search", "study.yaml")
    assert (code, err) == (0, "")
    for part in (
        "clusters: 72 points, 144 asked now",
        "6 of 6 runs, each 24 evaluations",
        "Best reward of a run",
        "Differences beyond chance",
        "Best design: reward",
        "ledger clusters.ledger.sqlite",
    ):
        assert part in out, out
    assert max(map(len, out.splitlines())) <= 80
    code, out, err = cli("search", "study.yaml", "--json")
    summary = json.loads(out)
    assert (code, err) == (0, "")
    assert (summary["new"], summary["complete"]) == (0, True)
    assert summary["methods"][0]["by_evaluations"]["counts"][-1] == 24


def test_status_runs_nothing(cli):
    code, out, err = cli("search", "study.yaml", "--status")
    assert (code, out) == (2, "")
    assert "there is no ledger 'clusters.ledger.sqlite' yet" in err
    assert cli("search", "study.yaml", "--set", "seeds=1")[0] == 0
    code, out, err = cli("search", "study.yaml", "--status", "--json")
    assert (code, err) == (0, "")
    assert (json.loads(out)["finished"], json.loads(out)["complete"]) == (2, False)
    code, out, _ = cli("search", "study.yaml", "--status")
    assert "not complete: the same command goes on from here" in out


def test_a_page_is_written(cli, tmp_path):
    code, out, err = cli("search", "study.yaml", "--html", "s.html")
    assert (code, err) == (0, "")
    assert "wrote s.html" in out
    page = (tmp_path / "s.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    for part in ("clusters", "random", "ga", "hardware.cluster.processors"):
        assert part in page
    code, _, err = cli("search", "study.yaml", "--html", "s.txt")
    assert code == 2
    assert "s.txt" in err


def test_every_evaluation_is_exported(cli):
    code, out, _ = cli("search", "study.yaml", "--export", "a.csv")
    assert code == 0
    assert "wrote a.csv" in out
    assert len(pd.read_csv("a.csv")) == 144


@pytest.mark.parametrize("fidelity", ["analytic", "event"])
def test_the_best_design_runs_again_with_the_same_figures(cli, fidelity):
    code, out, _ = cli(
        "search", "study.yaml", "--trial", "best.yaml", "--json", "--set", f"fidelity={fidelity}"
    )
    best = json.loads(out)["best"][0]
    assert code == 0
    code, out, err = cli("run", "best.yaml", "--json")
    result = json.loads(out)
    assert (code, err) == (0, "")
    assert result["provenance"]["fidelity"] == fidelity
    figures = {**result, **result["metrics"]}
    assert set(best["figures"]) <= set(figures)
    for name, value in best["figures"].items():
        if fidelity == "event":  # simulated one by one
            assert figures[name] == value, name
        else:  # evaluated in a batch
            assert figures[name] == pytest.approx(value, rel=1e-9), name
    assert cli("check", "best.yaml")[0] == 0
    # What is set on the command line wins over the trial.
    key = "hardware.cluster.processors"
    _, out, _ = cli("run", "best.yaml", "--json", "--set", f"{key}=16", "--seed", "3")
    changed = json.loads(out)["provenance"]
    assert changed["hardware"]["configuration"]["cluster"]["processors"] == 16
    assert changed["seed"] == 3


def test_a_trial_of_own_files_stands_alone(cli, tmp_path):
    (tmp_path / "chip.yaml").write_text(
        "kind: neural_graphics\nname: own\nextends: ngpc-16\n", encoding="utf-8"
    )
    code, _, err = cli(
        *("search", "study.yaml", "--trial", "best.yaml", "--set", "hardware=./chip.yaml"),
        *("--set", "workload=nerf-densegrid"),
    )
    assert (code, err) == (0, "")
    (tmp_path / "chip.yaml").unlink()
    assert cli("run", "best.yaml")[0] == 0


BAD = [
    (("search",), "missing argument 'STUDY'", ""),
    (("search", "no.yaml"), "no.yaml", "does not exist"),
    (("search", "dram-controler-search"), "", "did you mean dram-controller-search?"),
    (("search", "study.yaml", "--workers", "0"), "the number of workers", "found 0"),
    (("search", "study.yaml", "--set", "methods=[{name: gaa}]"), "methods.0.name: unknown search",
     "did you mean ga?"),
    (("search", "study.yaml", "--set", "methods=[{name: ga, options: {populaton: 4}}]"),
     "methods.0.options.populaton", "did you mean"),
    (("search", "study.yaml", "--set", "methods=[{name: ga, options: {population: 0}}]"),
     "methods.0.options.population", "found 0"),
    (("search", "study.yaml", "--set", "methods=[{name: ga, grid: {population: []}}]"),
     "methods.0.grid", "empty"),
    (("search", "study.yaml", "--set",
      "methods=[{name: ga, grid: {population: [4]}, options: {population: 4}}]"),
     "methods.0.grid.population", "not both"),
    (("search", "study.yaml", "--set", "methods=[{name: ga}, {name: ga}]"),
     "methods.0.label: two methods have the same label", "'ga'"),
    (("search", "study.yaml", "--set", "method.name=ga"), "either method or methods", ""),
    (("search", "study.yaml", "--set", "budget.evaluations=null"), "a search needs a budget",
     "unique"),
    (("search", "study.yaml", "--set", "budget.evaluations=0"), "budget.evaluations", "found 0"),
    (("search", "study.yaml", "--set", "budget.unique=0"), "budget.unique", "found 0"),
    (("search", "study.yaml", "--set", "seeds=0"), "seeds", "found 0"),
    (("search", "study.yaml", "--set", "objectives=[minimise latency]"), "unknown metric",
     "did you mean latency_s?"),
    (("search", "study.yaml", "--set", "reward.form=archgym"), "reward archgym", "dram_power_w"),
    (("search", "study.yaml", "--export", "a.txt"), "CSV or Parquet", "a.txt"),
    (("search", "study.yaml", "--trial", "a.json"), "written as YAML", "a.json"),
    (("sweep", "study.yaml"), "compares methods of a search", "archsim search"),
    (("run", "study.yaml"), "missing argument 'WORKLOAD'", "trial"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "first", "second"), BAD)
def test_what_is_wrong_is_one_sentence(cli, tmp_path, arguments, first, second):
    code, out, err = cli(*arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert first in err
    assert second in err
    assert [path.name for path in tmp_path.iterdir()] == ["study.yaml"]


@pytest.mark.parametrize(
    ("line", "first", "second"),
    [
        ("settings: {hardware.cluster.procesors: 4}", "procesors", "did you mean"),
        ("settings: {cluster.processors: 4}", "settings.cluster.processors", "hardware.KEY"),
        ("settings: {hardware.cluster.processors: 0}", "processors", "found 0"),
        ("fidelity: exact", "fidelity", "analytic"),
        ("sed: 3", "t.yaml:5: sed: unknown key", "did you mean seed?"),
    ],
)
def test_a_bad_trial_is_one_sentence(cli, tmp_path, line, first, second):
    text = "kind: trial\nname: t\nhardware: ngpc-16\nworkload: gia-hashgrid\n"
    (tmp_path / "t.yaml").write_text(f"{text}{line}\n", encoding="utf-8")
    for command in ("run", "check"):
        code, out, err = cli(command, "t.yaml")
        said = err or out
        assert code == 2
        assert said.strip().count("\n") == 0
        assert first in said
        assert second in said


def test_progress_is_shown_on_a_terminal_only(cli, monkeypatch):
    leader, follower = pty.openpty()
    with os.fdopen(follower, "w") as terminal:
        monkeypatch.setattr("sys.stderr", terminal)
        assert cli("search", "study.yaml")[0] == 0
    assert b"search" in os.read(leader, 1 << 16)
    os.close(leader)


def test_the_figures_of_the_bar():
    progress = SearchProgress(runs=20, finished=3, expected=2000)
    assert search_figures(progress) == "run 3/20  0/2,000"
    progress.add("tpe", 500, 0.25, ended=True)
    progress.started -= 10
    text = search_figures(progress)
    assert text.startswith("run 4/20  500/2,000  0:30 left")
    assert text.endswith("best 0.25 tpe")
