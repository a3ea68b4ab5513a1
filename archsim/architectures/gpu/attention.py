"""Time of attention kernels.

Decode with batched matrix-vector products (``gemv_qk``, ``gemv_sv``) streams keys or values once
and needs no constant of its own. Fused decode attention (``sdpa``) runs one thread block for each
head of each request, or several when there are too few heads to fill the card: the rule is the
split heuristic of FlashAttention-2 (recalled). Blocks run in waves of one per SM::

    block = block_latency + block bytes / block bandwidth
    time  = launch + full waves * max(block, wave bytes / bandwidth) + the same for the last wave

The measured calls read one tensor as keys and as values, so its bytes count once.

Prefill attention is compute bound: half of the square of each head, at a share of the half rate.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.gpu.config import GpuHardware
from archsim.architectures.gpu.gemm import resident_share

Float64Array = NDArray[np.float64]
Int64Array = NDArray[np.int64]

KEY_BLOCK = 128
"""Keys that one block takes at a time (head dimensions up to 128)."""
BLOCKS_PER_SM = 2
"""Blocks per SM that the split heuristic counts with."""
MAX_SPLITS = 128
FULL_ENOUGH = 0.8
"""No split when the heads alone fill this share of the card."""
GOOD_ENOUGH = 0.85
"""The smallest split within this share of the best occupancy is taken."""


def effective_bandwidth(gpu: GpuHardware, footprint_bytes: Float64Array) -> Float64Array:
    """Return the bandwidth of a repeated stream in bytes/s, shape as given: cache or memory."""
    resident = resident_share(footprint_bytes, gpu.chip.l2_bytes)
    fit = gpu.matmul
    memory = gpu.chip.memory_bytes_per_s * fit.memory_share
    return 1.0 / (resident / fit.cache_bytes_per_s + (1.0 - resident) / memory)


def time_gemv(gpu: GpuHardware, batch: Int64Array, n: Int64Array, k: Int64Array) -> Float64Array:
    """Time batched matrix-vector products in half precision, s, shape (kernels,).

    Args:
        gpu: The card.
        batch: Independent products (heads times requests).
        n: Results of one product.
        k: Reduction of one product.
    """
    moved = 2.0 * batch * (n.astype(np.float64) * k + n + k)
    stream = moved / effective_bandwidth(gpu, moved)
    busy = np.minimum(batch, gpu.chip.sms)
    drawn = moved / (gpu.matmul.sm_bytes_per_s * busy)
    return gpu.matmul.half_launch_s + np.cbrt(stream**3 + drawn**3)


def splits(heads: Int64Array, key_blocks: Int64Array, slots: int | Int64Array) -> Int64Array:
    """Return over how many blocks each head is split, shape (kernels,).

    Args:
        heads: Heads of all requests.
        key_blocks: Blocks of keys per head.
        slots: Blocks that run at a time.
    """
    most = min(MAX_SPLITS, int(key_blocks.max(initial=1)))
    candidate = np.arange(1, most + 1, dtype=np.int64)[:, None]
    per_split = -(-key_blocks // candidate)
    before = -(-key_blocks // np.maximum(candidate - 1, 1))
    useful = (candidate <= key_blocks) & ((candidate == 1) | (per_split != before))
    waves = heads * candidate / slots
    occupancy = np.where(useful, waves / np.ceil(waves), 0.0)
    good = occupancy >= GOOD_ENOUGH * occupancy.max(axis=0)
    chosen = np.argmax(good, axis=0) + 1
    return np.where(heads >= FULL_ENOUGH * slots, 1, chosen).astype(np.int64)


def time_decode(
    gpu: GpuHardware,
    heads: Int64Array,
    tokens: Int64Array,
    head_dim: Int64Array,
    tensors: Int64Array,
) -> Float64Array:
    """Time fused decode attention in half precision, s, shape (kernels,).

    Args:
        gpu: The card.
        heads: Key-value heads of all requests.
        tokens: Cached tokens per request.
        head_dim: Elements of a head.
        tensors: 1 where keys and values are one tensor, as in the measured calls; else 2.
    """
    fit = gpu.attention
    sms = gpu.chip.sms
    split = splits(heads, -(-tokens // KEY_BLOCK), BLOCKS_PER_SM * sms)
    blocks = (heads * split).astype(np.float64)
    moved: Float64Array = heads.astype(np.float64) * tokens * head_dim * 2.0 * tensors
    share = moved / blocks
    bandwidth = effective_bandwidth(gpu, moved)
    block = fit.block_latency_s + share / fit.block_bytes_per_s
    full = np.floor(blocks / sms)
    rest = blocks - full * sms
    waves = full * np.maximum(block, sms * share / bandwidth)
    waves += np.where(rest > 0, np.maximum(block, rest * share / bandwidth), 0.0)
    return gpu.matmul.half_launch_s + waves + np.where(split > 1, fit.combine_s, 0.0)


def prefill_flops(
    batch: Int64Array, heads: Int64Array, tokens: Int64Array, head_dim: Int64Array
) -> Float64Array:
    """Return the work of causal attention over whole prompts, shape (kernels,)."""
    pairs = tokens.astype(np.float64) * (tokens + 1) / 2.0
    return 4.0 * batch * heads * pairs * head_dim


def time_prefill(
    gpu: GpuHardware,
    batch: Int64Array,
    heads: Int64Array,
    tokens: Int64Array,
    head_dim: Int64Array,
) -> Float64Array:
    """Time causal attention over whole prompts in half precision, s, shape (kernels,).

    Args:
        gpu: The card.
        batch: Requests.
        heads: Heads per request.
        tokens: Prompt tokens per request.
        head_dim: Elements of a head.
    """
    chip = gpu.chip
    flops = prefill_flops(batch, heads, tokens, head_dim)
    blocks = batch * heads * np.ceil(tokens / KEY_BLOCK)
    waves = np.ceil(blocks / chip.sms)
    idle = waves * chip.sms / blocks
    compute = flops * idle / (chip.half_flops * gpu.attention.prefill_share)
    moved: Float64Array = 8.0 * batch.astype(np.float64) * heads * tokens * head_dim
    stream = moved / effective_bandwidth(gpu, moved)
    fixed = gpu.matmul.half_launch_s + gpu.attention.block_latency_s
    seconds: Float64Array = fixed + np.maximum(compute, stream)
    return seconds
