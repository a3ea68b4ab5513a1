"""Sweeps from Python: the table, resuming, several workers, two processes, two fidelities."""

from __future__ import annotations

import json
import sqlite3

import numpy as np
import pandas as pd
import pytest

import archsim
from archsim.errors import InputError
from archsim.space import choose_designs, load_study
from archsim.sweeps import Ledger, sweep_table
from archsim.sweeps.designs import DesignBuilder
from archsim.sweeps.identity import Conditions, Identities, content_sum
from archsim.sweeps.lease import Owner

LANES = {"hardware.lanes": {"values": [1, 2, 4, 8]}, "hardware.ports": {"values": [1, 2]}}


def csv(table: pd.DataFrame) -> str:
    return table.to_csv(index=False)


def test_the_table_has_a_row_per_design_with_reasons(make_study):
    table = archsim.sweep(make_study(LANES, constraints=["area_mm2 <= 16"]))
    assert table["hardware.lanes"].tolist() == [1, 1, 2, 2, 4, 4, 8, 8]
    assert table["status"].tolist() == ["done", "infeasible", *["done"] * 4, *["infeasible"] * 2]
    assert table["reason"][1] == "ports: more ports than lanes, found 2"
    assert table["reason"][6] == "breaks the constraint area_mm2 <= 16: area_mm2 is 17"
    # 1.1 x 2 x 1e9 / (2 lanes x 1 GHz); a design that breaks a constraint keeps its figures.
    assert table["latency_s"][2] == pytest.approx(1.1)
    assert np.isnan(table["latency_s"][1])
    assert table["area_mm2"][6] == 17.0
    summary = table.attrs["summary"]
    assert summary["complete"]
    (part,) = summary["fidelities"]
    assert part["counts"] == {"done": 5, "infeasible": 3, "failed": 0, "running": 0, "pending": 0}
    assert part["best"][0]["point"] == {"hardware.lanes": 4, "hardware.ports": 1}
    assert part["best"][0]["value"] == pytest.approx(0.55)
    assert part["obstacles"] == (
        ("breaks the constraint area_mm2 <= 16", 2),
        ("ports: more ports than lanes, found 2", 1),
    )
    json.dumps(summary, allow_nan=False)


def test_a_sweep_goes_on_where_it_was_and_repeats_nothing(make_study):
    study = make_study(LANES)
    whole = archsim.sweep(study, ledger="whole.sqlite")
    first = archsim.sweep(study, most=3)
    assert first["status"].tolist().count("pending") == 5
    assert not first.attrs["summary"]["complete"]
    assert first.attrs["summary"]["new"] == 3
    second = archsim.sweep(study, workers=2)
    assert second.attrs["summary"]["new"] == 5
    assert archsim.sweep(study).attrs["summary"]["new"] == 0
    assert csv(second) == csv(whole)


def test_a_larger_study_takes_over_what_a_smaller_one_evaluated(make_study):
    archsim.sweep(make_study({"hardware.lanes": {"values": [2, 4]}}), ledger="l.sqlite")
    more = archsim.sweep(make_study({"hardware.lanes": {"values": [4, 8, 2]}}), ledger="l.sqlite")
    assert more.attrs["summary"]["new"] == 1
    # Another parameter at the value of the file is the same design.
    same = {"hardware.lanes": {"values": [2, 4, 8]}, "hardware.ports": {"values": [1]}}
    assert archsim.sweep(make_study(same), ledger="l.sqlite").attrs["summary"]["new"] == 0


def test_seeds_fidelities_and_forms_have_rows_of_their_own(make_study):
    space = {"hardware.lanes": {"values": [2, 4]}}
    for kind, changes in (
        ("probe_chip", {}),
        ("probe_chip", {"simulation_seed": 3}),
        ("probe_chip", {"fidelity": "analytic"}),
        ("batch_probe_chip", {"fidelity": "analytic"}),
        ("batch_probe_chip", {"fidelity": "analytic", "simulation_seed": 3}),
    ):
        table = archsim.sweep(make_study(space, kind=kind, **changes), ledger="l.sqlite")
        assert table.attrs["summary"]["new"] == 2, (kind, changes)


def test_batch_and_run_agree_and_invalid_designs_are_rows(make_study):
    space = {
        "hardware.lanes": {"values": [1, 2, 3, 4]},
        "hardware.ports": {"values": [1, 2]},
        "hardware.odd_lanes": {"values": [True, False]},
        "workload.batch": {"values": [2, 1]},
    }
    batch = archsim.sweep(make_study(space, kind="batch_probe_chip", fidelity="analytic"))
    run = archsim.sweep(make_study(space, fidelity="analytic"), ledger="run.sqlite")
    assert batch.attrs["summary"]["fidelities"][0]["form"] == "batch"
    assert run.attrs["summary"]["fidelities"][0]["form"] == "run"
    assert batch["status"].tolist() == run["status"].tolist()
    assert batch["reason"].tolist() == run["reason"].tolist()
    assert {"lanes: the lanes must be even, found 3", ""} < set(run["reason"])
    for name in ("latency_s", "energy_j", "area_mm2"):
        np.testing.assert_allclose(batch[name], run[name], rtol=1e-12)
    two = archsim.sweep(
        make_study(space, kind="batch_probe_chip", fidelity="analytic"),
        ledger="two.sqlite",
        workers=2,
    )
    assert csv(two) == csv(batch)


def test_a_crash_in_a_batch_costs_one_design(make_study):
    space = {"hardware.mode": {"values": ["sound", "crash"]}, "hardware.lanes": {"values": [1, 2]}}
    table = archsim.sweep(make_study(space, kind="batch_probe_chip", fidelity="analytic"))
    assert table["status"].tolist() == ["done", "done", "failed", "failed"]


