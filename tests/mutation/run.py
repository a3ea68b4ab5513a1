"""Mutation score of the kernel, DRAM timing, energy and the closed forms.

    python tests/mutation/run.py [--group kernel]... [--jobs 2] [--per-module 5]

What became of every mutant goes to ``results/mutation``. When all groups were tried, the record
``reports/trust/mutation.json`` is written. Exit code 1 when fewer than 85 % are killed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "trust"))
    sys.path.insert(0, str(Path(__file__).resolve().parent))
import records
from targets import GROUPS, ROOT, SEED

FOLDER = Path(__file__).resolve().parent
LEAST = 0.85
JUDGED = FOLDER / "judged.json"


def main(arguments: list[str]) -> int:
    """Try the mutants of the groups; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--group", action="append", choices=list(GROUPS))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--per-module", type=int, help="mutants of each module")
    parser.add_argument("--output", type=Path, default=ROOT / "results" / "mutation")
    parser.add_argument("--again", action="store_true", help="try the survivors again only")
    parser.add_argument("--no-trial", action="store_true", help="judge the last trials again")
    given = parser.parse_args(arguments)
    given.output.mkdir(parents=True, exist_ok=True)
    groups = given.group or list(GROUPS)
    for group in groups if not given.no_trial else []:
        command = [sys.executable, str(FOLDER / "trial.py"), group]
        command += [str(given.output / f"{group}.json")]
        command += ["--jobs", str(given.jobs)]
        command += ["--per-module", str(given.per_module)] if given.per_module else []
        command += ["--again"] if given.again else []
        subprocess.run(command, check=True, cwd=ROOT)  # noqa: S603
    trials = {
        group: json.loads((given.output / f"{group}.json").read_text(encoding="utf-8"))
        for group in groups
    }
    tried, violations, details = judged(trials, json.loads(JUDGED.read_text(encoding="utf-8")))
    sys.stdout.write("\n".join(details) + "\n")
    if len(groups) == len(GROUPS):
        records.write(
            "mutation",
            kind="mutants of the kernel, DRAM timing, energy and the closed forms",
            tried=tried,
            violations=violations,
            details=list(details),
        )
    return violations


def judged(
    trials: dict[str, dict[str, list]], reasons: dict[str, dict[str, str]]
) -> tuple[int, int, list[str]]:
    """Return how many mutants were tried, 1 where too few were killed else 0, and the details.

    A mutant that changes nothing that can be seen (``reasons``, with why) does not count against
    the score; the share with them is told as well.
    """
    lines, survivors = [], []
    all_tried = all_killed = all_equal = 0
    for group, trial in trials.items():
        killed = equal = 0
        rows = trial["rows"]
        for row in rows:
            if row["verdict"].startswith("killed"):
                killed += 1
                continue
            reason = reasons.get(row["module"], {}).get(row["mutant"])
            equal += reason is not None
            said = f"equivalent: {reason}" if reason else row["verdict"].removeprefix("survived: ")
            place = row["module"].removeprefix("archsim/")
            survivors.append(f"{place}, `{row['mutant']}`: {said}")
        modules = len({row["module"] for row in rows})
        tests = f"{len(trial['left_out'])} slow tests left out"
        tests += ", survivors tried again" if trial["again"] else ""
        lines.append(f"{group}: {modules} modules, {shares(len(rows), killed, equal)}; {tests}")
        all_tried += len(rows)
        all_killed += killed
        all_equal += equal
    score = all_killed / max(all_tried - all_equal, 1)
    head = f"score {score:.1%} (at least {LEAST:.0%}): {shares(all_tried, all_killed, all_equal)}"
    method = (
        f"drawn with seed {SEED} from the changes of operators, comparisons, numbers and results "
        "of functions, without those that run only while modules are imported; Numba off; tried "
        "with 10 inputs per property test and without slow tests, survivors again with the rest "
        "where it is said"
    )
    details = [head, method, *lines, *(f"survived: {text}" for text in survivors)]
    return all_tried, int(score < LEAST), details


def shares(tried: int, killed: int, equal: int) -> str:
    """Return the counts of mutants in words."""
    text = f"{tried} mutants, {killed} killed ({killed / max(tried, 1):.1%})"
    return text + (f", {equal} of the others judged equivalent" if equal else "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
