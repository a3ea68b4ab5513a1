from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsim.errors import InputError, UnknownNameError
from archsim.technology import (
    DRAM_KINDS,
    NEUPIMS_HBM2,
    NODES_NM,
    PRECISIONS,
    area_scale,
    arithmetic,
    dram,
    energy_scale,
    interconnect,
    sram,
)
from archsim.technology.constant import CERTAINTIES

FAST = settings(deadline=None, max_examples=80)
KIB = 1024


def test_published_operation_energies_come_out_at_both_ends():
    assert arithmetic.operation_energy("multiply", "fp16", 45).value == pytest.approx(1.1e-12)
    assert arithmetic.operation_energy("multiply", "fp16", 7).value == pytest.approx(0.34e-12)
    # The specification's range of an fp16 multiply-accumulate at 45 nm, summed in fp16.
    assert arithmetic.mac_energy_j("fp16", 45, "fp16") == pytest.approx(1.5e-12)
    assert arithmetic.mac_energy_j("int8", 45) == pytest.approx(0.3e-12)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_arithmetic_falls_with_every_node(precision):
    energies = [arithmetic.mac_energy_j(precision, node) for node in NODES_NM]
    areas = [arithmetic.mac_area_mm2(precision, node) for node in NODES_NM]
    assert energies == sorted(energies, reverse=True)
    assert areas == sorted(areas, reverse=True)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("node_nm", NODES_NM)
def test_interpolated_numbers_are_never_called_better_than_inferred(precision, node_nm):
    for item in arithmetic.mac_constants(precision, node_nm):
        if node_nm not in (45, 7):
            assert CERTAINTIES.index(item.certainty) >= CERTAINTIES.index("inferred")


def test_mac_is_the_sum_of_its_constants():
    multiply, add, multiply_area, add_area = arithmetic.mac_constants("bf16", 16)
    assert arithmetic.mac_energy_j("bf16", 16) == multiply.value + add.value
    assert arithmetic.mac_area_mm2("bf16", 16) == multiply_area.value + add_area.value
    assert arithmetic.placed_area_mm2(0.7) == pytest.approx(1.0)


@pytest.mark.parametrize("node_nm", NODES_NM)
def test_a_register_bit_scales_with_the_node(node_nm):
    energy = 8e-15 * energy_scale(45, node_nm)
    area = 4.522e-6 * area_scale(45, node_nm)
    assert arithmetic.register_energy_j_per_bit(node_nm) == pytest.approx(energy)
    assert arithmetic.register_area_mm2_per_bit(node_nm) == pytest.approx(area)


def test_sram_line_meets_the_published_points():
    points = {(8, 45): 10, (1024, 45): 100, (8, 7): 7.5, (1024, 7): 14}
    for (kib, node), energy_pj in points.items():
        assert 64e12 * sram.access_energy(kib * KIB, node).value == pytest.approx(energy_pj)
    # The points the line was not drawn through.
    assert 64e12 * sram.access_energy(32 * KIB, 45).value == pytest.approx(20, rel=0.07)
    assert 64e12 * sram.access_energy(32 * KIB, 7).value == pytest.approx(8.5, rel=0.07)


@FAST
@given(st.integers(256, 2**27), st.sampled_from(NODES_NM), st.integers(1, 2**27))
def test_larger_macros_cost_more(capacity, node_nm, more):
    for cost in (
        lambda size: sram.access_energy(size, node_nm).value,
        lambda size: sram.macro_area_mm2(size, node_nm),
    ):
        assert 0 < cost(capacity) < cost(capacity + more)


def test_sram_says_when_it_leaves_the_fitted_range():
    assert sram.access_energy(64 * KIB, 22).certainty == "inferred"
    outside = sram.access_energy(4 * 1024 * KIB, 22)
    assert outside.certainty == "estimate"
    assert "outside the fitted" in outside.source
    with pytest.raises(InputError, match="no SRAM macro of this size"):
        sram.access_energy(100, 22)
    with pytest.raises(UnknownNameError, match="did you mean 7 nm"):
        sram.cell_area(5)


def test_sram_cells_and_leakage_fall_with_the_node():
    cells = [sram.cell_area(node).value for node in NODES_NM]
    assert cells == sorted(cells, reverse=True)
    leakage = [sram.leakage_w_per_byte(node) for node in NODES_NM]
    assert leakage == sorted(leakage, reverse=True)


@pytest.mark.parametrize("kind", DRAM_KINDS)
def test_dram_parts_add_up(kind):
    parts = dram.access_energy_parts(kind)
    assert dram.access_energy_j_per_bit(kind) == pytest.approx(sum(part.value for part in parts))
    assert dram.die_area(kind).value > 0
    assert dram.dies(kind, dram.die_capacity_bytes(kind) + 1) == 2


