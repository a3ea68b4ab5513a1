"""The physics model of every kernel: seconds, and what it does for its power."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.gpu import attention, fused_mlp, hash_grid, streaming, tiled
from archsim.architectures.gpu.config import GpuHardware
from archsim.architectures.gpu.gemm import (
    ALIGNED,
    FP32,
    HALF,
    TF32,
    GemmPlan,
    alignment,
    resident_share,
    time_products,
)
from archsim.architectures.gpu.power import Activity
from archsim.architectures.gpu.table import KernelTable, distinct, each
from archsim.errors import InputError

Float64Array = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

LARGEST_TILE = 32
MAX_LOG2_ENTRIES = 32
MAX_LEVELS = 64
MAX_DIMENSIONS = 4
MAX_HIDDEN = 64


def simulate_kernels(gpu: GpuHardware, table: KernelTable) -> Activity:
    """Return time and activity of kernels by physics alone.

    Args:
        gpu: The card.
        table: The kernels.

    Raises:
        InputError: An option of a kernel is missing or not allowed.
    """
    done = Activity.empty(len(table))
    for name in distinct(table.kernel):
        mask = table.kernel == name
        _MODELS[name](gpu, table.where(mask), mask, done)
    return done


def gemm_plan(gpu: GpuHardware, table: KernelTable) -> GemmPlan:
    """Return the chosen tiles of a table of matrix products."""
    return time_products(gpu, table.precision, table.batch, table.m, table.n, table.k)


def put_gemm(
    gpu: GpuHardware, table: KernelTable, mask: BoolArray, done: Activity, plan: GemmPlan
) -> None:
    """Record what matrix products do."""
    aligned = alignment(table.precision, table.n, table.k) == ALIGNED
    half, tf32 = table.precision == HALF, table.precision == TF32
    flops = plan.padded_flops
    done.put(
        mask,
        seconds=plan.seconds,
        half_flops=flops * (half & aligned),
        half_unaligned_flops=flops * (half & ~aligned),
        tf32_flops=flops * (tf32 & aligned),
        tf32_unaligned_flops=flops * (tf32 & ~aligned),
        fp32_flops=flops * (table.precision == FP32),
        operand_bytes=plan.operand_bytes,
        busy_share=plan.busy_share,
    )
    _put_traffic(gpu, mask, done, plan.compulsory_bytes)


def _put_traffic(gpu: GpuHardware, mask: BoolArray, done: Activity, moved: Float64Array) -> None:
    beyond = moved * (1.0 - resident_share(moved, gpu.chip.l2_bytes))
    done.put(mask, cache_bytes=moved, memory_bytes=beyond)


def _gemm(gpu: GpuHardware, table: KernelTable, mask: BoolArray, done: Activity) -> None:
    put_gemm(gpu, table, mask, done, gemm_plan(gpu, table))


def _gemv(gpu: GpuHardware, table: KernelTable, mask: BoolArray, done: Activity) -> None:
    if np.any(table.m != 1):
        raise InputError(
            "kernel gemv_qk or gemv_sv: m",
            found=str(int(table.m[table.m != 1][0])),
            allowed="1 (one row per instance)",
        )
    seconds = attention.time_gemv(gpu, table.batch, table.n, table.k)
    work = table.volume()
    busy = np.minimum(table.batch / gpu.chip.sms, 1.0)
    done.put(mask, seconds=seconds, half_flops=2.0 * work, busy_share=busy)
    _put_traffic(gpu, mask, done, 2.0 * work)


def _sdpa(gpu: GpuHardware, table: KernelTable, mask: BoolArray, done: Activity) -> None:
    tensors = np.where(table.option("kv", "shared") == "separate", 2, 1)
    heads = table.batch * table.m
    seconds = attention.time_decode(gpu, heads, table.n, table.k, tensors)
    flops = 4.0 * table.volume()
    moved: Float64Array = 2.0 * table.volume() * tensors
    # Dot products and exponentials of decode run on scalar lanes: the SMs issue all the time.
    busy = np.ones(len(table))
    done.put(mask, seconds=seconds, half_flops=flops, busy_share=busy, thread_share=busy)
    _put_traffic(gpu, mask, done, moved)


def _prefill(gpu: GpuHardware, table: KernelTable, mask: BoolArray, done: Activity) -> None:
    sizes = (table.batch, table.m, table.n, table.k)
    seconds = attention.time_prefill(gpu, *sizes)
    flops = attention.prefill_flops(*sizes)
    moved = 8.0 * table.volume()
    done.put(mask, seconds=seconds, half_flops=flops, busy_share=np.ones(len(table)))
    _put_traffic(gpu, mask, done, moved)


def _stream(gpu: GpuHardware, table: KernelTable, mask: BoolArray, done: Activity) -> None:
    size = np.where(table.precision == FP32, 4, 2)
    rows, columns = table.batch * table.m, table.n * table.k
    seconds = streaming.time_streams(gpu, table.kernel, rows, columns, size)
    elements = rows.astype(np.float64) * columns
    moved = streaming.stream_bytes(table.kernel, elements, size)
    done.put(mask, seconds=seconds, busy_share=np.ones(len(table)))
    _put_traffic(gpu, mask, done, moved)


def _tiled(gpu: GpuHardware, table: KernelTable, mask: BoolArray, done: Activity) -> None:
    tile = table.whole_option("tile")
    if np.any(tile > LARGEST_TILE):
        raise InputError(
            "option tile in the column extra",
            found=str(int(tile.max())),
            allowed=f"1 to {LARGEST_TILE} (a block has at most {tiled.MAX_BLOCK_THREADS} threads)",
        )
    seconds = table.batch * tiled.time_tiled(gpu, table.m, table.n, table.k, tile)
    work = 2.0 * table.volume()
    done.put(
        mask,
        seconds=seconds,
        thread_bytes=work / tile * tiled.WORD_BYTES,
        thread_share=np.ones(len(table)),
    )


def _encoding(gpu: GpuHardware, table: KernelTable, mask: BoolArray, done: Activity) -> None:
    order, growth = table.option("order"), table.option("growth")
    unknown = [name for name in distinct(order) if name not in ("random", "rays")]
    if unknown:
        raise InputError(
            "option order in the column extra", found=repr(unknown[0]), allowed="random, rays"
        )
    ratios = each(growth, _ratio).astype(np.float64)
    limits = (
        ("levels (m)", table.m, MAX_LEVELS),
        ("log2 of table entries (n)", table.n, MAX_LOG2_ENTRIES),
        ("dimensions", table.whole_option("dimensions", 3), MAX_DIMENSIONS),
    )
    for what, values, limit in limits:
        if np.any(values > limit):
            raise InputError(
                f"kernel encode3d: {what}", found=str(int(values.max())), allowed=f"1 to {limit}"
            )
    base = table.whole_option("base", hash_grid.COARSEST)
    dimensions = table.whole_option("dimensions", hash_grid.DIMENSIONS)
    sizes = (table.batch, table.m, table.n, table.k)
    seconds = hash_grid.time_encoding(gpu, *sizes, ratios, order == "rays", base, dimensions)
    results: Float64Array = table.batch.astype(np.float64) * table.m * table.k
    results = results * hash_grid.ELEMENT_BYTES
    busy = np.ones(len(table))
    looked_up = results * np.exp2(dimensions)
    done.put(mask, seconds=seconds, thread_bytes=looked_up, thread_share=busy, busy_share=busy)
    _put_traffic(gpu, mask, done, results)


def _ratio(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 1.0 <= value <= 16.0:
        raise InputError(
            "option growth in the column extra", found=repr(text), allowed="a number from 1 to 16"
        )
    return value


def _networks(gpu: GpuHardware, table: KernelTable, mask: BoolArray, done: Activity) -> None:
    points, inputs, width, outputs = table.batch, table.m, table.n, table.k
    seconds = hash_grid.time_networks(gpu, points, inputs, width, outputs)
    weights = inputs * width + width * width + width * outputs
    moved = 2.0 * points * (inputs + 8.0 * width + outputs)
    done.put(
        mask,
        seconds=seconds,
        half_flops=2.0 * points * weights.astype(np.float64),
        busy_share=np.ones(len(table)),
    )
    _put_traffic(gpu, mask, done, moved)


def _fused_networks(gpu: GpuHardware, table: KernelTable, mask: BoolArray, done: Activity) -> None:
    hidden = table.whole_option("hidden")
    if np.any(hidden > MAX_HIDDEN):
        raise InputError(
            "option hidden in the column extra", found=str(int(hidden.max())),
            allowed=f"1 to {MAX_HIDDEN}",
        )  # fmt: skip
    points, inputs, width, outputs = table.batch, table.m, table.n, table.k
    weights = fused_mlp.network_weights(inputs, width, outputs, hidden)
    done.put(
        mask,
        seconds=fused_mlp.time_fused_networks(gpu, points, inputs, width, outputs, hidden),
        half_flops=2.0 * points.astype(np.float64) * weights,
        busy_share=np.ones(len(table)),
    )
    _put_traffic(gpu, mask, done, fused_mlp.moved_bytes(points, inputs, outputs))


_Model = Callable[[GpuHardware, KernelTable, BoolArray, Activity], None]
_MODELS: dict[str, _Model] = {
    "gemm": _gemm,
    "gemv_qk": _gemv,
    "gemv_sv": _gemv,
    "sdpa": _sdpa,
    "sdpa_prefill": _prefill,
    "copy": _stream,
    "add": _stream,
    "gelu": _stream,
    "softmax": _stream,
    "layernorm": _stream,
    "tiled": _tiled,
    "encode3d": _encoding,
    "mlp2hidden": _networks,
    "fused_mlp": _fused_networks,
}
