"""Energy and area of a processor counted by hand at 45 nm, where the tables are published.

Horowitz, in pJ: fp32 multiply 3.7, add 0.9; int32 3.1, 0.1; fp16 1.1, 0.4; int8 multiply 0.2. A
register bit takes 0.008 pJ and 4.522 um2; placed logic fills 70 % of its area.
"""

import pytest

import archsim
from archsim.architectures.neural_graphics.cost import memory_j_per_byte, processor_cost
from archsim.blocks.sram import (
    SramBuffer,
    sram_area_mm2,
    sram_energy_j_per_byte,
    sram_leakage_w,
)
from archsim.workload.graphics.grid import GridEncoding

PJ, UM2 = 1e-12, 1e-6
NETWORKS = ((32, 16), (16, 4))
DEEP = GridEncoding(
    grid="hash", dimensions=3, levels=5, features=2, log2_entries=10, base_resolution=4,
    growth_factor=1.5,
)  # fmt: skip
FLAT = GridEncoding(
    grid="dense", dimensions=2, levels=3, features=4, base_resolution=4, growth_factor=1.5
)
ENGINES = {"engines": 3, "sram_bytes": 32768, "banks": 4, "fifo_samples": 10}
MLP = {"rows": 32, "columns": 16, "precision": "fp16", "activation_samples": 24}


def hardware(node_nm=45, scaling=None, **mlp):
    changes = {f"encoding_engines.{key}": value for key, value in ENGINES.items()}
    changes |= {f"mlp_engine.{key}": value for key, value in {**MLP, **mlp}.items()}
    changes |= {"node_nm": node_nm, **({"scaling": scaling} if scaling else {})}
    return archsim.load_hardware("ngpc-64", overrides=changes)


def memory(n_bytes, node_nm=45, banks=4):
    return SramBuffer(n_bytes, banks=banks, node_nm=node_nm)


@pytest.mark.parametrize(
    ("encoding", "level_pj"),
    [
        # Position 3 x 4.6, index 6 x 3.1 and 16 x 0.1, weights 12 x 1.1, 16 sums of 1.5, FIFO.
        (DEEP, 13.8 + 18.6 + 1.6 + 13.2 + 24.0 + 2 * 2 * 16 * 0.008),
        # Two dimensions, four features: 2 x 4.6, 4 x 3.1, 4 x 0.1, 4 x 1.1, 16 x 1.5, FIFO.
        (FLAT, 9.2 + 12.4 + 0.4 + 4.4 + 24.0 + 2 * 4 * 16 * 0.008),
    ],
)
def test_a_sample_in_the_encoding_engines(encoding, level_pj):
    cost = processor_cost(hardware(), encoding, NETWORKS)
    assert cost.encoders.sample_j == pytest.approx(encoding.levels * level_pj * PJ, rel=1e-12)


def test_area_of_the_encoding_engines():
    # As above for three dimensions, with 10 samples of two fp16 features in the FIFO.
    cells_um2 = 3 * (7700 + 4184) + 6 * 3495 + 16 * 137 + 12 * 1640 + 16 * (1640 + 1360)
    cells_um2 += 10 * 2 * 16 * 4.522
    for encoding in (DEEP, FLAT):
        cost = processor_cost(hardware(), encoding, NETWORKS)
        assert cost.encoders.area_mm2 == pytest.approx(3 * cells_um2 * UM2 / 0.7, rel=1e-12)
        assert cost.encoders.leakage_w == pytest.approx(0.02 * cost.encoders.area_mm2, rel=1e-12)


@pytest.mark.parametrize(("encoding", "read_bytes"), [(DEEP, 5 * 8 * 4), (FLAT, 3 * 4 * 8)])
def test_table_memories(encoding, read_bytes):
    table = memory(32768)
    cost = processor_cost(hardware(), encoding, NETWORKS)
    assert cost.tables.sample_j == pytest.approx(read_bytes * sram_energy_j_per_byte(table))
    assert cost.tables.area_mm2 == pytest.approx(3 * sram_area_mm2(table))
    assert cost.tables.leakage_w == pytest.approx(3 * sram_leakage_w(table))
    assert cost.write_j_per_byte == pytest.approx(sram_energy_j_per_byte(table))


