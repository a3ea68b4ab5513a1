"""A chip whose trials go wrong on demand, and studies of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PLUGIN = Path(__file__).parent / "plugin"

WORKLOAD = {
    "kind": "llm",
    "schema_version": 1,
    "name": "one",
    "model": "gpt3-7b",
    "batch": 2,
    "lengths": {"distribution": "list", "tokens": [8, 16]},
}


@pytest.fixture(autouse=True)
def probe_family(monkeypatch, tmp_path):
    """Make the probe chip known, as an installed package is, and work in an empty folder."""
    monkeypatch.syspath_prepend(str(PLUGIN))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def make_study() -> Callable[..., dict[str, object]]:
    """Return a function that makes a study of the probe chip."""

    def make(space: dict[str, object], chip: dict[str, object] | None = None, **more: object):
        kind = more.pop("kind", "probe_chip")
        return {
            "name": "probe",
            "hardware": {"kind": kind, "name": "probe", **(chip or {})},
            "workload": WORKLOAD,
            "fidelity": "event",
            "space": space,
            **more,
        }

    return make


@pytest.fixture
def start_archsim() -> Callable[..., subprocess.Popen[str]]:
    """Return a function that starts a command line in a process of its own."""

    def start(*arguments: object) -> subprocess.Popen[str]:
        paths = [str(PLUGIN), *filter(None, [os.environ.get("PYTHONPATH")])]
        return subprocess.Popen(  # noqa: S603  # our own interpreter and arguments
            [sys.executable, "-m", "archsim.cli", *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start
