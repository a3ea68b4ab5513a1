"""Contests side by side: each in a process of its own, as many at a time as there are processors.

A contest is a few minutes of one processor. What it finds depends on its name and mode alone, so
that the number of processes changes nothing but the time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial

from archsim.errors import ArchsimError
from archsim.papers.base import Row
from archsim.papers.marl_dse.contests import contest_rows
from archsim.sweeps.worker import leave_with_parent, own_output

Process = subprocess.Popen[str]

_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from archsim.papers.marl_dse.crew import main; main()"
)


def run_contests(
    names: Sequence[str], quick: bool, methods: Sequence[str] = (), processes: int | None = None
) -> list[Row]:
    """Run contests and return their rows, in the order of their names.

    Args:
        names: Of contests, see ``contest_rows``.
        quick: Whether they run in the quick mode.
        methods: Labels of the methods that run; all of the mode when there is none.
        processes: At most so many at a time; by default one for each processor. With 1 they run
            in this process.

    Raises:
        ArchsimError: A process ended before its contest did.
    """
    wanted = min(processes or os.cpu_count() or 1, len(names))
    if wanted <= 1:
        return [row for name in names for row in contest_rows(name, quick, methods)]
    crew: list[Process] = []
    with ThreadPoolExecutor(wanted) as pool:
        try:
            job = partial(_in_a_process, quick=quick, methods=methods, crew=crew)
            return [row for found in pool.map(job, names) for row in found]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in crew:
                process.kill()
            raise


def _in_a_process(name: str, quick: bool, methods: Sequence[str], crew: list[Process]) -> list[Row]:
    """Run one contest in a process of its own, which joins the crew."""
    job = {"name": name, "quick": quick, "methods": list(methods)}
    arguments = [json.dumps(sys.path), str(os.getpid()), json.dumps(job)]
    process = subprocess.Popen(  # noqa: S603  # our own interpreter and program
        [sys.executable, "-c", _PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    crew.append(process)
    answer, complaint = process.communicate()
    if process.returncode:
        cause = complaint.strip() or f"exit status {process.returncode}"
        raise ArchsimError(f"the process of the contest {name!r} ended: {cause}")
    return [Row(**values) for values in json.loads(answer)]


def main() -> None:
    """Run the contest that the last argument describes and print its rows as JSON."""
    answers = own_output()
    leave_with_parent(int(sys.argv[2]))
    try:
        rows = contest_rows(**json.loads(sys.argv[3]))
    except ArchsimError as error:
        sys.exit(str(error))
    except Exception as error:  # a defect: told in one sentence, as in the leading process
        cause = " ".join(f"{type(error).__name__}: {error}".split())
        sys.exit(f"internal error, please report it: {cause}")
    json.dump([asdict(row) for row in rows], answers)
    answers.close()
