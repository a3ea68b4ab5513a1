"""Benchmarks of the FPGA family: ``python tests/bench/bench_fpga.py CASE``.

Every case runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from figures import Figure, peak_memory_mb, write_figures

import archsim
from archsim.architectures import registry

MEMORY_TARGET_MB = 500.0
DESIGNS = 200_000


def designs() -> list[Figure]:
    """200,000 designs of a ternary core, and as many blocks of the closed form."""
    random = np.random.default_rng(0)
    columns = {
        "ternary_core.frequency_hz": random.uniform(5e7, 4e8, DESIGNS),
        "ternary_core.port_bytes": random.choice([8, 16, 32, 64, 128], DESIGNS),
        "ternary_core.lanes": random.choice([64, 256, 320, 1024], DESIGNS),
        "ternary_core.weight_packing": random.choice(["two_bit", "base3"], DESIGNS),
        "ternary_core.cores": random.integers(1, 9, DESIGNS),
        "ternary_core.channels": random.integers(1, 5, DESIGNS),
    }
    hardware = archsim.load_hardware("d5005-multicore")
    workload = archsim.load_workload("matmulfree-1.3b", overrides={"batch": 8})
    evaluate = registry.get("fpga").evaluate_batch
    evaluate(hardware, workload, {key: value[:1] for key, value in columns.items()})
    rates = []
    for _ in range(3):
        begin = time.perf_counter()
        evaluate(hardware, workload, columns)
        rates.append(DESIGNS / (time.perf_counter() - begin))
    begin = time.perf_counter()
    archsim.fpga.ternary_block(
        2048, 5632, columns["ternary_core.port_bytes"], 1, 2, columns["ternary_core.lanes"],
        columns["ternary_core.frequency_hz"], memory_bytes_per_s=19.2e9, overlap=True,
    )  # fmt: skip
    block = DESIGNS / (time.perf_counter() - begin)
    note = "latency, energy bounds, fit; median of 3"
    rate = statistics.median(rates)
    return [
        Figure("FPGA: designs of a core, 6 keys", rate, "designs/s", 200_000.0, "higher", note),
        Figure("FPGA: ternary_block, one call", block, "designs/s", 200_000.0, "higher"),
        Figure("FPGA: designs: peak memory", peak_memory_mb(), "MB", MEMORY_TARGET_MB),
    ]


def token() -> list[Figure]:
    """One token of the 1.3B model, event fidelity, head and table included."""
    workload = archsim.load_workload("matmulfree-1.3b")
    eight = archsim.load_workload("matmulfree-1.3b", overrides={"batch": 8})
    found = []
    for design, work, target in (
        ("d5005-512bit", workload, 0.5),
        ("d5005-prototype", workload, 0.5),
        ("d5005-multicore", eight, None),
    ):
        hardware = archsim.load_hardware(design)
        archsim.simulate(hardware, work)
        seconds = []
        for _ in range(5):
            begin = time.perf_counter()
            archsim.simulate(hardware, work)
            seconds.append(time.perf_counter() - begin)
        note = "eight cores share the memory" if target is None else "median of 5"
        what = f"FPGA: 1.3B token on {design}, event"
        found.append(Figure(what, statistics.median(seconds), "s", target, note=note))
    return found


def image() -> list[Figure]:
    """One PASCAL image, event fidelity, with and without reordering."""
    found = []
    for policy in ("reorder", "token_major"):
        archsim.fpga.moe_vit("m3vit", "pascal", policy, fidelity="event")
        begin = time.perf_counter()
        archsim.fpga.moe_vit("m3vit", "pascal", policy, fidelity="event")
        found.append(
            Figure(f"FPGA: M3ViT image, {policy}, event", time.perf_counter() - begin, "s")
        )
    return found


CASES: dict[str, Callable[[], list[Figure]]] = {
    function.__name__: function for function in (designs, token, image)
}


if __name__ == "__main__":
    write_figures(CASES[sys.argv[1]]())
