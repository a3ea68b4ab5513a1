"""From the operations of a trace to what the NPU does, stage by stage of one layer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from archsim.architectures.npu_pim.config import NpuPimHardware
from archsim.architectures.npu_pim.gemm import (
    Arrays,
    Product,
    authors_steps,
    authors_written_bytes,
    physical_steps,
)
from archsim.architectures.npu_pim.npu_attention import attention_operations
from archsim.architectures.npu_pim.operations import NpuOperation, Rates, Step
from archsim.architectures.npu_pim.stream import stream_bytes_per_s
from archsim.architectures.npu_pim.vector_work import authors_vector_steps, physical_vector_steps
from archsim.blocks.link import (
    point_to_point_seconds,
    ring_all_gather_seconds,
    ring_all_reduce_bytes,
    ring_all_reduce_seconds,
)
from archsim.blocks.tiling import tile_bytes
from archsim.errors import InfeasibleError, Side, UnsupportedError
from archsim.kernel import Clock, seconds_to_fs

if TYPE_CHECKING:
    from archsim.workload.llm_model import LlmModel
    from archsim.workload.trace import Trace

TURNAROUND_CYCLES = 2300
"""Memory cycles a matrix product loses to read-write turnarounds when it starts behind posted
writes. Calibrated on the 7B, tensor-parallel-4 rows of the measured runs (0.4 to 5 thousand). An
average: in a run the writes left in the bank queues starve behind reads or do not."""

WRITE_BUFFER_BURSTS = 32
"""Write buffer of a channel; fewer posted bursts cost proportionally less (NeuPIMs source)."""

ATTENTION = frozenset({"attention_logit", "softmax", "attention_attend"})


@dataclass(frozen=True)
class LayerPlan:
    """NPU operations of one layer around attention, and of the rest of the pass.

    Attributes:
        before: From the layer's input to queries, keys and values.
        attention: Attention on the NPU (a device without PIM, or a prefill), else empty.
        after: Projection and feed-forward network.
        once: Operations outside layers (embedding, head, sends), with how often they run.
    """

    before: tuple[NpuOperation, ...]
    attention: tuple[NpuOperation, ...]
    after: tuple[NpuOperation, ...]
    once: tuple[tuple[NpuOperation, int], ...]


def rates(hardware: NpuPimHardware) -> Rates:
    """Return the clocks and the sustained memory rate of a device."""
    return Rates(
        npu=Clock(Fraction(hardware.npu.frequency_hz)),
        memory=Clock(Fraction(hardware.memory.frequency_hz)),
        stream_bytes_per_s=stream_bytes_per_s(hardware.memory),
    )


def arrays(hardware: NpuPimHardware) -> Arrays:
    """Return what products need to know of the NPU."""
    npu = hardware.npu
    return Arrays(
        count=npu.systolic_arrays,
        rows=npu.systolic_rows,
        columns=npu.systolic_columns,
        room_bytes=npu.scratchpad_bytes // 2,
        banks=hardware.memory.banks,
    )


def plan_layer(
    hardware: NpuPimHardware, model: LlmModel, trace: Trace, *, npu_attention: bool
) -> LayerPlan:
    """Plan the operations of a trace.

    Raises:
        UnsupportedError: The trace has an operation kind that this device cannot run.
    """
    layer = next(group for group in trace.groups if group.name.endswith("layer"))
    inside = set(layer.indices.tolist())
    planner = _Planner(hardware, model, trace)
    parts: tuple[list[NpuOperation], list[NpuOperation]] = ([], [])
    once: list[tuple[NpuOperation, int]] = []
    attended = False
    for index in layer.indices.tolist():
        if trace.operations[index]["kind"] in ATTENTION:
            attended = True
        else:
            parts[attended].extend(planner.operation(index))
    for group in trace.groups:
        if group is not layer and not group.name.endswith("layer"):
            for index in group.indices.tolist():
                if index not in inside and not hardware.has("single_layer"):
                    once += [(done, group.repeat) for done in planner.operation(index)]
    attention = attention_operations(hardware, trace) if npu_attention else []
    if hardware.has("posted_writes"):
        chained = _post_writes(parts[0], hardware), _post_writes(parts[1], hardware)
    else:
        chained = parts[0], parts[1]
    return LayerPlan(tuple(chained[0]), tuple(attention), tuple(chained[1]), tuple(once))


class _Planner:
    """Plans operations of one trace on one device."""

    def __init__(self, hardware: NpuPimHardware, model: LlmModel, trace: Trace) -> None:
        self.hardware = hardware
        self.model = model
        self.trace = trace
        self.arrays = arrays(hardware)

    def operation(self, index: int) -> list[NpuOperation]:
        row = self.trace.operations[index]
        kind = str(row["kind"])
        if kind == "gemm":
            return [self._product(index)]
        if kind in ("norm", "elementwise", "activation"):
            return [self._vector(index, self._vector_operation(kind, str(row["name"])))]
        if kind == "embedding":
            return [self._moved(index, int(row["weight_bytes"]), int(row["output_bytes"]))]
        if kind == "kv_append":
            if self.hardware.has("no_kv_append"):
                return []
            return [self._moved(index, 0, int(row["kv_write_bytes"]))]
        if kind in ("all_reduce", "all_gather", "point_to_point"):
            return [] if self.hardware.has("no_communication") else [self._communication(index)]
        raise UnsupportedError(
            "an NPU+PIM device cannot run this operation", found=f"{row['name']} of kind {kind}"
        )

    def _vector_operation(self, kind: str, name: str) -> str:
        if kind == "norm":
            return self.model.norm if "qk_norm" not in name else "rms_norm"
        if kind == "activation":
            return self.model.activation
        return "rotary" if name.endswith("rotary") else "add"

    def _product(self, index: int) -> NpuOperation:
        row = self.trace.operations[index]
        size = self.trace.bytes_per_element
        m, k, n, copies = (int(row[column]) for column in ("m", "k", "n", "copies"))
        bias_bytes = int(row["weight_bytes"]) // copies - k * n * size
        shape = Product(m, k, n, copies, bias_bytes, size)
        hardware = self.hardware
        if hardware.has("oversized_scratchpad"):
            strict = hardware.pim is None and hardware.has("strict_preload_chain")
            steps, read = authors_steps(shape, self.arrays, strict=strict)
            written = m * n * copies * size
            if hardware.has("unwritten_outputs"):
                written = authors_written_bytes(shape, self.arrays)
            last = steps[-1]
            steps = (*steps[:-1], replace(last, stream_bytes=last.stream_bytes + written))
        else:
            steps, read, written = self._physical(shape)
            if hardware.has("unwritten_outputs"):
                kept = authors_written_bytes(shape, self.arrays)
                last = steps[-1]
                lighter = max(0, last.stream_bytes - written + kept)
                steps, written = (*steps[:-1], replace(last, stream_bytes=lighter)), kept
        return NpuOperation(
            name=str(row["name"]),
            kind="gemm",
            component="systolic arrays",
            steps=steps,
            read_bytes=read,
            write_bytes=written,
            macs=shape.macs,
            sram_bytes=read + written,
        )

    def _physical(self, shape: Product) -> tuple[tuple[Step, ...], int, int]:
        try:
            return physical_steps(shape, self.arrays)
        except InfeasibleError as error:
            side = max(self.arrays.rows, self.arrays.columns)
            needed = 2 * int(tile_bytes(1, 1, 1, side))
            raise InfeasibleError(
                "half the scratchpad cannot hold one tile of the arrays",
                key="npu.scratchpad_bytes",
                found=f"{self.hardware.npu.scratchpad_bytes} bytes",
                allowed=f"at least {needed} bytes for arrays of {side} rows or columns",
                sides=[
                    Side(f"npu.{name}", str(size), "fewer, or a larger npu.scratchpad_bytes")
                    for name, size in (
                        ("systolic_rows", self.arrays.rows),
                        ("systolic_columns", self.arrays.columns),
                    )
                    if size == side
                ],
            ) from error

    def _vector(self, index: int, operation: str) -> NpuOperation:
        row = self.trace.operations[index]
        elements = int(row["vector_elements"])
        rows = max(1, int(self.trace.new_tokens.sum()))
        length = max(1, -(-elements // rows))
        read = int(row["input_bytes"]) + int(row["weight_bytes"])
        written = int(row["output_bytes"])
        npu = self.hardware.npu
        if self.hardware.has("in_order_vector_issue"):
            steps = authors_vector_steps(
                operation, length, lanes=npu.vector_lanes, moved_bytes=read + written
            )
        else:
            steps = physical_vector_steps(
                operation, rows, length,
                lanes=npu.vector_lanes, pipes=npu.vector_units, moved_bytes=read + written,
            )  # fmt: skip
        return NpuOperation(
            name=str(row["name"]),
            kind=str(row["kind"]),
            component="vector units",
            steps=steps,
            read_bytes=read,
            write_bytes=written,
            vector_elements=elements,
            vector_operation=operation,
            sram_bytes=read + written,
        )

    def _moved(self, index: int, read: int, written: int) -> NpuOperation:
        row = self.trace.operations[index]
        return NpuOperation(
            name=str(row["name"]),
            kind=str(row["kind"]),
            component="memory",
            steps=(Step(stream_bytes=read + written),),
            read_bytes=read,
            write_bytes=written,
        )

    def _communication(self, index: int) -> NpuOperation:
        row = self.trace.operations[index]
        link = self.hardware.device_link
        size, devices = int(row["collective_bytes"]), int(row["participants"])
        rate, latency = link.bandwidth_bytes_per_s, link.latency_s
        sent, fixed_fs = _collective(str(row["kind"]), size, devices, rate, latency)
        return NpuOperation(
            name=str(row["name"]),
            kind=str(row["kind"]),
            component="device link",
            link_bytes=sent,
            fixed_fs=fixed_fs,
        )


@lru_cache(maxsize=4096)
def _collective(kind: str, size: int, devices: int, rate: float, latency: float) -> tuple[int, int]:
    """Return the bytes that one device sends and how long the exchange takes, in femtoseconds."""
    if kind == "point_to_point":
        return size, seconds_to_fs(float(point_to_point_seconds(size, rate, latency)))
    sent = int(ring_all_reduce_bytes(size, devices))
    if kind == "all_reduce":
        return sent, seconds_to_fs(float(ring_all_reduce_seconds(size, devices, rate, latency)))
    return sent // 2, seconds_to_fs(float(ring_all_gather_seconds(size, devices, rate, latency)))


def _post_writes(
    operations: Iterable[NpuOperation], hardware: NpuPimHardware
) -> list[NpuOperation]:
    """Let half of each operation's writes drain during the next one (an artefact).

    Writes count as done once they are in a channel's queues, which take one burst a cycle and
    drain one every other. A product that starts behind them also pays bus turnarounds.
    """
    chained: list[NpuOperation] = []
    left = 0
    for operation in operations:
        first, last = operation.steps[0], operation.steps[-1]
        posted = operation.write_bytes // 2 if operation.component == "vector units" else 0
        stall = 0
        if left and operation.component == "systolic arrays":
            bursts = -(-left // hardware.memory.burst_bytes)
            full = hardware.memory.channels * WRITE_BUFFER_BURSTS
            stall = TURNAROUND_CYCLES * min(bursts, full) // full
        first = replace(
            first, stream_bytes=first.stream_bytes + left, stall_cycles=first.stall_cycles + stall
        )
        steps: Sequence[Step]
        if len(operation.steps) == 1:
            steps = (replace(first, stream_bytes=first.stream_bytes - posted),)
        else:
            last = replace(last, stream_bytes=last.stream_bytes - posted)
            steps = (first, *operation.steps[1:-1], last)
        chained.append(replace(operation, steps=tuple(steps)))
        left = posted
    return chained
