"""Products, energy, rooflines and vision costs counted by hand, on sizes small enough to follow.

The core: 100 MHz, beats of 8 bytes every 3 cycles, bursts of 2 beats, 1 GB/s from memory.
"""

import numpy as np
import pytest

import archsim
from archsim.architectures.fpga.board import BoardMemory
from archsim.architectures.fpga.config import Energy, JoulesRange, TernaryCore
from archsim.architectures.fpga.core_timing import Burst, CoreTiming
from archsim.architectures.fpga.energy import Work, energy_parts
from archsim.architectures.fpga.matvec import Feed, product_cycles
from archsim.architectures.fpga.program import BLOCK, EMBEDDING, HEAD, PRODUCTS, UNITS
from archsim.architectures.fpga.roofline import (
    Roofline,
    check_claim,
    guard,
    port_bytes_per_s,
    remedies,
)
from archsim.architectures.fpga.ternary_plan import TernaryPlan
from archsim.architectures.fpga.ternary_time import TimedProgram, TimedToken, time_token
from archsim.architectures.fpga.vit_config import FlatArray, TiledArray, VitAccelerator
from archsim.architectures.fpga.vit_costs import VitCosts, vit_costs
from archsim.kernel import Timeline
from archsim.workload.moe_vit_model import MoeVitModel
from archsim.workload.ternary_lm_model import TernaryLmModel

NS = 10**6
MEMORY = BoardMemory(technology="ddr4", channels=2, channel_bytes_per_s=1e9, channel_bytes=1 << 30)
MODEL = TernaryLmModel(layers=3, hidden=10, ffn=256, vocab=33)
NAMED = {instruction.name: instruction for instruction in (*EMBEDDING, *BLOCK, *HEAD)}


def core(**changes):
    settings = {
        "frequency_hz": 100e6, "port_bytes": 4, "ports": 2, "cycles_per_beat": 3.0,
        "memory_efficiency": 0.5, "weight_packing": "two_bit", "lanes": 8, "vector_lanes": 6,
        "fifo_beats": 4, "channels": 2, "control_cells": {"low": 1, "high": 2},
        "product_overhead_s": 1e-6, "first_beat_s": 2e-7,
    }  # fmt: skip
    return TernaryCore(**{**settings, **changes})


def timing(rows=1, **changes):
    return CoreTiming(core(**changes), MEMORY, MODEL, rows, 2)


def test_a_product_that_waits_for_its_adders():
    # 10 x 10 weights of 2 bits: 25 bytes, a burst of 16 (64 weights) and one of 9 (36 weights).
    found = timing().product(NAMED["input"])
    assert (found.inputs, found.outputs, found.weights) == (10, 10, 100)
    assert (found.full, found.stream_bytes, found.before_fs) == (1, 25, 1200 * NS)
    assert found.burst == Burst(16, 16 * NS, 60 * NS, 80 * NS)
    assert found.last == Burst(9, 9 * NS, 60 * NS, 45 * NS)
    assert found.burst.stream_fs == 60 * NS
    assert found.duration_fs == (1200 + 80 + 45) * NS
    assert found.wait_fs == 0


def test_a_product_that_waits_for_its_port():
    # 32 lanes: 2 and 1.125 cycles of additions behind two bursts of 60 ns.
    found = timing(lanes=32).product(NAMED["input"])
    assert (found.burst.adders_fs, found.last.adders_fs) == (20 * NS, 11_250_000)
    assert found.duration_fs == (1200 + 120) * NS
    assert found.wait_fs == 120 * NS - 31_250_000


def test_a_product_that_waits_for_the_memory_and_one_without_it():
    slow = timing(memory_efficiency=0.05).product(NAMED["input"])
    assert (slow.burst.memory_fs, slow.last.memory_fs) == (160 * NS, 90 * NS)
    # The last 9 bytes begin when the first burst is there, at 160 ns, and take 90.
    assert slow.duration_fs == (1200 + 160 + 90) * NS
    alone = timing(weights="on_chip").product(NAMED["input"])
    assert (alone.stream_bytes, alone.burst) == (0, Burst(0, 0, 0, 80 * NS))
    assert alone.duration_fs == (1200 + 125) * NS


