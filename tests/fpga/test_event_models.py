"""What SimPy plays equals the closed forms where nothing contends, and is never faster."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archsim
from archsim.architectures.fpga.core_system import play_program
from archsim.architectures.fpga.core_timing import CoreTiming
from archsim.architectures.fpga.program import BLOCK, HEAD, REGISTERS
from archsim.architectures.fpga.schedule import makespan, schedule
from archsim.architectures.fpga.vit_plan import plan_image
from archsim.architectures.fpga.vit_system import play_image
from archsim.kernel import Clock, Timeline, transfer_fs

DESIGNS = ("d5005-prototype", "d5005-512bit", "kria-matmulfree", "tereffic-u280-hbm")


def timing(design="d5005-512bit", workload="matmulfree-370m", rows=1, **overrides):
    changes = {f"ternary_core.{key}": value for key, value in overrides.items()}
    hardware = archsim.load_hardware(design, overrides=changes)
    model = archsim.load_workload(workload).model
    return CoreTiming(hardware.ternary_core, hardware.board.memory, model, rows, 2)


def closed_fs(core, program=BLOCK):
    durations = [core.duration_fs(item) for item in program]
    return makespan(schedule(program, durations, core.issue_fs, 0, max), 0, max)


def test_the_program_uses_eight_registers_and_the_work_of_a_block():
    registers = {item.writes for item in BLOCK if item.writes is not None}
    assert registers == set(range(REGISTERS))
    vectors = [item for item in BLOCK if item.unit in ("rms", "row_wise")]
    assert sum(item.per_width for item in vectors) == 47
    assert sum(item.per_ffn for item in vectors) == 10
    for index, item in enumerate(BLOCK):
        for register in item.reads:
            written = any(earlier.writes == register for earlier in BLOCK[:index])
            assert written or register == 0, item  # the stream is there from the start


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("rows", [1, 6])
def test_a_core_alone_takes_the_closed_form_exactly(design, rows):
    core = timing(design, "matmulfree-block-512", rows)
    for program in (BLOCK, HEAD[:2]):
        assert play_program([core], program).latency_fs == closed_fs(core, program)


CORES = st.fixed_dictionaries(
    {
        "frequency_hz": st.sampled_from([60e6, 150e6, 1e9 / 3]),
        "port_bytes": st.sampled_from([8, 64, 256]),
        "cycles_per_beat": st.sampled_from([1.0, 1.04, 3.0]),
        "memory_efficiency": st.sampled_from([1.0, 0.73]),
        "weight_packing": st.sampled_from(["two_bit", "base3"]),
        "lanes": st.sampled_from([30, 256, 1024]),
        "vector_lanes": st.sampled_from([8, 64]),
        "fifo_beats": st.sampled_from([64, 512, 1001]),
        "issue_cycles": st.integers(0, 3),
        "first_beat_s": st.sampled_from([0.0, 3e-7]),
        "weights": st.sampled_from(["memory", "on_chip"]),
    }
)


@given(CORES, st.integers(1, 9))
@settings(deadline=None, max_examples=30)
def test_any_core_alone_takes_the_closed_form_exactly(settings_, rows):
    core = timing(workload="matmulfree-block-512", rows=rows, **settings_)
    played = play_program([core], BLOCK)
    assert played.latency_fs == closed_fs(core)
    streamed = sum(core.product(item).stream_bytes for item in BLOCK if item.unit == "tmatmul")
    assert played.bytes_moved == streamed


@given(CORES, st.integers(2, 6))
@settings(deadline=None, max_examples=12)
def test_cores_that_share_the_memory_are_never_faster(settings_, cores):
    core = timing(workload="matmulfree-block-512", **settings_)
    alone = play_program([core], BLOCK)
    together = play_program([core] * cores, BLOCK)
    assert together.latency_fs >= alone.latency_fs
    assert together.bytes_moved == cores * alone.bytes_moved
    assert together.latency_fs >= transfer_fs(together.bytes_moved, core.memory_bytes_per_s)
    assert play_program([core] * cores, BLOCK).latency_fs == together.latency_fs


def test_the_memory_is_what_many_cores_wait_for():
    core = timing(port_bytes=64, frequency_hz=300e6, cycles_per_beat=1)
    times = [play_program([core] * count, BLOCK).latency_fs for count in (1, 2, 4)]
    assert times[0] < times[1] < times[2]
    assert times[2] / times[1] == pytest.approx(2.0, rel=0.1)


def test_an_arbiter_in_turns_serves_all_bytes_in_about_the_same_time():
    fast = {"port_bytes": 64, "frequency_hz": 300e6, "cycles_per_beat": 1}
    fair, turns = (
        play_program([timing(workload="matmulfree-block-512", arbiter=arbiter, **fast)] * 3, BLOCK)
        for arbiter in ("processor_sharing", "round_robin")
    )
    assert turns.bytes_moved == fair.bytes_moved
    assert turns.latency_fs == pytest.approx(fair.latency_fs, rel=0.02)


def test_a_refresh_costs_time_only_where_the_memory_binds():
    def latency(**memory):
        overrides = {f"board.memory.{key}": value for key, value in memory.items()}
        changes = {**overrides, "ternary_core.frequency_hz": 400e6}
        hardware = archsim.load_hardware("d5005-512bit", overrides=changes)
        model = archsim.load_workload("matmulfree-370m").model
        core = CoreTiming(hardware.ternary_core, hardware.board.memory, model, 1, 2)
        return play_program([core], BLOCK).latency_fs

    quiet = latency()
    refreshed = latency(refresh_interval_s=7.8e-6, refresh_s=350e-9)
    assert quiet < refreshed < quiet * (1 + 2 * 350 / 7800)


def test_state_in_memory_competes_with_the_weights():
    fast = {"frequency_hz": 400e6, "broadcast_rows": 8}
    core = timing(rows=8, state="memory", **fast)
    played = play_program([core], BLOCK)
    assert played.latency_fs >= closed_fs(core)
    moved = 2 * 8 * 1024 * 2
    assert played.bytes_moved == play_program([timing(rows=8, **fast)], BLOCK).bytes_moved + moved


def test_a_timeline_shows_units_in_order_without_overlap():
    timeline = Timeline()
    play_program([timing("d5005-512bit", "matmulfree-block-512")], BLOCK, timeline)
    spans = {}
    for span in timeline.spans:
        spans.setdefault(span.track, []).append(span)
    for unit in ("tmatmul", "rms", "row_wise", "load_store"):
        track = spans[f"core0/{unit}"]
        for before, after in itertools.pairwise(track):
            assert before.end_fs <= after.start_fs


def test_two_thousand_random_routings_play_as_the_closed_form_has_it():
    hardware = archsim.load_hardware("edge-moe-zcu102")
    model = archsim.load_workload("edge-moe-cityscapes").model
    small = model.model_copy(update={"layers": 2, "moe_layers": 1})
    random = np.random.default_rng(7)
    kinds = set()
    for _ in range(2000):
        tokens = int(random.integers(1, 160))
        choices = np.argsort(random.random((tokens, 16)), axis=1)[:, :2]
        accelerator = hardware.vit_accelerator.model_copy(
            update={
                "prefetch_first": bool(random.integers(2)),
                "double_buffer": bool(random.integers(2)),
                "buffer_unit": ("expert", "matrix")[random.integers(2)],
            }
        )
        plan = plan_image(accelerator, small, tokens, [choices])
        played = play_image(plan)
        assert played.latency_fs == Clock(accelerator.frequency_hz).fs(plan.cycles)
        assert played.loaded_units * plan.costs.unit_bytes == plan.expert_bytes
        kinds.add((accelerator.prefetch_first, accelerator.double_buffer, accelerator.buffer_unit))
    assert len(kinds) == 8


@given(
    st.integers(1, 40), st.sampled_from(["reorder", "token_major", "resident"]),
    st.integers(0, 16), st.integers(0, 2**31),
)  # fmt: skip
@settings(deadline=None, max_examples=40)
def test_every_policy_plays_as_the_closed_form_has_it(tokens, policy, cache, seed):
    options = {
        "policy": policy,
        "cache_experts": cache if policy == "token_major" else 0,
        "routing": "zipf",
        "seed": seed,
    }
    closed = archsim.fpga.moe_vit("m3vit", tokens, **options)
    played = archsim.fpga.moe_vit("m3vit", tokens, fidelity="event", **options)
    assert played == closed


def test_cache_hits_emerge_from_the_played_run():
    hardware = archsim.load_hardware(
        "m3vit-zcu104-token-major", overrides={"vit_accelerator.cache_experts": 1}
    )
    result = archsim.simulate(hardware, archsim.load_workload("edge-moe-cityscapes"))
    assert 0.0 < result.metrics["cache_hit_share"] < 0.2
    assert not result.failed_checks