@pytest.mark.parametrize(
    ("precision", "bits", "mac_pj", "mac_um2", "sum_bits"),
    [
        ("fp16", 16, 1.1 + 0.4, 1640 + 1360, 16),
        ("int8", 8, 0.2 + 0.1, 282 + 137, 32),
        ("fp32", 32, 3.7 + 0.9, 7700 + 4184, 32),
        ("bf16", 16, 0.68 + 0.9, 867 + 4184, 32),
    ],
)
def test_the_mlp_engine(precision, bits, mac_pj, mac_um2, sum_bits):
    cost = processor_cost(hardware(precision=precision), DEEP, NETWORKS).mlp
    # Two weight matrices of 32 x 16, two sets of 24 activations of the longer side.
    weights, activations = memory(2 * 32 * 16 * bits // 8), memory(2 * 24 * 32 * bits // 8)
    array_mm2 = 32 * 16 * (mac_um2 + (2 * bits + sum_bits) * 4.522) * UM2 / 0.7
    memories_mm2 = sram_area_mm2(weights) + sram_area_mm2(activations)
    assert cost.area_mm2 == pytest.approx(array_mm2 + memories_mm2, rel=1e-12)
    leakage_w = 0.02 * array_mm2 + sram_leakage_w(weights) + sram_leakage_w(activations)
    assert cost.leakage_w == pytest.approx(leakage_w, rel=1e-12)
    # 32 x 16 + 16 x 4 products; activations in and out of two matrices; weights once in 24.
    macs, moved_bytes = 576, (32 + 16 + 16 + 4) * bits // 8
    joules = macs * (mac_pj + (bits + sum_bits) * 0.008) * PJ
    joules += moved_bytes * sram_energy_j_per_byte(activations)
    joules += macs * bits // 8 * sram_energy_j_per_byte(weights) / 24
    assert cost.sample_j == pytest.approx(joules, rel=1e-12)


def test_small_mlp_memories_are_four_banks_of_at_least_256_bytes():
    # One weight of 4 bits twice is 1 byte; 2 x 1027 activations of 4 bits are 1027 bytes, not
    # a multiple of 4.
    cost = processor_cost(
        hardware(precision="int4", rows=1, columns=1, activation_samples=1027), DEEP, NETWORKS
    ).mlp
    weights, activations = memory(1024), memory(1028)
    array_mm2 = (70.5 + 137 + (2 * 4 + 32) * 4.522) * UM2 / 0.7
    memories_mm2 = sram_area_mm2(weights) + sram_area_mm2(activations)
    assert cost.area_mm2 == pytest.approx(array_mm2 + memories_mm2, rel=1e-12)
    # 576 weights of 4 bits, 68 activations of 4 bits.
    joules = 576 * (0.05 + 0.1 + (4 + 32) * 0.008) * PJ + 34 * sram_energy_j_per_byte(activations)
    joules += 288 * sram_energy_j_per_byte(weights) / 1027
    assert cost.sample_j == pytest.approx(joules, rel=1e-12)


def test_scaling_takes_area_and_energy_of_the_old_node_and_leakage_of_the_new_one():
    old = processor_cost(hardware(), DEEP, NETWORKS)
    factors = {"from_node_nm": 45, "area_factor": 0.25, "energy_factor": 0.5}
    new = processor_cost(hardware(node_nm=7, scaling=factors), DEEP, NETWORKS)
    for name, part in new.parts.items():
        assert part.area_mm2 == pytest.approx(0.25 * old.parts[name].area_mm2)
        assert part.sample_j == pytest.approx(0.5 * old.parts[name].sample_j)
    assert new.write_j_per_byte == pytest.approx(0.5 * old.write_j_per_byte)
    assert new.tables.leakage_w == pytest.approx(3 * sram_leakage_w(memory(32768, 7)))
    assert new.encoders.leakage_w == pytest.approx(0.02 * new.encoders.area_mm2)
    memories = (2048, 3072)
    array_mm2 = new.mlp.area_mm2 - 0.25 * sum(sram_area_mm2(memory(size)) for size in memories)
    leakage_w = 0.02 * array_mm2 + sum(sram_leakage_w(memory(size, 7)) for size in memories)
    assert new.mlp.leakage_w == pytest.approx(leakage_w)


def test_a_processor_is_the_sum_of_its_parts():
    cost = processor_cost(hardware(), DEEP, NETWORKS)
    parts = [cost.tables, cost.encoders, cost.mlp]
    assert list(cost.parts) == ["table memories", "encoding engines", "mlp engines"]
    assert list(cost.parts.values()) == parts
    for name in ("area_mm2", "leakage_w", "sample_j"):
        assert getattr(cost, name) == pytest.approx(sum(getattr(part, name) for part in parts))


def test_the_constants_are_those_that_were_used():
    cost = processor_cost(hardware(precision="int8"), DEEP, NETWORKS)
    names = [constant.name for constant in cost.constants]
    assert len(names) == len(set(names))
    assert {
        "sram.access_energy.8192B.45nm", "arithmetic.multiply.int8.45nm",
        "arithmetic.add.fp32.45nm", "arithmetic.multiply.int32.45nm", "arithmetic.add.fp16.45nm",
        "arithmetic.register_energy.45nm", "arithmetic.logic_leakage",
    } <= set(names)  # fmt: skip


@pytest.mark.parametrize(("kind", "pj"), [("gddr6", 8 * 6.5), ("hbm2", 8 * 3.92)])
def test_bytes_to_memory_cost_eight_bits_each(kind, pj):
    assert memory_j_per_byte(kind) == pytest.approx(pj * PJ, rel=1e-12)
