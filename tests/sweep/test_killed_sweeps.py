"""Sweeps killed with SIGKILL in the middle and resumed end in the same table, byte for byte."""

from __future__ import annotations

import importlib.util
import sqlite3
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def killing():
    """The module beside this file."""
    path = Path(__file__).with_name("killing.py")
    spec = importlib.util.spec_from_file_location("killing", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_killed_and_resumed_sweeps_lose_and_double_nothing(killing, tmp_path):
    killing.write_study(tmp_path, 20)
    whole = killing.finish(tmp_path, "whole.sqlite", "whole.csv")
    assert whole.count(b"\n") == 201
    two = killing.finish(tmp_path, "two.sqlite", "two.csv", "--workers", "2")
    assert two == whole
    killed = [
        killing.kill_at_random(tmp_path, "killed.sqlite", seed, ("--workers", str(1 + seed % 2)))
        for seed in range(3)
    ]
    assert any(killed)
    assert 0 < killing.trials(tmp_path / "killed.sqlite") <= 200
    assert killing.finish(tmp_path, "killed.sqlite", "killed.csv") == whole
    assert killing.trials(tmp_path / "killed.sqlite") == 200
    with sqlite3.connect(tmp_path / "killed.sqlite") as database:
        assert database.execute("SELECT COUNT(DISTINCT key) FROM trials").fetchone() == (200,)
        assert database.execute("SELECT COUNT(*) FROM running").fetchone() == (0,)
    database.close()
