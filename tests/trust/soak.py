"""Many random pairs of hardware and workload: each runs soundly or is refused in one sentence.

    python tests/trust/soak.py [--pairs 10000] [--seed 1] [--family npu_pim]...

Progress goes to stderr, the violations with what reproduces them to ``results/soak.json``, and
the record to ``reports/trust/pairs.json``. Exit code 1 when there is a violation.
"""

from __future__ import annotations

import argparse
import collections
import json
import signal
import sys
import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from archsim.architectures import registry
from archsim.testing import Outcome, RunPair, shipped_profile, strategies, try_pair

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent))
import records

CHUNK = 250
HANG_S = 60
EXAMPLES = 3


class HangError(BaseException):
    """A pair took longer than it may; no handler of the package stops it."""


def main(arguments: list[str]) -> int:
    """Try the pairs; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--family", action="append", choices=sorted(registry.BUILTIN))
    parser.add_argument("--output", type=Path, default=Path("results/soak.json"))
    parser.add_argument("--no-record", action="store_true")
    given_ = parser.parse_args(arguments)
    families = given_.family or sorted(registry.BUILTIN)
    flags = {item.about for kind in families for item in shipped_profile(kind).flags}
    found: list[tuple[RunPair, Outcome]] = []
    begin, start = time.monotonic(), given_.seed
    while len(found) < given_.pairs:
        number = min(CHUNK, given_.pairs - len(found))
        found += tried(number, start, families, flags)
        start += 1
        wrong = sum(outcome.verdict == "violation" for _, outcome in found)
        seconds = time.monotonic() - begin
        sys.stderr.write(f"{len(found)} pairs, {wrong} violations, {seconds:.0f} s\n")
    summary = summarise(found)
    given_.output.parent.mkdir(parents=True, exist_ok=True)
    given_.output.write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    rows = [f"{name}: {counts}" for name, counts in summary["families"].items()]
    if not given_.no_record:
        records.write(
            "pairs",
            kind="random pairs of hardware and workload, all families, both fidelities",
            tried=len(found),
            violations=summary["violations"],
            details=[*rows, f"slowest pair {summary['slowest_s']} s"],
        )
    rows += [
        f"{item['count']} x {signature}: {item['examples'][0]['detail'][:300]}"
        for signature, item in summary["signatures"].items()
    ]
    sys.stdout.write("\n".join(rows) + "\n")
    return 1 if summary["violations"] else 0


def tried(
    number: int, start: int, families: list[str], flags: set[str]
) -> list[tuple[RunPair, Outcome]]:
    """Return what became of so many pairs drawn with a seed."""
    found: list[tuple[RunPair, Outcome]] = []

    @seed(start)
    @settings(
        max_examples=number,
        deadline=None,
        phases=[Phase.generate],
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategies.pairs(families))
    def one(pair: RunPair) -> None:
        if len(found) < number:
            found.append((pair, watched(pair, flags)))

    one()
    return found


def watched(pair: RunPair, flags: set[str]) -> Outcome:
    """Try a pair; one that does not end is a violation."""

    def stop(number: int, frame: object) -> None:
        raise HangError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(HANG_S)
    try:
        return try_pair(pair, flags)
    except HangError:
        return Outcome("violation", f"still running after {HANG_S} s", "hang", float(HANG_S))
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def summarise(found: list[tuple[RunPair, Outcome]]) -> dict[str, object]:
    """Return counts per family and workload, and examples of each sort of violation."""
    families: dict[str, collections.Counter[str]] = {}
    signatures: dict[str, dict[str, object]] = {}
    for pair, outcome in found:
        name = f"{pair.hardware.get('kind')}, {pair.workload.get('kind')}"
        families.setdefault(name, collections.Counter())[outcome.verdict] += 1
        if outcome.verdict == "violation":
            item = signatures.setdefault(outcome.signature, {"count": 0, "examples": []})
            item["count"] += 1
            if len(item["examples"]) < EXAMPLES:
                item["examples"].append(
                    {
                        "detail": outcome.detail,
                        "hardware": pair.hardware,
                        "workload": pair.workload,
                        "fidelity": pair.fidelity,
                        "seed": pair.seed,
                    }
                )
    slow = sorted(found, key=lambda item: -item[1].seconds)[:5]
    return {
        "tried": len(found),
        "violations": sum(outcome.verdict == "violation" for _, outcome in found),
        "families": {
            name: ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
            for name, counts in sorted(families.items())
        },
        "signatures": signatures,
        "slowest_s": round(max(outcome.seconds for _, outcome in found), 1),
        "slow": [
            {"seconds": outcome.seconds, "hardware": pair.hardware, "workload": pair.workload,
             "fidelity": pair.fidelity}
            for pair, outcome in slow
        ],
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
