"""Energy and area of a processor, from its parts and from what a sample makes them do.

Counted: table memories (cells, reads), cell, weight and interpolation arithmetic, FIFOs, the MLP
array with its weight and activation memories, bytes to memory, and the SMs while they work. With
``scaling`` every dynamic energy and area is taken at the older node and multiplied by the stated
factor; leakage is always that of the target node.

Not modelled: control, clock distribution above the registers, ports, the GPU's idle power.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from archsim.architectures.neural_graphics.config import (
    EncodingEngines,
    MlpEngine,
    NeuralGraphicsHardware,
    Scaling,
)
from archsim.blocks.sram import (
    SramBuffer,
    sram_area_mm2,
    sram_constants,
    sram_energy_j,
    sram_leakage_w,
)
from archsim.technology import arithmetic, dram
from archsim.technology.arithmetic import BITS, Precision
from archsim.technology.constant import TechConstant
from archsim.workload.graphics.grid import GridEncoding

DIMENSIONS, FEATURES, CORNERS = 3, 2, 8
"""What an engine's arithmetic is built for: three dimensions, two features, all corners at once."""


@dataclass(frozen=True)
class Part:
    """One part of a processor.

    Attributes:
        area_mm2: Area in one processor.
        leakage_w: Leakage in one processor.
        sample_j: Dynamic energy of one sample.
    """

    area_mm2: float
    leakage_w: float
    sample_j: float


@dataclass(frozen=True)
class ProcessorCost:
    """What a processor costs, and what a sample costs in it."""

    tables: Part
    encoders: Part
    mlp: Part
    write_j_per_byte: float
    constants: tuple[TechConstant, ...]

    @property
    def parts(self) -> dict[str, Part]:
        """The parts by component name."""
        return {
            "table memories": self.tables,
            "encoding engines": self.encoders,
            "mlp engines": self.mlp,
        }

    @property
    def area_mm2(self) -> float:
        """Area of a processor."""
        return sum(part.area_mm2 for part in self.parts.values())

    @property
    def leakage_w(self) -> float:
        """Leakage of a processor."""
        return sum(part.leakage_w for part in self.parts.values())

    @property
    def sample_j(self) -> float:
        """Dynamic energy of one sample in a processor."""
        return sum(part.sample_j for part in self.parts.values())


def processor_cost(
    hardware: NeuralGraphicsHardware,
    encoding: GridEncoding,
    networks: tuple[tuple[int, int], ...],
) -> ProcessorCost:
    """Return energy and area of a processor that works on samples of one application.

    Raises:
        InputError: The node has no data, or a memory does not divide into its banks.
    """
    return _cost(
        hardware.encoding_engines,
        hardware.mlp_engine,
        hardware.node_nm,
        hardware.scaling,
        encoding,
        networks,
    )


def memory_j_per_byte(kind: str) -> float:
    """Return the energy of moving one byte between the shared cache and DRAM."""
    return 8.0 * dram.access_energy_j_per_bit(kind)


@lru_cache(maxsize=4096)
def _cost(
    engines: EncodingEngines,
    mlp: MlpEngine,
    node_nm: int,
    scaling: Scaling | None,
    encoding: GridEncoding,
    networks: tuple[tuple[int, int], ...],
) -> ProcessorCost:
    table_node = node_nm if scaling is None else scaling.from_node_nm
    area = 1.0 if scaling is None else scaling.area_factor
    energy = 1.0 if scaling is None else scaling.energy_factor
    table = SramBuffer(engines.sram_bytes, banks=engines.banks, node_nm=table_node)
    read_bytes = encoding.lookups * encoding.entry_bytes
    tables = Part(
        engines.engines * sram_area_mm2(table) * area,
        engines.engines * sram_leakage_w(_at(table, node_nm)),
        float(sram_energy_j(table, read_bytes)) * energy,
    )
    encoder_mm2 = engines.engines * _encoder_area_mm2(engines, table_node) * area
    encoders = Part(
        encoder_mm2,
        arithmetic.LOGIC_LEAKAGE.value * encoder_mm2,
        encoding.levels * _encoder_sample_j(encoding, table_node) * energy,
    )
    return ProcessorCost(
        tables,
        encoders,
        _mlp_part(mlp, networks, table_node, node_nm, area, energy),
        float(sram_energy_j(table, 1)) * energy,
        _constants(table, mlp.precision, table_node),
    )


