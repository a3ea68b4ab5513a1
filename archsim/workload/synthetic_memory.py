"""Synthetic memory traces: streams, random accesses, mixes, strides, hot rows, Poisson arrivals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from archsim.errors import InputError
from archsim.workload.memory_trace import MemoryTrace

Pattern = Literal["stream", "random", "mix", "stride", "hot", "poisson"]

LINE_BYTES = 64
FOOTPRINT_BYTES = 2**30
LINES = FOOTPRINT_BYTES // LINE_BYTES
LATEST_CYCLE = 2**53
BLOCK = 50
"""Requests of one block of a mix."""
HOT_ROWS, ROW_BYTES, HOT_SHARE = 64, 8192, 0.8

Int64s = NDArray[np.int64]


def generate(
    pattern: Pattern,
    requests: int,
    *,
    gap_cycles: int = 1,
    write_share: float = 0.0,
    stream_share: float = 0.5,
    stride_bytes: int = 8192,
    mean_gap_cycles: float = 20.0,
    seed: int = 1,
) -> MemoryTrace:
    """Return a synthetic trace over 1 GiB; equal arguments give an equal trace.

    Args:
        pattern: ``stream``: line after line; ``random``: any line; ``mix``: blocks of 50 that
            continue a stream or are random; ``stride``: a fixed step; ``hot``: 80 % in 64 rows;
            ``poisson``: random lines at exponential gaps.
        requests: How many.
        gap_cycles: Clocks between requests; ``poisson`` has its own.
        write_share: Probability that a request writes.
        stream_share: Probability that a block of a mix continues the stream.
        stride_bytes: Step of a stride.
        mean_gap_cycles: Mean gap of ``poisson``.
        seed: Seed of NumPy's PCG64; one generator draws everything in a fixed order.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    times: Int64s = gap_cycles * np.arange(requests, dtype=np.int64)
    if pattern == "poisson":
        gaps = np.cumsum(random.exponential(mean_gap_cycles, requests))
        if gaps[-1] >= LATEST_CYCLE:
            raise InputError(
                "the last request would come too late to count its clocks",
                key="mean_gap_cycles",
                found=f"{mean_gap_cycles:g}",
                allowed=f"a mean gap with which {requests} requests end before clock 2^53",
            )
        times = np.floor(gaps).astype(np.int64)
    draw: dict[str, Callable[[], Int64s]] = {
        "stream": lambda: LINE_BYTES * np.arange(requests, dtype=np.int64) % FOOTPRINT_BYTES,
        "random": lambda: random_lines(random, requests),
        "mix": lambda: mixed_lines(random, requests, stream_share),
        "stride": lambda: stride_bytes * np.arange(requests, dtype=np.int64) % FOOTPRINT_BYTES,
        "hot": lambda: hot_lines(random, requests),
        "poisson": lambda: random_lines(random, requests),
    }
    addresses = draw[pattern]()
    writes = np.zeros(requests, np.bool_)
    if write_share > 0.0:
        writes = random.random(requests) < write_share
    return MemoryTrace(times, writes, addresses)


def random_lines(random: np.random.Generator, requests: int) -> Int64s:
    """Return addresses of lines drawn from the whole footprint."""
    return random.integers(0, LINES, requests) * LINE_BYTES


def mixed_lines(random: np.random.Generator, requests: int, stream_share: float) -> Int64s:
    """Return blocks that continue a stream with a probability, and are random otherwise."""
    blocks: list[Int64s] = []
    cursor = 0
    for start in range(0, requests, BLOCK):
        size = min(BLOCK, requests - start)
        if random.random() < stream_share:
            blocks.append(LINE_BYTES * np.arange(cursor, cursor + size, dtype=np.int64))
            cursor += size
        else:
            blocks.append(random_lines(random, size))
    return np.concatenate(blocks) % FOOTPRINT_BYTES


def hot_lines(random: np.random.Generator, requests: int) -> Int64s:
    """Return lines of which four in five lie in a few hot rows."""
    bases = random.integers(0, FOOTPRINT_BYTES // ROW_BYTES, HOT_ROWS) * ROW_BYTES
    is_hot = random.random(requests) < HOT_SHARE
    hot = bases[random.integers(0, HOT_ROWS, requests)]
    hot = hot + LINE_BYTES * random.integers(0, ROW_BYTES // LINE_BYTES, requests)
    return np.where(is_hot, hot, random_lines(random, requests))
