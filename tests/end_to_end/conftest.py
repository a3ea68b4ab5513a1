"""A fake architecture installed as an outside package, its files, and a way to run commands."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PLUGIN = Path(__file__).parent / "plugin"

CHIP = """\
kind: fake_chip
schema_version: 1
name: chip
description: The chip as it is
core: {frequency_hz: 1 GHz, lanes: 4}
memory: {bandwidth_bytes_per_s: 1 GB/s}
sources:
  core.*: {from: "Data sheet, table 1", certainty: primary}
  memory.*: {from: "A judgement", certainty: estimate}
"""
STEPS = """\
kind: steps
schema_version: 1
name: two-steps
steps: 2
elements: 1000
sources:
  "*": {from: "Made up for tests", certainty: estimate}
"""


@pytest.fixture
def fake_family(monkeypatch):
    """Make the fake architecture and its workload kind known, as an installed package is."""
    from archsim.workload.load import WORKLOAD_KINDS

    monkeypatch.syspath_prepend(str(PLUGIN))
    monkeypatch.setitem(WORKLOAD_KINDS, "steps", "archsim_fake_chip:StepsWorkload")


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Write chip.yaml, fast.yaml and steps.yaml into an empty folder and work there."""
    (tmp_path / "chip.yaml").write_text(CHIP, encoding="utf-8")
    fast = CHIP.replace("name: chip", "name: fast").replace("1 GB/s", "4 GB/s")
    (tmp_path / "fast.yaml").write_text(fast, encoding="utf-8")
    (tmp_path / "steps.yaml").write_text(STEPS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def cli(fake_family, files, capsys):
    """Return a function that runs a command line here: (code, stdout, stderr)."""
    from archsim.cli.main import main

    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        output = capsys.readouterr()
        return code, output.out, output.err

    return run


@pytest.fixture
def archsim_process(files):
    """Return a function that runs a command line in a process of its own."""

    def run(*arguments, **variables):
        environment = {**os.environ, "PYTHONPATH": str(PLUGIN), **variables}
        command = [sys.executable, "-W", "error", "-m", "archsim.cli", *map(str, arguments)]
        return subprocess.run(  # noqa: S603  # our own interpreter and arguments
            command, capture_output=True, text=True, env=environment, timeout=60, check=False
        )

    return run
