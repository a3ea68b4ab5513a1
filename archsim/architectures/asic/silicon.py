"""Energy, leakage and area of accelerators in physical mode, from a process node.

Per multiply-accumulate: the unit, two operands from the PE's buffer, the running sum in a
register. Per element over the network-on-chip: an access of the shared buffer and the wire to a
PE. Per element from memory: the memory's energy per bit and a write into the buffer.

Not modelled: control, clock tree, vector work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.asic.config import (
    Accelerator,
    AsicHardware,
    TemplateAccelerator,
)
from archsim.architectures.asic.maestro.silicon import bus_area_um2, matrix_arbiter_area_um2
from archsim.architectures.asic.physical import PhysicalCosts
from archsim.architectures.asic.unit_columns import UnitColumns
from archsim.architectures.columns import levels_of
from archsim.blocks.sram import SramBuffer, sram_area_mm2, sram_constants, sram_leakage_w
from archsim.errors import UnsupportedError
from archsim.technology import arithmetic, dram, interconnect, sram
from archsim.technology.arithmetic import BITS, Precision
from archsim.technology.constant import TechConstant
from archsim.technology.nodes import area_scale

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PRECISIONS: dict[int, Precision] = {1: "int8", 2: "fp16", 4: "fp32"}
"""Size of an element in bytes to the number format that is priced."""

BANK_BYTES = 64 * 1024
"""Largest bank of a shared buffer."""

_MAESTRO_NODE_NM = 28
_SMALLEST_MACRO_BYTES = 256
_REQUEST_BITS = 2

SWITCH_FACTOR = TechConstant(
    "asic.switch_factor",
    2.0,
    "register areas per bit, port and stage",
    "judged: a stage of a tree network is a register and a multiplexer",
    "estimate",
)


@dataclass(frozen=True)
class Silicon:
    """Prices of one accelerator.

    Attributes:
        mac_j: Energy of a multiply-accumulate with its operands and sum.
        link_j: Energy of an element over the network-on-chip, buffer access included.
        buffer_j: Energy of an element in or out of the shared buffer.
        leakage_w: Leakage.
        area_mm2: Area.
        constants: What this rests on.
    """

    mac_j: float
    link_j: float
    buffer_j: float
    leakage_w: float
    area_mm2: float
    constants: tuple[TechConstant, ...]

    def energy_j(self, costs: PhysicalCosts) -> Floats:
        """Return the dynamic energy of layers on the chip, shape (layers,)."""
        over_link = costs.link_in + costs.link_out
        from_memory = costs.first_elements + costs.stream_elements
        return np.asarray(
            costs.macs * self.mac_j + over_link * self.link_j + from_memory * self.buffer_j
        )


@dataclass(frozen=True, eq=False)
class Prices:
    """Prices of many accelerators, each of shape (units,); meanings as in ``Silicon``."""

    mac_j: Floats
    link_j: Floats
    buffer_j: Floats
    leakage_w: Floats
    area_mm2: Floats


def precision_of(element_bytes: int) -> Precision:
    """Return the number format that elements of a size are priced as.

    Raises:
        UnsupportedError: There is none.
    """
    if element_bytes not in PRECISIONS:
        raise UnsupportedError(
            "no number format of this size is priced",
            found=f"bytes_per_element {element_bytes}",
            allowed=", ".join(str(each) for each in PRECISIONS),
        )
    return PRECISIONS[element_bytes]


def silicon(hardware: AsicHardware, accelerator: Accelerator, element_bytes: int) -> Silicon:
    """Return the prices of one accelerator.

    Raises:
        InputError: The node has no data, or a buffer size none.
    """
    node, precision = hardware.node_nm, precision_of(element_bytes)
    found = prices(hardware, UnitColumns.of([accelerator]), element_bytes)
    constants = [
        *arithmetic.mac_constants(precision, node),
        arithmetic.REGISTER_ENERGY,
        arithmetic.REGISTER_AREA,
        arithmetic.PLACEMENT_DENSITY,
        arithmetic.LOGIC_LEAKAGE,
        *sram_constants(_buffer(accelerator.l2_bytes, node)),
        interconnect.WIRE_ENERGY_28NM,
        SWITCH_FACTOR,
    ]
    if isinstance(accelerator, TemplateAccelerator):
        macro = _macro_bytes(accelerator.l1_bytes)
        if macro >= sram.FITTED_RANGE_BYTES[0]:
            constants.append(sram.access_energy(macro, node))
    return Silicon(
        mac_j=float(found.mac_j[0]),
        link_j=float(found.link_j[0]),
        buffer_j=float(found.buffer_j[0]),
        leakage_w=float(found.leakage_w[0]),
        area_mm2=float(found.area_mm2[0]),
        constants=tuple({each.name: each for each in constants}.values()),
    )


def prices(hardware: AsicHardware, units: UnitColumns, element_bytes: int) -> Prices:
    """Return the prices of accelerators of one kind.

    Args:
        hardware: Node and arbiter.
        units: The accelerators.
        element_bytes: Size of an element.

    Raises:
        InputError: The node has no data, or a buffer size none.
    """
    node, precision = hardware.node_nm, precision_of(element_bytes)
    bits, sum_bits = BITS[precision], BITS[arithmetic.ACCUMULATOR[precision]]
    register_j = arithmetic.register_energy_j_per_bit(node)
    logic = arithmetic.mac_area_mm2(precision, node)
    logic += sum_bits * arithmetic.register_area_mm2_per_bit(node)

    def of_macro(n_bytes: int) -> tuple[float, float, float]:
        """Return energy of two operands, area, and leakage per byte of a PE's buffer."""
        macro = _macro_bytes(n_bytes)
        if macro < sram.FITTED_RANGE_BYTES[0]:
            # Too small for the SRAM law: a register file, a register per bit and stage of choice.
            operand_j = 2 * bits * register_j * (macro - 1).bit_length()
        else:
            operand_j = 2 * bits * sram.access_energy(macro, node).value
        return operand_j, sram.macro_area_mm2(macro, node), sram.leakage_w_per_byte(node)

    def of_shared(n_bytes: int) -> tuple[float, float, float]:
        """Return energy of an element, area, and leakage of a shared buffer."""
        buffer = _buffer(n_bytes, node)
        access_j = bits * sram.access_energy(buffer.bank_bytes, node).value
        return access_j, sram_area_mm2(buffer), sram_leakage_w(buffer)

    if units.template == "systolic":
        operand_j = np.full(len(units), bits * register_j)
        private_mm2 = private_w = np.zeros(len(units))
        logic += 2 * bits * arithmetic.register_area_mm2_per_bit(node)
    else:
        operand_j, macro_mm2, leakage_w_per_byte = _looked_up(of_macro, units.l1_bytes)
        private_mm2 = units.pes * macro_mm2
        macro_bytes = np.maximum(_SMALLEST_MACRO_BYTES, units.l1_bytes)
        private_w = units.pes * macro_bytes * leakage_w_per_byte
    buffer_j, shared_mm2, shared_w = _looked_up(of_shared, units.l2_bytes)
    logic_mm2 = arithmetic.placed_area_mm2(np.asarray(logic * (units.pes * units.simd), np.float64))
    network_mm2 = _network_mm2(hardware, units)
    area_mm2 = logic_mm2 + private_mm2 + shared_mm2 + network_mm2
    # A PE is on average half the side of the accelerator away from the buffer.
    wire_j = bits * interconnect.wire_energy_j_per_bit(np.asarray(0.5 * np.sqrt(area_mm2)))
    return Prices(
        mac_j=arithmetic.mac_energy_j(precision, node) + operand_j + sum_bits * register_j,
        link_j=buffer_j + wire_j,
        buffer_j=buffer_j,
        leakage_w=arithmetic.LOGIC_LEAKAGE.value * (logic_mm2 + network_mm2) + private_w + shared_w,
        area_mm2=area_mm2,
    )


