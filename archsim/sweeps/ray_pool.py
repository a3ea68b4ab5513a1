"""A pool on a Ray cluster: batched tasks, back-pressure, retries where nodes are lost.

The driver alone writes the ledger; nodes only evaluate. Each Ray worker keeps an evaluator, or
with limits on trials a process of its own under it, so that a runaway trial is the same recorded
failure as on one machine. Clusters on Slurm or Kubernetes are started in Ray's own ways
(``ray symmetric-run`` or its Slurm guide; KubeRay); archsim must be installed on every node.
"""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from archsim.errors import ArchsimError, InputError, MissingExtraError
from archsim.sweeps.evaluating import Evaluator, Task
from archsim.sweeps.outcomes import Outcomes, Point
from archsim.sweeps.processes import ProcessPool
from archsim.sweeps.work import Chunk, Part

IN_FLIGHT_PER_CPU = 2
MAXIMUM_RETRIES = 8
_LOCAL = "local"


class RayPool:
    """Evaluates chunks as tasks of a Ray cluster.

    Args:
        task: What to evaluate, and the limits.
        address: ``"auto"`` for the cluster that this machine belongs to, ``HOST:PORT``, a
            ``ray://`` address, or ``"local"`` for a new one on this machine.

    Raises:
        MissingExtraError: Ray is not installed.
        InputError: There is no cluster at the address.
    """

    def __init__(self, task: Task, address: str) -> None:
        self._ray = _import_ray()
        self._task = task
        self._started = _connect(self._ray, address)
        self.workers = self._cpus()
        # Designs travel as JSON; the family is imported by name on each node.
        self._data = self._ray.put(json.dumps(task.to_json()))
        remote = self._ray.remote(num_cpus=1, max_retries=MAXIMUM_RETRIES)
        self._evaluate = remote(evaluate_remotely)
        self._running: dict[Any, tuple[Chunk, int, int]] = {}
        self._parts: list[Part] = []

    @property
    def room(self) -> int:
        """How many more chunks can be handed over now."""
        return IN_FLIGHT_PER_CPU * self.workers - len(self._running)

    def submit(self, chunk: Chunk) -> None:
        """Hand over a chunk."""
        self._start(chunk, 0, len(chunk))

    def collect(self, timeout_s: float) -> list[Part]:
        """Return what has been evaluated since the last call; wait for it at most so long.

        Raises:
            ArchsimError: The cluster is gone, or its nodes cannot evaluate at all.
        """
        if self._running:
            waiting = list(self._running)
            ended, _ = self._ray.wait(waiting, num_returns=1, timeout=timeout_s)
            if ended:
                more, _ = self._ray.wait(waiting, num_returns=len(waiting), timeout=0)
                for reference in more or ended:
                    self._take(reference)
        self.workers = self._cpus()
        found, self._parts = self._parts, []
        return found

    def close(self) -> None:
        """Give up what is not evaluated, and leave the cluster."""
        for reference in self._running:
            with suppress(Exception):
                self._ray.cancel(reference, force=True)
        self._running.clear()
        if self._started:
            self._ray.shutdown()

    def _start(self, chunk: Chunk, begin: int, end: int) -> None:
        points = json.dumps([list(point) for point in chunk.points[begin:end]])
        self._running[self._evaluate.remote(self._data, points)] = (chunk, begin, end)

    def _take(self, reference: object) -> None:
        chunk, begin, end = self._running.pop(reference)
        errors = self._ray.exceptions
        try:
            answer = json.loads(self._ray.get(reference))
        except (errors.WorkerCrashedError, errors.OutOfMemoryError) as error:
            self._blame(chunk, begin, end, _sentence(error))
            return
        except errors.RayError as error:
            raise ArchsimError(f"the Ray cluster cannot evaluate: {_sentence(error)}") from error
        if "broken" in answer:
            raise ArchsimError(f"a node of the Ray cluster cannot evaluate: {answer['broken']}")
        outcomes = Outcomes.from_json(answer["outcomes"])
        self._parts.append(Part(chunk, begin, outcomes, answer["seconds"]))

    def _blame(self, chunk: Chunk, begin: int, end: int, reason: str) -> None:
        """Find, by halves, the trial that kills its worker each time."""
        if end - begin == 1:
            outcome = Outcomes.one("failed", f"its worker was lost again and again: {reason}")
            self._parts.append(Part(chunk, begin, outcome, 0.0))
            return
        middle = (begin + end) // 2
        self._start(chunk, begin, middle)
        self._start(chunk, middle, end)

    def _cpus(self) -> int:
        return max(1, int(self._ray.cluster_resources().get("CPU", 1)))


_EVALUATORS: dict[str, Evaluator | ProcessPool] = {}
"""What a Ray worker keeps between tasks, by the task's data; one at a time."""


def evaluate_remotely(task_data: str, points_data: str) -> str:
    """Evaluate designs in a Ray worker.

    Args:
        task_data: ``Task.to_json`` as text.
        points_data: Values of the designs as text.

    Returns:
        JSON: outcomes and seconds, or why this node cannot evaluate.
    """
    begin = time.perf_counter()
    points: list[Point] = json.loads(points_data)
    try:
        outcomes = _evaluate(task_data, points)
    except ArchsimError as error:
        return json.dumps({"broken": str(error)})
    seconds = time.perf_counter() - begin
    return json.dumps({"outcomes": outcomes.to_json(), "seconds": seconds})


def _evaluate(task_data: str, points: Sequence[Point]) -> Outcomes:
    if task_data not in _EVALUATORS:
        for old in _EVALUATORS.values():
            if isinstance(old, ProcessPool):
                old.close()
        _EVALUATORS.clear()
        data: Mapping[str, object] = json.loads(task_data)
        task = Task.from_json(data)
        limited = task.wall_s is not None or task.memory_bytes is not None
        _EVALUATORS[task_data] = ProcessPool(task, 1) if limited else Evaluator(task)
    evaluator = _EVALUATORS[task_data]
    if isinstance(evaluator, Evaluator):
        return evaluator.evaluate(points)
    chunk = Chunk(range(len(points)), points, 0)
    evaluator.submit(chunk)
    parts: list[Part] = []
    while sum(len(part.outcomes) for part in parts) < len(points):
        parts += evaluator.collect(1.0)
    parts.sort(key=lambda part: part.begin)
    return Outcomes.joined([part.outcomes for part in parts])


def _import_ray() -> Any:
    try:
        return importlib.import_module("ray")
    except ImportError as error:
        raise MissingExtraError("cluster", "a sweep on a Ray cluster") from error


def _connect(ray: Any, address: str) -> bool:
    """Join a cluster, unless this process is in one; return whether it was joined here."""
    if ray.is_initialized():
        return False
    try:
        ray.init(
            address=None if address == _LOCAL else address,
            logging_level="ERROR",
            log_to_driver=False,
            namespace="archsim",
        )
    except Exception as error:
        raise InputError(
            f"there is no Ray cluster at {address!r} ({_sentence(error)})",
            allowed="auto, local, HOST:PORT or ray://HOST:PORT",
        ) from error
    return True


def _sentence(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}"[:200]
