"""The long form of the fuzz test: ``python tests/fuzz/campaign.py [INPUTS] [FIRST] [--record]``.

Runs chunks of cases in processes of their own, with little memory, so that a crash of the
interpreter or a loop in compiled code is found too. The cases of each kind are numbered from
FIRST, which is 0: another FIRST gives other cases. ``--record`` writes the record of the trust
report. A violation is repeated alone with ``python tests/fuzz/campaign.py KIND NUMBER``.
"""

from __future__ import annotations

import datetime
import faulthandler
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from fuzz_cases import KINDS, SHARES
from fuzz_contract import judge

ROOT = Path(__file__).resolve().parents[2]
RECORD = ROOT / "reports" / "trust" / "fuzzed_input.json"
FIXED = Path(__file__).with_name("found_and_fixed.json")
CHUNK = 250
MEMORY_BYTES = 12 << 30
STUCK_S = 120


def cases(total: int, first: int = 0) -> list[tuple[str, int]]:
    """Return so many cases, in a fixed order, each kind with its share and numbered from first."""
    return [
        (kind, number)
        for kind, share in SHARES.items()
        for number in range(first, first + max(1, round(total * share)))
    ]


def run_chunk(kind: str, first: int, end: int) -> None:
    """Judge cases in this process and print one line for each."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    for number in range(first, end):
        faulthandler.dump_traceback_later(STUCK_S, exit=True)
        sys.stdout.write(f"begin {number}\n")
        sys.stdout.flush()
        wrong = judge(kind, number)
        sys.stdout.write(f"wrong {json.dumps(wrong)}\n" if wrong else "right\n")
        sys.stdout.flush()
    faulthandler.cancel_dump_traceback_later()


def run_all(total: int, start: int = 0) -> tuple[int, list[str]]:
    """Judge all cases; return how many there were and what was wrong."""
    tried, violations = 0, []
    begin = time.monotonic()
    for kind in KINDS:
        first, last = start, start + sum(name == kind for name, _ in cases(total))
        while first < last:
            end = min(first + CHUNK, last)
            done = subprocess.run(  # noqa: S603  # our own interpreter and arguments
                [sys.executable, __file__, "--chunk", kind, str(first), str(end)],
                capture_output=True, text=True, check=False, errors="replace",
            )  # fmt: skip
            lines = done.stdout.splitlines()
            begun = [int(line.split()[1]) for line in lines if line.startswith("begin ")]
            ended = sum(line.startswith(("right", "wrong ")) for line in lines)
            violations += [json.loads(line[6:]) for line in lines if line.startswith("wrong ")]
            tried += ended
            first += ended
            if ended < len(begun):
                tried, first = tried + 1, begun[-1] + 1
                violations.append(f"{kind} {begun[-1]}: the process died: {done.stderr[-600:]}")
            elif not begun or done.returncode:
                raise RuntimeError(f"the chunk from {first} of {kind!r} failed: {done.stderr}")
            seconds = time.monotonic() - begin
            say(f"{seconds:6.0f} s  {kind:12}  {tried:6} tried, {len(violations)} violations")
    return tried, violations


def main(arguments: list[str]) -> int:
    """Run a chunk, one case, or everything."""
    if arguments[:1] == ["--chunk"]:
        run_chunk(arguments[1], int(arguments[2]), int(arguments[3]))
        return 0
    if arguments and arguments[0] in KINDS:
        wrong = judge(arguments[0], int(arguments[1]))
        say(wrong or "right")
        return int(bool(wrong))
    record = "--record" in arguments
    sizes = [int(text) for text in arguments if text.isdigit()]
    tried, violations = run_all(*sizes[:2] if sizes else (20_000,))
    for line in violations:
        say(line)
    if record:
        RECORD.parent.mkdir(parents=True, exist_ok=True)
        found = {
            "kind": "fuzzed input",
            "tried": tried,
            "violations": len(violations),
            "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
            "details": violations or [f"{kind}: {share:.0%}" for kind, share in SHARES.items()],
            "found_and_fixed": [
                item["what"] for item in json.loads(FIXED.read_text(encoding="utf-8"))
            ],
        }
        text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
        RECORD.write_text(text, encoding="utf-8", errors="backslashreplace")
    return int(bool(violations))


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(ascii(line)[1:-1] + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
