"""Benchmarks of neural graphics clusters: ``python tests/bench/bench_neural_graphics.py CASE``.

Every case runs in a process of its own, so that its peak memory is its own. All of them work on
one core, so processor time is what counts: other work on the machine hardly shows.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
from figures import Figure, peak_memory_mb, write_figures
from numpy.typing import NDArray

import archsim
from archsim.architectures import registry
from archsim.papers import get
from archsim.workload.graphics.compiled import address_stream, encode_fast
from archsim.workload.graphics.grid import grid_levels
from archsim.workload.graphics.interpolate import encode
from archsim.workload.graphics.workload import GraphicsWorkload

LOOKUPS_PER_S = 20e6
DESIGN_US = 50.0
REPRODUCTION_S = 60.0


def lookups() -> list[Figure]:
    """Address streams and features of rows of a 4k frame, one sample per pixel."""
    found = []
    for name in ("nerf-hashgrid", "gia-hashgrid", "nerf-densegrid", "nerf-lowres-densegrid"):
        workload = archsim.load_workload(name)
        assert isinstance(workload, GraphicsWorkload)  # narrows the type
        encoding = workload.encoding
        random = np.random.default_rng(0)
        points = _frame_rows(encoding.dimensions)
        tables = [
            random.standard_normal((level.entries, encoding.features)).astype(np.float32)
            for level in grid_levels(encoding)
        ]
        loose = random.permutation(points)
        ways: dict[str, Callable[[], object]] = {
            "addresses, compiled": lambda e=encoding, p=points: address_stream(e, p),  # type: ignore[misc]
            "features, compiled": lambda e=encoding, t=tables, p=points: encode_fast(e, t, p),  # type: ignore[misc]
            "features, compiled, pixels in no order": lambda e=encoding, t=tables, p=loose: (  # type: ignore[misc]
                encode_fast(e, t, p)
            ),
            "features, NumPy": lambda e=encoding, t=tables, p=points: encode(e, t, p, "fp32"),  # type: ignore[misc]
        }
        address_stream(encoding, points[:8])  # compiles, or reads what was compiled
        encode_fast(encoding, tables, points[:8])
        for what, run in ways.items():
            begin = time.process_time()
            run()
            rate = len(points) * encoding.lookups / (time.process_time() - begin)
            target = LOOKUPS_PER_S if what.endswith("compiled") else None
            found.append(Figure(f"{name}: {what}", rate, "lookups/s", target, "higher", "one core"))
    return found


def _frame_rows(dimensions: int) -> NDArray[np.float32]:
    """Return a sample per pixel of 96 rows of a 4k frame, on a wavy surface where depth counts."""
    row, column = np.divmod(np.arange(3840 * 96), 3840)
    across, down = (column + 0.5) / 3840, (row + 1032.5) / 2160
    depth = 0.5 + 0.2 * np.sin(20.0 * across) * np.cos(15.0 * down)
    return np.stack([across, down, depth][:dimensions], axis=1).astype(np.float32)


def cluster_designs() -> list[Figure]:
    """10,000 cluster designs: processors, clock, engines, banks, MLP size."""
    count = 10_000
    found = []
    for name in ("nerf-hashgrid", "nsdf-hashgrid", "gia-hashgrid"):
        hardware, workload = archsim.load_hardware("ngpc-64"), archsim.load_workload(name)
        random = np.random.default_rng(0)
        columns: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]] = {
            "cluster.processors": random.integers(1, 128, count),
            "cluster.frequency_hz": random.uniform(0.5e9, 2e9, count),
            "encoding_engines.engines": random.choice([8, 16, 32], count),
            "encoding_engines.banks": random.choice([2, 4, 8, 16], count),
            "mlp_engine.rows": random.choice([32, 64, 128], count),
        }
        evaluate = registry.get("neural_graphics").evaluate_batch
        evaluate(hardware, workload, {key: value[:1] for key, value in columns.items()})
        begin = time.process_time()
        evaluate(hardware, workload, columns)
        each_us = (time.process_time() - begin) / count * 1e6
        note = "10,000 designs, 36 combinations apart from processors and clock"
        found.append(Figure(f"{name}: a design, closed forms", each_us, "us", DESIGN_US, note=note))
    return [*found, Figure("cluster designs: peak memory", peak_memory_mb(), "MB", 500.0)]


def reproduction() -> list[Figure]:
    """``archsim reproduce ngpc``: every row."""
    begin = time.process_time()
    rows = get("ngpc").run(False)
    taken = time.process_time() - begin
    note = f"{len(rows)} rows"
    return [Figure("archsim reproduce ngpc", taken, "s", REPRODUCTION_S, note=note)]


CASES: dict[str, Callable[[], list[Figure]]] = {
    function.__name__: function for function in (lookups, cluster_designs, reproduction)
}


if __name__ == "__main__":
    write_figures(CASES[sys.argv[1]]())
