"""Fits the constants of the physics models to measured kernels.

Least squares on the logarithm of the ratio, with a soft L1 loss, one section of the card at a
time, from the values in the card's file. Nothing but the constants named here moves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.gpu.config import GpuHardware
from archsim.architectures.gpu.physics import simulate_kernels
from archsim.architectures.gpu.power import power_w
from archsim.architectures.gpu.table import read_table

if TYPE_CHECKING:
    import pandas as pd

Float64Array = NDArray[np.float64]

MATMUL = (
    "half_unaligned_share", "half_paired_share", "tf32_unaligned_share", "fp32_share", "fp32_edge",
    "unaligned_latency_s", "tf32_latency_s", "fp32_latency_s", "cache_bytes_per_s",
    "sm_bytes_per_s", "memory_share", "half_launch_s", "word_launch_s", "split_s",
    "epilogue_factor",
)  # fmt: skip
ATTENTION = ("block_bytes_per_s", "block_latency_s", "combine_s")
STREAMING = (
    "launch_s", "row_latency_s", "norm_element_s", "softmax_element_s", "warp_element_s",
    "function_elements_per_s",
)  # fmt: skip
TILED = ("issue_cycles", "tile_cycles", "launch_s", "wave_exponent")
HASH_GRID = (
    "launch_s", "lookup_s", "first_level_bytes", "cache_miss_s", "memory_miss_s", "coherent_cells",
)  # fmt: skip
FUSED_MLP = ("tensor_share", "layer_s", "exposed_share")
POWER = (
    "base_w", "active_w", "half_j_per_flop", "tf32_j_per_flop", "fp32_j_per_flop",
    "cache_j_per_byte", "operand_j_per_byte", "memory_j_per_byte",
)  # fmt: skip
THREAD_POWER = ("thread_w", "thread_j_per_byte")

SECTIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "matmul": (MATMUL, ("gemm",)),
    "attention": (ATTENTION, ("sdpa",)),
    "streaming": (STREAMING, ("copy", "add", "gelu", "softmax", "layernorm")),
    "tiled": (TILED, ("tiled",)),
    "hash_grid": (HASH_GRID, ("encode3d",)),
    "fused_mlp": (FUSED_MLP, ("fused_mlp",)),
}
"""Section of the card to its calibrated constants, and to the kernels whose times fix them."""

_WIDEST = 4.0
_PULL = 0.003
_SOFT = 0.1
_STEP = 0.03
_SHARES = ("share", "efficiency")


def fit_times(
    gpu: GpuHardware, kernels: pd.DataFrame, section: str, evaluations: int = 60
) -> GpuHardware:
    """Return the card with one section fitted to measured seconds.

    Args:
        gpu: The card to start from.
        kernels: Measured kernels, with ``seconds``; those of other kernels are left out.
        section: Key of ``SECTIONS``.
        evaluations: Most evaluations of the gradient.
    """
    names, wanted = SECTIONS[section]
    rows = kernels[kernels["kernel"].isin(wanted)]
    table = read_table(rows)
    measured = rows["seconds"].to_numpy(dtype=np.float64)

    def predict(card: GpuHardware) -> Float64Array:
        return simulate_kernels(card, table).seconds

    return _fit(gpu, section, names, predict, measured, evaluations)


def fit_power(gpu: GpuHardware, kernels: pd.DataFrame, names: Sequence[str] = POWER) -> GpuHardware:
    """Return the card with constants of its power section fitted to joules over seconds.

    Args:
        gpu: The card to start from; its times are fitted already.
        kernels: Measured kernels, with ``seconds`` and ``joules``.
        names: Constants that move.
    """
    measured = (kernels["joules"] / kernels["seconds"]).to_numpy(dtype=np.float64)
    done = simulate_kernels(gpu, read_table(kernels))
    return _fit(gpu, "power", names, lambda card: power_w(card, done), measured, 100)


def _fit(
    gpu: GpuHardware,
    section: str,
    names: Sequence[str],
    predict: Callable[[GpuHardware], Float64Array],
    measured: Float64Array,
    evaluations: int,
) -> GpuHardware:
    from scipy.optimize import least_squares

    start = np.array([float(getattr(getattr(gpu, section), name)) for name in names])
    logs = np.log(measured)
    pull = _PULL * np.sqrt(len(measured))

    def card(shift: Float64Array) -> GpuHardware:
        values = start * np.exp(shift)
        return with_constants(gpu, section, dict(zip(names, values.tolist(), strict=True)))

    def residuals(shift: Float64Array) -> Float64Array:
        return np.concatenate([np.log(predict(card(shift))) - logs, pull * shift])

    high = np.array(
        [
            min(_WIDEST, float(np.log(0.999 / value))) if name.endswith(_SHARES) else _WIDEST
            for name, value in zip(names, start, strict=True)
        ]
    )
    found = least_squares(
        residuals,
        np.zeros(len(names)),
        bounds=(np.full(len(names), -_WIDEST), high),
        loss="soft_l1",
        f_scale=_SOFT,
        diff_step=np.full(len(names), _STEP),
        max_nfev=evaluations,
    )
    return card(np.asarray(found.x, dtype=np.float64))


def with_constants(gpu: GpuHardware, section: str, values: Mapping[str, float]) -> GpuHardware:
    """Return the card with other constants in one section."""
    part = getattr(gpu, section)
    whole = {name: round(value) for name, value in values.items() if name == "first_level_bytes"}
    return gpu.model_copy(update={section: part.model_copy(update={**values, **whole})})


def calibrate(gpu: GpuHardware, times: pd.DataFrame, energies: pd.DataFrame) -> GpuHardware:
    """Return the card with every section fitted.

    Times and power depend on each other through the power limit, so both are fitted twice.

    Args:
        gpu: The card to start from.
        times: Measured kernels with ``seconds``.
        energies: Measured kernels with ``seconds`` and ``joules``, windows of 0.4 s and longer.
    """
    scalar = energies["kernel"] == "tiled"
    for _ in range(2):
        for section in SECTIONS:
            gpu = fit_times(gpu, times, section)
        gpu = fit_power(gpu, energies[~scalar])
        gpu = fit_power(gpu, energies[scalar], THREAD_POWER)
    return gpu
