"""Energy, area and limits of blocks, counted by hand from the constants they rest on."""

import pytest

from archsim.blocks.dram_channel import DramChannels
from archsim.blocks.sram import SramBuffer, check_buffer, sram_leakage_w
from archsim.blocks.systolic import SystolicArray, fold_classes, systolic_timing
from archsim.blocks.systolic_cost import systolic_energy_j
from archsim.blocks.vector import (
    VectorUnit,
    vector_area_mm2,
    vector_energy_j,
    vector_leakage_w,
    vector_operation,
)
from archsim.errors import InputError
from archsim.technology import arithmetic, sram


@pytest.mark.parametrize("operation", ["softmax", "gelu", "add"])
def test_vector_energy_is_arithmetic_and_a_register_per_step(operation):
    cost = vector_operation(operation)
    add = arithmetic.operation_energy("add", "fp16", 22).value
    multiply = arithmetic.operation_energy("multiply", "fp16", 22).value
    register = 16 * arithmetic.register_energy_j_per_bit(22)
    one = cost.additions * (add + register) + cost.multiplications * (multiply + register)
    assert vector_energy_j(VectorUnit(8), operation, 1000) == pytest.approx(1000 * one)
    assert vector_energy_j(VectorUnit(8), operation, 0) == 0


def test_vector_area_is_a_multiplier_and_eight_registers_per_lane():
    lane = arithmetic.mac_area_mm2("fp16", 22, "fp16")
    lane += 8 * 16 * arithmetic.register_area_mm2_per_bit(22)
    unit = VectorUnit(lanes=8, pipes=3)
    assert vector_area_mm2(unit) == pytest.approx(24 * arithmetic.placed_area_mm2(lane))
    leakage = arithmetic.LOGIC_LEAKAGE.value * vector_area_mm2(unit)
    assert vector_leakage_w(unit) == pytest.approx(leakage)


def test_energy_of_a_systolic_array_by_hand():
    # int8 at 45 nm: multiply 0.2 pJ, add 0.1 pJ in int32, 8 + 32 register bits of 0.008 pJ.
    array = SystolicArray(4, 4, precision="int8", node_nm=45)
    timing = systolic_timing(5, 6, 7, 4, 4)
    assert timing.macs == 5 * 6 * 7
    assert systolic_energy_j(array, timing) == pytest.approx(210 * 0.62e-12, rel=1e-12)


def test_sram_leaks_by_the_byte():
    buffer = SramBuffer(64 * 1024, node_nm=22)
    assert sram_leakage_w(buffer) == pytest.approx(65536 * sram.leakage_w_per_byte(22))


@pytest.mark.parametrize(
    ("capacity", "good"),
    [(1024, True), (1020, False), (1026, False), (4 << 28, True), ((4 << 28) + 4, False)],
)
def test_the_sizes_that_four_banks_can_have(capacity, good):
    if good:
        check_buffer("npu.scratchpad_bytes", capacity, 4)
        return
    with pytest.raises(InputError, match="4 equal banks"):
        check_buffer("npu.scratchpad_bytes", capacity, 4)


def test_a_memory_that_refreshes_all_the_time_is_refused():
    given = {"kind": "hbm2", "channels": 1, "channel_bandwidth_bytes_per_s": 1e9}
    given.update(capacity_bytes=1 << 30, refresh_interval_s=1e-6)
    assert DramChannels(**given, refresh_s=0.99e-6).refresh_s == 0.99e-6
    with pytest.raises(InputError, match="refresh all the time"):
        DramChannels(**given, refresh_s=1e-6)


@pytest.mark.parametrize("dataflow", ["os", "ws", "is"])
def test_folds_that_do_not_occur_hold_nothing(dataflow):
    # 8 x 8 x 8 on 4 x 4: four full folds of 4 x 4 x 8, none at an edge.
    folds = fold_classes(8, 8, 8, 4, 4, dataflow)
    assert folds.count.tolist() == [4, 0, 0, 0]
    assert folds.macs.tolist() == [128, 0, 0, 0]
    for each in (folds.input_elements, folds.weight_elements, folds.output_elements):
        assert each.tolist()[0] > 0
        assert each.tolist()[1:] == [0, 0, 0]
