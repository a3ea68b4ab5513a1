"""A search that is asked to end, or interrupted, says so and goes on from there later."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

STUDY = {
    "kind": "study",
    "name": "controllers",
    "hardware": "dram-ddr3-1600",
    "workload": "memory-random",
    "fidelity": "event",
    "space": {
        "hardware.controller.RequestBufferSize": {"values": [1, 2, 4, 8, 16, 32, 64, 128]},
        "hardware.controller.PagePolicy": {"values": ["Open", "Closed"]},
        "hardware.controller.RespQueue": {"values": ["Fifo", "Reorder"]},
    },
    "objectives": ["minimise latency_s"],
    "methods": [{"name": "random", "options": {"designs": 1}}],
    "budget": {"evaluations": 20},
    "seeds": 1,
}
# Whoever started the tests may have them ignore Ctrl-C, as a shell does in the background.
PROGRAM = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "from archsim.cli.main import main; sys.exit(main(sys.argv[1:]))"
)


def start(folder: Path, *options: str) -> subprocess.Popen[str]:
    """Start a search in a folder."""
    return subprocess.Popen(  # noqa: S603  # our own interpreter and arguments
        [sys.executable, "-c", PROGRAM, "search", "study.yaml", *options],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def finish(folder: Path, ledger: str, table: str) -> tuple[bytes, int]:
    """Run a search to its end; return its table and how many designs it simulated."""
    done = start(folder, "--ledger", ledger, "--export", table, "--json")
    out, err = done.communicate(timeout=120)
    assert (done.returncode, err) == (0, "")
    return (folder / table).read_bytes(), json.loads(out)["simulated"]


def count(path: Path, table: str) -> int:
    """Return how many rows a table of a ledger has; 0 when there is none yet."""
    if not path.exists():
        return 0
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return int(database.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])  # noqa: S608
    except sqlite3.OperationalError:
        return 0
    finally:
        database.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The table of a search that nobody ends, and how many designs it simulated."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "study.yaml").write_text(yaml.safe_dump(STUDY), encoding="utf-8")
    return finish(folder, "whole", "whole.csv")


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (signal.SIGTERM, 143, "archsim: terminated\n"),
        (signal.SIGINT, 130, "archsim: interrupted\n"),
    ],
    ids=["SIGTERM", "Ctrl-C"],
)
def test_an_ended_search_goes_on_and_ends_the_same(tmp_path, whole, number, code, said):
    table, simulated = whole
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(STUDY), encoding="utf-8")
    started = start(tmp_path, "--ledger", "book", "--export", "early.csv")
    book = tmp_path / "book"
    begin = time.monotonic()
    while time.monotonic() - begin < 90 and count(book, "trials") < 3 and started.poll() is None:
        time.sleep(0.01)
    started.send_signal(number)
    out, err = started.communicate(timeout=60)
    assert (started.returncode, out, err) == (code, "", said)
    known = count(book, "trials")
    assert 3 <= known < simulated
    assert not (tmp_path / "early.csv").exists()
    assert finish(tmp_path, "book", "table.csv") == (table, simulated - known)
