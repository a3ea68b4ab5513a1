"""Writes the records of the conformance kit and of the hash table.

    python tests/trust/conformance_record.py [PYTHON ...]

Every further interpreter named must have archsim's dependencies; its hash table is compared.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from archsim.architectures import registry
from archsim.testing import check_architecture

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent))
import records

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "tests" / "determinism" / "table.py"
VERSIONS = (
    "import sys, numpy, pandas; print(sys.version.split()[0], 'numpy', numpy.__version__, "
    "'pandas', pandas.__version__)"
)


def conformance() -> None:
    """Try the kit on every shipped family."""
    details, tried, wrong = [], 0, 0
    for kind in sorted(registry.BUILTIN):
        for item in check_architecture(kind).verdicts:
            tried += item.tried
            wrong += len(item.violations)
            said = "holds" if item.passed else "broken"
            details.append(
                {
                    "family": kind,
                    "relation": item.relation,
                    "cases": item.tried,
                    "verdict": said if item.tried else "not applicable",
                    "named exceptions": len(item.anomalies),
                    "what": item.detail,
                }
            )
    records.write(
        "conformance",
        kind="conformance kit: relations on every family",
        tried=tried,
        violations=wrong,
        details=details,
    )


def determinism(pythons: list[str]) -> None:
    """Compare the hash table of other processes, hash seeds and interpreters with one."""
    cases = [(sys.executable, seed) for seed in ("0", "1", "random")]
    cases += [(python, "0") for python in pythons]
    tables = [(python, seed, *printed(python, seed)) for python, seed in cases]
    first = tables[0][3]
    details, tried, wrong = [], 0, 0
    for _, seed, versions, table in tables:
        differ = sorted(key for key in first if table.get(key) != first[key])
        if table["sweep, 1 workers"] != table["sweep, 2 workers"]:
            differ.append("1 and 2 workers")
        tried += len(table)
        wrong += len(differ)
        details.append(
            {
                "Python": versions,
                "PYTHONHASHSEED": seed,
                "hashes": len(table),
                "differ": ", ".join(differ) or "none",
            }
        )
    records.write(
        "determinism",
        kind="hash table of runs, sweeps and a batch: processes, hash seeds, workers, versions",
        tried=tried,
        violations=wrong,
        details=details,
    )


def printed(python: str, seed: str) -> tuple[str, dict[str, str]]:
    """Return the versions of an interpreter and the table that it prints."""
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}

    def run(*command: str) -> str:
        return subprocess.run(  # noqa: S603
            [python, *command], capture_output=True, text=True, check=True, env=environment
        ).stdout

    return run("-c", VERSIONS).strip(), json.loads(run(str(TABLE)))


if __name__ == "__main__":
    conformance()
    determinism(sys.argv[1:])
