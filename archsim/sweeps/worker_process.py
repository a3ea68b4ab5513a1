"""One worker process, seen from the process that started it."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import IO

from archsim.errors import ArchsimError
from archsim.sweeps.evaluating import Task
from archsim.sweeps.outcomes import Outcomes, Point

START_LIMIT_S = 120.0
_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from archsim.sweeps.worker import main; main()"
)
_READ_BYTES = 1 << 16


class WorkerProcess:
    """Starts a worker, gives it designs and reads its answers without ever waiting for it.

    Args:
        task: What it evaluates, and the limits.

    Attributes:
        answered: How many of the designs given last are answered.
        ended: Whether the process has ended.
        leaving: Whether it said that it ends, so that no trial is to blame.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and program
            [sys.executable, "-c", _PROGRAM, json.dumps(sys.path), str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise ArchsimError("a worker process has no pipes")
        self._input: IO[bytes] = self._process.stdin
        self.output: IO[bytes] = self._process.stdout
        os.set_blocking(self.output.fileno(), False)
        self.ended = False
        self.leaving = False
        self.answered = 0
        self._given = 0
        self._number = 0
        self._ready = False
        self._rest = b""
        self._since = time.monotonic()
        self._send(task.to_json())

    @property
    def is_done(self) -> bool:
        """Whether all the designs given are answered."""
        return self.answered == self._given

    def give(self, points: Sequence[Point]) -> None:
        """Give the worker designs to evaluate."""
        self._number += 1
        self._given, self.answered = len(points), 0
        self._since = time.monotonic()
        self._send({"id": self._number, "points": [list(point) for point in points]})

    def answers(self) -> Iterator[tuple[int, Outcomes, float]]:
        """Yield what has come: place of the first design, outcomes, seconds they took.

        Raises:
            ArchsimError: The worker says that it cannot work at all, or never got ready.
        """
        while True:
            try:
                data = os.read(self.output.fileno(), _READ_BYTES)
            except BlockingIOError:
                break
            if not data:
                self.ended = True
                break
            self._rest += data
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            message = json.loads(line)
            self._since = time.monotonic()
            if "broken" in message:
                raise ArchsimError(f"a worker process cannot start: {message['broken']}")
            if "ready" in message:
                self._ready = True
                continue
            outcomes = Outcomes.from_json(message["outcomes"])
            self.answered = message["at"] + len(outcomes)
            self.leaving = message["leaving"]
            yield message["at"], outcomes, message["seconds"]
        if self.ended and not self._ready:
            self._process.wait()
            raise ArchsimError(f"a worker process cannot start: {self.end_reason()}")

    def spent_s(self) -> float:
        """Return how long the trial at hand has been running."""
        return time.monotonic() - self._since

    def left_s(self) -> float:
        """Return how long it may go on before a limit is passed."""
        if not self._ready:
            return START_LIMIT_S - self.spent_s()
        if self._task.wall_s is None:
            return math.inf
        trials = self._given if self._task.form == "batch" else 1
        return self._task.wall_s * trials - self.spent_s()

    def late_reason(self) -> str:
        """Return the reason for a trial that was stopped because of its time.

        Raises:
            ArchsimError: The worker never got ready.
        """
        if not self._ready:
            raise ArchsimError(f"a worker process is not ready after {START_LIMIT_S:.0f} s")
        return f"passes its wall time limit of {self._task.wall_s:g} s"

    def end_reason(self) -> str:
        """Return how the process ended, for the trial that it was at."""
        code = self._process.wait()
        if code >= 0:
            return f"its process ended with exit code {code}"
        name = signal.Signals(-code).name if -code in signal.valid_signals() else str(-code)
        return f"its process was ended by {name}"

    def kill(self) -> None:
        """End the process."""
        self._process.kill()
        with suppress(OSError):
            self._input.close()
        self._process.wait()
        self.output.close()

    def _send(self, message: object) -> None:
        with suppress(BrokenPipeError):  # it has ended, which its output will tell
            self._input.write(json.dumps(message).encode() + b"\n")
            self._input.flush()
