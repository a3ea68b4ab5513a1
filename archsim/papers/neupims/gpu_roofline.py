"""The GPU baseline: a roofline, so a bound that no real card reaches.

The paper measures an A100 40 GB with PyTorch. Here each operation of the same trace takes the
longer of its arithmetic at peak and its compulsory traffic at peak bandwidth.

Not modelled: launch overhead, cache and shape effects, vector arithmetic, communication between
cards (tensor parallelism as on the NPU, links free of charge). All of them would slow it down.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from archsim.papers.neupims.measure import workload
from archsim.papers.neupims.points import Mode, Point
from archsim.technology.constant import TechConstant

NAME = "roofline A100 40 GB, not a measured GPU"

PEAK_FLOP_PER_S = TechConstant(
    "a100_40gb.fp16_dense", 312e12, "FLOP/s", "NVIDIA A100 data sheet, dense FP16", "recalled"
)
PEAK_BYTES_PER_S = TechConstant(
    "a100_40gb.bandwidth", 1555e9, "bytes/s", "NeuPIMs, ASPLOS 2024: host GPU baseline", "primary"
)

_TRAFFIC = ("weight_bytes", "input_bytes", "output_bytes", "kv_read_bytes", "kv_write_bytes")


def gpu_tokens_per_s(mode: Mode, point: Point, seeds: Sequence[int]) -> float:
    """Return the mean throughput bound in tokens per second and card.

    Args:
        mode: ``compat`` counts the layers alone, as the NPU does in that mode.
        point: The workload.
        seeds: One batch is drawn per seed.
    """
    bounds = [
        point.batch / _pass_s(mode, point, seed) / point.model.tensor for seed in seeds
    ]  # fmt: skip
    return float(np.mean(bounds))


def _pass_s(mode: Mode, point: Point, seed: int) -> float:
    trace = workload(point).trace(seed=seed)
    moved = sum(trace.column(name) for name in _TRAFFIC)
    arithmetic_s = 2 * trace.column("macs") / PEAK_FLOP_PER_S.value
    each_s = np.maximum(arithmetic_s, np.asarray(moved) / PEAK_BYTES_PER_S.value)
    counted = np.char.endswith(trace.operations["group"], "layer") | (mode == "physical")
    return float((each_s * trace.column("repeat"))[counted].sum())