def test_the_last_burst_waits_for_room_in_the_fifo():
    # 10 x 33 weights of 2 bits: 83 bytes, five bursts and 3 bytes (10 weights), one beat.
    found = timing().product(NAMED["lm_head"])
    assert (found.full, found.last.stream_bytes) == (5, 3)
    assert (found.last.port_fs, found.last.adders_fs) == (30 * NS, 12_500_000)
    # Adders take 5 x 80 and 12.5; the last burst begins at max(5 x 60, 4 x 80) and takes 30.
    assert found.duration_fs == 1200 * NS + 412_500_000
    # Adders of 70 ns: they end at 350 + 10.9; a last burst of 90 ns more ends at 300 + 90.
    late = timing(lanes=64, cycles_per_beat=9.0).product(NAMED["lm_head"])
    assert late.duration_fs == 1200 * NS + (5 * 180 + 90) * NS


def test_bursts_joined_and_apart():
    # 256 x 10 weights: 640 bytes, 39 bursts of 16 bytes and a last one as long.
    found = timing().product(NAMED["ffn_down"])
    assert (found.full, found.last) == (39, found.burst)
    assert found.bursts() == [found.burst] * 39 + [found.last]
    assert found.bursts(50) == found.bursts()
    joined = Burst(37 * 16, 37 * 16 * NS, 37 * 60 * NS, 37 * 80 * NS, joined=37)
    assert found.bursts(2) == [found.burst, found.burst, joined, found.last]
    assert found.bursts()[0].joined == 1


@pytest.mark.parametrize(
    ("rows", "lanes", "inputs", "speed"),
    [(1, 32, 10, 32), (2, 8, 10, 5), (3, 32, 10, 10), (2, 64, 128, 64), (2, 64, 64, 32)],
)
def test_results_of_several_rows_leave_one_a_cycle(rows, lanes, inputs, speed):
    assert timing(rows, lanes=lanes).weights_per_cycle(inputs) == speed


def test_base_three_packing_takes_eight_fifths_of_a_bit():
    found = timing(weight_packing="base3").product(NAMED["input"])
    assert found.stream_bytes == 20
    # 16 bytes hold 80 weights: 10 cycles of 8 lanes; 20 weights are left.
    assert (found.burst.adders_fs, found.last.adders_fs) == (100 * NS, 25 * NS)


def test_vector_instructions_loads_and_stores():
    at = timing(rows=2)
    # Two passes over 10 features of two rows: 40 elements, six a cycle.
    assert at.elements(NAMED["mixer.norm"]) == 40
    assert at.duration_fs(NAMED["mixer.norm"]) == 7 * 10 * NS
    assert at.moved_bytes(NAMED["mixer.norm"]) == 0
    # State on the chip takes cycles; the token table comes from memory, 2 bytes an element.
    assert at.duration_fs(NAMED["state.load"]) == 4 * 10 * NS
    assert at.transferred_bytes(NAMED["state.load"]) == 0
    assert at.transferred_bytes(NAMED["embedding.load"]) == 40
    assert at.duration_fs(NAMED["embedding.load"]) == 40 * NS
    outside = timing(rows=2, state="memory")
    assert outside.moved_bytes(NAMED["state.store"]) == 40
    assert outside.duration_fs(NAMED["state.store"]) == 40 * NS
    assert outside.transferred_bytes(NAMED["mixer.norm"]) == 0
    assert at.moved_bytes(NAMED["input"]) == 25
    assert at.duration_fs(NAMED["input"]) == at.product(NAMED["input"]).duration_fs


def test_constants_and_programs_of_a_core():
    at = timing(issue_cycles=3)
    assert (at.issue_fs, at.memory_bytes_per_s) == (30 * NS, 10**9)
    assert at.programs(embedding=False, head=False) == [(BLOCK, 3)]
    assert at.programs(embedding=True, head=True) == [(EMBEDDING, 1), (BLOCK, 3), (HEAD, 1)]


def test_a_token_is_its_programs_times_how_often_they_run():
    def program(times, latency_fs, busy_fs, bytes_moved, fifo_wait_fs):
        busy = dict.fromkeys(("tmatmul", "rms", "row_wise", "load_store"), busy_fs)
        return TimedProgram((1,), BLOCK, times, latency_fs, (), busy, bytes_moved, fifo_wait_fs)

    token = TimedToken((program(3, 100, 40, 7, 11), program(2, 10, 5, 1, 0)))
    assert (token.latency_fs, token.bytes_moved) == (320, 23)
    assert (token.fifo_wait_fs, token.busy_fs("tmatmul")) == (33, 130)


def token_plan(batch, **core_changes):
    changes = {"broadcast_rows": 4, **core_changes}
    hardware = archsim.load_hardware(
        "d5005-prototype",
        overrides={f"ternary_core.{key}": value for key, value in changes.items()},
    )
    workload = archsim.load_workload("matmulfree-370m-batch6", overrides={"batch": batch})
    return TernaryPlan(hardware, workload)


