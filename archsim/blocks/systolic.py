"""Systolic array: exact cycles and operand counts of matrix products.

A product is ``outputs[m, n] = inputs[m, k] x weights[k, n]`` (m output pixels or tokens, n filters
or output features, k reduction). It is cut into folds that each fit the array; every fold fills,
streams and drains. Dataflows and cycle rule are those of SCALE-Sim (v3), whose compute cycles this
module reproduces exactly:

===== ================== =================== ==========================
flow  rows hold          columns hold        cycles of a fold
===== ================== =================== ==========================
os    m (outputs)        n (outputs)         rows + columns + k - 2
ws    k (weights)        n (weights)         2 rows + columns + m - 2
is    k (inputs)         m (inputs)          2 rows + columns + n - 2
===== ================== =================== ==========================

and one product takes ``folds x fold - 1`` cycles. With ``pipelined=True`` the next fold's
stationary operand is loaded, and for ``os`` the last fold's outputs drained, behind the current
stream (a second register per element): folds then follow each other after max(stream, rows) cycles.
Both rules agree for a single fold. Not modelled: memory stalls (see ``double_buffer``), sparsity,
several products sharing one array.

A larger array is not always faster: more rows also means longer fill and drain. What does hold is
tested: more arrays, and smaller m, n or k, are never slower.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from archsim.blocks.numbers import Floats, Ints, ceil_div, product, real, whole
from archsim.errors import UnknownNameError
from archsim.technology import arithmetic
from archsim.technology.arithmetic import Precision

Dataflow = Literal["os", "ws", "is"]
DATAFLOWS: tuple[Dataflow, ...] = ("os", "ws", "is")


@dataclass(frozen=True)
class SystolicArray:
    """What a designer chooses about a group of equal systolic arrays.

    Attributes:
        rows: Processing elements per column.
        columns: Processing elements per row.
        dataflow: Which operand stays: ``os`` outputs, ``ws`` weights, ``is`` inputs.
        arrays: Equal arrays that share the folds of one product.
        pipelined: Whether filling and draining overlap with the neighbouring folds' streams.
        precision: Number format of inputs and weights.
        accumulator: Number format of sums; ``None`` takes the usual one for ``precision``.
        node_nm: Process node, for energy and area.
    """

    rows: int
    columns: int
    dataflow: Dataflow = "ws"
    arrays: int = 1
    pipelined: bool = False
    precision: Precision = "fp16"
    accumulator: Precision | None = None
    node_nm: int = 22

    def __post_init__(self) -> None:
        for name in ("rows", "columns", "arrays"):
            whole(name, getattr(self, name))
        _check_dataflow(self.dataflow)
        arithmetic.mac_constants(self.precision, self.node_nm, self.accumulator)

    @property
    def sum_precision(self) -> Precision:
        """Number format of the sums."""
        return self.accumulator or arithmetic.ACCUMULATOR[self.precision]

    @property
    def processing_elements(self) -> int:
        """Multiply-accumulate units over all arrays."""
        return self.rows * self.columns * self.arrays


@dataclass(frozen=True)
class SystolicTiming:
    """Cycles and counts of a product; every field is an array of the broadcast shape.

    Attributes:
        row_folds: Folds along the rows.
        column_folds: Folds along the columns.
        folds: Their product, over all arrays.
        fold_cycles: Cycles of one fold by itself.
        cycles: Cycles of the whole product, without memory stalls.
        macs: Multiply-accumulates of the product.
        utilisation: macs / (processing elements x cycles), 0 to 1.
        mapping_efficiency: Share of processing elements that hold useful work, mean over folds.
        input_reads: Input elements read from SRAM.
        weight_reads: Weight elements read from SRAM.
        output_writes: Output elements (partial sums included) written to SRAM.
        partial_reads: Partial sums read back from SRAM to be added to.
    """

    row_folds: Ints
    column_folds: Ints
    folds: Ints
    fold_cycles: Ints
    cycles: Ints
    macs: Ints
    utilisation: Floats
    mapping_efficiency: Floats
    input_reads: Ints
    weight_reads: Ints
    output_writes: Ints
    partial_reads: Ints


@dataclass(frozen=True)
class FoldClasses:
    """The folds of a product in four classes: full or edge in rows, full or edge in columns.

    Every field has the four classes on its first axis, then the broadcast shape. A class that does
    not occur has count 0 and no elements. Summing ``count x elements`` gives the totals of
    :class:`SystolicTiming`.

    Attributes:
        count: How often a fold of this class occurs.
        input_elements: Input elements one such fold reads.
        weight_elements: Weight elements one such fold reads.
        output_elements: Output elements or partial sums one such fold writes.
        macs: Multiply-accumulates of one such fold.
    """

    count: Ints
    input_elements: Ints
    weight_elements: Ints
    output_elements: Ints
    macs: Ints

    def load_bytes(self, input_bits: int, weight_bits: int) -> Ints:
        """Return the operand bytes one fold of each class reads, rounded up."""
        bits = product("fold bits", self.input_elements, np.asarray(input_bits))
        bits = bits + product("fold bits", self.weight_elements, np.asarray(weight_bits))
        return ceil_div(np.asarray(bits), np.asarray(8))

    def store_bytes(self, output_bits: int) -> Ints:
        """Return the output or partial-sum bytes one fold of each class writes, rounded up."""
        return ceil_div(
            product("fold bits", self.output_elements, np.asarray(output_bits)), np.asarray(8)
        )


def _check_dataflow(dataflow: str) -> None:
    if dataflow not in DATAFLOWS:
        raise UnknownNameError("dataflow", dataflow, DATAFLOWS)


def _mapping(m: Ints, n: Ints, k: Ints, dataflow: Dataflow) -> tuple[Ints, Ints, Ints]:
    """Return the dimensions along rows, columns and time."""
    if dataflow == "os":
        return m, n, k
    return (k, n, m) if dataflow == "ws" else (k, m, n)


def systolic_timing(
    m: ArrayLike,
    n: ArrayLike,
    k: ArrayLike,
    rows: ArrayLike,
    columns: ArrayLike,
    dataflow: Dataflow = "ws",
    *,
    arrays: ArrayLike = 1,
    pipelined: bool = False,
) -> SystolicTiming:
    """Return the exact timing of matrix products on systolic arrays.

    Args:
        m: Output rows (pixels, tokens); scalar or array, as all sizes here.
        n: Output columns (filters, features).
        k: Reduction length.
        rows: Rows of the array.
        columns: Columns of the array.
        dataflow: ``os``, ``ws`` or ``is``.
        arrays: Equal arrays sharing the folds; the busiest one sets the time.
        pipelined: See the module's rule.

    Raises:
        InputError: For sizes that are not whole numbers >= 1, or too large to count.
        UnknownNameError: For another dataflow.
    """
    _check_dataflow(dataflow)
    m, n, k = whole("m", m), whole("n", n), whole("k", k)
    a, b, count = whole("rows", rows), whole("columns", columns), whole("arrays", arrays)
    m, n, k, a, b, count = np.broadcast_arrays(m, n, k, a, b, count)
    in_rows, in_columns, stream = _mapping(m, n, k, dataflow)
    row_folds, column_folds = ceil_div(in_rows, a), ceil_div(in_columns, b)
    folds = product("folds", row_folds, column_folds)
    fill = a + b - 2 if dataflow == "os" else 2 * a + b - 2
    fold_cycles = fill + stream
    share = ceil_div(folds, count)
    if pipelined:
        cycles = product("cycles", share - 1, np.maximum(stream, a)) + fold_cycles - 1
    else:
        cycles = product("cycles", share, fold_cycles) - 1
    # SCALE-Sim numbers cycles from 0, so a 1 x 1 array would beat one element per cycle by one.
    cycles = np.maximum(cycles, product("cycles", share, stream))
    macs = product("macs", m, n, k)
    elements = product("processing elements", a, b)
    inputs, weights, outputs = (product("operands", x, y) for x, y in ((m, k), (k, n), (m, n)))
    if dataflow == "os":
        input_reads = product("input reads", inputs, column_folds)
        weight_reads = product("weight reads", weights, row_folds)
        output_writes = outputs
    else:
        input_passes = column_folds if dataflow == "ws" else np.ones_like(folds)
        weight_passes = column_folds if dataflow == "is" else np.ones_like(folds)
        input_reads = product("input reads", inputs, input_passes)
        weight_reads = product("weight reads", weights, weight_passes)
        output_writes = product("output writes", outputs, row_folds)
    return SystolicTiming(
        row_folds=row_folds,
        column_folds=column_folds,
        folds=folds,
        fold_cycles=fold_cycles,
        cycles=cycles,
        macs=macs,
        utilisation=macs / (elements.astype(np.float64) * count * cycles),
        mapping_efficiency=(in_rows * in_columns) / (folds.astype(np.float64) * elements),
        input_reads=input_reads,
        weight_reads=weight_reads,
        output_writes=output_writes,
        partial_reads=output_writes - outputs,
    )


def fold_classes(
    m: ArrayLike,
    n: ArrayLike,
    k: ArrayLike,
    rows: ArrayLike,
    columns: ArrayLike,
    dataflow: Dataflow = "ws",
) -> FoldClasses:
    """Return how many folds of which size a product has, for feeding them from memory one by one.

    Args and errors as :func:`systolic_timing`.
    """
    _check_dataflow(dataflow)
    m, n, k, a, b = np.broadcast_arrays(
        whole("m", m), whole("n", n), whole("k", k), whole("rows", rows), whole("columns", columns)
    )
    in_rows, in_columns, stream = _mapping(m, n, k, dataflow)
    row_sizes = _full_and_edge(in_rows, a)
    column_sizes = _full_and_edge(in_columns, b)
    counts, inputs, weights, outputs, macs = [], [], [], [], []
    for row_count, used_rows in row_sizes:
        for column_count, used_columns in column_sizes:
            along_rows = product("fold operand", used_rows, stream)
            along_columns = product("fold operand", stream, used_columns)
            corner = product("fold operand", used_rows, used_columns)
            # Rows carry the operand that is indexed by (row, time), columns the other one.
            counts.append(product("folds", row_count, column_count))
            inputs.append(corner if dataflow == "is" else along_rows)
            weights.append({"os": along_columns, "ws": corner, "is": along_rows}[dataflow])
            outputs.append(corner if dataflow == "os" else along_columns)
            macs.append(product("fold macs", used_rows, used_columns, stream))
    used = np.asarray(counts, dtype=np.int64) > 0
    return FoldClasses(
        count=np.asarray(counts),
        input_elements=np.where(used, inputs, 0),
        weight_elements=np.where(used, weights, 0),
        output_elements=np.where(used, outputs, 0),
        macs=np.where(used, macs, 0),
    )


def _full_and_edge(extent: Ints, size: Ints) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
    """Return (count, used) of the full folds and of the one edge fold along an axis."""
    rest = extent % size
    return (extent // size, size), (np.minimum(rest, 1), rest)


def systolic_seconds(timing: SystolicTiming, frequency_hz: ArrayLike) -> Floats:
    """Return the cycles of a product as seconds at a clock."""
    return np.asarray(timing.cycles / real("frequency_hz", frequency_hz))
