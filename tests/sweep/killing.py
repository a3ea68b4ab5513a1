"""Kills a sweep at random moments with SIGKILL and resumes it, again and again.

As a program it is the long form of the test: ``python tests/sweep/killing.py [KILLS]``.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

PLUGIN = Path(__file__).parent / "plugin"
LANES = 60
FINISH_S = 1200
STUDY = {
    "name": "killed",
    "hardware": {"kind": "probe_chip", "name": "probe", "nap_s": 0.004},
    "workload": {
        "kind": "llm",
        "schema_version": 1,
        "name": "one",
        "model": "gpt3-7b",
        "batch": 2,
        "lengths": {"distribution": "list", "tokens": [8, 16]},
    },
    "fidelity": "event",
    "space": {
        "hardware.lanes": {"minimum": 1, "maximum": 40, "step": 1},
        "hardware.ports": {"minimum": 1, "maximum": 5, "step": 1},
        "hardware.mode": {"values": ["sound", "crash"]},
    },
    "limits": {"wall_s": 60},
}


def command(folder: Path, ledger: str, *options: str) -> list[str]:
    """Return the command line of a sweep."""
    return [
        *(sys.executable, "-m", "archsim.cli", "sweep", str(folder / "study.yaml")),
        *("--ledger", str(folder / ledger), *options),
    ]


def environment() -> dict[str, str]:
    """Return variables with which the probe chip is found."""
    paths = [str(PLUGIN), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def write_study(folder: Path, lanes: int) -> None:
    """Write the study with so many lane counts."""
    space = {**STUDY["space"], "hardware.lanes": {"minimum": 1, "maximum": lanes, "step": 1}}
    (folder / "study.yaml").write_text(yaml.safe_dump({**STUDY, "space": space}))


def kill_at_random(folder: Path, ledger: str, seed: int, options: tuple[str, ...] = ()) -> bool:
    """Start a sweep and kill it after a random time; return whether it was still running."""
    moment = random.Random(seed)  # noqa: S311  # no secret
    started = subprocess.Popen(  # noqa: S603  # our own interpreter and arguments
        command(folder, ledger, *options),
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    # Most of the time goes into imports; wait until the ledger is there before the dice roll.
    begin = time.monotonic()
    path = folder / ledger
    known = trials(path)
    while time.monotonic() - begin < 60 and started.poll() is None and trials(path) == known:
        time.sleep(0.02)
    time.sleep(moment.uniform(0.0, 0.6))
    running = started.poll() is None
    started.send_signal(signal.SIGKILL)
    started.wait()
    return running


def finish(folder: Path, ledger: str, table: str, *options: str) -> bytes:
    """Run a sweep to its end and return its table."""
    subprocess.run(  # noqa: S603  # our own interpreter and arguments
        command(folder, ledger, "--export", str(folder / table), *options),
        env=environment(), check=True, capture_output=True, timeout=FINISH_S,
    )  # fmt: skip
    return (folder / table).read_bytes()


def trials(path: Path) -> int:
    """Return how many trials a ledger holds; 0 when there is none yet."""
    if not path.exists():
        return 0
    database = sqlite3.connect(path)
    try:
        return int(database.execute("SELECT COUNT(*) FROM trials").fetchone()[0])
    except sqlite3.OperationalError:  # not made yet
        return 0
    finally:
        database.close()


def main(kills: int) -> int:
    """Kill sweeps many times in all, each to its end, and compare with one left alone."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_study(folder, LANES)
        whole = finish(folder, "whole.sqlite", "whole.csv", "--workers", "2")
        killed = sweeps = 0
        equal = True
        while killed < kills:
            sweeps += 1
            ledger = f"killed-{sweeps}.sqlite"
            while killed < kills and trials(folder / ledger) < 10 * LANES:
                killed += kill_at_random(folder, ledger, killed, ("--workers", "2"))
                say(f"{killed} kills, sweep {sweeps}: {trials(folder / ledger)} trials")
            again = finish(folder, ledger, "killed.csv")
            there = trials(folder / ledger)
            same = again == whole and there == 10 * LANES
            equal = equal and same
            verdict = "equal" if same else "DIFFERS"
            say(f"sweep {sweeps}: {there} of {10 * LANES} trials, table {verdict}")
        return 0 if equal else 1


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50))
