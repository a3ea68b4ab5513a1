"""Attention on the NPU: for devices without PIM, and for prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archsim.architectures.npu_pim.config import NpuPimHardware
from archsim.architectures.npu_pim.operations import NpuOperation, Step
from archsim.architectures.npu_pim.vector_work import row_cycles
from archsim.blocks.vector import vector_row_cycles

if TYPE_CHECKING:
    from archsim.workload.trace import Trace


def attention_operations(hardware: NpuPimHardware, trace: Trace) -> list[NpuOperation]:
    """Return one layer's attention on the NPU, as one fused operation per layer.

    Logits never leave the scratchpad, so memory moves keys, values, queries and results.
    """
    rows = {str(row["kind"]): row for row in trace.operations if row["group"].endswith("layer")}
    logit, attend = rows["attention_logit"], rows["attention_attend"]
    read = int(logit["kv_read_bytes"]) + int(attend["kv_read_bytes"]) + int(logit["input_bytes"])
    written = int(attend["output_bytes"])
    if hardware.has("drain_bound_attention"):
        steps: tuple[Step, ...] = (Step(tail_cycles=drain_bound_cycles(hardware, trace)),)
    else:
        compute = physical_attention_cycles(hardware, trace)
        drain = 2 * (hardware.npu.systolic_rows + hardware.npu.systolic_columns)
        steps = (Step(stream_bytes=read + written, compute_cycles=compute, tail_cycles=drain),)
    return [
        NpuOperation(
            name="attention",
            kind="attention",
            component="systolic arrays",
            steps=steps,
            read_bytes=read,
            write_bytes=written,
            macs=int(logit["macs"]) + int(attend["macs"]),
            vector_elements=int(rows["softmax"]["vector_elements"]),
            vector_operation="softmax",
            sram_bytes=read + written,
        )
    ]


def physical_attention_cycles(hardware: NpuPimHardware, trace: Trace) -> int:
    """Return the compute cycles of attention when heads are dealt to the arrays.

    Keys, then values, are the stationary operand, a block of ``rows x columns`` at a time; the
    queries that share a key/value head stream through it. Softmax runs on the vector units at the
    same time; the longer of the two counts.
    """
    npu = hardware.npu
    row = next(r for r in trace.operations if str(r["kind"]) == "attention_logit")
    head_dim, heads, kv_heads = int(row["k"]), int(row["copies"]), int(row["kv_heads"])
    contexts, new = trace.context_tokens, trace.new_tokens
    across = -(-head_dim // npu.systolic_columns)
    down = -(-contexts // npu.systolic_rows)
    streamed = np.maximum(new * (heads // kv_heads), npu.systolic_rows)
    blocks = 2 * kv_heads * across * down
    matrix = -(-int((blocks * streamed).sum()) // npu.systolic_arrays)
    per_row = np.asarray(vector_row_cycles("softmax", contexts, npu.vector_lanes))
    vector = -(-int((per_row * new).sum()) * heads // npu.vector_units)
    return max(matrix, vector)


def drain_bound_cycles(hardware: NpuPimHardware, trace: Trace) -> int:
    """Return the attention cycles of the authors' NPU-only branch.

    One head at a time on all arrays: a matrix-vector product behind a weight preload, a softmax,
    then one block per ``columns`` tokens, each waiting for the drain of the block before it.
    """
    npu = hardware.npu
    row = next(r for r in trace.operations if str(r["kind"]) == "attention_logit")
    fill = 2 * npu.systolic_rows - 1
    stream = npu.systolic_columns // npu.systolic_arrays
    block = npu.systolic_rows + npu.systolic_columns - 1 + max(1, stream)
    total = 0
    for tokens in trace.context_tokens.tolist():
        blocks = -(-(tokens + npu.systolic_columns - 1) // npu.systolic_columns)
        softmax = row_cycles("softmax", tokens, npu.vector_lanes)
        total += fill + tokens // npu.systolic_arrays + softmax + block * blocks
    return total * int(row["copies"])
