"""Benchmarks of the NPU+PIM family: ``python tests/bench/bench_npu_pim.py CASE``.

Every case runs in a process of its own, so that its peak memory is its own and its first call is
cold. The peer's time is quoted from measured runs of the authors' simulator, not measured here.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from figures import Figure, peak_memory_mb, write_figures
from numpy.typing import NDArray

import archsim
from archsim.architectures import registry

MEMORY_TARGET_MB = 500.0
PEER_LAYER_S = 114.0
"""The authors' simulator on the same layer (A to F), as measured once on another machine."""

Columns = dict[str, NDArray[np.generic]]


def event_layer() -> list[Figure]:
    """One layer of GPT3-7B, 256 requests, sub-batches interleaved; other lengths in every call."""
    decode_layer = archsim.npu_pim.decode_layer  # imported before the clock starts
    workload = archsim.load_workload("gpt3-7b-sharegpt")
    lengths = [workload.context_lengths(seed).tolist() for seed in range(15)]  # type: ignore[attr-defined]

    def layer(seed: int, mode: str) -> float:
        begin = time.perf_counter()
        decode_layer("gpt3-7b", 4, lengths[seed], None, "neupims-subbatch", mode)
        return time.perf_counter() - begin

    cold = layer(0, "compat")
    # No lengths twice: attention that was timed before would cost nothing.
    warm = {
        mode: statistics.median(layer(seed, mode) for seed in seeds)
        for mode, seeds in (("compat", range(1, 8)), ("physical", range(8, 15)))
    }
    peer = {"baseline": [PEER_LAYER_S], "against": "the authors' simulator (quoted)"}
    return [
        Figure("7B batch-256 layer, event, first call", cold, "s", 0.25, **peer),
        Figure("7B batch-256 layer, event, compat", warm["compat"], "s", 0.25, **peer),
        Figure(
            "7B batch-256 layer, event, physical", warm["physical"], "s", 0.25, note="median of 7"
        ),
        _memory("7B batch-256 layer, event"),
    ]


def study_designs() -> list[Figure]:
    """The three keys of a typical study: 24 combinations, each met many times by a search."""
    random = np.random.default_rng(0)
    count = 20_000
    return _batch(
        "20,000 designs, 3 keys of a study",
        {
            "npu.systolic_arrays": random.choice([2, 4, 8, 16], count),
            "memory.channels": random.choice([16, 32, 64], count),
            "scheduler.sub_batch_interleaving": random.choice([True, False], count),
        },
    )


def many_designs() -> list[Figure]:
    """100,000 designs over both clocks, arrays, channels and scheduler."""
    random = np.random.default_rng(0)
    count = 100_000
    return _batch(
        "100,000 designs, 5 keys",
        {
            "npu.frequency_hz": random.uniform(0.5e9, 2e9, count),
            "memory.frequency_hz": random.uniform(0.5e9, 2e9, count),
            "npu.systolic_arrays": random.choice([2, 4, 8, 16], count),
            "memory.channels": random.choice([16, 32, 64], count),
            "scheduler.sub_batch_interleaving": random.choice([True, False], count),
        },
    )


def wide_space() -> list[Figure]:
    """50,000 random designs of a space with ten keys, most of them met once."""
    random = np.random.default_rng(0)
    count = 50_000
    choices: dict[str, list[object]] = {
        "npu.systolic_arrays": [2, 4, 8, 16],
        "npu.systolic_rows": [64, 128, 256],
        "npu.systolic_columns": [64, 128, 256],
        "npu.scratchpad_bytes": [2**23, 2**24, 2**25, 2**26],
        "npu.vector_units": [4, 8, 16],
        "memory.channels": [16, 24, 32, 48, 64],
        "scheduler.sub_batch_interleaving": [True, False],
        "scheduler.channel_assignment": ["greedy", "round_robin"],
        "npu.frequency_hz": [0.7e9, 1e9, 1.4e9],
        "memory.frequency_hz": [0.8e9, 1e9, 1.2e9],
    }
    columns = {key: random.choice(np.array(values), count) for key, values in choices.items()}
    return _batch("50,000 designs, 10 keys", columns)


def distinct_sides() -> list[Figure]:
    """A few designs whose channels and arrays are all new: planning is nearly all there is."""
    grid = np.meshgrid(
        np.arange(1, 17), np.arange(16, 66, 4), [True, False], [64, 128], indexing="ij"
    )
    arrays, channels, interleaved, rows = (axis.ravel() for axis in grid)
    return _batch(
        "832 designs, 26 memory and 32 NPU sides",
        {
            "npu.systolic_arrays": arrays,
            "memory.channels": channels,
            "scheduler.sub_batch_interleaving": interleaved.astype(bool),
            "npu.systolic_rows": rows,
        },
        target=None,
    )


def serving() -> list[Figure]:
    """1,000 iterations of GPT3-13B with 256 requests in flight, event fidelity."""
    # Twice the memory: with 1 GiB a channel the cache, not the limit of 256, bounds the batch.
    hardware = archsim.load_hardware("neupims", {"memory.channel_bytes": "2 GiB"})
    workload = archsim.load_workload(
        {
            "kind": "llm",
            "schema_version": 1,
            "name": "backlog",
            "model": "gpt3-13b",
            "batch": 256,
            "lengths": {"distribution": "sharegpt"},
            "parallel": {"tensor": 4},
            "serving": {"requests": 4096, "max_iterations": 1000},
        }
    )
    begin = time.perf_counter()
    result = archsim.simulate(hardware, workload, fidelity="event")
    seconds = time.perf_counter() - begin
    iterations = result.metrics["iterations"]
    note = f"{result.metrics['batch_mean']:.0f} in flight on average, at most 256"
    what = f"13B serving, {iterations:,.0f} iterations, event"
    return [Figure(what, seconds, "s", 60.0, note=note), _memory(what)]


def _batch(what: str, columns: Columns, target: float | None = 20_000.0) -> list[Figure]:
    hardware = archsim.load_hardware("neupims")
    workload = archsim.load_workload("gpt3-13b-sharegpt")
    evaluate = registry.get("npu_pim").evaluate_batch
    evaluate(hardware, workload, {key: value[:1] for key, value in columns.items()})
    count = len(next(iter(columns.values())))
    begin = time.perf_counter()
    evaluate(hardware, workload, columns)
    rate = count / (time.perf_counter() - begin)
    shapes = {key: value for key, value in columns.items() if not key.endswith("frequency_hz")}
    combinations = len(set(zip(*(value.tolist() for value in shapes.values()), strict=True)))
    note = f"{combinations:,} combinations apart from clocks"
    return [Figure(what, rate, "designs/s", target, "higher", note), _memory(what)]


def _memory(what: str) -> Figure:
    return Figure(f"{what}: peak memory", peak_memory_mb(), "MB", MEMORY_TARGET_MB)


CASES: dict[str, Callable[[], list[Figure]]] = {
    function.__name__: function
    for function in (event_layer, study_designs, many_designs, wide_space, distinct_sides, serving)
}


if __name__ == "__main__":
    write_figures(CASES[sys.argv[1]]())