def _encoder_area_mm2(engines: EncodingEngines, node: int) -> float:
    """Return the area of one engine without its table: position, index, weights, interpolation."""
    one = arithmetic.operation_area
    cell = DIMENSIONS * (one("multiply", "fp32", node).value + one("add", "fp32", node).value)
    cell += 2 * DIMENSIONS * one("multiply", "int32", node).value
    cell += CORNERS * (DIMENSIONS - 1) * one("add", "int32", node).value
    cell += weight_multiplies(DIMENSIONS) * one("multiply", "fp16", node).value
    cell += CORNERS * FEATURES * arithmetic.mac_area_mm2("fp16", node, "fp16")
    fifo_bits = engines.fifo_samples * FEATURES * BITS["fp16"]
    cell += fifo_bits * arithmetic.register_area_mm2_per_bit(node)
    return arithmetic.placed_area_mm2(cell)


def weight_multiplies(dimensions: int) -> int:
    """Return the products that make the corner weights of a cell: 4 + 8 in three dimensions."""
    return sum(1 << power for power in range(2, dimensions + 1))


def _encoder_sample_j(encoding: GridEncoding, node: int) -> float:
    """Return the dynamic energy of one sample in one level, table reads aside."""
    one = arithmetic.operation_energy
    d, corners = encoding.dimensions, encoding.corners
    joules = d * (one("multiply", "fp32", node).value + one("add", "fp32", node).value)
    joules += 2 * d * one("multiply", "int32", node).value
    joules += corners * (d - 1) * one("add", "int32", node).value
    joules += weight_multiplies(d) * one("multiply", "fp16", node).value
    joules += corners * encoding.features * arithmetic.mac_energy_j("fp16", node, "fp16")
    # In and out of the FIFO.
    fifo_bits = 2 * encoding.features * BITS["fp16"]
    return joules + fifo_bits * arithmetic.register_energy_j_per_bit(node)


def _mlp_part(
    mlp: MlpEngine,
    networks: tuple[tuple[int, int], ...],
    table_node: int,
    node_nm: int,
    area: float,
    energy: float,
) -> Part:
    precision, bits = mlp.precision, BITS[mlp.precision]
    total = accumulator(precision)
    side = max(mlp.rows, mlp.columns)
    # Two weight matrices and two sets of activations: one is used while the other is filled.
    weights = _memory(2 * mlp.rows * mlp.columns * bits // 8, table_node)
    activations = _memory(2 * mlp.activation_samples * side * bits // 8, table_node)
    cell = arithmetic.mac_area_mm2(precision, table_node, total)
    cell += (2 * bits + BITS[total]) * arithmetic.register_area_mm2_per_bit(table_node)
    array_mm2 = arithmetic.placed_area_mm2(cell * mlp.rows * mlp.columns) * area
    memories_mm2 = (sram_area_mm2(weights) + sram_area_mm2(activations)) * area
    leakage = arithmetic.LOGIC_LEAKAGE.value * array_mm2
    leakage += sum(sram_leakage_w(_at(part, node_nm)) for part in (weights, activations))
    macs = sum(inputs * outputs for inputs, outputs in networks)
    per_mac = arithmetic.mac_energy_j(precision, table_node, total)
    per_mac += (bits + BITS[total]) * arithmetic.register_energy_j_per_bit(table_node)
    moved = sum(inputs + outputs for inputs, outputs in networks) * bits // 8
    joules = macs * per_mac + float(sram_energy_j(activations, moved))
    joules += float(sram_energy_j(weights, macs * bits // 8)) / mlp.activation_samples
    return Part(array_mm2 + memories_mm2, leakage, joules * energy)


def accumulator(precision: Precision) -> Precision:
    """Return the format of sums: half precision as in tiny-cuda-nn's fused MLP, else the usual."""
    return "fp16" if precision == "fp16" else arithmetic.ACCUMULATOR[precision]


def _memory(n_bytes: int, node_nm: int) -> SramBuffer:
    banks = 4
    size = max(256 * banks, -(-n_bytes // banks) * banks)
    return SramBuffer(size, banks=banks, node_nm=node_nm)


def _at(buffer: SramBuffer, node_nm: int) -> SramBuffer:
    return SramBuffer(buffer.capacity_bytes, banks=buffer.banks, node_nm=node_nm)


def _constants(table: SramBuffer, precision: Precision, node: int) -> tuple[TechConstant, ...]:
    found = (
        *sram_constants(table),
        *arithmetic.mac_constants(precision, node, accumulator(precision)),
        *arithmetic.mac_constants("fp32", node),
        *arithmetic.mac_constants("int32", node),
        *arithmetic.mac_constants("fp16", node, "fp16"),
        arithmetic.REGISTER_ENERGY,
        arithmetic.REGISTER_AREA,
        arithmetic.PLACEMENT_DENSITY,
        arithmetic.LOGIC_LEAKAGE,
    )
    return tuple({constant.name: constant for constant in found}.values())
