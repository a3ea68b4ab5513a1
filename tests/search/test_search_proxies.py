"""Proxy models: judged on what they have not seen, from records and from the command line."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import yaml

from archsim.cli.main import main
from archsim.errors import InputError
from archsim.search import judge_proxies
from archsim.search.experiment import search
from archsim.search.proxy import judge_proxy

KEYS = ["hardware.lanes", "hardware.mode"]


def table(traces=("a",), noise=0.0, rows=120):
    """Records of a chip whose time is work over lanes, doubled in one mode."""
    generator = np.random.default_rng(0)
    parts = []
    for at, trace in enumerate(traces):
        lanes = generator.permutation(np.arange(1, rows + 1))
        mode = generator.choice(["fast", "slow"], rows)
        time = (1.0 + at) / lanes * np.where(mode == "slow", 2.0, 1.0)
        time *= np.exp(noise * generator.normal(size=rows))
        parts.append(
            pd.DataFrame(
                {
                    "method": "random", "trace_hash": trace, "trace_work": 1.0 + at,
                    "hardware.lanes": lanes, "hardware.mode": mode, "latency_s": time,
                }
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def test_a_smooth_figure_is_learnt_and_noise_is_not():
    good = judge_proxy(table(), KEYS, "latency_s")
    assert good.designs == 120
    assert sum(fold.judged for fold in good.folds) == 120
    assert all(fold.learnt + fold.judged == 120 for fold in good.folds)
    assert good.relative_rmse < 0.2
    assert good.rank_correlation > 0.97
    noisy = judge_proxy(table(noise=0.5), KEYS, "latency_s")
    assert noisy.relative_rmse > 0.4
    assert noisy.rank_correlation < good.rank_correlation


def test_repeated_and_failed_rows_do_not_count():
    once = table()
    broken = once.head(9).assign(latency_s=np.nan, **{"hardware.lanes": 999})
    twice = pd.concat([once, once, broken], ignore_index=True)
    left, right = (judge_proxy(item, KEYS, "latency_s") for item in (once, twice))
    assert (left.designs, left.relative_rmse) == (right.designs, right.relative_rmse)


def test_a_trace_is_judged_by_what_was_learnt_from_others():
    report = judge_proxy(table(("a", "b", "c")), KEYS, "latency_s", split="trace")
    assert [fold.name for fold in report.folds] == ["a", "b", "c"]
    assert [fold.learnt for fold in report.folds] == [240, 240, 240]
    # A forest cannot go beyond the traces that it knows: worse than on known ones, in order still.
    known = judge_proxy(table(("a", "b", "c")), KEYS, "latency_s")
    assert report.relative_rmse > 2 * known.relative_rmse
    assert report.rank_correlation > 0.97


def test_the_same_seed_gives_the_same_proxy():
    one, two = (judge_proxy(table(noise=0.1), KEYS, "latency_s", seed=3) for _ in range(2))
    assert one.folds == two.folds


def test_what_cannot_be_learnt_is_one_sentence():
    for frame, keys, more, said in (
        (table(rows=12), KEYS, {}, "at least 20"),
        (table(), KEYS, {"split": "trace"}, "several traces"),
        (table(), KEYS, {"split": "trcae"}, "did you mean trace?"),
        (table(), ["hardware.lane"], {}, "did you mean hardware.lanes?"),
        (table().assign(latency_s=0.0), KEYS, {}, "is 0 for some designs"),
    ):
        with pytest.raises(InputError, match=said.replace("?", r"\?")):
            judge_proxy(frame, keys, "latency_s", **more)


def test_studies_are_learnt_from_their_ledgers(study_data, tmp_path, capsys):
    # With two workloads a proxy can be judged on a trace that it has not seen.
    space = {
        "hardware.controller.RequestBufferSize": {"values": [1, 2, 4, 8, 16, 32, 64, 128]},
        "hardware.controller.PagePolicy": {"values": ["Open", "Closed"]},
        "hardware.controller.RespQueue": {"values": ["Fifo", "Reorder"]},
    }
    studies = [
        study_data(
            name=pattern, hardware="dram-ddr3-1600", fidelity="event", space=space, seeds=1,
            workload={"kind": "memory_trace", "name": pattern, "pattern": pattern,
                      "requests": 500, "gap_cycles": 1},
            objectives=["minimise latency_s"], budget={"unique": 32},
            methods=[{"name": "random"}],
        )
        for pattern in ("random", "stream")
    ]  # fmt: skip
    for study in studies:
        search(study)
        (tmp_path / f"{study['name']}.yaml").write_text(
            yaml.safe_dump(study, sort_keys=False), encoding="utf-8"
        )
    (report,) = judge_proxies(studies, metrics=["latency_s"], split="trace")
    assert len(report.folds) == 2
    assert report.speed_up > 0
    files = [f"./{study['name']}.yaml" for study in studies]
    assert main(["proxy", *files, "--by-trace", "--metric", "latency_s", "--json"]) == 0
    (data,) = json.loads(capsys.readouterr().out)
    assert data["relative_rmse"] == report.relative_rmse
    assert main(["proxy", files[0]]) == 0
    out = capsys.readouterr().out
    assert "relative RMSE" in out
    assert main(["leaderboard", "random.ledger.sqlite"]) == 0
    out = capsys.readouterr().out
    assert "each run 32 different designs" in out
    for arguments, said in (
        (["proxy", *files, "--metric", "latency"], "did you mean latency_s?"),
        (["proxy", files[0], "--by-trace"], "several traces"),
        (["proxy", "no.yaml"], "does not exist"),
        (["proxy", files[0], "--ledger", "stream.ledger.sqlite"], "no run of the study 'random'"),
        (["leaderboard", "no.sqlite"], "there is no ledger 'no.sqlite' yet"),
    ):
        assert main(arguments) == 2
        error = capsys.readouterr().err
        assert said in error
        assert error.count("\n") == 1