def block_of(token):
    (block,) = (item for item in token.programs if item.program is BLOCK)
    return block


def test_the_units_of_a_closed_token_are_busy_for_the_instructions_they_do():
    plan = token_plan(4)
    block = block_of(time_token(plan, "analytic"))
    at = plan.timings(block.rows)[0]
    for unit in UNITS:
        durations = [at.duration_fs(item) for item in block.program if item.unit == unit]
        assert block.busy_fs[unit] == sum(durations)
    products = [at.product(item) for item in block.program if item.unit == "tmatmul"]
    assert block.fifo_wait_fs == sum(product.wait_fs for product in products)


def test_adders_with_many_lanes_wait_for_the_weights_of_every_product():
    plan = token_plan(1, lanes=4096)
    block = block_of(time_token(plan, "analytic"))
    products = [plan.timings((1,))[0].product(item) for item in PRODUCTS]
    waits = [product.wait_fs for product in products]
    assert min(waits) > 0
    assert block.fifo_wait_fs == sum(waits)


def test_only_the_first_block_that_is_played_is_recorded():
    counts = []
    for batch, rounds in ((4, [(4,)]), (6, [(4,), (2,)])):
        plan, timeline = token_plan(batch), Timeline()
        assert plan.rounds == rounds
        time_token(plan, "event", timeline)
        counts.append(len(timeline.spans))
    assert counts[0] == counts[1] > 0


def test_one_row_has_no_drain():
    feed = Feed(*(np.asarray(value) for value in (8.0, 3.0, 2.0, 8.0, 10.0)))
    outputs = np.asarray(100.0)
    found = product_cycles(np.asarray(2.0), outputs, np.asarray([1.0, 2.0, 3.0]), feed)
    # Eight lanes form four outputs of two inputs at once; two and three rows leave in turn.
    assert found.drain.tolist() == [0.0, 50.0, 75.0]
    # 200 weights are 50 bytes: 7 beats of 3 cycles, 5 cycles of memory, 25 of additions.
    assert (found.handshake, found.memory, found.additions) == (21.0, 5.0, 25.0)
    assert found.longest.tolist() == [25.0, 50.0, 75.0]


def test_energy_is_work_times_its_bounds_and_static_power_times_time():
    def bounds(low_j, high_j):
        return JoulesRange(low_j=low_j, high_j=high_j)

    energy = Energy(
        byte=bounds(2.0, 4.0), addition=bounds(0.5, 0.75), element_operation=bounds(8.0, 16.0)
    )
    found = energy_parts(energy, Work(10.0, 100.0, 3.0), 7.0, 2.0)
    assert (found.memory.low_j, found.memory.high_j, found.memory.middle_j) == (20.0, 40.0, 30.0)
    assert (found.additions.low_j, found.additions.high_j) == (50.0, 75.0)
    assert (found.vectors.low_j, found.vectors.high_j) == (24.0, 48.0)
    assert found.static_j == 14.0
    assert (found.total.low_j, found.total.high_j) == (108.0, 177.0)
    assert found.total.middle_j == 142.5


def test_the_roofline_is_the_longest_of_three():
    assert port_bytes_per_s(core()) == pytest.approx(8 / 3 * 100e6)
    for times, limit in (((3, 2, 1), "port"), ((2, 3, 1), "memory"), ((1, 2, 3), "adders")):
        assert (Roofline(*times).seconds, Roofline(*times).limit) == (3, limit)


def test_remedies_by_hand():
    # 10^6 weights of 2 bits at 8/3 x 10^8 bytes/s take 0.9375 ms.
    assert remedies(core(), 1_000_000, 0.9376e-3) == []
    assert remedies(core(), 3_000_000, 1.5e-3) == [
        "2 ports of 32 bits, each on a channel of its own",
        "a clock of at least 187.5 MHz",
        "a port of at least 120 bits",
        "at most 2 M weights (a width of 0.73 times this one)",
    ]
    # 1.17 times too slow: 1.71 bits a weight would do, and no packing goes below 1.58.
    assert remedies(core(), 1_000_000, 0.8e-3)[4:] == ["at most 1.71 bits a weight"]
    assert len(remedies(core(), 1_000_000, 0.74e-3)) == 4


