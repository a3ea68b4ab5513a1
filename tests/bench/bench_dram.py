"""Benchmarks of the DRAM family: ``python tests/bench/bench_dram.py CASE``.

Every case runs in a process of its own. Speeds are of one core (processor time) after warm-up, on
traces of 10,000 requests. The peer's rates are quoted from measured runs of DRAMSys 4.0, the
simulated part only.
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from figures import Figure, peak_memory_mb, write_figures

import archsim

SPACE: dict[str, list[object]] = {
    "PagePolicy": ["Open", "OpenAdaptive", "Closed", "ClosedAdaptive"],
    "Scheduler": ["Fifo", "FrFcfsGrp", "FrFcfs"],
    "SchedulerBuffer": ["Bankwise", "ReadWrite", "Shared"],
    "RequestBufferSize": [1, 2, 4, 8, 16, 32, 64, 128],
    "RespQueue": ["Fifo", "Reorder"],
    "RefreshPolicy": ["NoRefresh", "AllBank"],
    "RefreshMaxPostponed": [1, 2, 4, 8],
    "RefreshMaxPulledin": [1, 2, 4, 8],
    "Arbiter": ["Simple", "Fifo", "Reorder"],
    "MaxActiveTransactions": [1, 2, 4, 8, 16, 32, 64, 128],
}
"""The space of ArchGym's DRAM environment."""

TRACES: dict[str, dict[str, object]] = {
    "stream": {"pattern": "stream"},
    "random": {"pattern": "random"},
    "random, 1/3 writes": {"pattern": "random", "write_share": 1 / 3},
    "mix": {"pattern": "mix"},
    "mix, 1/3 writes": {"pattern": "mix", "write_share": 1 / 3},
    "stream, 1/3 writes": {"pattern": "stream", "write_share": 1 / 3},
    "hot rows": {"pattern": "hot", "write_share": 0.2},
    "Poisson": {"pattern": "poisson", "write_share": 0.3},
}


def best_s(work: Callable[[], object], clock: Callable[[], float], repeats: int = 5) -> float:
    """Return the fastest of a few runs, after one that warms up.

    Processor time does not count what other programs take of the core.
    """
    work()
    times = []
    for _ in range(repeats):
        begin = clock()
        work()
        times.append(clock() - begin)
    return min(times)


def random_controllers(count: int) -> list[dict[str, object]]:
    """Return points of the space, drawn with a fixed seed."""
    random = np.random.default_rng(0)
    return [
        {name: values[int(random.integers(len(values)))] for name, values in SPACE.items()}
        for _ in range(count)
    ]


def default_controllers() -> list[Figure]:
    """Requests a second with default controllers: geometric mean over the traces."""
    dram = archsim.dram
    figures = []
    for device, quoted in (("ddr3-1600", (248e3, 570e3)), ("ddr4-2400", (136e3, 347e3))):
        rates = []
        for settings in TRACES.values():
            trace = dram.generate(requests=10_000, **settings)  # type: ignore[arg-type]
            run = partial(dram.simulate, trace, device, {})
            rates.append(10_000 / best_s(run, time.process_time))
        mean = math.exp(sum(math.log(rate) for rate in rates) / len(rates))
        note = f"{min(rates):,.0f} to {max(rates):,.0f}"
        what, peer = f"DRAM: {device}, default controller", "DRAMSys 4.0 (quoted)"
        figures.append(Figure(what, mean, "req/s", 500_000, "higher", note, quoted, peer))
    return figures


def random_space() -> list[Figure]:
    """Evaluations a second over random controllers, on one core and on all of them."""
    dram = archsim.dram
    trace, controllers = dram.generate("random", 10_000), random_controllers(100)
    runs = [
        partial(dram.simulate_batch, trace, "ddr3-1600", controllers, threads=threads)
        for threads in (1, 2)
    ]
    work_s = best_s(runs[0], time.process_time, 3)
    alone, both = (best_s(run, time.perf_counter, 3) for run in runs)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return [
        Figure("DRAM: random controllers, one thread", 100 / work_s, "eval/s", 40, "higher"),
        Figure(
            "DRAM: batch, two threads against one", alone / both, "times",
            1.8 if (cores or 1) > 1 else None, "higher", "needs two idle cores",
        ),
    ]  # fmt: skip


def million() -> list[Figure]:
    """One million random requests on DDR4, and what they take of memory."""
    dram = archsim.dram
    warm = dram.generate("random", 1000)
    dram.simulate(warm, "ddr4-2400", {})
    trace = dram.generate("random", 1_000_000)
    begin = time.process_time()
    dram.simulate(trace, "ddr4-2400", {})
    taken = time.process_time() - begin
    return [
        Figure("DRAM: 1,000,000 random requests, DDR4", taken, "s", 4.0),
        Figure("DRAM: the same, peak memory", peak_memory_mb(), "MB", 300.0),
    ]


def trace_file() -> list[Figure]:
    """What a trace file takes of memory for each of its requests, and how fast it is read.

    The columns alone are 17 bytes a request; a file has about 25 bytes a line.
    """
    dram = archsim.dram
    count = 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.stl"
        with path.open("w", encoding="ascii") as file:
            for at in range(count):
                address = at * 0x9E3779B1 % 2**30 // 64 * 64
                file.write(f"{at}:\t{'read' if at % 3 else 'write'}\t{address:#x}\n")
        before_mb = peak_memory_mb()
        begin = time.process_time()
        trace = dram.read_stl(path)
        taken = time.process_time() - begin
        grown_bytes = (peak_memory_mb() - before_mb) * 1e6
        file_mb = path.stat().st_size / 1e6
    return [
        Figure(
            "DRAM: trace file, peak memory", grown_bytes / len(trace), "bytes/request", 30.0,
            note=f"{file_mb:.0f} MB of text; its columns take 17",
        ),
        Figure("DRAM: trace file, reading", count / taken, "req/s", None, "higher"),
    ]  # fmt: skip


def second_process() -> list[Figure]:
    """A small run in a fresh process, with the compiled code on disk."""
    dram = archsim.dram
    dram.simulate(dram.generate("random", 100), "ddr3-1600", {})
    taken = time.process_time()
    return [
        Figure(
            "DRAM: first run of a second process",
            taken,
            "s",
            2.0,
            note="imports included, cache on disk",
        )
    ]


CASES = {
    "default_controllers": default_controllers,
    "random_space": random_space,
    "million": million,
    "trace_file": trace_file,
    "second_process": second_process,
}

if __name__ == "__main__":
    write_figures(CASES[sys.argv[1]]())
