"""The hash table: a fixed list of small runs and the hash of what each gives.

    python tests/determinism/table.py [--fast]

prints a JSON object of name to SHA-256. Equal code must print an equal table in any process,
with any hash seed, number of workers and Python; ``--fast`` leaves out the sweep.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from pathlib import Path

import archsim
from archsim.architectures.base import FIDELITIES
from archsim.testing.small import SMALL_RUNS, SMALL_SETTINGS, SMALL_WORKLOADS

NEED_EXTRAS = {"nasaic-w1"}
"""Designs that need an extra (CP-SAT), which a minimal environment does not have."""

STUDY = {
    "kind": "study", "schema_version": 1, "name": "table", "fidelity": "analytic",
    "hardware": "neupims", "workload": "gpt3-7b-alpaca",
    "space": {
        "hardware.npu.systolic_arrays": {"values": [4, 8]},
        "hardware.memory.channels": {"values": [16, 32]},
        "workload.batch": {"values": [16, 32]},
    },
    "objectives": ["minimise latency_s"], "method": {"name": "grid"},
}  # fmt: skip


def digest(data: object) -> str:
    """Return the hash of JSON data, floats by their shortest exact text."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def runs() -> dict[str, str]:
    """Return the hashes of one run per design, kind of workload and fidelity."""
    found = {}
    for kind, works in sorted(SMALL_RUNS.items()):
        for work, names in sorted(works.items()):
            workload = archsim.load_workload(SMALL_WORKLOADS[work][0])
            for name in sorted(set(names) - NEED_EXTRAS):
                hardware = archsim.load_hardware(name, SMALL_SETTINGS.get(kind, {}))
                for fidelity in FIDELITIES:
                    result = archsim.simulate(hardware, workload, fidelity, seed=3)
                    found[f"{kind}, {name}, {work}, {fidelity}"] = digest(result.to_dict())
    return found


def sweep(workers: int) -> str:
    """Return the hash of the table of a small sweep."""
    with tempfile.TemporaryDirectory() as folder:
        table = archsim.sweep(STUDY, ledger=Path(folder) / "table.sqlite", workers=workers)
    return digest(json.loads(table.to_json(orient="split", double_precision=15)))


def dram_batch() -> str:
    """Return the hash of one trace under several controllers."""
    trace = archsim.load_workload(SMALL_WORKLOADS["memory_trace"][0]).trace()
    found = []
    for scheduler in ("Fifo", "FrFcfs"):
        for page in ("Open", "Closed"):
            controller = {"Scheduler": scheduler, "PagePolicy": page}
            outcome = archsim.dram.simulate(trace, "ddr4-2400", controller)
            found.append([int(outcome.total_cycles), float(outcome.energy_pj)])
    return digest(found)


def main(arguments: list[str]) -> int:
    """Print the table."""
    found = runs() | {"dram, one trace under four controllers": dram_batch()}
    if "--fast" not in arguments:
        found |= {f"sweep, {workers} workers": sweep(workers) for workers in (1, 2)}
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
