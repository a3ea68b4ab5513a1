"""Vector unit: element-wise operations and row reductions on SIMD lanes.

One instruction works on one row of ``length`` elements. With L lanes and v = ceil(length / L),

    cycles = reductions x tree(length) + fixed + passes x v
    tree(length) = 1 if length <= L, else v + tree(v)

where ``tree`` is the reduction of a row (to its maximum or sum) and ``passes`` counts the walks
over the row. add, gelu, layer_norm and softmax have the coefficients of the NeuPIMs simulator; the
others are set by analogy. Rows are dealt to equal pipes. Not modelled: operand fetch (SRAM block),
issue limits, chaining of operations.

More lanes or pipes are never slower; longer rows never faster.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from archsim.blocks.numbers import Floats, Ints, ceil_div, product, whole
from archsim.config.sources import Certainty
from archsim.errors import UnknownNameError
from archsim.technology import arithmetic
from archsim.technology.arithmetic import BITS, Precision
from archsim.technology.constant import TechConstant

_NEUPIMS = "vector unit of the NeuPIMs simulator (ASPLOS 2024)"
_ANALOGY = "by analogy with the operations of the NeuPIMs simulator"


@dataclass(frozen=True)
class VectorOperation:
    """Cost of one kind of row operation.

    Attributes:
        name: The operation.
        reductions: Reduction trees per row.
        fixed_cycles: Cycles per row whatever its length.
        passes: Walks over the row.
        additions: Additions or comparisons per element, for energy.
        multiplications: Multiplications per element, for energy; exponentials and other functions
            count as the four-term polynomial they are usually evaluated with.
        source: Where the cycle coefficients are from (the operation counts are estimates).
        certainty: How sure the cycle coefficients are.
    """

    name: str
    reductions: int
    fixed_cycles: int
    passes: int
    additions: int
    multiplications: int
    source: str
    certainty: Certainty


_TABLE = (
    VectorOperation("add", 0, 0, 1, 1, 0, _NEUPIMS, "primary"),
    VectorOperation("multiply", 0, 0, 1, 0, 1, _ANALOGY, "estimate"),
    VectorOperation("relu", 0, 0, 1, 1, 0, _ANALOGY, "estimate"),
    VectorOperation("gelu", 0, 0, 1, 5, 6, _NEUPIMS, "primary"),
    VectorOperation("silu", 0, 0, 1, 5, 6, _ANALOGY, "estimate"),
    VectorOperation("rotary", 0, 0, 2, 1, 2, _ANALOGY, "estimate"),
    VectorOperation("layer_norm", 2, 3, 5, 4, 3, _NEUPIMS, "primary"),
    VectorOperation("rms_norm", 1, 3, 3, 1, 3, _ANALOGY, "estimate"),
    VectorOperation("softmax", 2, 0, 3, 7, 5, _NEUPIMS, "primary"),
)
#: Every operation by name.
VECTOR_OPERATIONS: dict[str, VectorOperation] = {operation.name: operation for operation in _TABLE}


@dataclass(frozen=True)
class VectorUnit:
    """What a designer chooses about a vector unit.

    Attributes:
        lanes: Elements a pipe works on per cycle, at least 2.
        pipes: Equal pipes, each working on another row.
        precision: Number format.
        node_nm: Process node, for energy and area.
    """

    lanes: int
    pipes: int = 1
    precision: Precision = "fp16"
    node_nm: int = 22

    def __post_init__(self) -> None:
        whole("lanes", self.lanes, minimum=2)
        whole("pipes", self.pipes)
        arithmetic.mac_constants(self.precision, self.node_nm, self.precision)


def vector_operation(name: str) -> VectorOperation:
    """Return the cost of an operation by name.

    Raises:
        UnknownNameError: For an operation that is not in :data:`VECTOR_OPERATIONS`.
    """
    if name not in VECTOR_OPERATIONS:
        raise UnknownNameError("vector operation", name, VECTOR_OPERATIONS)
    return VECTOR_OPERATIONS[name]


def reduction_tree_cycles(length: ArrayLike, lanes: ArrayLike) -> Ints:
    """Return the cycles of reducing a row to one number.

    Args:
        length: Elements of the row; scalar or array.
        lanes: Lanes of the pipe, at least 2; scalar or array.
    """
    rest, width = np.broadcast_arrays(whole("length", length), whole("lanes", lanes, minimum=2))
    total = np.zeros_like(rest)
    open_rows = rest > width
    while open_rows.any():
        parts = ceil_div(rest, width)
        total = np.where(open_rows, total + parts, total)
        rest = np.where(open_rows, parts, rest)
        open_rows = rest > width
    return np.asarray(total + 1, dtype=np.int64)


def vector_row_cycles(operation: str, length: ArrayLike, lanes: ArrayLike) -> Ints:
    """Return the cycles of one operation on one row.

    Args:
        operation: Name in :data:`VECTOR_OPERATIONS`.
        length: Elements of the row; scalar or array.
        lanes: Lanes of the pipe, at least 2; scalar or array.

    Raises:
        UnknownNameError: For an unknown operation.
        InputError: For lengths or lanes out of range.
    """
    cost = vector_operation(operation)
    steps = ceil_div(whole("length", length), whole("lanes", lanes, minimum=2))
    cycles = cost.passes * steps + cost.fixed_cycles
    if cost.reductions:
        cycles = cycles + cost.reductions * reduction_tree_cycles(length, lanes)
    return np.asarray(cycles, dtype=np.int64)


def vector_cycles(
    operation: str, rows: ArrayLike, length: ArrayLike, lanes: ArrayLike, pipes: ArrayLike = 1
) -> Ints:
    """Return the cycles of one operation on equal rows dealt to equal pipes.

    Args:
        operation: Name in :data:`VECTOR_OPERATIONS`.
        rows: Number of rows; 0 takes no time.
        length: Elements per row.
        lanes: Lanes of each pipe, at least 2.
        pipes: Number of pipes.
    """
    per_pipe = ceil_div(whole("rows", rows, minimum=0), whole("pipes", pipes))
    return product("vector cycles", per_pipe, vector_row_cycles(operation, length, lanes))


def vector_energy_j(unit: VectorUnit, operation: str, elements: ArrayLike) -> Floats:
    """Return the dynamic energy of one operation on so many elements, in J."""
    count = whole("elements", elements, minimum=0)
    return np.asarray(count * vector_energy_j_per_element(unit, operation))


def vector_energy_j_per_element(unit: VectorUnit, operation: str) -> float:
    """Return the dynamic energy of one operation on one element, in J.

    Arithmetic and one register per operand bit; operand fetch is the SRAM block's.
    """
    cost = vector_operation(operation)
    add = arithmetic.operation_energy("add", unit.precision, unit.node_nm).value
    multiply = arithmetic.operation_energy("multiply", unit.precision, unit.node_nm).value
    register = BITS[unit.precision] * arithmetic.register_energy_j_per_bit(unit.node_nm)
    steps = cost.additions + cost.multiplications
    return cost.additions * add + cost.multiplications * multiply + steps * register


def vector_area_mm2(unit: VectorUnit) -> float:
    """Return the placed area of all lanes, in mm2: a multiply-add unit and 8 registers per lane."""
    cell = arithmetic.mac_area_mm2(unit.precision, unit.node_nm, unit.precision)
    cell += 8 * BITS[unit.precision] * arithmetic.register_area_mm2_per_bit(unit.node_nm)
    return arithmetic.placed_area_mm2(cell * unit.lanes * unit.pipes)


def vector_leakage_w(unit: VectorUnit) -> float:
    """Return the leakage power of the unit, in W."""
    return arithmetic.LOGIC_LEAKAGE.value * vector_area_mm2(unit)


def vector_constants(unit: VectorUnit) -> tuple[TechConstant, ...]:
    """Return the physical constants that the unit's energy and area rest on."""
    return (
        *arithmetic.mac_constants(unit.precision, unit.node_nm, unit.precision),
        arithmetic.REGISTER_ENERGY,
        arithmetic.REGISTER_AREA,
        arithmetic.PLACEMENT_DENSITY,
        arithmetic.LOGIC_LEAKAGE,
    )
