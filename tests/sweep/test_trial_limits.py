"""Trials that run away, crash or leave: recorded failures, and the others are evaluated."""

from __future__ import annotations

import pytest

import archsim

GOOD = {"hardware.lanes": {"values": [1, 2]}}


def outcome(table):
    return list(zip(table["status"], table["reason"], strict=True))


def test_every_way_of_going_wrong_is_a_recorded_failure(make_study):
    modes = ["sound", "spin", "crash", "exit", "kill", "broken", "hog", "print"]
    study = make_study(
        {"hardware.mode": {"values": modes}},
        limits={"wall_s": 4.0, "memory_bytes": "200 MB", "events": 1000},
    )
    assert outcome(archsim.sweep(study)) == [
        ("done", ""),
        ("failed", "passes its wall time limit of 4 s"),
        ("failed", "ValueError: a defect"),
        ("failed", "its process ended with exit code 3"),
        ("failed", "its process was ended by SIGKILL"),
        ("failed", "broke the invariant 'bytes in = bytes out: all': 8 bytes and 7 bytes"),
        ("failed", "passes its memory limit of 200000000 bytes"),
        ("done", ""),
    ]


def test_a_limit_on_events_counts_all_simulations_of_a_trial(make_study):
    study = make_study(
        {"hardware.events": {"values": [10, 997, 999, 2000]}}, limits={"events": 1000}
    )
    table = archsim.sweep(study)
    assert table["status"].tolist() == ["done", "done", "failed", "failed"]
    assert table["reason"][3] == "the run passes its limit of 1000 events at 1000 fs"


def test_a_batch_that_kills_its_worker_costs_the_guilty_designs_only(make_study):
    space = {"hardware.mode": {"values": ["sound", "exit"]}, "hardware.lanes": {"values": [1, 2]}}
    batch = {"kind": "batch_probe_chip", "fidelity": "analytic"}
    study = make_study(space, **batch, limits={"wall_s": 60})
    assert outcome(archsim.sweep(study)) == [
        ("done", ""), ("done", ""), *[("failed", "its process ended with exit code 3")] * 2,
    ]  # fmt: skip


def test_a_batch_has_the_time_of_all_its_designs(make_study):
    space = {"hardware.mode": {"values": ["sound", "spin"]}}
    batch = {"kind": "batch_probe_chip", "fidelity": "analytic"}
    study = make_study(space, **batch, limits={"wall_s": 1.5})
    assert outcome(archsim.sweep(study)) == [
        ("done", ""), ("failed", "passes its wall time limit of 1.5 s"),
    ]  # fmt: skip


def test_workers_that_cannot_start_are_told(make_study, monkeypatch):
    from archsim.errors import ArchsimError
    from archsim.sweeps import worker_process

    monkeypatch.setattr(worker_process, "_PROGRAM", "import sys; sys.exit(7)")
    with pytest.raises(ArchsimError, match="cannot start: its process ended with exit code 7"):
        archsim.sweep(make_study(GOOD))
