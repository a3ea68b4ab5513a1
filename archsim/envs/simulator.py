"""``Simulator``: values of designs in, outcomes out, on one or several workers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from archsim.errors import InputError
from archsim.sweeps.evaluating import Task
from archsim.sweeps.here import HerePool
from archsim.sweeps.outcomes import Outcomes, Point
from archsim.sweeps.processes import ProcessPool
from archsim.sweeps.work import Chunk, Pool

MAXIMUM_WORKERS = 1024
_CHUNKS_PER_WORKER = 4
_WAIT_S = 1.0


class Simulator:
    """Runs designs and keeps nothing; workers start with the first design.

    Args:
        task: What to evaluate, and what a trial may use.
        workers: Designs that are run at the same time. One worker runs them in this process,
            unless the task limits what a trial may use.

    Raises:
        InputError: The number of workers is out of range.
    """

    def __init__(self, task: Task, workers: int = 1) -> None:
        if not 1 <= workers <= MAXIMUM_WORKERS:
            raise InputError(
                "the number of workers", found=str(workers), allowed=f"1 to {MAXIMUM_WORKERS}"
            )
        self._task = task
        self._workers = workers
        self._pool: Pool | None = None

    def run(self, points: Sequence[Point]) -> Outcomes:
        """Return the outcomes of designs, in order; they do not depend on the workers."""
        if self._pool is None:
            self._pool = self._new_pool()
        found = Outcomes.blank(len(points))
        chunks = self._workers * _CHUNKS_PER_WORKER if self._workers > 1 else 1
        edges = np.linspace(0, len(points), min(chunks, len(points)) + 1).astype(int).tolist()
        for begin, end in pairwise(edges):
            self._pool.submit(Chunk(range(begin, end), points[begin:end], claim=0))
        left = len(points)
        while left:
            for part in self._pool.collect(_WAIT_S):
                places = part.chunk.places[part.begin : part.begin + len(part.outcomes)]
                found.put(places, part.outcomes)
                left -= len(part.outcomes)
        return found

    def close(self) -> None:
        """End the workers; a later run starts new ones."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def _new_pool(self) -> Pool:
        task = self._task
        limited = any(limit is not None for limit in (task.wall_s, task.memory_bytes, task.events))
        if self._workers == 1 and not limited:
            return HerePool(task)
        return ProcessPool(task, self._workers)
