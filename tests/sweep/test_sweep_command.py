"""``archsim sweep`` on the command line: what it prints, writes, and refuses."""

from __future__ import annotations

import json
import os
import pty
import sqlite3

import pandas as pd
import pytest
import yaml

import archsim
from archsim.cli.main import main
from archsim.report.sweep_progress import figures
from archsim.space import load_study
from archsim.sweeps.progress import Progress

SPACE = {"hardware.lanes": {"values": [1, 2, 4]}, "hardware.ports": {"values": [1, 2]}}


@pytest.fixture
def cli(capsys, make_study, tmp_path):
    """Return a function that runs a command line beside ``study.yaml``: (code, out, err)."""
    study = make_study(SPACE, kind="batch_probe_chip", fidelity="analytic")
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(study))

    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        output = capsys.readouterr()
        return code, output.out, output.err

    return run


def test_a_sweep_reports_and_is_quiet_without_a_terminal(cli, tmp_path):
    code, out, err = cli("sweep", "study.yaml")
    assert (code, err) == (0, "")
    for part in (
        "probe: 6 points, 6 evaluated now",
        "analytic (batch)",
        "minimise latency_s (analytic): 0.5",
        "ledger probe.ledger.sqlite",
    ):
        assert part in out, out
    assert max(map(len, out.splitlines())) <= 80
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "probe.ledger.sqlite", "study.yaml",
    ]  # fmt: skip
    code, out, err = cli("sweep", "study.yaml", "--json")
    summary = json.loads(out)
    assert (code, err) == (0, "")
    assert (summary["new"], summary["complete"]) == (0, True)
    assert summary["fidelities"][0]["counts"]["infeasible"] == 1


