"""Leads worker processes that run the runs of a search, each run in one of them."""

from __future__ import annotations

import json
import math
import os
import selectors
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from archsim.errors import ArchsimError, InputError
from archsim.search.plan import RunPlan
from archsim.search.working import portable

if TYPE_CHECKING:
    from archsim.space import Study

_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from archsim.search.working import main; main()"
)

Watch = Callable[[RunPlan, int, float, bool], None]


def run_in_processes(
    study: Study,
    ledger: Path,
    plans: Sequence[RunPlan],
    to_do: Sequence[int],
    workers: int,
    watch: Watch,
) -> int:
    """Run runs in worker processes.

    Args:
        study: The study.
        ledger: The ledger file, which is there.
        plans: Every run.
        to_do: Numbers of those to run.
        workers: How many processes.
        watch: Is told a run, how many designs it asked for since the last time, its best
            reward so far, and whether it has ended.

    Returns:
        How many designs were simulated.

    Raises:
        ArchsimError: A run or a worker went wrong. What the runs that ended came to is kept.
    """
    waiting, simulated = deque(to_do), 0
    crew: list[_Worker] = []
    with selectors.DefaultSelector() as selector:
        try:
            for _ in range(min(workers, len(to_do))):
                worker = _Worker(study, ledger)
                crew.append(worker)
                selector.register(worker.output, selectors.EVENT_READ, worker)
                worker.give(plans, waiting.popleft())
            while any(worker.plan is not None for worker in crew):
                for key, _ in selector.select():
                    worker = key.data
                    line = worker.output.readline()
                    plan = worker.plan
                    if plan is None:
                        selector.unregister(worker.output)
                        continue
                    message = worker.read(line)
                    best = message["best"]
                    ended = "simulated" in message
                    asked = int(message["asked"] or 0)
                    watch(plan, asked, -math.inf if best is None else best, ended)
                    if ended:
                        simulated += int(message["simulated"] or 0)
                        worker.give(plans, waiting.popleft() if waiting else None)
        finally:
            for worker in crew:
                worker.close()
    return simulated


class _Worker:
    """One worker process, seen from the process that leads.

    Args:
        study: The study.
        ledger: The ledger file.

    Attributes:
        plan: The run it is at; ``None`` when it has nothing to do.
        output: Its lines.
    """

    def __init__(self, study: Study, ledger: Path) -> None:
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and program
            [sys.executable, "-c", _PROGRAM, json.dumps(sys.path), str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise ArchsimError("a worker process has no pipes")
        self._input: IO[bytes] = self._process.stdin
        self.output: IO[bytes] = self._process.stdout
        self.plan: RunPlan | None = None
        self._send({"study": portable(study), "ledger": str(ledger.absolute())})

    def give(self, plans: Sequence[RunPlan], number: int | None) -> None:
        """Give the worker a run, or nothing more to do."""
        self.plan = None if number is None else plans[number]
        if number is not None:
            self._send(number)

    def read(self, line: bytes) -> dict[str, float | None]:
        """Return a message.

        Raises:
            ArchsimError: The worker says that it cannot go on, or has ended.
        """
        message = json.loads(line) if line.endswith(b"\n") else {"broken": self._end()}
        if "broken" in message:
            kind = InputError if message.get("is_input") else ArchsimError
            raise kind(message["broken"])
        return dict(message)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        with suppress(OSError):
            self._input.close()
        self._process.wait()
        self.output.close()

    def _end(self) -> str:
        name = f"{self.plan.method}, seed {self.plan.seed}" if self.plan else "nothing"
        return (
            f"a worker process of the search ended with exit code {self._process.wait()} while "
            f"it was at {name}; the same command goes on from there"
        )

    def _send(self, message: object) -> None:
        with suppress(BrokenPipeError):  # it has ended, which its output will tell
            self._input.write(json.dumps(message).encode() + b"\n")
            self._input.flush()
