"""The GPU baseline: the A100 40 GB of archsim's GPU family on the same workloads.

The card's constants are those calibrated on an H100, moved by data-sheet ratios, so an estimate; a
fused decode kernel and CUDA graphs are assumed, where the paper measures PyTorch.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from archsim.api import load_hardware, simulate
from archsim.config import HardwareSpec
from archsim.papers.neupims.measure import workload
from archsim.papers.neupims.points import Point

NAME = "A100 40 GB of the gpu family, an estimate"


def gpu_tokens_per_s(point: Point, seeds: Sequence[int]) -> float:
    """Return the mean throughput in tokens per second and card, embedding and head included.

    Args:
        point: The workload.
        seeds: One batch is drawn per seed.
    """
    return float(np.mean([_one(point, seed) for seed in seeds]))


@lru_cache(maxsize=4096)
def _one(point: Point, seed: int) -> float:
    result = simulate(_card(), workload(point), fidelity="analytic", seed=seed)
    return point.batch / result.latency_s / point.model.tensor


@lru_cache(maxsize=1)
def _card() -> HardwareSpec:
    return load_hardware("a100_40gb")
