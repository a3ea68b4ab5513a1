"""A sweep whose trials another machine has claimed waits for it, whatever the clock shows."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest

import archsim
from archsim.sweeps import Ledger
from archsim.sweeps.lease import LEASE_S, RENEW_S, Owner

BOOK = Path("book")
FAR = Owner("another host", 1, 1, "far")
STUDY = ({"hardware.lanes": {"values": [1, 2, 4]}},)
KIND = {"kind": "batch_probe_chip", "fidelity": "analytic"}


class Clock:
    """A clock that moves only when somebody sleeps.

    Attributes:
        wall_s: The system's time, which may be set back.
        waited_s: The time slept, which can't.
        naps: Called with the time slept so far, after each sleep.
    """

    def __init__(self) -> None:
        self.wall_s, self.waited_s = 1e9, 0.0
        self.naps = []

    def sleep(self, seconds: float) -> None:
        assert self.waited_s < 10 * LEASE_S, "the sweep waits for ever"
        self.wall_s += seconds
        self.waited_s += seconds
        for nap in self.naps:
            nap(self.waited_s)


@pytest.fixture
def clock(monkeypatch):
    """The clock of the sweep and of its ledger."""
    import archsim.sweeps.ledger as ledger
    import archsim.sweeps.running as running

    clock = Clock()
    monkeypatch.setattr(ledger, "time", SimpleNamespace(time=lambda: clock.wall_s))
    passed = SimpleNamespace(monotonic=lambda: clock.waited_s, sleep=clock.sleep)
    monkeypatch.setattr(running, "time", passed)
    return clock


@pytest.fixture
def study(make_study, clock):
    """A study all of whose trials another machine has claimed in ``book``."""
    study = make_study(*STUDY, **KIND)
    archsim.sweep(study, ledger="first")
    with sqlite3.connect("first") as database:
        keys = [bytes(row[0]) for row in database.execute("SELECT key FROM trials")]
    database.close()
    assert len(keys) == 3
    assert clock.waited_s == 0
    with Ledger(BOOK) as ledger:
        assert ledger.claim(keys, FAR)[1] == set(keys)
    return study


def test_a_dead_machines_trials_are_asked_for_again_after_the_clock_was_set_back(study, clock):
    clock.wall_s -= 10 * 86_400.0
    table = archsim.sweep(study, ledger="book")
    assert table["status"].tolist() == ["done"] * 3
    assert table.attrs["summary"]["new"] == 3
    assert LEASE_S < clock.waited_s < 3 * LEASE_S


def test_a_dead_machines_trials_are_taken_when_its_lease_ends(study, clock):
    assert archsim.sweep(study, ledger="book")["status"].tolist() == ["done"] * 3
    assert LEASE_S - 1.0 < clock.waited_s < LEASE_S + 1.0


@pytest.mark.parametrize("set_back_s", [0.0, 10 * 86_400.0])
def test_a_living_machine_keeps_its_trials_however_long_they_take(study, clock, set_back_s):
    clock.wall_s -= set_back_s
    end, renewed = 5 * LEASE_S, [0.0]

    def at_work(waited_s: float) -> None:
        if waited_s < end and waited_s - renewed[0] >= RENEW_S:
            renewed[0] = waited_s
            with Ledger(BOOK) as ledger:
                ledger.renew(FAR)
        if waited_s >= end:
            with Ledger(BOOK) as ledger:
                ledger.release(FAR)

    clock.naps.append(at_work)
    assert archsim.sweep(study, ledger="book").attrs["summary"]["new"] == 3
    assert end <= clock.waited_s < end + 2.0