def test_shipped_studies_have_a_batch_form_and_true_hashes():
    for name in ("neupims-grid", "neupims-area-budget"):
        study = load_study(name)
        builder = DesignBuilder(study.hardware, study.workload)
        names = Identities(study.space, builder, Conditions("analytic", "batch", 0))
        levels = choose_designs(study)
        assert len(set(names.keys(levels[:500]))) == 500
        some = levels[:: len(levels) // 7]
        for row, found in zip(some.tolist(), names.hardware_sums(some).tolist(), strict=True):
            values = study.space.values(row)
            settings = {
                key.removeprefix("hardware."): value
                for key, value in values.items()
                if key.startswith("hardware.")
            }
            try:
                hardware = archsim.load_hardware(study.spec.hardware, settings)
            except InputError:
                continue
            assert found == content_sum(hardware.content()).tolist()


def test_two_fidelities_compare_ranks(make_study):
    study = make_study(
        LANES, objectives=["minimise latency_s", "minimise area_mm2"], multi_fidelity={"best": 2}
    )
    table = archsim.sweep(study)
    summary = table.attrs["summary"]
    assert [part["fidelity"] for part in summary["fidelities"]] == ["analytic", "event"]
    again = table[table["fidelity"] == "event"]
    # The best two by latency, and the front of latency against area: one port per lane count.
    assert again["design"].tolist() == [0, 2, 4, 6, 7]
    assert summary["rank_correlation"]["area_mm2"] == pytest.approx(1.0)
    # With two ports 8 lanes lose more to contention: 1.1 and 1.2 x 0.25 s.
    assert summary["rank_correlation"]["latency_s"] == pytest.approx(0.9746794)
    assert sweep_table(study).equals(table)


def test_sweeps_in_two_processes_share_one_ledger(make_study, start_archsim, tmp_path):
    import yaml

    chip = {"nap_s": 0.02}
    space = {"hardware.lanes": {"minimum": 1, "maximum": 60, "step": 1}}
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(make_study(space, chip)))
    runs = [start_archsim("sweep", "study.yaml", "--json") for _ in range(2)]
    outputs = [run.communicate(timeout=100) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], outputs
    summaries = [json.loads(out) for out, _ in outputs]
    assert sum(summary["new"] for summary in summaries) == 60
    assert all(summary["complete"] for summary in summaries)
    with sqlite3.connect("probe.ledger.sqlite") as database:
        assert database.execute("SELECT COUNT(*) FROM trials").fetchone() == (60,)
        assert database.execute("SELECT COUNT(*) FROM running").fetchone() == (0,)
    database.close()


def test_claims_of_the_dead_and_the_late_are_taken_over(make_study, tmp_path, monkeypatch):
    study = make_study({"hardware.lanes": {"values": [2, 4]}})
    archsim.sweep(study, most=1)
    loaded = load_study(study)
    builder = DesignBuilder(loaded.hardware, loaded.workload)
    names = Identities(loaded.space, builder, Conditions("event", "run", 0))
    keys = names.keys(choose_designs(loaded))
    here = Owner.here()
    for owner in (
        Owner(here.host, 2**22 + 1, 5, "gone"),  # no such process
        Owner(here.host, here.process, here.started + 1, "other"),  # its number was used again
    ):
        with Ledger(tmp_path / "probe.ledger.sqlite") as ledger:
            _, granted = ledger.claim(keys, owner)
            assert granted == {keys[1]}
            assert ledger.running(keys) == set()
    elsewhere = Owner("another host", 1, 1, "far")
    with Ledger(tmp_path / "probe.ledger.sqlite") as ledger:
        ledger.claim(keys, elsewhere)
        assert ledger.running(keys) == {keys[1]}
        assert ledger.claim(keys, here)[1] == set()
    assert sweep_table(study)["status"].tolist() == ["done", "running"]
    import archsim.sweeps.ledger as module

    later = module.time.time() + 3600
    monkeypatch.setattr(module.time, "time", lambda: later)
    assert archsim.sweep(study)["status"].tolist() == ["done", "done"]


def test_failed_trials_stay_until_they_are_asked_for_again(make_study):
    study = make_study({"hardware.mode": {"values": ["sound", "crash"]}})
    table = archsim.sweep(study)
    assert table["status"].tolist() == ["done", "failed"]
    assert table["reason"][1] == "ValueError: a defect"
    assert archsim.sweep(study).attrs["summary"]["new"] == 0
    assert archsim.sweep(study, retry_failed=True).attrs["summary"]["new"] == 1
    assert table.attrs["summary"]["fidelities"][0]["failures"] == (("ValueError: a defect", 1),)
    with sqlite3.connect("probe.ledger.sqlite") as database:
        rows = database.execute("SELECT traceback FROM trials WHERE status = 'failed'").fetchall()
    database.close()
    assert len(rows) == 1
    assert "Traceback" in rows[0][0]
    assert "_go_wrong" in rows[0][0]


@pytest.mark.parametrize("workers", [0, -1, 1.5, True, 10**6])
def test_workers_are_a_whole_number(make_study, workers):
    with pytest.raises(InputError, match="workers"):
        archsim.sweep(make_study(LANES), workers=workers)


def test_overrides_are_for_files(make_study):
    table = archsim.sweep(
        make_study(LANES), overrides={"method.name": "random", "budget.evaluations": 5}
    )
    assert len(table) == 5
    with pytest.raises(InputError, match="loaded already"):
        archsim.sweep(load_study(make_study(LANES)), overrides={"seed": 1})