def _looked_up(
    law: Callable[[int], tuple[float, float, float]], sizes: Ints
) -> tuple[Floats, Floats, Floats]:
    """Return three figures of each buffer, working each size out once."""
    levels, which = levels_of(sizes)
    table = np.array([law(size) for size in np.array(levels, np.int64).tolist()]).reshape(-1, 3)
    first, second, third = (np.ascontiguousarray(column) for column in table[which].T)
    return first, second, third


def _macro_bytes(l1_bytes: int) -> int:
    """Return the size of the macro that a PE's buffer is made as."""
    return max(_SMALLEST_MACRO_BYTES, l1_bytes)


def memory_j_per_element(hardware: AsicHardware, element_bytes: int) -> float:
    """Return the energy of moving an element to or from memory, J; 0 without memory."""
    if hardware.dram is None:
        return 0.0
    return 8 * element_bytes * dram.access_energy_j_per_bit(hardware.dram.memory)


def memory_constants(hardware: AsicHardware) -> tuple[TechConstant, ...]:
    """Return the constants of the memory."""
    return () if hardware.dram is None else dram.access_energy_parts(hardware.dram.memory)


def _buffer(capacity_bytes: int, node_nm: int) -> SramBuffer:
    """Return a buffer in banks of at most ``BANK_BYTES``; sizes are rounded up to whole banks."""
    banks = max(1, -(-capacity_bytes // BANK_BYTES))
    whole = -(-capacity_bytes // banks) * banks
    return SramBuffer(max(whole, _SMALLEST_MACRO_BYTES * banks), banks=banks, node_nm=node_nm)


def _network_mm2(hardware: AsicHardware, units: UnitColumns) -> Floats:
    """Return the area of networks-on-chip and their arbiters, mm2."""
    node = hardware.node_nm
    ports = units.rows + units.columns if units.template == "systolic" else units.pes
    if hardware.arbiter == "matrix":
        scale = area_scale(_MAESTRO_NODE_NM, node)
        area_um2 = bus_area_um2(ports, units.width) + np.maximum(
            matrix_arbiter_area_um2(ports), 0.0
        )
        return np.asarray(area_um2 * 1e-6 * scale)
    # The exponent of a whole number in floating point is its bit length.
    stages = np.maximum(1, np.frexp((ports - 1).astype(np.float64))[1])
    bits = 8 + _REQUEST_BITS
    cell = np.asarray(ports * stages * bits * SWITCH_FACTOR.value, np.float64)
    return arithmetic.placed_area_mm2(cell * arithmetic.register_area_mm2_per_bit(node))
