"""Commands that are asked to end, that cannot write, or that run out of memory."""

from __future__ import annotations

import importlib.util
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archsim.cli.main import main

RUN = ("run", "neupims", "gpt3-7b-alpaca", "--fidelity", "analytic")


@pytest.fixture(autouse=True)
def empty_folder(monkeypatch, tmp_path):
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def killing():
    """The slow study of the sweep's own kill tests."""
    path = Path(__file__).parents[1] / "sweep" / "killing.py"
    spec = importlib.util.spec_from_file_location("killing_for_faults", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def asked_to_end(monkeypatch):
    """Send SIGTERM to this process as soon as a simulation starts."""

    def ends(*arguments, **options):
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr("archsim.api.running.simulate", ends)


def test_sigterm_ends_a_run_with_one_sentence_and_no_file(asked_to_end, capsys):
    before = signal.getsignal(signal.SIGTERM)
    assert main([*RUN, "--output", "out.json"]) == 143
    assert capsys.readouterr() == ("", "archsim: terminated\n")
    assert list(Path().iterdir()) == []
    assert signal.getsignal(signal.SIGTERM) is before


def _trials(path: str) -> int:
    if not Path(path).exists():
        return 0
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            return int(database.execute("SELECT COUNT(*) FROM trials").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_sigterm_ends_a_sweep_that_then_goes_on(killing, tmp_path, workers):
    killing.write_study(tmp_path, 20)
    started = subprocess.Popen(  # noqa: S603  # our own interpreter and arguments
        killing.command(tmp_path, "book", "--workers", workers),
        env=killing.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    begin = time.monotonic()
    while time.monotonic() - begin < 90 and not _trials("book") and started.poll() is None:
        time.sleep(0.01)
    started.send_signal(signal.SIGTERM)
    out, err = started.communicate(timeout=60)
    assert (started.returncode, out, err) == (143, "", "archsim: terminated\n")
    known = _trials("book")
    assert 1 <= known < 200
    with sqlite3.connect("book") as database:
        assert database.execute("SELECT COUNT(*) FROM running").fetchone() == (0,)
    database.close()
    killing.finish(tmp_path, "book", "table.csv")
    assert killing.trials(tmp_path / "book") == 200


def _full(handle, mode):
    os.close(handle)
    return open("/dev/full", mode)  # noqa: PTH123  # in place of os.fdopen


@pytest.mark.parametrize("ending", ["--output x.json", "--html x.html", "--timeline x.json.gz"])
def test_a_full_disk_is_one_sentence_and_leaves_no_file(monkeypatch, capsys, ending):
    option, name = ending.split()
    monkeypatch.setattr(os, "fdopen", _full)
    assert main(["run", "neupims", "gpt3-7b-alpaca", option, name]) == 2
    said = f"archsim: cannot write {name!r}: No space left on device\n"
    assert capsys.readouterr() == ("", said)
    assert list(Path().iterdir()) == []


def test_a_full_standard_output_is_one_sentence():
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(  # our own interpreter and arguments
            [sys.executable, "-m", "archsim.cli", "list", "hardware"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    said = "archsim: cannot write the output: No space left on device\n"
    assert (done.returncode, done.stderr) == (1, said)


@pytest.mark.parametrize("ending", ["--output x.json", "--html x.html", "--timeline x.json.gz"])
def test_a_read_only_folder_is_told_before_the_run(monkeypatch, capsys, ending, asked_to_end):
    option, name = ending.split()
    # Root may write everywhere, whatever a folder's mode says.
    monkeypatch.setattr("archsim.result.files.os.access", lambda path, mode: False)
    assert main(["run", "neupims", "gpt3-7b-alpaca", option, name]) == 2
    said = f"archsim: cannot write {name!r}: the folder '.' is not writable\n"
    assert capsys.readouterr() == ("", said)


def test_a_device_is_not_replaced_by_a_result(capsys):
    os.mkfifo("pipe.json")
    assert main([*RUN, "--output", "pipe.json"]) == 2
    assert "cannot write 'pipe.json': it is no regular file" in capsys.readouterr().err
    assert Path("pipe.json").is_fifo()


def test_too_little_memory_for_a_run_is_one_sentence(monkeypatch, capsys):
    def grows(*arguments, **options):
        return bytearray(1 << 40)

    monkeypatch.setattr("archsim.api.running.simulate", grows)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (1 << 39, hard))
    try:
        assert main([*RUN, "--output", "out.json"]) == 1
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    assert capsys.readouterr() == ("", "archsim: out of memory\n")
    assert list(Path().iterdir()) == []