def test_hbm2_total_is_the_published_one():
    assert dram.access_energy_j_per_bit("hbm2") == pytest.approx(3.92e-12)
    assert dram.access_energy_parts("hbm2")[-1].certainty == "inferred"


def test_command_energies_reproduce_the_table():
    currents = NEUPIMS_HBM2
    assert currents.read_j == pytest.approx(804e-12)
    assert currents.read_j / 512 == pytest.approx(1.57e-12, rel=1e-3)
    assert currents.write_j == pytest.approx(1068e-12)
    assert currents.activate_j == pytest.approx(828e-12)
    assert currents.refresh_j == pytest.approx(60.8e-9, rel=1e-3)
    assert currents.active_standby_j_per_cycle == pytest.approx(66e-12)
    assert currents.precharged_standby_j_per_cycle == pytest.approx(48e-12)


def test_command_energy_scales_with_devices_and_clock():
    assert replace(NEUPIMS_HBM2, devices=8).read_j == pytest.approx(8 * NEUPIMS_HBM2.read_j)
    assert replace(NEUPIMS_HBM2, clock_s=2e-9).activate_j == pytest.approx(
        2 * NEUPIMS_HBM2.activate_j
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"vdd_v": 0.0}, "^vdd_v: must be a finite number > 0"),
        ({"idd0_a": float("nan")}, "^idd0_a: must be a finite number > 0"),
        ({"trc_cycles": 50}, r"^trc_cycles: must be tras_cycles \+ trp_cycles.*allowed: 48"),
        ({"idd4r_a": 0.05}, "^idd4r_a: .*at least idd3n_a = 0.055 A"),
        ({"idd0_a": 0.02}, "^idd0_a: activating a bank would cost less"),
    ],
)
def test_bad_currents(change, message):
    with pytest.raises(InputError, match=message):
        replace(NEUPIMS_HBM2, **change)


def test_an_activate_may_cost_nothing_and_no_less():
    standby = {"idd3n_a": 0.0625, "idd2n_a": 0.0625, "idd4r_a": 0.25, "idd4w_a": 0.25}
    free = replace(NEUPIMS_HBM2, **standby, idd0_a=0.0625)
    assert free.activate_j == 0.0
    with pytest.raises(InputError, match="less than nothing"):
        replace(free, idd0_a=0.0624)


def test_unknown_names():
    with pytest.raises(UnknownNameError, match="did you mean ddr4"):
        dram.access_energy_parts("ddr-4")
    with pytest.raises(UnknownNameError, match="did you mean fp16"):
        arithmetic.mac_energy_j("fp-16", 45)
    with pytest.raises(UnknownNameError, match="link kind"):
        interconnect.link_energy("carrier pigeon")


def test_wires():
    # A 64-bit word over 10 mm: 65 pJ, far above an fp16 multiply-accumulate.
    assert 64 * interconnect.wire_energy_j_per_bit(10.0) == pytest.approx(65e-12)
    assert interconnect.wire_energy_j_per_bit(0.0) == 0


def test_a_link_is_found_by_its_kind():
    assert interconnect.link_energy("interposer").value == 0.5e-12
    assert interconnect.link_energy("on_package").value == pytest.approx(1.953125e-12)


def test_a_published_energy_is_not_called_interpolated():
    for node_nm, source in ((45, "Horowitz"), (7, "TPUv4i")):
        found = arithmetic.operation_energy("multiply", "fp16", node_nm)
        assert source in found.source
        assert "interpolated" not in found.source
        assert found.certainty == "recalled"
    assert "interpolated" in arithmetic.operation_energy("multiply", "fp16", 16).source


def test_area_of_a_macro_by_hand():
    # 7 KiB and 1 KiB for the periphery, cells of 0.346 um2 on 70 % of the area.
    assert sram.macro_area_mm2(7 * KIB, 45) == pytest.approx(65_536 * 0.346e-6 / 0.7, rel=1e-12)
    certainty = {node: sram.cell_area(node).certainty for node in (14, 12, 10)}
    assert certainty == {14: "recalled", 12: "estimate", 10: "recalled"}


def test_macros_from_the_least_to_the_largest_size():
    low, high = sram.CAPACITY_RANGE_BYTES
    for size in (low, high):
        assert sram.macro_area_mm2(size, 7) > 0.0
        assert sram.access_energy(size, 7).value > 0.0
    for size in (low - 1, high + 1):
        with pytest.raises(InputError, match="no SRAM macro of this size"):
            sram.macro_area_mm2(size, 7)
