"""Energy and area of adders, multipliers, multiply-accumulate units and registers.

Energies are published for 45 nm (Horowitz, ISSCC 2014) and 7 nm (Jouppi et al., ISCA 2021,
table 2); a node between them is interpolated so that both tables come out exactly (see
``nodes.anchored``). Gate-level scaling alone would give 7 nm energies about a fifth of the
published ones, because it leaves out wires, clock and margins. Areas are published for 45 nm and
scaled with the logic area factor of the node.

Not modelled: data-dependent switching, pipelining depth, sparsity, voltage other than the node's.
"""

from __future__ import annotations

from functools import cache
from typing import Literal, get_args

from archsim.config.sources import Certainty
from archsim.errors import UnknownNameError
from archsim.technology.constant import Numbers, TechConstant, weakest
from archsim.technology.nodes import REFERENCE_NM, anchored, area_scale, energy_scale, process_node

Precision = Literal["int4", "int8", "int32", "bf16", "fp16", "fp32"]
Operation = Literal["add", "multiply"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
BITS: dict[Precision, int] = {"int4": 4, "int8": 8, "int32": 32, "bf16": 16, "fp16": 16, "fp32": 32}
#: Precision that products are summed in unless a design says otherwise.
ACCUMULATOR: dict[Precision, Precision] = {
    "int4": "int32",
    "int8": "int32",
    "int32": "int32",
    "bf16": "fp32",
    "fp16": "fp32",
    "fp32": "fp32",
}

_PJ = 1e-12
_UM2_IN_MM2 = 1e-6
_HOROWITZ = "Horowitz, ISSCC 2014, energy per operation at 45 nm, 0.9 V"
_AREAS = "synthesis areas at 45 nm that circulate with Horowitz, ISSCC 2014"
_TPU = "Jouppi et al. (TPUv4i), ISCA 2021, table 2, 7 nm"
_INT4 = "multiplier a quarter, adder half of int8 (quadratic and linear in width)"
_BF16 = "bf16 to fp16 ratio of the 7 nm table, applied at 45 nm"
_BF16_AREA = "fp16 multiplier times (8/11)^2, the ratio of significand widths; adder as fp16"

_Row = tuple[float, str, Certainty]
_ENERGY_45NM_PJ: dict[tuple[Operation, Precision], _Row] = {
    ("add", "int4"): (0.015, _INT4, "estimate"),
    ("add", "int8"): (0.03, _HOROWITZ, "recalled"),
    ("add", "int32"): (0.1, _HOROWITZ, "recalled"),
    ("add", "bf16"): (0.275, _BF16, "inferred"),
    ("add", "fp16"): (0.4, _HOROWITZ, "recalled"),
    ("add", "fp32"): (0.9, _HOROWITZ, "recalled"),
    ("multiply", "int4"): (0.05, _INT4, "estimate"),
    ("multiply", "int8"): (0.2, _HOROWITZ, "recalled"),
    ("multiply", "int32"): (3.1, _HOROWITZ, "recalled"),
    ("multiply", "bf16"): (0.68, _BF16, "inferred"),
    ("multiply", "fp16"): (1.1, _HOROWITZ, "recalled"),
    ("multiply", "fp32"): (3.7, _HOROWITZ, "recalled"),
}
_ENERGY_7NM_PJ: dict[tuple[Operation, Precision], _Row] = {
    ("add", "int4"): (0.0035, _INT4, "estimate"),
    ("add", "int8"): (0.007, _TPU, "recalled"),
    ("add", "int32"): (0.03, _TPU, "recalled"),
    ("add", "bf16"): (0.11, _TPU, "recalled"),
    ("add", "fp16"): (0.16, _TPU, "recalled"),
    ("add", "fp32"): (0.38, _TPU, "recalled"),
    ("multiply", "int4"): (0.0175, _INT4, "estimate"),
    ("multiply", "int8"): (0.07, _TPU, "recalled"),
    ("multiply", "int32"): (1.48, _TPU, "recalled"),
    ("multiply", "bf16"): (0.21, _TPU, "recalled"),
    ("multiply", "fp16"): (0.34, _TPU, "recalled"),
    ("multiply", "fp32"): (1.31, _TPU, "recalled"),
}
_AREA_45NM_UM2: dict[tuple[Operation, Precision], _Row] = {
    ("add", "int4"): (18.0, _INT4, "estimate"),
    ("add", "int8"): (36.0, _AREAS, "recalled"),
    ("add", "int32"): (137.0, _AREAS, "recalled"),
    ("add", "bf16"): (1360.0, _BF16_AREA, "estimate"),
    ("add", "fp16"): (1360.0, _AREAS, "recalled"),
    ("add", "fp32"): (4184.0, _AREAS, "recalled"),
    ("multiply", "int4"): (70.5, _INT4, "estimate"),
    ("multiply", "int8"): (282.0, _AREAS, "recalled"),
    ("multiply", "int32"): (3495.0, _AREAS, "recalled"),
    ("multiply", "bf16"): (867.0, _BF16_AREA, "estimate"),
    ("multiply", "fp16"): (1640.0, _AREAS, "recalled"),
    ("multiply", "fp32"): (7700.0, _AREAS, "recalled"),
}

REGISTER_ENERGY = TechConstant(
    "arithmetic.register_energy.45nm",
    8e-15,
    "J/bit",
    "judged from flip-flop clock and data energy in 45 nm standard-cell libraries",
    "estimate",
)
REGISTER_AREA = TechConstant(
    "arithmetic.register_area.45nm",
    4.522e-6,
    "mm2/bit",
    "flip-flop DFF_X1 of the Nangate 45 nm open cell library",
    "recalled",
)
PLACEMENT_DENSITY = TechConstant(
    "arithmetic.placement_density",
    0.70,
    "cell area per placed area",
    "usual density of placed and routed logic",
    "estimate",
)
LOGIC_LEAKAGE = TechConstant(
    "arithmetic.logic_leakage",
    0.02,
    "W/mm2",
    "judged: leakage per area of mixed-threshold logic at working temperature, about the same at "
    "every node because designs are tuned to it",
    "estimate",
)


def _check(precision: str) -> None:
    if precision not in BITS:
        raise UnknownNameError("precision", precision, PRECISIONS)


@cache
def operation_energy(operation: Operation, precision: Precision, node_nm: int) -> TechConstant:
    """Return the energy of one operation, in J, with its source.

    Args:
        operation: ``"add"`` or ``"multiply"``.
        precision: Number format of both operands.
        node_nm: Process node.

    Raises:
        UnknownNameError: For a precision or node without data.
    """
    _check(precision)
    old_pj, old_source, old_certainty = _ENERGY_45NM_PJ[operation, precision]
    new_pj, new_source, new_certainty = _ENERGY_7NM_PJ[operation, precision]
    name = f"arithmetic.{operation}.{precision}.{node_nm}nm"
    process_node(node_nm)
    if node_nm == REFERENCE_NM:
        return TechConstant(name, old_pj * _PJ, "J", old_source, old_certainty)
    if node_nm == 7:
        return TechConstant(name, new_pj * _PJ, "J", new_source, new_certainty)
    return TechConstant(
        name,
        anchored(old_pj, new_pj, node_nm) * _PJ,
        "J",
        f"interpolated between 45 nm ({old_source}) and 7 nm ({new_source})",
        weakest(old_certainty, new_certainty, "inferred"),
    )


@cache
def operation_area(operation: Operation, precision: Precision, node_nm: int) -> TechConstant:
    """Return the cell area of one operator, in mm2, with its source.

    Raises:
        UnknownNameError: For a precision or node without data.
    """
    _check(precision)
    area_um2, source, certainty = _AREA_45NM_UM2[operation, precision]
    scaled = node_nm != REFERENCE_NM
    return TechConstant(
        f"arithmetic.{operation}_area.{precision}.{node_nm}nm",
        area_um2 * area_scale(REFERENCE_NM, node_nm) * _UM2_IN_MM2,
        "mm2",
        f"{source}, scaled with the area factor of {node_nm} nm" if scaled else source,
        weakest(certainty, process_node(node_nm).certainty, "inferred" if scaled else certainty),
    )


def mac_constants(
    precision: Precision, node_nm: int, accumulator: Precision | None = None
) -> tuple[TechConstant, ...]:
    """Return the energies and areas that a multiply-accumulate unit is made of.

    Args:
        precision: Format of the two factors.
        node_nm: Process node.
        accumulator: Format of the sum; ``None`` takes :data:`ACCUMULATOR`.
    """
    _check(precision)
    total = accumulator if accumulator is not None else ACCUMULATOR[precision]
    return (
        operation_energy("multiply", precision, node_nm),
        operation_energy("add", total, node_nm),
        operation_area("multiply", precision, node_nm),
        operation_area("add", total, node_nm),
    )


@cache
def mac_energy_j(precision: Precision, node_nm: int, accumulator: Precision | None = None) -> float:
    """Return the energy of one multiply-accumulate, in J, without registers and operand fetch."""
    multiply, add, _, _ = mac_constants(precision, node_nm, accumulator)
    return multiply.value + add.value


@cache
def mac_area_mm2(precision: Precision, node_nm: int, accumulator: Precision | None = None) -> float:
    """Return the cell area of one multiply-accumulate unit, in mm2, without registers."""
    _, _, multiply, add = mac_constants(precision, node_nm, accumulator)
    return multiply.value + add.value


@cache
def register_energy_j_per_bit(node_nm: int) -> float:
    """Return the energy of writing and clocking one pipeline register bit, in J."""
    return REGISTER_ENERGY.value * energy_scale(REFERENCE_NM, node_nm)


@cache
def register_area_mm2_per_bit(node_nm: int) -> float:
    """Return the cell area of one pipeline register bit, in mm2."""
    return REGISTER_AREA.value * area_scale(REFERENCE_NM, node_nm)


def placed_area_mm2(cell_area_mm2: Numbers) -> Numbers:
    """Return the chip area that cells of the given area take once placed and routed, in mm2."""
    return cell_area_mm2 / PLACEMENT_DENSITY.value


def all_constants(node_nm: int = REFERENCE_NM) -> tuple[TechConstant, ...]:
    """Return every arithmetic constant at one node."""
    energies = tuple(operation_energy(op, precision, node_nm) for op, precision in _ENERGY_45NM_PJ)
    areas = tuple(operation_area(op, precision, node_nm) for op, precision in _AREA_45NM_UM2)
    fixed = (REGISTER_ENERGY, REGISTER_AREA, PLACEMENT_DENSITY, LOGIC_LEAKAGE)
    return (*energies, *areas, *fixed)
