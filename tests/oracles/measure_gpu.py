"""Measures a GPU: how ``archsim_h100_*.csv`` were made; needs PyTorch with CUDA, and Triton.

    python measure_gpu.py FOLDER --seconds 500 --seed 1

Every kernel is repeated in a CUDA graph, operands random, caches warm. ``seconds`` is the window
over the calls. Files are written row by row, so that a run
that is cut off keeps what it has.
"""

from __future__ import annotations

import argparse
import csv
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
import triton
import triton.language as tl

COLUMNS = [
    "kernel", "dtype", "batch", "m", "n", "k", "extra", "seconds", "joules", "calls", "window_s",
    "sm_mhz", "mem_mhz",
]  # fmt: skip
NETWORKS = (
    (16, 64, 2), (32, 64, 1), (32, 64, 2), (32, 64, 4), (32, 32, 2), (32, 16, 2), (32, 128, 2),
    (64, 64, 2),
)  # fmt: skip
"""Inputs, width and hidden layers."""
DTYPES = {
    "fp16": torch.float16, "bf16": torch.bfloat16, "tf32": torch.float32, "fp32": torch.float32,
}  # fmt: skip
Row = tuple[float, int, float]


def timed(call: Callable[[], object], window_s: float) -> Row:
    """Return seconds a call, calls and the window of a call repeated in a CUDA graph."""
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        for _ in range(3):
            call()
        stream.synchronize()
        begin = time.perf_counter()
        call()
        call()
        stream.synchronize()
        estimate = (time.perf_counter() - begin) / 2
    inner = max(1, min(200, int(0.01 / estimate)))
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, stream=stream):
        for _ in range(inner):
            call()
    graph.replay()
    torch.cuda.synchronize()
    begin = time.perf_counter()
    graph.replay()
    torch.cuda.synchronize()
    repeats = max(1, int(window_s / max(time.perf_counter() - begin, 1e-6)))
    first, last = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    first.record()
    for _ in range(repeats):
        graph.replay()
    last.record()
    torch.cuda.synchronize()
    window = first.elapsed_time(last) / 1e3
    return window / (repeats * inner), repeats * inner, window


def product(dtype: str, m: int, n: int, k: int, window_s: float) -> Row:
    """Time a matrix product."""
    torch.backends.cuda.matmul.allow_tf32 = dtype == "tf32"
    kind = DTYPES[dtype]
    a, b = (torch.randn(shape, device="cuda").to(kind) for shape in ((m, k), (k, n)))
    c = torch.empty(m, n, device="cuda", dtype=kind)
    return timed(lambda: torch.mm(a, b, out=c), window_s)


def shapes(draw: random.Random, least: float, most: float) -> Iterator[tuple[str, int, int, int]]:
    """Yield products whose work lies between two limits, FLOP; four in five are multiples of 16."""
    seen = set()
    while True:
        dtype = draw.choices(list(DTYPES), [2, 1, 1, 1])[0]
        sides = [int(2 ** draw.uniform(5, 13.3)) for _ in range(3)]
        if draw.random() < 0.1:
            sides[draw.randrange(2)] = draw.choice([1, 2, 4, 8, 16])
        m, n, k = (
            side if side < 32 or draw.random() < 0.07 else max(32, round(side / 16) * 16)
            for side in sides
        )
        if draw.random() < 0.1:
            wide = draw.choice([768, 1024, 2048, 4096, 5120, 8192])
            m = draw.choice([1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048])
            n, k = draw.choice([(3 * wide, wide), (wide, wide), (4 * wide, wide), (wide, 4 * wide)])
        shape = (dtype, m, n, k)
        if least <= 2.0 * m * n * k <= most and shape not in seen:
            seen.add(shape)
            yield shape


@triton.jit
def _network(
    x, w_in, w_hidden, w_out, y, points,
    INPUTS: tl.constexpr, WIDTH: tl.constexpr, OUTPUTS: tl.constexpr,  # noqa: N803
    HIDDEN: tl.constexpr, BLOCK: tl.constexpr,  # noqa: N803 - Triton's way to name constants
):  # fmt: skip
    row = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    here = row[:, None] < points
    inputs, width, outputs = tl.arange(0, INPUTS), tl.arange(0, WIDTH), tl.arange(0, OUTPUTS)
    value = tl.load(x + row[:, None] * INPUTS + inputs[None, :], mask=here, other=0.0)
    weight = tl.load(w_in + inputs[:, None] * WIDTH + width[None, :])
    value = tl.maximum(tl.dot(value, weight), 0.0).to(tl.float16)
    for layer in tl.static_range(HIDDEN - 1):
        at = w_hidden + layer * WIDTH * WIDTH
        weight = tl.load(at + width[:, None] * WIDTH + width[None, :])
        value = tl.maximum(tl.dot(value, weight), 0.0).to(tl.float16)
    weight = tl.load(w_out + width[:, None] * OUTPUTS + outputs[None, :])
    result = tl.dot(value, weight).to(tl.float16)
    tl.store(y + row[:, None] * OUTPUTS + outputs[None, :], result, mask=here)


def network(
    points: int, inputs: int, width: int, outputs: int, hidden: int, window_s: float
) -> Row:
    """Time a small network whose values stay on chip, checked against PyTorch; best block size."""
    half = {"device": "cuda", "dtype": torch.float16}
    x = torch.randn(points, inputs, **half)
    w_in, w_out = torch.randn(inputs, width, **half), torch.randn(width, outputs, **half)
    w_in, w_out = w_in / inputs**0.5, w_out / width**0.5
    w_hidden = torch.randn(max(1, hidden - 1), width, width, **half) / width**0.5
    y = torch.empty(points, outputs, **half)
    value = torch.relu(x[:4096] @ w_in)
    for layer in range(hidden - 1):
        value = torch.relu(value @ w_hidden[layer])
    wanted = value @ w_out
    best: Row | None = None
    for block, warps in ((16, 1), (32, 1), (32, 2), (64, 2), (128, 2)):
        grid = (triton.cdiv(points, block),)

        def call(block: int = block, warps: int = warps, grid: tuple[int] = grid) -> None:
            _network[grid](
                x, w_in, w_hidden, w_out, y, points, inputs, width, outputs, hidden, block,
                num_warps=warps,
            )  # fmt: skip

        call()
        error = float((y[:4096] - wanted).abs().max())
        if error > 0.05:
            raise RuntimeError(f"the fused network is wrong by {error}")
        found = timed(call, window_s)
        best = found if best is None or found[0] < best[0] else best
    assert best is not None
    return best


def measure(folder: Path, seconds: float, seed: int) -> None:
    """Measure fused networks, then products until the time is over."""
    start = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "fused_mlp.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for inputs, width, hidden in NETWORKS:
            for power in (12, 14, 16, 18, 20, 22):
                row = network(1 << power, inputs, width, 16, hidden, 0.05)
                table.writerow(["fused_mlp", "fp16", 1 << power, inputs, width, 16,
                                f"hidden={hidden}", row[0], "", *row[1:], "", ""])  # fmt: skip
                file.flush()
    with (folder / "small_gemm.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        draw = random.Random(seed)  # noqa: S311 - shapes are no secret
        for count, shape in enumerate(shapes(draw, 1e5, 4e10)):
            if time.monotonic() - start > seconds:
                return
            row = product(*shape, window_s=0.04)
            table.writerow(["gemm", shape[0], 1, *shape[1:], "", row[0], "", *row[1:], "", ""])
            if count % 50 == 0:
                file.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=500.0)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    measure(chosen.folder, chosen.seconds, chosen.seed)
