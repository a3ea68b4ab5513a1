"""Products, streams, operations and stages by hand; traffic and work are conserved."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archsim
from archsim.architectures.npu_pim.decode import PassPlanner, time_pass
from archsim.architectures.npu_pim.gemm import (
    Arrays,
    Product,
    authors_steps,
    authors_written_bytes,
    physical_steps,
)
from archsim.architectures.npu_pim.operations import NpuOperation, Rates, Step, operation_fs
from archsim.architectures.npu_pim.plan import arrays
from archsim.architectures.npu_pim.public import load_system
from archsim.architectures.npu_pim.stream import peak_bytes_per_s, stream_efficiency
from archsim.architectures.npu_pim.vector_work import authors_vector_steps, physical_vector_steps
from archsim.kernel import Clock

ARRAYS = arrays(load_system("npu-only"))
NS = 10**6  # femtoseconds
quick = settings(max_examples=80, deadline=None, derandomize=True)

products = st.builds(
    Product,
    m=st.integers(1, 600), k=st.integers(1, 3000), n=st.integers(1, 3000),
    copies=st.integers(1, 3), bias_bytes=st.sampled_from((0, 512)),
)  # fmt: skip


def test_the_shipped_npu_is_seen_as_eight_square_arrays():
    assert Arrays(count=8, rows=128, columns=128, room_bytes=4 * 2**20, banks=32) == ARRAYS


def test_one_operand_pass_of_the_authors_by_hand():
    # QKV of 7B on 4 devices, batch 256: K 4096 is 32 blocks, M 3072 is 24, N 256 is 2.
    product = Product(m=256, k=4096, n=3072, bias_bytes=6144)
    (step,), read = authors_steps(product, ARRAYS, strict=False)
    one_pass = 32 * (128 + 16 * 23)
    assert step.compute_cycles == one_pass == 15_872
    assert read == 2 * (4096 * 3072 + 256 * 4096) + 6144
    # The second pass over the token rows is compute alone, with what the last round exposes:
    # fill 255, 32 blocks' streams, the preloads among them, drain 270.
    exposed = 255 + 16 * 32 + (128 - 16) * 32 // 24 + 270
    assert step.tail_cycles == one_pass + exposed


def test_without_pim_each_preload_of_the_authors_waits_for_the_drain():
    product = Product(m=128, k=4096, n=3072)
    (step,), _ = authors_steps(product, ARRAYS, strict=True)
    assert step.compute_cycles == 32 * (255 + 16 * 24) == 20_448


def test_a_product_too_large_for_the_authors_pad_is_cut_and_reads_operands_again():
    product = Product(m=512, k=12288, n=12288)
    steps, read = authors_steps(product, ARRAYS, strict=False)
    # 2 (mk + kn + mn) is 327 MB: reduction and features are halved until a tile takes 67 MB.
    # 12288 to 6144 to 3072 of the reduction and to 6144 of the features: 4 x 2 tiles.
    assert len(steps) == 8
    assert read >= 2 * (512 * 12288 + 12288 * 12288)
    one_tile, _ = authors_steps(Product(m=512, k=4096, n=4096), ARRAYS, strict=False)
    assert len(one_tile) == 1


def test_physical_arrays_drain_after_the_last_block():
    product = Product(m=64, k=256, n=256, copies=3)
    (first, rest), read, written = physical_steps(product, ARRAYS)
    assert (read, written) == (3 * 2 * (64 * 256 + 256 * 256), 3 * 2 * 64 * 256)
    assert first.stream_bytes + rest.stream_bytes == read + written
    # Four blocks of 128 x 128 on eight arrays, each staying 128 cycles for the next one's load.
    assert rest.compute_cycles == 3 * 128
    assert rest.tail_cycles == 2 * 128 + 128 - 2


def test_the_authors_write_a_block_of_columns_per_block_of_rows_only():
    assert authors_written_bytes(Product(m=64, k=4096, n=3072), ARRAYS) == 2 * 64 * 128
    assert authors_written_bytes(Product(m=256, k=4096, n=3072), ARRAYS) == 2 * 256 * 128 * 2
    # Never more than there is.
    assert authors_written_bytes(Product(m=64, k=64, n=64), ARRAYS) == 2 * 64 * 64


@quick
@given(products, st.booleans())
def test_authors_products_read_every_operand_and_do_all_work(product, strict):
    steps, read = authors_steps(product, ARRAYS, strict=strict)
    assert read >= product.copies * 2 * (product.m * product.k + product.k * product.n)
    assert sum(step.stream_bytes for step in steps) == read
    cycles = sum(step.compute_cycles + step.tail_cycles for step in steps)
    assert cycles * 8 * 128 * 128 >= product.macs


@quick
@given(products, st.integers(1, 8), st.sampled_from((32, 128)), st.sampled_from((2**17, 2**22)))
def test_physical_products_move_at_least_the_compulsory_traffic(product, count, side, room):
    steps, read, written = physical_steps(product, Arrays(count, side, side, room, 32))
    m, k, n, copies = product.m, product.k, product.n, product.copies
    assert read >= copies * (2 * (m * k + k * n) + product.bias_bytes)
    assert written >= copies * 2 * m * n
    assert sum(step.stream_bytes for step in steps) == read + written
    assert sum(step.compute_cycles for step in steps) * count * side * side >= product.macs


@quick
@given(products, st.integers(1, 7))
def test_more_arrays_never_take_more_cycles(product, count):
    def cycles(number):
        steps, *_ = physical_steps(product, Arrays(number, 64, 64, 2**20, 32))
        return sum(step.compute_cycles + step.tail_cycles for step in steps)

    assert cycles(count + 1) <= cycles(count)


def test_vector_rows_are_dealt_to_pipes_and_the_authors_pipes_never_queue():
    # A LayerNorm of 4096 features is v = 32 vectors: 2 x tree + 3 + 5 v, tree = 32 + 1.
    one = 2 * 33 + 3 + 5 * 32
    (step,) = physical_vector_steps("layer_norm", 20, 4096, lanes=128, pipes=8, moved_bytes=1000)
    assert (step.compute_cycles, step.tail_cycles) == (2 * one, one)
    (step,) = authors_vector_steps("layer_norm", 4096, lanes=128, moved_bytes=1000)
    assert (step.compute_cycles, step.tail_cycles) == (0, one + 20)


def test_stream_efficiency_by_hand():
    memory = load_system("npu-only").memory
    assert peak_bytes_per_s(memory) == 1024 * 10**9
    # Every 1950 cycles a rank's 16 banks are precharged and tRP passes.
    assert stream_efficiency(memory) == 1 - Fraction(16 + 14, 1950)
    single = memory.model_copy(update={"ranks": 1})
    assert stream_efficiency(single) == 1 - Fraction(16 + 14 + 260, 3900)


def test_loads_run_ahead_and_compute_waits_for_them():
    clocks = Rates(Clock(10**9), Clock(10**9), Fraction(10**9))  # 1 byte and 1 cycle a ns
    steps = (
        Step(stream_bytes=1000, compute_cycles=500, tail_cycles=10),  # loaded 1000, done 1010
        Step(stream_bytes=1000, compute_cycles=1500),  # loaded 2000, done 2510
        Step(stream_bytes=1000, stall_cycles=40, tail_cycles=5),  # loaded 3040, done 3045
    )
    operation = NpuOperation("x", "gemm", "systolic arrays", steps, fixed_fs=7)
    assert operation_fs(operation, clocks) == 3045 * NS + 7
    assert operation.compute_cycles == 500 + 10 + 1500 + 5
    assert operation.stream_bytes == 3000


@pytest.mark.parametrize("fidelity", ["analytic", "event"])
def test_layers_of_interleaved_sub_batches_take_a_b_and_c_d_for_each_further_layer(fidelity):
    hardware = archsim.load_hardware("neupims-subbatch")
    workload = archsim.load_workload("gpt3-7b-alpaca", overrides={"batch": 32})
    planner = PassPlanner(hardware, workload)
    plan = planner.plan(planner.assign(workload.context_lengths(0).tolist()))
    timed = time_pass(plan, planner.rates, fidelity)
    a, b, c, d, e, f = (timed.stage(name).duration_fs for name in "ABCDEF")
    outside = sum(times * one for (_, times), one in zip(plan.once, timed.once_fs, strict=True))
    layers = workload.model.layers
    assert timed.latency_fs == a + b + (layers - 1) * (c + d) + e + f + outside
    assert timed.steady_layer_fs == c + d
    # Both sub-batches pass through every layer: their work is that of the whole batch.
    macs = sum(operation.macs * times for operation, times in plan.counted())
    serial = archsim.load_hardware("neupims")
    whole = PassPlanner(serial, workload)
    plain = whole.plan(whole.assign(workload.context_lengths(0).tolist()))
    assert macs == sum(operation.macs * times for operation, times in plain.counted())
    assert [times for _, times in plan.attentions()] == [1, layers - 1, layers - 1, 1]


@pytest.mark.parametrize("system", ["npu-only", "npu-pim-naive", "neupims"])
def test_serial_layers_repeat_all_their_stages(system):
    workload = archsim.load_workload("gpt3-7b-alpaca", overrides={"batch": 16})
    planner = PassPlanner(archsim.load_hardware(system), workload)
    plan = planner.plan(planner.assign(workload.context_lengths(0).tolist()))
    timed = time_pass(plan, planner.rates, "event")
    assert [stage.name for stage in plan.stages] == ["A", "B", "E"]
    assert timed.steady_layer_fs == sum(stage.duration_fs for stage in timed.played)


def test_waiting_for_a_device_wide_issue_slot_is_not_pim_work() -> None:
    """The same commands fill a smaller share of a longer time."""
    import archsim

    workload = archsim.load_workload("gpt3-7b-sharegpt", overrides={"batch": 64})
    runs = [
        archsim.simulate(
            archsim.load_hardware(
                "npu-pim-naive", overrides={"artefacts.device_wide_pim_issue": wide}
            ),
            workload,
            fidelity="analytic",
        )
        for wide in (True, False)
    ]
    busy = [run.components.set_index("component")["busy_s"]["pim"] for run in runs]
    assert busy[0] == pytest.approx(busy[1], rel=1e-12)
    assert runs[0].latency_s > runs[1].latency_s
    assert runs[0].metrics["pim_utilisation"] < runs[1].metrics["pim_utilisation"]
