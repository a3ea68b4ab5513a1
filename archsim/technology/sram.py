"""Access energy, leakage and area of on-chip SRAM macros.

Energy per bit is ``a + b * sqrt(capacity)``: a fixed part (decoder, sense amplifiers) and wires as
long as the side of the macro. The line goes through the published 8 KiB and 1 MiB accesses of 64
bits: 10 and 100 pJ at 45 nm (Horowitz, ISSCC 2014), 7.5 and 14 pJ at 7 nm (Jouppi et al., ISCA
2021, table 2). The published 32 KiB points, 20 and 8.5 pJ, are left out of the line and met within
7 %. Nodes between are interpolated (``nodes.anchored``). Outside 8 KiB to 1 MiB the same law is
used and the constant says so; outside :data:`CAPACITY_RANGE_BYTES` it is an error.

Area is bit cells over array efficiency, plus a fixed periphery per macro. Not modelled: several
ports, error correction, low-power cells, read and write energy apart.

Take the areas as lower bounds: 24 MiB in 256 banks at 28 nm come out at 37 mm2, while the floor
plan of the first TPU gives its buffer of that size up to 96 mm2 (29 % of at most 331 mm2; Jouppi et
al., ISCA 2017, recalled).
"""

from __future__ import annotations

import math
from functools import lru_cache

from archsim.errors import InputError
from archsim.technology.constant import TechConstant
from archsim.technology.nodes import REFERENCE_NM, UnknownNodeError, anchored, process_node

_KIB = 1024
_UM2_IN_MM2 = 1e-6
#: Macro sizes the laws are used for; a larger memory is built from several macros.
CAPACITY_RANGE_BYTES = (256, 256 * 1024 * _KIB)
#: Macro sizes the energy law was drawn through.
FITTED_RANGE_BYTES = (8 * _KIB, 1024 * _KIB)

_ENERGY_SOURCE = {
    45: "8 KiB and 1 MiB cache accesses of 64 bits, Horowitz, ISSCC 2014, 45 nm",
    7: "8 KiB and 1 MiB SRAM accesses of 64 bits, Jouppi et al. (TPUv4i), ISCA 2021, table 2, 7 nm",
}
_ENERGY_64BIT_PJ = {45: (10.0, 100.0), 7: (7.5, 14.0)}

# Bit cell area in um2 of published high-density six-transistor cells.
_CELL_UM2: dict[int, tuple[float, str]] = {
    45: (0.346, "Intel 45 nm"),
    32: (0.171, "Intel 32 nm"),
    28: (0.127, "TSMC 28 nm"),
    22: (0.092, "Intel 22 nm"),
    20: (0.081, "TSMC 20 nm"),
    16: (0.070, "TSMC 16 nm"),
    14: (0.064, "Samsung 14 nm"),
    12: (0.064, "taken as 14 nm"),
    10: (0.042, "TSMC 10 nm"),
    7: (0.027, "TSMC 7 nm"),
}
ARRAY_EFFICIENCY = TechConstant(
    "sram.array_efficiency",
    0.70,
    "cell area per macro area",
    "usual value for large macros",
    "estimate",
)
PERIPHERY_BYTES = TechConstant(
    "sram.periphery",
    1024.0,
    "bytes of cells per macro",
    "judged: fixed decoder and sense area",
    "estimate",
)
LEAKAGE_45NM = TechConstant(
    "sram.leakage.45nm",
    40e-3 / (1024 * _KIB),
    "W/byte",
    "judged: 40 mW per MiB at 45 nm; in practice 10 mW to 1 W by cell flavour and temperature",
    "estimate",
)
LEAKAGE_7NM = TechConstant(
    "sram.leakage.7nm",
    10e-3 / (1024 * _KIB),
    "W/byte",
    "judged: 10 mW per MiB at 7 nm; fin transistors leak less per cell",
    "estimate",
)


def _line_j_per_bit(node_nm: int, capacity_bytes: float) -> float:
    """Evaluate the published line at 45 or 7 nm."""
    small_j, large_j = (pj * 1e-12 / 64 for pj in _ENERGY_64BIT_PJ[node_nm])
    small, large = (math.sqrt(size) for size in FITTED_RANGE_BYTES)
    slope = (large_j - small_j) / (large - small)
    return small_j + slope * (math.sqrt(capacity_bytes) - small)


def _check(capacity_bytes: float) -> None:
    low, high = CAPACITY_RANGE_BYTES
    if not low <= capacity_bytes <= high:
        raise InputError(
            "no SRAM macro of this size",
            found=f"{capacity_bytes!r} bytes",
            allowed=f"{low} to {high} bytes per bank (use more or fewer banks)",
        )


@lru_cache(maxsize=4096)
def access_energy(capacity_bytes: float, node_nm: int) -> TechConstant:
    """Return the energy of reading or writing one bit of a macro, in J/bit, with its source.

    Args:
        capacity_bytes: Size of one macro (bank), not of the whole memory.
        node_nm: Process node.

    Raises:
        InputError: If the macro is outside :data:`CAPACITY_RANGE_BYTES`.
        UnknownNodeError: For a node without data.
    """
    _check(capacity_bytes)
    ends = (_line_j_per_bit(REFERENCE_NM, capacity_bytes), _line_j_per_bit(7, capacity_bytes))
    if node_nm in _ENERGY_SOURCE:
        source = _ENERGY_SOURCE[node_nm]
    else:
        source = "interpolated between " + " and ".join(_ENERGY_SOURCE.values())
    low, high = FITTED_RANGE_BYTES
    inside = low <= capacity_bytes <= high
    if not inside:
        source += f"; {capacity_bytes:g} bytes lie outside the fitted {low} to {high} bytes"
    return TechConstant(
        f"sram.access_energy.{capacity_bytes:g}B.{node_nm}nm",
        anchored(*ends, node_nm),
        "J/bit",
        source,
        "inferred" if inside else "estimate",
    )


def cell_area(node_nm: int) -> TechConstant:
    """Return the area of one bit cell, in mm2, with its source.

    Raises:
        UnknownNodeError: For a node without data.
    """
    if node_nm not in _CELL_UM2:
        raise UnknownNodeError(node_nm)
    area_um2, source = _CELL_UM2[node_nm]
    return TechConstant(
        f"sram.cell_area.{node_nm}nm",
        area_um2 * _UM2_IN_MM2,
        "mm2",
        f"high-density 6T cell, {source}",
        "estimate" if node_nm == 12 else "recalled",
    )


@lru_cache(maxsize=4096)
def macro_area_mm2(capacity_bytes: float, node_nm: int) -> float:
    """Return the area of one macro, in mm2: cells and periphery over the array efficiency."""
    _check(capacity_bytes)
    bits = 8 * (capacity_bytes + PERIPHERY_BYTES.value)
    return bits * cell_area(node_nm).value / ARRAY_EFFICIENCY.value


@lru_cache(maxsize=4096)
def leakage_w_per_byte(node_nm: int) -> float:
    """Return the leakage of SRAM, in W per byte of capacity."""
    process_node(node_nm)
    return anchored(LEAKAGE_45NM.value, LEAKAGE_7NM.value, node_nm)


def all_constants(node_nm: int = REFERENCE_NM) -> tuple[TechConstant, ...]:
    """Return every SRAM constant at one node, the energy at both ends of the fitted range."""
    energies = tuple(access_energy(size, node_nm) for size in FITTED_RANGE_BYTES)
    fixed = (ARRAY_EFFICIENCY, PERIPHERY_BYTES, LEAKAGE_45NM, LEAKAGE_7NM)
    return (*energies, cell_area(node_nm), *fixed)
