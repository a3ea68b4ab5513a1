"""Environments: steps a second on the DRAM controller space, random trace, 10,000 requests."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
from figures import Figure, write_figures

from archsim import envs
from archsim.space import load_study
from archsim.space.sampling import random

CACHED_TARGET = 2_000.0
UNCACHED_TARGET = 80.0
BATCH_TARGET = 100_000.0
DESIGNS = 320


def rate(count: int, work: Callable[[], object]) -> float:
    """Return how many of something were done in a second."""
    begin = time.perf_counter()
    work()
    return count / (time.perf_counter() - begin)


def steps() -> Iterator[Figure]:
    """Yield steps a second of one environment and of a vector, cached and not."""
    study = load_study("dram-controller")
    levels = random(study.space, DESIGNS, seed=1)
    vector = envs.make(study, num_envs=64)
    vector.reset()
    vector.step(np.zeros((64, len(study.space.shape)), dtype=np.int64))  # compiles

    def play() -> None:
        for begin in range(0, DESIGNS, 64):
            vector.step(levels[begin : begin + 64])

    note = f"{DESIGNS} designs, vector of 64"
    yield Figure(
        "uncached steps, vector", rate(DESIGNS, play), "steps/s", UNCACHED_TARGET, "higher", note
    )
    yield Figure(
        "cached steps, vector", rate(DESIGNS, play), "steps/s", CACHED_TARGET, "higher", note
    )
    one = envs.make(vector.evaluator)

    def play_alone() -> None:
        for row in np.tile(levels, (10, 1)):
            one.reset()
            one.step(row)

    found = rate(10 * DESIGNS, play_alone)
    yield Figure(
        "cached steps, one by one", found, "steps/s", CACHED_TARGET, "higher", "reset and step"
    )
    many = np.tile(levels, (400, 1))
    found = rate(len(many), lambda: vector.evaluator.evaluate(many))
    yield Figure(
        "cached designs", found, "designs/s", BATCH_TARGET, "higher", f"one batch of {len(many)}"
    )


CASES: dict[str, Callable[[], Iterator[Figure]]] = {"steps": steps}

if __name__ == "__main__":
    write_figures(CASES[sys.argv[1]]())
