"""Benchmarks of the GPU family: ``python tests/bench/bench_gpu.py CASE``."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from figures import Figure, peak_memory_mb, write_figures

import archsim
from archsim.architectures import registry
from archsim.space import choose_designs, load_study

SHAPES = 100_000
PHYSICS_TARGET = 200_000.0
HYBRID_TARGET = 50_000.0
LOAD_TARGET_S = 0.5
CARDS_TARGET = 20_000.0
MEMORY_TARGET_MB = 600.0
REPEATS = 5


def products(count: int) -> pd.DataFrame:
    """Return distinct matrix products from 1e5 to 1e13 FLOP."""
    random = np.random.default_rng(0)
    sizes = {name: np.exp2(random.uniform(5, 14, count)).astype(np.int64) for name in ("m", "n")}
    depth = 8 * np.exp2(random.uniform(2, 11, count)).astype(np.int64)
    dtypes = random.choice(["fp16", "bf16", "tf32", "fp32"], count)
    return pd.DataFrame({"kernel": "gemm", "dtype": dtypes, "batch": 1, **sizes, "k": depth})


def _rate(model: str, target: float) -> list[Figure]:
    kernels = products(SHAPES)
    archsim.gpu.predict(kernels.iloc[:10], "h100_sxm", model=model)
    spent = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        archsim.gpu.predict(kernels, "h100_sxm", model=model)
        spent.append(time.perf_counter() - begin)
    rate = SHAPES / statistics.median(spent)
    return [
        Figure(
            f"GPU kernels, {model}", rate, "shapes/s", target, "higher",
            note=f"{SHAPES:,} products, table read included",
        ),
        Figure(f"GPU kernels, {model}: peak memory", peak_memory_mb(), "MB", MEMORY_TARGET_MB),
    ]  # fmt: skip


def gpu_physics() -> list[Figure]:
    """Physics of matrix products, vectorised."""
    return _rate("physics", PHYSICS_TARGET)


def gpu_hybrid() -> list[Figure]:
    """Physics and residual."""
    return _rate("hybrid", HYBRID_TARGET)


def gpu_load() -> list[Figure]:
    """The residual from its file."""
    from archsim.architectures.gpu.residual import shipped_forest

    begin = time.perf_counter()
    shipped_forest("h100_sxm")
    spent = time.perf_counter() - begin
    return [Figure("GPU residual, load", spent, "s", LOAD_TARGET_S)]


def gpu_cards() -> list[Figure]:
    """Cards of the shipped study on one decode pass: evaluation without the ledger."""
    study = load_study("gpu-decode")
    levels = choose_designs(study)
    columns = {
        key.removeprefix("hardware."): np.array(parameter.values)[levels[:, at]]
        for at, (key, parameter) in enumerate(
            zip(study.space.keys, study.space.parameters, strict=True)
        )
    }
    evaluate = partial(registry.get("gpu").evaluate_batch, study.hardware, study.workload)
    evaluate({key: values[:10] for key, values in columns.items()})
    spent, cpu = [], []
    for _ in range(3):
        begin, begin_cpu = time.perf_counter(), time.process_time()
        evaluate(columns)
        spent.append(time.perf_counter() - begin)
        cpu.append(time.process_time() - begin_cpu)
    note = f"{len(levels):,} cards, 6 keys, GPT3-7B; per CPU second {len(levels) / min(cpu):,.0f}"
    rate = len(levels) / statistics.median(spent)
    return [
        Figure("GPU cards, one decode pass", rate, "designs/s", CARDS_TARGET, "higher", note),
        Figure("GPU cards: peak memory", peak_memory_mb(), "MB", MEMORY_TARGET_MB),
    ]


CASES: dict[str, Callable[[], list[Figure]]] = {
    "gpu_physics": gpu_physics,
    "gpu_hybrid": gpu_hybrid,
    "gpu_load": gpu_load,
    "gpu_cards": gpu_cards,
}

if __name__ == "__main__":
    write_figures(CASES[sys.argv[1]]())
