"""The columns of a ``Trace``, and what their values must keep to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archsim.errors import InputError
from archsim.workload.kinds import operation_kind

COUNT_COLUMNS = (
    "macs",
    "vector_elements",
    "weight_bytes",
    "input_bytes",
    "output_bytes",
    "kv_read_bytes",
    "kv_write_bytes",
    "collective_bytes",
)
"""Columns that add up over operations, copies included, one repetition."""

SHAPE_COLUMNS = ("m", "n", "k", "copies", "kv_heads", "participants")
"""Columns that describe the shape of one operation."""

OPERATION_DTYPE = np.dtype(
    [("name", "U48"), ("kind", "U24"), ("group", "U48"), ("repeat", "<i8")]
    + [(name, "<i8") for name in (*SHAPE_COLUMNS, *COUNT_COLUMNS)]
)
"""Layout of ``Trace.operations``."""

MAX_COUNT = 2**62
"""Largest count: sums of two still fit in 64 bits."""


def check_columns(trace: str, operations: NDArray[np.void]) -> None:
    """Refuse operations whose columns contradict themselves.

    Args:
        trace: Name of the trace, for the message.
        operations: Structured array of ``OPERATION_DTYPE``.

    Raises:
        InputError: There are none, names repeat, a count is negative or too large, or the
            ``macs`` of a GEMM are not ``m x n x k x copies``.
        UnknownNameError: A kind is not in the vocabulary.
    """
    if len(operations) == 0:
        raise InputError(f"trace {trace} has no operations")
    for kind in np.unique(operations["kind"]):
        operation_kind(str(kind))
    if np.any(operations["name"] == "") or len(np.unique(operations["name"])) < len(operations):
        raise InputError(f"trace {trace}: operation names must be unique and not empty")
    for column in (*SHAPE_COLUMNS, *COUNT_COLUMNS, "repeat"):
        least = 1 if column in ("repeat", "copies", "participants") else 0
        values = operations[column]
        bad = np.flatnonzero((values < least) | (values > MAX_COUNT))
        if bad.size:
            raise InputError(
                f"trace {trace}: {column} of operation {operations['name'][bad[0]]}",
                found=str(values[bad[0]]),
                allowed=f"whole numbers from {least} to {MAX_COUNT}",
            )
    gemm = operations[operations["kind"] == "gemm"]
    shapes = zip(*(gemm[name].tolist() for name in ("m", "n", "k", "copies")), strict=True)
    for row, (m, n, k, copies) in zip(gemm, shapes, strict=True):
        if m * n * k * copies != int(row["macs"]):
            raise InputError(
                f"trace {trace}: macs of GEMM {row['name']}",
                found=str(row["macs"]),
                allowed=f"m x n x k x copies = {m * n * k * copies}",
            )
