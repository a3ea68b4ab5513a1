"""From the operations of a trace to the kernels that a GPU launches for them.

Matrix products become library calls; logits, softmax and attend of attention become one fused
kernel, which stands at the logits; vector work becomes streaming kernels. Convolutions reach this
module as products (``im2col`` gives their sizes).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.gpu.gemm import FP32, HALF, TF32
from archsim.architectures.gpu.table import KernelTable
from archsim.errors import UnsupportedError
from archsim.workload.trace import Trace

Int64Array = NDArray[np.int64]

FORMATS = {1: "fp16", 2: "fp16", 4: "tf32"}
"""Bytes of an element to the format that its products run in.

Elements of one byte run in half precision: no 8-bit rate was measured.
"""
_PRECISIONS = {"fp16": HALF, "tf32": TF32, "fp32": FP32}

COLLECTIVES = ("all_reduce", "all_gather", "point_to_point")


class Call(NamedTuple):
    """One kernel call, with the columns of ``KernelTable``."""

    kernel: str
    dtype: str
    batch: int
    m: int
    n: int
    k: int
    extra: str = ""


@dataclass(frozen=True)
class Lowered:
    """The kernels of a trace.

    Attributes:
        table: All kernels, one repetition of every group.
        operation: Index of the trace's operation that each kernel serves, shape (kernels,).
    """

    table: KernelTable
    operation: Int64Array


def im2col(
    channels: int, filters: int, kernel: tuple[int, int], outputs: tuple[int, int], images: int = 1
) -> tuple[int, int, int]:
    """Return m, n, k of the product that a convolution becomes.

    Args:
        channels: Input channels of one group.
        filters: Output channels of one group.
        kernel: Height and width of the filter.
        outputs: Height and width of the result.
        images: Images of the batch.
    """
    pixels = images * outputs[0] * outputs[1]
    return pixels, filters, channels * kernel[0] * kernel[1]


def lower(trace: Trace, calls_of: Mapping[str, Sequence[Call]] | None = None) -> Lowered:
    """Return the kernels of a trace in its order.

    A norm, or a softmax outside fused attention, works on rows as long as what the next product
    reduces over: that product takes its result.

    Args:
        trace: The operations.
        calls_of: Kernels of operations, by name, that their kind alone does not tell.

    Raises:
        UnsupportedError: An operation has no kernel, or the format has no rate here.
    """
    dtype = FORMATS.get(trace.bytes_per_element)
    if dtype is None:
        raise UnsupportedError(
            "the GPU models have no rate for elements of this size",
            key="bytes_per_element",
            found=str(trace.bytes_per_element),
            allowed=", ".join(str(size) for size in FORMATS),
        )
    calls: list[Call] = []
    owners: list[int] = []
    given = calls_of or {}
    for index in range(len(trace)):
        name = str(trace.operations["name"][index])
        for call in given[name] if name in given else _calls(trace, index, dtype):
            calls.append(call)
            owners.append(index)
    return Lowered(to_table(calls), np.array(owners, dtype=np.int64))


def to_table(calls: list[Call]) -> KernelTable:
    """Return calls by column."""
    columns = list(zip(*calls, strict=True)) if calls else [()] * 7
    batch, m, n, k = (np.array(column, dtype=np.int64) for column in columns[2:6])
    dtypes = np.array(columns[1], dtype=np.str_)
    precision = np.array([_PRECISIONS[str(name)] for name in dtypes], dtype=np.int64)
    return KernelTable(
        kernel=np.array(columns[0], dtype=np.str_),
        dtype=dtypes,
        precision=precision,
        batch=batch,
        m=m,
        n=n,
        k=k,
        extra=np.array(columns[6], dtype=np.str_),
    )


def _calls(trace: Trace, index: int, dtype: str) -> list[Call]:
    row = trace.operations[index]
    kind = str(row["kind"])
    vector = "fp16" if dtype == "fp16" else "fp32"
    if kind in COLLECTIVES:
        return []
    if kind == "gemm":
        copies, m, n, k = (int(row[name]) for name in ("copies", "m", "n", "k"))
        return [Call("gemm", dtype, copies, m, n, k)]
    if kind == "attention_logit":
        return _attention(trace, index)
    fused = bool(np.any(trace.operations["kind"] == "attention_logit"))
    if kind == "attention_attend" or (kind == "softmax" and fused):
        return []
    size = trace.bytes_per_element
    read, written = (max(1, int(row[name]) // size) for name in ("input_bytes", "output_bytes"))
    if kind in ("norm", "softmax"):
        width = min(_row_elements(trace, index), written)
        rows = -(-written // width)
        return [Call("layernorm" if kind == "norm" else "softmax", vector, 1, rows, width, 1)]
    if kind == "activation":
        return [Call("gelu", vector, 1, written, 1, 1)]
    if kind == "elementwise":
        return [Call("add" if read > written else "copy", vector, 1, written, 1, 1)]
    if kind == "pool":
        return [Call("copy", vector, 1, -(-(read + written) // 2), 1, 1)]
    if kind == "embedding":
        return [Call("copy", vector, 1, written, 1, 1)]
    if kind == "kv_append":
        return [Call("copy", vector, 1, max(1, int(row["kv_write_bytes"]) // size), 1, 1)]
    raise UnsupportedError(
        "a GPU has no kernel for this kind of operation", found=f"{kind} ({row['name']})"
    )


def _row_elements(trace: Trace, index: int) -> int:
    """Return the reduction of the first product behind an operation, else of the last before."""
    products = np.flatnonzero(trace.operations["kind"] == "gemm")
    if not products.size:
        return 1024
    behind = products[products > index]
    return int(trace.column("k")[behind[0] if behind.size else products[-1]])


def _attention(trace: Trace, index: int) -> list[Call]:
    """Return the fused kernels of one attention: decode for all requests, prefill by length."""
    row = trace.operations[index]
    heads, kv_heads, head_dim = (int(row[name]) for name in ("copies", "kv_heads", "k"))
    new = trace.new_tokens
    if int(new.max()) == 1:
        per_head = int(row["kv_read_bytes"]) // (kv_heads * head_dim * trace.bytes_per_element)
        tokens = max(1, round(per_head / len(new)))
        return [Call("sdpa", "fp16", len(new), kv_heads, tokens, head_dim, "kv=separate")]
    lengths, counts = np.unique(new, return_counts=True)
    return [
        Call("sdpa_prefill", "fp16", int(count), heads, int(length), head_dim)
        for length, count in zip(lengths, counts, strict=True)
    ]
