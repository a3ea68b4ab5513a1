"""A pool that evaluates in this process: for batch evaluation, which is one call."""

from __future__ import annotations

import time
from collections import deque

from archsim.sweeps.evaluating import Evaluator, Task
from archsim.sweeps.work import Chunk, Part


class HerePool:
    """Evaluates one chunk at each call of ``collect``.

    Args:
        task: What to evaluate.
    """

    workers = 1

    def __init__(self, task: Task) -> None:
        self._evaluator = Evaluator(task)
        self._waiting: deque[Chunk] = deque()

    @property
    def room(self) -> int:
        """How many more chunks can be handed over now."""
        return 1 - len(self._waiting)

    def submit(self, chunk: Chunk) -> None:
        """Hand over a chunk."""
        self._waiting.append(chunk)

    def collect(self, timeout_s: float) -> list[Part]:
        """Evaluate the chunk that waits, if there is one; ``timeout_s`` does not cut it short."""
        if not self._waiting:
            return []
        chunk = self._waiting.popleft()
        begin = time.perf_counter()
        outcomes = self._evaluator.evaluate(chunk.points)
        return [Part(chunk, 0, outcomes, time.perf_counter() - begin)]

    def close(self) -> None:
        """Give up what waits."""
        self._waiting.clear()
