"""From a table of kernels to time and power: physics, corrected where a card ships a residual."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.gpu.cards import load_card
from archsim.architectures.gpu.config import GpuHardware
from archsim.architectures.gpu.layers import KERNELS_PER_LAYER, layer_kernels
from archsim.architectures.gpu.physics import gemm_plan, put_gemm, simulate_kernels
from archsim.architectures.gpu.power import Activity, power_w
from archsim.architectures.gpu.residual import correct_products
from archsim.architectures.gpu.table import KernelTable
from archsim.errors import UnsupportedError

Float64Array = NDArray[np.float64]

MODELS = ("auto", "physics", "hybrid")


@dataclass(frozen=True)
class Prediction:
    """Time and power of kernels.

    Attributes:
        seconds: Time of one call, shape (kernels,).
        power_w: Board power while the call repeats, shape (kernels,).
    """

    seconds: Float64Array
    power_w: Float64Array


def has_residual(gpu: GpuHardware) -> bool:
    """Say whether a learned residual holds for a card: only for the very card it was learned on.

    A design that changes the chip or the constants of its products is predicted by physics alone.
    """
    if gpu.residual == "none":
        return False
    measured = load_card(gpu.residual)
    return gpu.chip == measured.chip and gpu.matmul == measured.matmul


def predict_table(gpu: GpuHardware, table: KernelTable, model: str = "auto") -> Prediction:
    """Predict kernels.

    Args:
        gpu: The card.
        table: The kernels.
        model: One of ``MODELS``.

    Raises:
        InputError: An option of a kernel is missing or not allowed.
        UnsupportedError: The hybrid is asked for and the card ships no residual.
    """
    if model == "hybrid" and not has_residual(gpu):
        raise UnsupportedError(
            f"the card {gpu.name} ships no learned residual, or differs from the measured card",
            found="model='hybrid'",
            allowed="model='physics', or the card h100_sxm as it ships",
        )
    layers = table.kernel == "layer"
    if not layers.any():
        return predict_kernels(gpu, table, model)[0]
    seconds, power = np.zeros(len(table)), np.zeros(len(table))
    inside = predict_kernels(gpu, layer_kernels(table.where(layers)), model)[0]
    shape = (-1, KERNELS_PER_LAYER)
    seconds[layers] = inside.seconds.reshape(shape).sum(axis=1)
    energy = (inside.seconds * inside.power_w).reshape(shape).sum(axis=1)
    power[layers] = energy / seconds[layers]
    if not layers.all():
        rest = predict_kernels(gpu, table.where(~layers), model)[0]
        seconds[~layers], power[~layers] = rest.seconds, rest.power_w
    return Prediction(seconds, power)


def predict_kernels(
    gpu: GpuHardware, table: KernelTable, model: str = "auto"
) -> tuple[Prediction, Activity]:
    """Predict kernels that are no layers, and return what they do."""
    products = table.kernel == "gemm"
    if model == "physics" or not products.any() or not has_residual(gpu):
        done = simulate_kernels(gpu, table)
        return Prediction(done.seconds, power_w(gpu, done)), done
    done = Activity.empty(len(table))
    part = table.where(products)
    plan = gemm_plan(gpu, part)
    corrected = correct_products(gpu, part, plan)
    put_gemm(gpu, part, products, done, replace(plan, seconds=corrected))
    if not products.all():
        rest = simulate_kernels(gpu, table.where(~products))
        done.put(~products, **vars(rest))
    return Prediction(done.seconds, power_w(gpu, done)), done
