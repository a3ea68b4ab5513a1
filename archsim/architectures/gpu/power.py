"""Board power of a kernel: a base, its work and its traffic, up to the board's limit.

``drawn = base + active SMs + sum(J per FLOP * FLOP/s) + sum(J per byte * bytes/s)``; the
board's limit rounds it off: ``power = drawn / (1 + (drawn / limit)^12)^(1/12)``. The time model
already slows throttled kernels down, so the energy of a call is power times time.

The terms are collinear: they are a fit, not energies per operation of the silicon.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.gpu.config import GpuHardware

Float64Array = NDArray[np.float64]

_SHARPNESS = 12.0


@dataclass(frozen=True)
class Activity:
    """What kernels do, for their power; every array has shape (kernels,).

    Attributes:
        seconds: Time of one call.
        half_flops: Aligned half-precision tensor work, with the empty edges of tiles.
        half_unaligned_flops: The same on unaligned rows.
        tf32_flops: Aligned tf32 tensor work.
        tf32_unaligned_flops: The same on unaligned rows.
        fp32_flops: Work without tensor cores.
        cache_bytes: Compulsory traffic: each tensor once.
        operand_bytes: Bytes that tiles fetch from the cache.
        memory_bytes: Traffic that leaves the cache.
        busy_share: Share of the SMs that issue instructions.
        thread_share: Share of the SMs that issue scalar instructions of many threads.
        thread_bytes: Bytes that single threads load.
    """

    seconds: Float64Array
    half_flops: Float64Array
    half_unaligned_flops: Float64Array
    tf32_flops: Float64Array
    tf32_unaligned_flops: Float64Array
    fp32_flops: Float64Array
    cache_bytes: Float64Array
    operand_bytes: Float64Array
    memory_bytes: Float64Array
    busy_share: Float64Array
    thread_share: Float64Array
    thread_bytes: Float64Array

    @classmethod
    def empty(cls, count: int) -> Activity:
        """Return an activity of ``count`` kernels that do nothing yet."""
        return cls(*(np.zeros(count) for _ in range(12)))

    def put(self, mask: NDArray[np.bool_], **values: Float64Array) -> None:
        """Set attributes of the kernels that a mask of shape (kernels,) picks."""
        for name, value in values.items():
            getattr(self, name)[mask] = value


def limited(drawn_w: Float64Array, limit_w: float) -> Float64Array:
    """Return power below the board's limit, W, with a rounded corner; shape as given."""
    ratio = drawn_w / limit_w
    # Far above the limit the power is the limit; the ratio's 12th power would overflow there.
    rounded: Float64Array = drawn_w / (1.0 + np.minimum(ratio, 1e6) ** _SHARPNESS) ** (
        1.0 / _SHARPNESS
    )
    return np.minimum(rounded, limit_w)


def dynamic_terms_j(gpu: GpuHardware, done: Activity) -> Float64Array:
    """Return energy of one call above the base, without the limit, J.

    Shape (9, kernels): half, half unaligned, tf32, tf32 unaligned and fp32 work, then cache,
    operand, memory and thread traffic. Power of active SMs is not in it: it grows with time.
    """
    fit = gpu.power
    return np.stack(
        [
            done.half_flops * fit.half_j_per_flop,
            done.half_unaligned_flops * fit.half_unaligned_j_per_flop,
            done.tf32_flops * fit.tf32_j_per_flop,
            done.tf32_unaligned_flops * fit.tf32_unaligned_j_per_flop,
            done.fp32_flops * fit.fp32_j_per_flop,
            done.cache_bytes * fit.cache_j_per_byte,
            done.operand_bytes * fit.operand_j_per_byte,
            done.memory_bytes * fit.memory_j_per_byte,
            done.thread_bytes * fit.thread_j_per_byte,
        ]
    )


@dataclass(frozen=True)
class EnergyParts:
    """Energy of one call above the base power, by part of the card, J; shape (kernels,) each.

    Attributes:
        multiprocessors: Arithmetic, instruction issue and what tiles fetch.
        cache: Compulsory traffic through the second-level cache.
        memory: Traffic that leaves the cache.
    """

    multiprocessors: Float64Array
    cache: Float64Array
    memory: Float64Array

    @property
    def total(self) -> Float64Array:
        """Sum of the parts, shape (kernels,)."""
        return self.multiprocessors + self.cache + self.memory


def energy_parts_j(gpu: GpuHardware, done: Activity, drawn_w: Float64Array) -> EnergyParts:
    """Split the energy above the base over the parts, in proportion to their terms.

    Args:
        gpu: The card.
        done: What the kernels do.
        drawn_w: Board power during them, the limit applied.
    """
    terms = dynamic_terms_j(gpu, done)
    active = active_w(gpu, done) * done.seconds
    cache, memory = terms[5], terms[7]
    inner = terms.sum(axis=0) - cache - memory + active
    whole = np.maximum(inner + cache + memory, np.finfo(np.float64).tiny)
    above = np.maximum(drawn_w - gpu.power.base_w, 0.0) * done.seconds
    scale = above / whole
    return EnergyParts(inner * scale, cache * scale, memory * scale)


def active_w(gpu: GpuHardware, done: Activity) -> Float64Array:
    """Return the power of SMs that issue instructions, above the base, W, shape (kernels,)."""
    return gpu.power.active_w * done.busy_share + gpu.power.thread_w * done.thread_share


def power_w(gpu: GpuHardware, done: Activity) -> Float64Array:
    """Return the board power during kernels that repeat, W, shape (kernels,)."""
    work_w = dynamic_terms_j(gpu, done).sum(axis=0) / done.seconds
    drawn = gpu.power.base_w + active_w(gpu, done) + work_w
    return limited(drawn, gpu.chip.board_power_w)