def test_guards_of_the_bandwidth():
    verdicts = [check.passed for check in guard(core(), 1e9, 1e9)]
    assert verdicts == [True, True]
    assert [check.passed for check in guard(core(), 1e9, 1.001e9)] == [False, True]
    assert [check.passed for check in guard(core(), 0.26e9, 0.2e9)] == [True, False]
    # A part in 10^9 is left to rounding, of the stream as of what a port asks for (10^9 here).
    full = core(cycles_per_beat=1.0, frequency_hz=125e6)
    assert [check.passed for check in guard(full, 1e9, 1e9 * (1 + 1e-9))] == [True, True]
    assert [check.passed for check in guard(full, 1e9 / (1 + 1e-9), 0.0)] == [True, True]
    found = guard(core(weights="on_chip"), 1e9, 0.5e9)
    assert [check.detail for check in found] == ["0.5 GB/s of 1 GB/s"]
    asked = guard(core(), 1e9, 0.5e9)[1].detail
    assert asked.startswith("0.266667 GB/s asked, 1 GB/s supplied")


def test_claims_below_the_roofline_are_refused_with_ways_out():
    floor = Roofline(1.0e-3, 0.5e-3, 0.25e-3)
    assert check_claim(core(), None, floor, 1_000_000) == []
    (met,) = check_claim(core(), 1.0e-3, floor, 1_000_000)
    assert met.passed
    assert met.detail == "1 ms claimed, at least 1 ms"
    (broken,) = check_claim(core(), 0.8e-3, floor, 1_000_000)
    assert not broken.passed
    assert "0.8 ms claimed, at least 1 ms by the port; possible with 2 ports" in broken.detail
    (other,) = check_claim(core(), 0.95e-3, floor, 1_000_000)
    assert other.detail.endswith("by the port; possible with a faster memory or more lanes")


VISION = MoeVitModel(
    embed_dim=6, layers=2, heads=2, patch_pixels=2, mlp_hidden=10, experts=3, top_k=1,
    expert_hidden=5, moe_layers=1,
)  # fmt: skip
FLAT = FlatArray(macs_per_cycle=7, gate_extra_cycles=2)
TILED = TiledArray(
    tile_inputs=6, tile_outputs=5, attention_queries=2, attention_lanes=4,
    gate_cycles_per_expert=3, stream_features=4, count_overheads=True,
)  # fmt: skip


def accelerator(compute=FLAT, **changes):
    settings = {
        "frequency_hz": 1e8, "weight_bits": 12, "load_bytes_per_cycle": 8, "buffer_bytes": 0,
        "router_bytes": 0, "power_w": 1.0,
    }  # fmt: skip
    return VitAccelerator(compute=compute, **{**settings, **changes})


def test_a_flat_array_on_five_tokens():
    # 4 x 12 x 6, 4 x 5 x 36, 25 x 6 and 2 x 5 x 60 products, seven a cycle; a gate of 18 takes
    # 3 cycles and 2 more; an expert of 60 takes 9; 71 numbers of 12 bits are 107 bytes.
    found = vit_costs(accelerator(), VISION, 5)
    assert found == VitCosts(42, 103, 22, 86, 25, 0, 9, 1, 14, 107)
    assert found.before_mlp == 103 + 2 * 22
    assert (found.expert_visit, found.expert_load, found.expert_bytes) == (9, 14, 107)


def test_matrices_as_buffer_units_and_weights_without_biases():
    found = vit_costs(accelerator(buffer_unit="matrix"), VISION, 5)
    # Half of 71 numbers of 12 bits: 54 bytes in 7 cycles; half of 60 products: 5 cycles.
    assert (found.visit, found.units, found.load, found.unit_bytes) == (5, 2, 7, 54)
    assert (found.expert_visit, found.expert_load, found.expert_bytes) == (10, 14, 108)
    bare = vit_costs(accelerator(load_biases=False), VISION, 5)
    assert (bare.load, bare.unit_bytes) == (12, 90)


def test_a_tiled_array_on_five_tokens():
    # Tiles of 5 outputs and 6 inputs: 2 for 6 x 6, 2 and 4 for the MLP, 1 and 2 for an expert.
    # Attention: 3 groups of queries, 5 keys, 2 cycles. Overheads: 4 x 5 x 2 and 4 x 7.
    found = vit_costs(accelerator(TILED, buffer_unit="matrix"), VISION, 5)
    assert found == VitCosts(0, 40, 30, 30, 45, 40 + 28, 2, 2, 7, 54)
    assert found.before_mlp == 40 + 60 + 68
    plain = vit_costs(accelerator(TILED.model_copy(update={"count_overheads": False})), VISION, 5)
    assert (plain.overhead, plain.gate, plain.visit) == (0, 0, 3)


def test_a_model_without_experts_has_no_gate():
    dense = MoeVitModel(embed_dim=6, layers=2, heads=2, patch_pixels=2, mlp_hidden=10)
    assert vit_costs(accelerator(), dense, 5).gate == 0
