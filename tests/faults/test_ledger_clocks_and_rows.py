"""A ledger while the system's clock goes backwards, and one whose rows no sweep wrote."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from archsim.errors import InputError
from archsim.sweeps import Ledger
from archsim.sweeps.lease import LEASE_S, Owner

KEYS = [bytes([number]) * 16 for number in range(2)]
FAR = Owner("another host", 1, 1, "far")


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand: ``clock[0]`` is what it shows."""
    import archsim.sweeps.ledger as module

    shown = [1_000_000.0]
    monkeypatch.setattr(module.time, "time", lambda: shown[0])
    return shown


def test_a_clock_set_back_keeps_no_claim_of_the_dead_for_ever(tmp_path, clock):
    with Ledger(tmp_path / "book") as ledger:
        assert ledger.claim(KEYS, FAR)[1] == set(KEYS)
        clock[0] -= 10 * 86_400.0
        here = Owner.here()
        assert ledger.claim(KEYS, here)[1] == set()  # it may still be at work
        clock[0] += LEASE_S + 1.0
        assert ledger.claim(KEYS, here)[1] == set(KEYS)


def test_a_clock_set_back_takes_no_claim_from_the_living(tmp_path, clock):
    with Ledger(tmp_path / "book") as ledger:
        ledger.claim(KEYS, FAR)
        clock[0] -= 3_600.0
        for _ in range(20):
            ledger.renew(FAR)
            clock[0] += 10.0
            assert ledger.claim(KEYS, Owner.here())[1] == set()
            assert ledger.running(KEYS) == set(KEYS)


@pytest.mark.parametrize(
    ("owner", "until", "keys", "said"),
    [
        ("x", 1e18, b"", "a claim has the owner 'x'"),
        ("a b c d", 1e18, b"", "a claim has the owner 'a b c d'"),
        (str(FAR), "soon", b"", "a claim has the lease 'soon'"),
        (str(FAR), float("inf"), b"", "a claim has the lease inf"),
        (str(FAR), 1e18, b"short", "a claim has the trials b'short'"),
        (str(FAR), 1e18, "text", "a claim has the trials 'text'"),
    ],
)
def test_a_claim_that_no_sweep_wrote_is_told(tmp_path, owner, until, keys, said):
    path = tmp_path / "book"
    Ledger(path).close()
    with sqlite3.connect(path) as database:
        database.execute(
            "INSERT INTO running (owner, lease_until, keys) VALUES (?, ?, ?)", (owner, until, keys)
        )
    database.close()
    with Ledger(path) as ledger, pytest.raises(InputError) as caught:
        ledger.running(KEYS)
    assert "is damaged or no ledger" in str(caught.value)
    assert said in str(caught.value)


def test_paths_that_cannot_be_are_not_there():
    from archsim.paths import is_file, is_folder, path_exists, resolved

    for name in ("n" * 5000, "a\x00b"):
        assert not path_exists(name)
        assert not is_file(name)
        assert not is_folder(name)
    assert resolved(Path("n" * 5000)).name == "n" * 5000
