"""A worker process: reads chunks from its standard input, writes outcomes to its output.

Messages are lines of JSON. In form ``run`` there is one answer per trial, so that whoever
watches knows which trial is running; in form ``batch`` one per chunk.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from archsim.errors import ArchsimError
from archsim.sweeps.evaluating import Evaluator, Task
from archsim.sweeps.outcomes import Outcomes

OUT_OF_MEMORY = "out of memory"
_WATCH_S = 0.5


def main() -> None:
    """Serve until the input ends, or until a trial has broken the limit on memory."""
    answers = own_output()
    leave_with_parent(int(sys.argv[2]))
    try:
        evaluator = Evaluator(Task.from_json(json.loads(sys.stdin.readline())))
    except ArchsimError as error:
        _send(answers, {"broken": str(error)})
        return
    limit_memory(evaluator.task.memory_bytes)
    _send(answers, {"ready": os.getpid()})
    for line in sys.stdin:
        message = json.loads(line)
        number, points = message["id"], message["points"]
        if evaluator.task.form == "batch":
            if not _answer(answers, evaluator, number, 0, points):
                return
            continue
        for at, point in enumerate(points):
            if not _answer(answers, evaluator, number, at, [point]):
                return


def limit_memory(limit_bytes: int | None) -> None:
    """Let this process grow by at most so many bytes from now on; more is a ``MemoryError``.

    Only systems that count private memory (Linux) enforce it.
    """
    if limit_bytes is None:
        return
    import resource

    used = _data_bytes()
    if used:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        wanted = used + limit_bytes
        if hard != resource.RLIM_INFINITY:
            wanted = min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))


def _answer(
    answers: TextIO, evaluator: Evaluator, number: int, at: int, points: list[list[object]]
) -> bool:
    """Evaluate and answer; return whether this process may go on."""
    begin = time.perf_counter()
    outcomes = evaluator.evaluate(points)  # type: ignore[arg-type]  # JSON of points
    full = _name_memory_limit(outcomes, evaluator.task.memory_bytes)
    seconds = time.perf_counter() - begin
    answer = {"id": number, "at": at, "outcomes": outcomes.to_json(), "seconds": seconds}
    _send(answers, {**answer, "leaving": full})
    return not full


def _name_memory_limit(outcomes: Outcomes, limit_bytes: int | None) -> bool:
    """Say in the reasons which limit was passed; return whether one was."""
    full = False
    for at, reason in enumerate(outcomes.reasons):
        if reason == OUT_OF_MEMORY and outcomes.statuses[at] == "failed":
            full = True
            if limit_bytes is not None:
                outcomes.reasons[at] = f"passes its memory limit of {limit_bytes} bytes"
    return full


def own_output() -> TextIO:
    """Keep the output for answers; what a simulation prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _send(answers: TextIO, message: Mapping[str, object]) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


def leave_with_parent(parent: int) -> None:
    """End this process when its parent has ended, whatever it is doing, and only then.

    Interrupts go to all processes of a job at once; a worker that ended by one would look to its
    parent as if a design had killed it.

    Args:
        parent: Number of the process that started this one: it may have ended by now.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCH_S)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _data_bytes() -> int:
    """Return the private memory of this process as the kernel counts it; 0 where it does not."""
    try:
        text = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0
    for line in text.splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0
