"""Records of what was tried: one JSON file per kind of test, written by the jobs that try it.

Every record has the keys ``kind``, ``tried``, ``violations``, ``date``, ``details`` (a list of
sentences or of rows) and ``found_and_fixed`` (sentences).
"""

from __future__ import annotations

import datetime
import json
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "reports" / "trust"
KEYS = ("kind", "tried", "violations", "date", "details", "found_and_fixed")


def write(
    name: str,
    *,
    kind: str,
    tried: int,
    violations: int,
    details: list[object],
    folder: Path = FOLDER,
) -> Path:
    """Write a record; what an earlier one says was found and fixed is kept."""
    path = folder / f"{name}.json"
    fixed = read(path)["found_and_fixed"] if path.is_file() else []
    record = {
        "kind": kind,
        "tried": tried,
        "violations": violations,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "details": details,
        "found_and_fixed": fixed,
    }
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return path


def read(path: Path) -> dict[str, object]:
    """Read a record.

    Raises:
        ValueError: A key is missing or of another type.
    """
    record = json.loads(path.read_text(encoding="utf-8"))
    missing = [key for key in KEYS if key not in record]
    if missing:
        raise ValueError(f"{path.name}: the key {missing[0]!r} is missing")
    for key in ("tried", "violations"):
        if type(record[key]) is not int or record[key] < 0:
            raise ValueError(f"{path.name}: {key} must be a whole number of at least 0")
    return record