def test_status_runs_nothing(cli):
    code, out, err = cli("sweep", "study.yaml", "--status")
    assert (code, out) == (2, "")
    assert "there is no ledger 'probe.ledger.sqlite' yet" in err
    assert cli("sweep", "study.yaml", "--limit", "designs=2")[0] == 0
    code, out, err = cli("sweep", "study.yaml", "--status", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["fidelities"][0]["counts"]["pending"] == 4
    code, out, err = cli("sweep", "study.yaml", "--status")
    assert "not complete: the same command goes on from here" in out


def test_exports_hold_the_table(cli, tmp_path):
    for name in ("a.csv", "a.parquet"):
        code, out, err = cli("sweep", "study.yaml", "--export", name)
        assert (code, err) == (0, "")
        assert f"wrote {name}" in out
    table = archsim.sweep("./study.yaml")
    text = pd.read_csv("a.csv", keep_default_na=False, na_values={"latency_s": [""]})
    assert text["reason"].tolist() == table["reason"].tolist()
    assert text["latency_s"].equals(table["latency_s"])
    parquet = pd.read_parquet("a.parquet")
    assert parquet["latency_s"].equals(table["latency_s"])
    assert parquet["hardware.lanes"].tolist() == table["hardware.lanes"].tolist()
    before = (tmp_path / "a.csv").read_bytes()
    cli("sweep", "study.yaml", "--status", "--export", "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == before


def test_mixed_values_can_be_exported(make_study):
    from pathlib import Path

    from archsim.sweeps.table import export

    study = make_study(
        {"hardware.pim.row_buffers": {"values": ["dual", "single"]}, "hardware.pim": {
            "values": [None]}, "workload.batch": {"values": [64]}},
        hardware="neupims", workload="gpt3-7b-alpaca", fidelity="analytic", name="mixed",
    )  # fmt: skip
    table = archsim.sweep(study, most=0)
    export(table, Path("t.parquet"))
    assert pd.read_parquet("t.parquet")["hardware.pim"].tolist() == [None, None]


def test_options_change_the_study(cli):
    code, out, _ = cli(
        *("sweep", "study.yaml", "--json", "--multi-fidelity"),
        *("--set", "method.name=sobol", "--set", "budget.evaluations=4", "--set", "seed=1"),
        *("--limit", "wall_s=60", "--workers", "2", "--ledger", "other.sqlite"),
    )
    summary = json.loads(out)
    assert code == 0
    assert [part["fidelity"] for part in summary["fidelities"]] == ["analytic", "event"]
    assert summary["fidelities"][0]["designs"] == 4
    assert summary["ledger"] == "other.sqlite"
    code, out, _ = cli("sweep", "study.yaml", "--json", "--fidelity", "event")
    assert json.loads(out)["fidelities"][0]["form"] == "run"


BAD = [
    (("sweep",), "missing argument 'STUDY'", ""),
    (("sweep", "no.yaml"), "no.yaml", "does not exist"),
    (("sweep", "neupims-gird"), "neupims-gird", "did you mean neupims-grid?"),
    (("sweep", "gpt3-13b-sharegpt"), "expected a study file", "'llm'"),
    (("sweep", "study.yaml", "--workers", "0"), "the number of workers", "found 0"),
    (("sweep", "study.yaml", "--workers", "two"), "the number of workers", "found 'two'"),
    (("sweep", "study.yaml", "--wokers", "2"), "--wokers", "did you mean --workers?"),
    (("sweep", "study.yaml", "--limit", "wall_s"), "--limit", "key=value"),
    (("sweep", "study.yaml", "--limit", "wall=3"), "unknown limit", "did you mean wall_s?"),
    (("sweep", "study.yaml", "--limit", "wall_s=soon"), "limits.wall_s", "soon"),
    (("sweep", "study.yaml", "--limit", "memory_bytes=2 GHz"), "limits.memory_bytes", "2 GHz"),
    (("sweep", "study.yaml", "--limit", "events=0"), "limits.events", "found 0"),
    (("sweep", "study.yaml", "--limit", "designs=0"), "designs", "at least 1"),
    (("sweep", "study.yaml", "--limit", "designs=x"), "designs", "at least 1"),
    (("sweep", "study.yaml", "--limit", "designs=1", "--limit", "designs=2"), "set twice", ""),
    (("sweep", "study.yaml", "--limit", "events=1", "--limit", "events=2"), "set twice", ""),
    (("sweep", "study.yaml", "--set", "fidelity=event", "--fidelity", "event"), "set twice", ""),
    (("sweep", "study.yaml", "--set", "fidelty=event"), "fidelty", "did you mean fidelity?"),
    (("sweep", "study.yaml", "--fidelity", "evnt"), "fidelity", "did you mean event?"),
    (("sweep", "study.yaml", "--set", "method.name=ppo"), "unknown method of a sweep", "sobol"),
    (("sweep", "study.yaml", "--set", "budget.evaluations=2"), "more designs", "2 evaluations"),
    (("sweep", "study.yaml", "--export", "t.xlsx"), "CSV or Parquet", ".parquet"),
    (("sweep", "study.yaml", "--export", "no/t.csv"), "cannot write 'no/t.csv'", "'no'"),
    (("sweep", "study.yaml", "--ledger", "no/l.sqlite"), "cannot make the ledger", "'no'"),
    (("sweep", "study.yaml", "--ledger", "study.yaml"), "damaged or no ledger", "study.yaml"),
    (("list", "studys"), "unknown list", "did you mean studies?"),
]


@pytest.mark.parametrize(("arguments", "first", "second"), BAD)
def test_a_bad_command_line_gets_one_sentence_and_exit_code_2(
    cli, tmp_path, arguments, first, second
):
    before = sorted((path.name, path.read_bytes()) for path in tmp_path.iterdir())
    code, out, err = cli(*arguments)
    assert (code, out) == (2, ""), err
    assert err.startswith("archsim: ")
    assert err.count("\n") == 1
    assert "internal error" not in err
    assert first in err
    assert second in err
    assert sorted((path.name, path.read_bytes()) for path in tmp_path.iterdir()) == before


def test_studies_are_listed_and_checked(cli):
    code, out, _ = cli("list", "studies", "--json")
    assert code == 0
    assert {item["name"] for item in json.loads(out)} >= {"neupims-grid", "neupims-area-budget"}
    code, out, _ = cli("list", "workloads", "--json")
    assert "neupims-grid" not in {item["name"] for item in json.loads(out)}
    code, out, _ = cli("check", "neupims-grid", "study.yaml", "neupims")
    assert code == 0
    assert out.splitlines() == [
        "good  neupims-grid: study 'neupims-grid'",
        "good  study.yaml: study 'probe'",
        "good  neupims: hardware 'neupims'",
    ]
    with open("study.yaml", "a") as stream:  # noqa: PTH123
        stream.write("seeds: none\n")
    code, out, _ = cli("check", "study.yaml")
    assert code == 2
    assert "seeds: must be a whole number, found 'none'" in out


def test_the_bar_shows_counts_rate_time_and_best(make_study):
    study = load_study(make_study(SPACE, constraints=["area_mm2 <= 7"]))
    progress = Progress(study, "event", 60_000)
    for latency_s, area_mm2 in ((3.0, 6.0), (2.0, 7.0), (1.0, 8.0)):
        progress.add("done", {"latency_s": latency_s, "area_mm2": area_mm2})
    progress.add("failed", {})
    progress.new = 4
    progress.started -= 2.0
    text = figures(progress)
    assert text.startswith("4/60,000  1 infeasible  1 failed  2/s  8:")
    assert text.endswith(" left  latency_s 2")
    assert len("event " + 8 * "-" + " " + text) < 80


def test_the_bar_is_drawn_on_a_terminal_only(cli, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")  # a new terminal has no size of its own
    leader, follower = pty.openpty()
    with os.fdopen(follower, "w") as terminal:
        monkeypatch.setattr("sys.stderr", terminal)
        code, out, _ = cli("sweep", "study.yaml")
    drawn = os.read(leader, 100_000).decode()
    os.close(leader)
    assert code == 0
    assert "evaluated now" in out
    assert "analytic" in drawn
    assert "6/6" in drawn


def test_an_interrupted_sweep_keeps_what_it_has(cli, monkeypatch):
    from archsim.sweeps import running

    hand_out = running.SweepRun._hand_out

    def interrupted(self):
        hand_out(self)
        self._parts += self._pool.collect(5.0)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(running.SweepRun, "_hand_out", interrupted)
        assert cli("sweep", "study.yaml") == (130, "", "archsim: interrupted\n")
    with sqlite3.connect("probe.ledger.sqlite") as database:
        assert database.execute("SELECT COUNT(*) FROM running").fetchone() == (0,)
        assert database.execute("SELECT COUNT(*) FROM trials").fetchone() == (6,)
    database.close()
    assert json.loads(cli("sweep", "study.yaml", "--json")[1])["new"] == 0


def test_the_schema_of_studies_describes_the_shipped_ones(cli):
    import jsonschema

    from archsim.config import load_document

    code, out, err = cli("schema", "study")
    assert (code, err) == (0, "")
    validator = jsonschema.Draft202012Validator(json.loads(out))
    good = load_document("neupims-grid", "workloads").data
    validator.validate(good)
    assert not validator.is_valid({**good, "seeds": 0})


@pytest.mark.parametrize(
    ("package", "options", "extra"),
    [("pyarrow", ["--export", "t.parquet"], "parquet"), ("ray", ["--ray", "auto"], "cluster")],
)
def test_a_missing_extra_is_one_sentence(cli, monkeypatch, package, options, extra):
    import sys

    monkeypatch.setitem(sys.modules, package, None)
    code, out, err = cli("sweep", "study.yaml", *options)
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert f"pip install 'archsim[{extra}]'" in err


def test_a_page_after_a_sweep_and_from_the_ledger_alone(cli, tmp_path):
    code, out, err = cli("sweep", "study.yaml", "--html", "page.html")
    assert (code, err) == (0, "")
    assert "wrote page.html" in out
    page = (tmp_path / "page.html").read_text()
    assert "5 of 6 designs run and keep to every constraint." in page
    ledger = (tmp_path / "probe.ledger.sqlite").read_bytes()
    assert cli("sweep", "study.yaml", "--status", "--html", "again.html")[0] == 0
    assert (tmp_path / "again.html").read_text() == page
    assert (tmp_path / "probe.ledger.sqlite").read_bytes() == ledger


def test_a_page_that_could_not_be_written_is_refused_before_anything_runs(cli, tmp_path):
    code, out, err = cli("sweep", "study.yaml", "--html", "page.txt")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "page.txt" in err
    code, out, err = cli("sweep", "study.yaml", "--html", "nowhere/page.html")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert not (tmp_path / "probe.ledger.sqlite").exists()
