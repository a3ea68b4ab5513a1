"""Energy, area and power of a template accelerator, with MAESTRO's constants.

Two sets: ``feb2020`` (commit of 4 February 2020, with which NASAIC was done) and ``master``
(August 2022). Both are labelled 28 nm in the source. The bus and the N-port matrix arbiter are the
same in both; the arbiter grows with the square of the PEs and is about 90 % of a large design.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archsim.errors import UnknownNameError
from archsim.technology.constant import TechConstant

Floats = NDArray[np.float64]

_SOURCE = "MAESTRO source code, constants of the {} version (28 nm)"
_L1_UNIT_BYTES = 64
_L2_UNIT_BYTES = 32 * 1024

L1_ENERGY = TechConstant("maestro.l1_access", 1.68, "MAC/element", "MAESTRO source code", "primary")
L2_ENERGY = TechConstant(
    "maestro.l2_access", 18.61, "MAC/element", "MAESTRO source code", "primary"
)

BUS_AREA = TechConstant(
    "maestro.bus_area",
    101.7938,
    "um2 per unit of length and byte",
    "MAESTRO source code",
    "primary",
)
ARBITER_AREA = TechConstant(
    "maestro.arbiter_area", 395.473, "um2 per crosspoint", "MAESTRO source code", "primary"
)
BUS_POWER = TechConstant(
    "maestro.bus_power", 0.8e-3, "mW per unit of length and byte", "MAESTRO source code", "primary"
)
ARBITER_POWER = TechConstant(
    "maestro.arbiter_power", 0.34e-3, "mW per crosspoint", "MAESTRO source code", "primary"
)
NETWORK_CONSTANTS = (BUS_AREA, ARBITER_AREA, BUS_POWER, ARBITER_POWER)
"""Constants of bus and arbiter, the same in both versions."""


@dataclass(frozen=True)
class ConstantSet:
    """Constants of one version.

    Attributes:
        name: Version.
        unit_j: Energy of one multiply-accumulate, J.
        mac_area_um2: Area per SIMD lane.
        l1_area_um2, l2_area_um2: Area per unit of buffer.
        mac_power_mw: Power per SIMD lane.
        l1_power_mw, l2_power_mw: Power per unit of buffer.
        l1_unit_bytes, l2_unit_bytes: Buffers come in whole units of so many bytes; 1 is any size.

    """

    name: str
    unit_j: float
    mac_area_um2: float
    l1_area_um2: float
    l2_area_um2: float
    mac_power_mw: float
    l1_power_mw: float
    l2_power_mw: float
    l1_unit_bytes: int
    l2_unit_bytes: int

    def constants(self) -> tuple[TechConstant, ...]:
        """Return the numbers of the set with their source."""
        source = _SOURCE.format(self.name)
        values = (
            ("mac_energy", self.unit_j, "J"),
            ("mac_area", self.mac_area_um2, "um2"),
            ("l1_area", self.l1_area_um2, f"um2 per {self.l1_unit_bytes} B"),
            ("l2_area", self.l2_area_um2, f"um2 per {self.l2_unit_bytes} B"),
            ("mac_power", self.mac_power_mw, "mW"),
            ("l1_power", self.l1_power_mw, f"mW per {self.l1_unit_bytes} B"),
            ("l2_power", self.l2_power_mw, f"mW per {self.l2_unit_bytes} B"),
        )
        return tuple(
            TechConstant(f"maestro.{self.name}.{name}", value, unit, source, "primary")
            for name, value, unit in values
        )


FEB2020 = ConstantSet(
    "feb2020", 0.904e-9, 4470.9014, 4505.1889, 4161.536, 1.2223, 0.2208, 4.0,
    _L1_UNIT_BYTES, _L2_UNIT_BYTES,
)  # fmt: skip
MASTER = ConstantSet("master", 0.00023e-9, 283.0, 0.104, 0.104, 1.2223, 0.00345, 0.00345, 1, 1)

VERSIONS: dict[str, ConstantSet] = {
    "master": MASTER,
    "master+div0guard": MASTER,
    "feb2020": FEB2020,
}
"""Version of MAESTRO to its constants; the guarded build runs mappings that crash ``master``."""


def constant_set(version: str) -> ConstantSet:
    """Return the constants of a version.

    Raises:
        UnknownNameError: There is no such version.
    """
    if version not in VERSIONS:
        raise UnknownNameError("version of MAESTRO", str(version), VERSIONS, key="version")
    return VERSIONS[version]


def energy_mac_units(
    tensor_elements: ArrayLike, l2_moved: ArrayLike, l2_read: ArrayLike, macs: ArrayLike
) -> Floats:
    """Return the energy of a layer in units of one multiply-accumulate.

    Args:
        tensor_elements: Elements of all three tensors, each filled or drained once (the stride is
            ignored in the output, as in the source).
        l2_moved: Elements read from and written to the shared buffer while computing.
        l2_read: The inputs and weights among them, which fill the L1 buffers.
        macs: Multiply-accumulates; each makes four L1 accesses.
    """
    tensors, moved, read, work = (
        np.asarray(values, dtype=np.float64)
        for values in (tensor_elements, l2_moved, l2_read, macs)
    )
    buffers = L2_ENERGY.value * (tensors + moved)
    return np.asarray(buffers + L1_ENERGY.value * (read + 4 * work) + work)


def area_um2(
    constants: ConstantSet,
    pes: ArrayLike,
    noc_bandwidth: ArrayLike,
    simd: ArrayLike,
    l1_bytes: ArrayLike,
    l2_bytes: ArrayLike,
) -> Floats:
    """Return the area of an accelerator, um2.

    Args:
        constants: Constants.
        pes: Processing elements.
        noc_bandwidth: Elements per cycle.
        simd: Multiply-accumulates of a PE per cycle.
        l1_bytes: Buffer of each PE.
        l2_bytes: Shared buffer.
    """
    count, width = np.asarray(pes, np.float64), np.asarray(noc_bandwidth, np.float64)
    pe = constants.mac_area_um2 * np.asarray(simd) + constants.l1_area_um2 * _units(
        l1_bytes, constants.l1_unit_bytes
    )
    shared = constants.l2_area_um2 * _units(l2_bytes, constants.l2_unit_bytes)
    return np.asarray(
        count * pe + shared + bus_area_um2(count, width) + matrix_arbiter_area_um2(count)
    )


def bus_area_um2(pes: ArrayLike, noc_bandwidth: ArrayLike) -> Floats:
    """Return the area of the bus between shared buffer and PEs, um2."""
    return np.asarray(BUS_AREA.value * _bus(pes) * np.asarray(noc_bandwidth, np.float64))


def matrix_arbiter_area_um2(pes: ArrayLike) -> Floats:
    """Return the area of one arbiter with a port per PE, um2; it grows with their square."""
    return np.asarray(ARBITER_AREA.value * _arbiter(pes))


def power_mw(
    constants: ConstantSet,
    pes: ArrayLike,
    noc_bandwidth: ArrayLike,
    simd: ArrayLike,
    l1_bytes: ArrayLike,
    l2_bytes: ArrayLike,
) -> Floats:
    """Return the power of an accelerator, mW; args as :func:`area_um2`."""
    count = np.asarray(pes, np.float64)
    pe = constants.mac_power_mw * np.asarray(simd) + constants.l1_power_mw * _units(
        l1_bytes, constants.l1_unit_bytes
    )
    shared = constants.l2_power_mw * _units(l2_bytes, constants.l2_unit_bytes)
    bus = BUS_POWER.value * _bus(count) * np.asarray(noc_bandwidth, np.float64)
    arbiter = np.maximum(ARBITER_POWER.value * _arbiter(count), 0.34)
    return np.asarray(count * pe + shared + bus + arbiter)


def _units(n_bytes: ArrayLike, unit: int) -> Floats:
    return np.asarray(np.ceil(np.asarray(n_bytes, np.float64) / unit))


def _bus(pes: ArrayLike) -> Floats:
    return np.asarray(14.662 * np.asarray(pes, np.float64) + 28.895)


def _arbiter(pes: ArrayLike) -> Floats:
    count = np.asarray(pes, np.float64)
    return np.asarray(1.2886 * count * count + 5.5814 * count - 23.711)
