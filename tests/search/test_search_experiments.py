"""Whole searches: workers, ledgers, resumption, records, comparisons, both fidelities."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

import archsim
from archsim.errors import InputError, MissingExtraError
from archsim.search import RunLedger, leaderboard, search_table
from archsim.search.experiment import search
from archsim.search.plan import make_plans
from archsim.space import hypervolume, load_study
from archsim.sweeps.table import export


def test_records_hold_every_evaluation_with_its_figures(study_data):
    table = archsim.search_designs(study_data())
    assert len(table) == 2 * 3 * 24
    assert list(table.columns[:3]) == ["method", "seed", "step"]
    assert set(table["method"]) == {"random", "ga"}
    assert sorted(set(table["seed"])) == [0, 1, 2]
    # Every row's figures are those of its design, simulated on its own.
    row = table[table["status"] == "done"].iloc[17]
    settings = {key.removeprefix("hardware."): row[key] for key in table if "hardware." in key}
    alone = archsim.simulate(
        archsim.load_hardware("ngpc-resident", settings),
        archsim.load_workload("gia-hashgrid"),
        fidelity="analytic",
    )
    assert row["latency_s"] == pytest.approx(alone.latency_s, rel=1e-12)
    # The reward is the sum of logarithms against the base design.
    base = archsim.simulate(
        archsim.load_hardware("ngpc-resident"), archsim.load_workload("gia-hashgrid"),
        fidelity="analytic",
    )  # fmt: skip
    expected = np.log(base.latency_s / row["latency_s"]) + np.log(
        base.metrics["cluster_area_mm2"] / row["cluster_area_mm2"]
    )
    assert row["reward"] == pytest.approx(expected, rel=1e-9)
    for _, run in table.groupby(["method", "seed"]):
        assert run["step"].tolist() == list(range(24))
        feasible = run["reward"].where(run["status"] == "done")
        assert run["best_so_far"].equals(feasible.cummax().ffill())
        designs = run[[key for key in table if "hardware." in key]]
        assert run["unique"].iloc[-1] == len(designs.drop_duplicates())
    hyper = json.loads(table["hyper_parameters"].iloc[0])
    assert hyper["designs"] == 8
    assert set(table["trace_hash"]) == {archsim.load_workload("gia-hashgrid").content_hash()}


def test_one_and_two_workers_find_the_same(study_data):
    alone = search(study_data(), ledger="one.sqlite")
    both = search(study_data(), ledger="two.sqlite", workers=2)
    pd.testing.assert_frame_equal(alone, both)
    one, two = alone.attrs["summary"], both.attrs["summary"]
    for timed in ("seconds", "simulated", "ledger", "methods"):
        one.pop(timed), two.pop(timed)
    assert one == two


def test_a_search_that_is_over_runs_nothing_again(study_data):
    first = search(study_data())
    again = search(study_data())
    assert again.attrs["summary"]["new"] == 0
    pd.testing.assert_frame_equal(first, again)
    pd.testing.assert_frame_equal(first, search_table(study_data()))


def test_more_seeds_and_methods_only_add_runs(study_data):
    search(study_data(seeds=2))
    more = search(study_data(methods=[{"name": "ga"}, {"name": "sobol"}]))
    summary = more.attrs["summary"]
    assert summary["new"] == 24 * (1 + 3)  # one more seed of ga, three of sobol
    assert summary["runs"] == summary["finished"] == 6


def test_sweeps_and_searches_share_their_trials(study_data):
    sweep = archsim.sweep(
        {k: v for k, v in study_data().items() if k not in ("methods", "budget")},
        ledger="l.sqlite",
    )
    assert len(sweep) == 72
    assert search(study_data(), ledger="l.sqlite").attrs["summary"]["simulated"] == 0


def test_seeds_are_common_and_matter(study_data):
    table = search(study_data(methods=[{"name": "random"}], seed=5, seeds=2))
    assert sorted(set(table["seed"])) == [5, 6]
    first, second = (table[table["seed"] == seed]["action"].tolist() for seed in (5, 6))
    assert first != second


def test_a_grid_of_settings_is_a_lottery(study_data):
    methods = [{"name": "ga", "grid": {"population": [4, 8]}}, {"name": "random"}]
    summary = search(study_data(methods=methods)).attrs["summary"]
    assert [item["method"] for item in summary["methods"]] == [
        "ga population=4", "ga population=8", "random",
    ]  # fmt: skip
    (lottery,) = summary["lotteries"]
    medians = [item["best"]["median"] for item in summary["methods"][:2]]
    assert (lottery["group"], lottery["settings"]) == ("ga", 2)
    assert lottery["medians"]["minimum"] == min(medians)
    assert lottery["medians"]["maximum"] == max(medians)
    assert len(summary["comparisons"]) == 1  # ga at its best setting against random


def test_the_best_designs_are_simulated_again_with_contention(study_data):
    study = study_data(multi_fidelity={"best": 4})
    summary = search(study).attrs["summary"]
    assert set(summary["rank_correlation"]) == {"latency_s", "cluster_area_mm2", "reward"}
    assert [item["event_status"] for item in summary["best"]] == ["done"] * 4
    rewards = [item["event_reward"] for item in summary["best"]]
    assert rewards == sorted(rewards, reverse=True)
    table = search_table(study).attrs["summary"]["best"]
    assert table == summary["best"]
    assert -1 <= summary["rank_correlation"]["reward"] <= 1
    with pytest.raises(InputError, match="looks on analytic"):
        search(study_data(multi_fidelity={}, fidelity="event"))


def test_an_infeasible_study_is_reported_not_hidden(study_data):
    table = search(study_data(constraints=["cluster_area_mm2 <= 1e-9"]))
    summary = table.attrs["summary"]
    assert set(table["status"]) == {"infeasible"}
    assert (table["violation"] > 0).all()
    known = table["cluster_area_mm2"].notna()
    assert table["reason"].str.startswith("breaks the constraint").equals(known)
    assert table["best_so_far"].isna().all()
    assert summary["best"] == []
    assert summary["methods"][0]["best"]["median"] is None
    json.dumps(summary, allow_nan=False)


def test_fronts_are_measured_in_one_box(study_data):
    table = search(study_data(seeds=2, methods=[{"name": "grid"}, {"name": "random"}],
                              budget={"evaluations": 72}))  # fmt: skip
    whole, part = (item["front"] for item in table.attrs["summary"]["methods"])
    # Each run of the grid sees all 72 designs, so its front is the true one.
    assert whole["minimum"] == whole["maximum"] >= part["maximum"] > 0
    done = table[table["status"] == "done"]
    costs = done[["latency_s", "cluster_area_mm2"]].to_numpy()
    low, high = costs.min(axis=0), costs.max(axis=0)
    volume = hypervolume((costs - low) / (high - low), np.array([1.1, 1.1])) / 1.1**2
    assert whole["median"] == pytest.approx(volume)
    single = search(study_data(objectives=["minimise latency_s"]), ledger="one.sqlite")
    assert single.attrs["summary"]["methods"][0]["front"] is None


def test_the_ledger_reads_like_a_table(study_data):
    table = search(study_data(), ledger="l.sqlite")
    database = sqlite3.connect("l.sqlite")
    rows = database.execute(
        "SELECT method, seed, step, action, reward, latency_s, design FROM records "
        "WHERE method = 'ga' AND seed = 1 ORDER BY step"
    ).fetchall()
    database.close()
    own = table[(table["method"] == "ga") & (table["seed"] == 1)]
    assert [row[3] for row in rows] == own["action"].tolist()
    assert [row[4] for row in rows] == own["reward"].tolist()
    known = own["latency_s"].notna().tolist()
    assert 0 < sum(known) < len(rows)  # some designs do not fit, which is a result too
    assert [row[5] is not None for row in rows] == known
    assert [row[5] for row in rows if row[5] is not None] == own["latency_s"].dropna().tolist()
    assert set(json.loads(rows[0][6])) == set(load_study(study_data()).space.keys)


def test_exports_give_the_records_back(study_data):
    table = search(study_data())
    export(table, Path("a.csv"))
    export(table, Path("a.parquet"))
    text, parquet = pd.read_csv("a.csv"), pd.read_parquet("a.parquet")
    for name in ("reward", "best_so_far", "latency_s", "step", "hardware.cluster.processors"):
        assert text[name].equals(table[name])
        assert parquet[name].equals(table[name])


def test_leader_boards_put_like_with_like(study_data):
    search(study_data(), ledger="a.sqlite")
    search(study_data(objectives=["minimise latency_s"]), ledger="b.sqlite")
    board = leaderboard(["a.sqlite", "b.sqlite", "a.sqlite"])
    assert len(board) == 4
    assert board.groupby(["space", "trace_hash", "objective", "budget"]).ngroups == 2
    assert set(board["runs"]) == {3}
    for _, part in board.groupby("objective"):
        assert part["rank"].tolist() == [1, 2]
        assert part["median_reward"].is_monotonic_decreasing
    with RunLedger(Path("empty.sqlite")):
        pass
    with pytest.raises(InputError, match="no search has finished a run"):
        leaderboard(["empty.sqlite"])


def test_a_killed_search_goes_on_and_ends_the_same(study_data):
    data = study_data(
        hardware="dram-ddr3-1600", workload="memory-random", fidelity="event",
        objectives=["minimise latency_s"],
        space={
            "hardware.controller.RequestBufferSize": {"values": [1, 2, 4, 8, 16, 32, 64, 128]},
            "hardware.controller.PagePolicy": {"values": ["Open", "Closed"]},
            "hardware.controller.RespQueue": {"values": ["Fifo", "Reorder"]},
        },
        methods=[{"name": "random", "options": {"designs": 1}}],
    )  # fmt: skip
    Path("study.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    command = [sys.executable, "-m", "archsim.cli", "search", "study.yaml", "--ledger", "k.sqlite"]
    started = subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL)  # noqa: S603
    begin = time.monotonic()
    while time.monotonic() - begin < 60 and _trials("k.sqlite") < 3 and started.poll() is None:
        time.sleep(0.01)
    started.send_signal(signal.SIGKILL)
    started.wait()
    known = _trials("k.sqlite")
    assert known >= 3
    resumed = search(data, ledger="k.sqlite")
    whole = search(data, ledger="w.sqlite")
    pd.testing.assert_frame_equal(resumed, whole)
    both = (resumed.attrs["summary"]["simulated"], whole.attrs["summary"]["simulated"])
    assert both[0] == both[1] - known


def test_what_cannot_run_is_told_before_there_is_a_ledger(study_data, monkeypatch):
    reward = study_data(
        hardware="dram-ddr3-1600", workload="memory-random", fidelity="event",
        space={"hardware.controller.RequestBufferSize": {"values": [1, 2]}},
        objectives=["maximise row_hit_share"], reward={"form": "log_ratio"},
    )  # fmt: skip
    with pytest.raises(InputError, match="figures above 0, found row_hit_share"):
        search(reward)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"method tpe needs .*archsim\[search\]"):
        search(study_data(methods=[{"name": "tpe"}]))
    assert not list(Path().iterdir())


def test_runs_are_named_by_what_decides_them(study_data):
    def keys(**more):
        return {plan.key for plan in make_plans(load_study(study_data(**more)))}

    same = keys()
    assert keys(description="other words") == same
    assert keys(seeds=4) > same
    for other in (
        {"budget": {"evaluations": 25}},
        {"objectives": ["minimise latency_s"]},
        {"reward": {"penalty": 3.0}},
        {"workload": "gia-densegrid"},
        {"final_policy_samples": 3},
    ):
        assert not keys(**other) & same, other


def _trials(path):
    if not Path(path).exists():
        return 0
    database = sqlite3.connect(path)
    try:
        return database.execute("SELECT COUNT(*) FROM trials").fetchone()[0]
    except sqlite3.OperationalError:  # not made yet
        return 0
    finally:
        database.close()
