"""A pool of worker processes on this machine, which outlives every one of its workers."""

from __future__ import annotations

import selectors
from collections import deque
from dataclasses import dataclass

from archsim.sweeps.evaluating import Task
from archsim.sweeps.outcomes import Outcomes
from archsim.sweeps.work import Chunk, Part
from archsim.sweeps.worker_process import WorkerProcess


@dataclass(slots=True)
class _Job:
    """A stretch of a chunk: its designs from ``begin`` to ``end``."""

    chunk: Chunk
    begin: int
    end: int


class ProcessPool:
    """Worker processes with limits; a trial that breaks one costs its worker, not the sweep.

    Args:
        task: What to evaluate, and the limits.
        workers: How many processes.
    """

    def __init__(self, task: Task, workers: int) -> None:
        self.workers = workers
        self._task = task
        self._waiting: deque[_Job] = deque()
        self._busy: dict[WorkerProcess, _Job] = {}
        self._idle: list[WorkerProcess] = []
        self._selector = selectors.DefaultSelector()
        self._parts: list[Part] = []

    @property
    def room(self) -> int:
        """How many more chunks can be handed over now."""
        return self.workers - len(self._busy) - len(self._waiting)

    def submit(self, chunk: Chunk) -> None:
        """Hand over a chunk."""
        self._waiting.append(_Job(chunk, 0, len(chunk)))
        self._start_waiting()

    def collect(self, timeout_s: float) -> list[Part]:
        """Return what has been evaluated since the last call; wait for it at most so long.

        Raises:
            ArchsimError: Workers cannot be started.
        """
        if self._busy:
            wait_s = min([timeout_s, *(worker.left_s() for worker in self._busy)])
            for key, _ in self._selector.select(max(0.0, wait_s)):
                self._read(key.data)
        for worker in [item for item in self._busy if item.left_s() <= 0]:
            self._lost(worker, worker.late_reason())
        self._start_waiting()
        found, self._parts = self._parts, []
        return found

    def close(self) -> None:
        """End all workers."""
        for worker in [*self._busy, *self._idle]:
            worker.kill()
        self._busy.clear()
        self._idle.clear()
        self._selector.close()

    def _start_waiting(self) -> None:
        while self._waiting and len(self._busy) < self.workers:
            worker = self._idle.pop() if self._idle else self._new_worker()
            job = self._waiting.popleft()
            self._busy[worker] = job
            worker.give(job.chunk.points[job.begin : job.end])

    def _new_worker(self) -> WorkerProcess:
        worker = WorkerProcess(self._task)
        self._selector.register(worker.output, selectors.EVENT_READ, worker)
        return worker

    def _read(self, worker: WorkerProcess) -> None:
        for at, outcomes, seconds in worker.answers():
            job = self._busy[worker]
            self._parts.append(Part(job.chunk, job.begin + at, outcomes, seconds))
        if worker.ended:
            if worker in self._busy:
                self._lost(worker, worker.end_reason())
            elif worker in self._idle:
                self._forget(worker)
        elif worker in self._busy and worker.is_done:
            del self._busy[worker]
            self._idle.append(worker)

    def _lost(self, worker: WorkerProcess, reason: str) -> None:
        """Deal with a worker that is gone: blame the trial it was at, keep the others."""
        job = self._busy.pop(worker)
        at, end = job.begin + worker.answered, job.end
        self._forget(worker)
        if worker.leaving and at < end:
            self._waiting.appendleft(_Job(job.chunk, at, end))
            return
        if at == end:
            return
        if self._task.form == "batch" and end - at > 1:
            middle = (at + end) // 2
            self._waiting.appendleft(_Job(job.chunk, middle, end))
            self._waiting.appendleft(_Job(job.chunk, at, middle))
            return
        self._parts.append(Part(job.chunk, at, Outcomes.one("failed", reason), worker.spent_s()))
        if at + 1 < end:
            self._waiting.appendleft(_Job(job.chunk, at + 1, end))

    def _forget(self, worker: WorkerProcess) -> None:
        self._selector.unregister(worker.output)
        worker.kill()
        if worker in self._idle:
            self._idle.remove(worker)
