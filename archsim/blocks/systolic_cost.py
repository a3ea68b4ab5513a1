"""Energy, leakage and area of systolic arrays.

Inside the array only: arithmetic and the registers that operands and sums pass. SRAM accesses are
counted by :mod:`archsim.blocks.systolic` and paid for by the SRAM block. Not modelled: control,
clock tree above the registers, and idle elements, which are taken as clock-gated.

Take the areas as lower bounds: a 256 x 256 int8 array at 28 nm comes out at 22 mm2, while the floor
plan of the first TPU gives its array up to 80 mm2 (24 % of at most 331 mm2; Jouppi et al., ISCA
2017, recalled).
"""

from __future__ import annotations

import numpy as np

from archsim.blocks.numbers import Floats
from archsim.blocks.systolic import SystolicArray, SystolicTiming
from archsim.technology import arithmetic
from archsim.technology.arithmetic import BITS
from archsim.technology.constant import TechConstant


def systolic_energy_j(array: SystolicArray, timing: SystolicTiming) -> Floats:
    """Return the dynamic energy inside the array, in J: arithmetic and the registers operands pass.

    SRAM accesses are counted in ``timing`` and paid for by the SRAM block. Idle elements are taken
    as clock-gated.
    """
    per_mac = arithmetic.mac_energy_j(array.precision, array.node_nm, array.accumulator)
    bits = BITS[array.precision] + BITS[array.sum_precision]
    per_mac += bits * arithmetic.register_energy_j_per_bit(array.node_nm)
    return np.asarray(timing.macs * per_mac)


def systolic_area_mm2(array: SystolicArray) -> float:
    """Return the placed area of all arrays, in mm2: multipliers, adders and registers."""
    bits = 2 * BITS[array.precision] + BITS[array.sum_precision]
    if array.pipelined:
        bits += BITS[array.sum_precision if array.dataflow == "os" else array.precision]
    cell = arithmetic.mac_area_mm2(array.precision, array.node_nm, array.accumulator)
    cell += bits * arithmetic.register_area_mm2_per_bit(array.node_nm)
    return arithmetic.placed_area_mm2(cell * array.processing_elements)


def systolic_leakage_w(array: SystolicArray) -> float:
    """Return the leakage power of all arrays, in W."""
    return arithmetic.LOGIC_LEAKAGE.value * systolic_area_mm2(array)


def systolic_constants(array: SystolicArray) -> tuple[TechConstant, ...]:
    """Return the physical constants that the array's energy and area rest on."""
    return (
        *arithmetic.mac_constants(array.precision, array.node_nm, array.accumulator),
        arithmetic.REGISTER_ENERGY,
        arithmetic.REGISTER_AREA,
        arithmetic.PLACEMENT_DENSITY,
        arithmetic.LOGIC_LEAKAGE,
    )
