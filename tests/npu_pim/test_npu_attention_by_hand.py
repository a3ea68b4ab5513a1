"""Attention on the NPU, its stages and the memory's standby, counted by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from archsim.architectures.npu_pim.cost import Activity, dram_energy_j
from archsim.architectures.npu_pim.npu_attention import (
    attention_operations,
    drain_bound_cycles,
    physical_attention_cycles,
)
from archsim.architectures.npu_pim.public import load_system
from archsim.architectures.npu_pim.row_tile import blocked_cycles
from archsim.architectures.npu_pim.stages import serial_stages
from archsim.architectures.npu_pim.vector_work import row_cycles


def trace(heads=4, kv_heads=2, head_dim=100, contexts=(300, 128), new=(1, 1)):
    numbers = {
        "group": "layer",
        "k": head_dim,
        "copies": heads,
        "kv_heads": kv_heads,
        "kv_read_bytes": 1000,
        "input_bytes": 30,
        "output_bytes": 7,
        "macs": 5,
        "vector_elements": 11,
    }
    kinds = ("qkv", "attention_logit", "softmax", "attention_attend")
    rows = [{**numbers, "kind": kind} for kind in kinds]
    rows[0].update(k=10**6, copies=10**6)
    return SimpleNamespace(
        operations=rows, context_tokens=np.array(contexts), new_tokens=np.array(new)
    )


@pytest.fixture(scope="module")
def hardware():
    found = load_system("npu-only")
    npu = found.npu
    assert (npu.systolic_rows, npu.systolic_columns, npu.systolic_arrays) == (128, 128, 8)
    return found


def test_heads_dealt_to_the_arrays(hardware):
    # Blocks of keys and values: 2 x 2 heads x (3 + 1), each 128 cycles, on 8 arrays.
    assert physical_attention_cycles(hardware, trace()) == 16 * 128 // 8
    # A head wider than the array takes two blocks side by side.
    assert physical_attention_cycles(hardware, trace(head_dim=200)) == 32 * 128 // 8
    # Six queries per key head of 40 new tokens stream longer than a block loads.
    six = trace(heads=12, new=(40,), contexts=(300,), head_dim=1280)
    assert physical_attention_cycles(hardware, six) == 2 * 2 * 10 * 3 * 240 // 8


def test_the_authors_branch_waits_for_every_drain(hardware):
    softmax = row_cycles("softmax", 300, hardware.npu.vector_lanes)
    one = (2 * 128 - 1) + 300 // 8 + softmax + 4 * (128 + 128 - 1 + 16)
    assert drain_bound_cycles(hardware, trace(contexts=(300,))) == 4 * one
    # 256 tokens are two blocks of 128 and, as the authors round, one more.
    softmax = row_cycles("softmax", 256, hardware.npu.vector_lanes)
    whole = (2 * 128 - 1) + 256 // 8 + softmax + 3 * (128 + 128 - 1 + 16)
    assert drain_bound_cycles(hardware, trace(contexts=(256,))) == 4 * whole


def test_the_operation_moves_what_the_trace_says(hardware):
    (operation,) = attention_operations(hardware, trace())
    assert (operation.read_bytes, operation.write_bytes) == (2030, 7)
    assert (operation.macs, operation.vector_elements) == (10, 11)
    (step,) = operation.steps
    if hardware.has("drain_bound_attention"):
        assert step.tail_cycles == drain_bound_cycles(hardware, trace())
    else:
        assert (step.stream_bytes, step.compute_cycles, step.tail_cycles) == (2037, 256, 512)


def test_stages_that_take_turns_run_once_per_layer():
    stages = serial_stages(SimpleNamespace(before=(), attention=(), after=()), None)
    assert [(stage.name, stage.times(5)) for stage in stages] == [("A", 5), ("B", 5), ("E", 5)]


def test_bus_cycles_taken_by_tiles():
    timing = SimpleNamespace(ranks=2, banks_per_rank=16, groups=4, step=2)
    assert blocked_cycles(timing, []) == 0
    assert blocked_cycles(timing, [[(3, 5, None)]]) == 3 * (32 + 1 + 8 + 5 * 4)


def test_standby_costs_more_while_rows_are_open(hardware):
    memory, power = hardware.memory, hardware.memory.power()
    clocks = 200 * memory.burst_cycles
    seconds = clocks / memory.frequency_hz
    half = Activity(read_bytes=memory.channels * memory.burst_bytes * 100)
    found = dram_energy_j(hardware, half, seconds)["standby"]
    mean = (power.active_standby_j_per_cycle + power.precharged_standby_j_per_cycle) / 2
    ranks = memory.ranks * memory.channels
    assert found == pytest.approx(ranks * clocks * mean)
