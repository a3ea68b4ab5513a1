"""Closed forms by hand, batches of a frame, and both fidelities against each other."""

import numpy as np
import pytest

import archsim
from archsim.architectures.neural_graphics.plan import _cut, cut_frame, plan_frame, split
from archsim.architectures.neural_graphics.system import closed_frame, play_frame
from archsim.architectures.neural_graphics.timing import (
    ProcessorRate,
    batch_cycles,
    drain_cycles,
    encoding_cycles,
    frame_end,
    matrix_passes,
    mlp_cycles,
)
from archsim.errors import InfeasibleError, UnsupportedError
from archsim.kernel import Timeline

NERF = ((32, 64), (64, 16), (32, 64), (64, 64), (64, 16))
GIVEN = {
    "kind": "graphics", "schema_version": 1, "name": "given", "application": "other",
    "width": 400, "height": 250,
    "encoding": {
        "grid": "hash", "dimensions": 3, "levels": 16, "features": 2, "log2_entries": 14,
        "base_resolution": 16, "growth_factor": 1.4,
    },
    "networks": [[32, 64], [64, 64], [64, 16]], "input_bytes": 12, "output_bytes": 4,
    "sampling": {"method": "given", "samples_per_pixel": 2.0, "calls": 4},
    "gpu_baseline": {"frame_time_s": 1e-2, "encoding_share": 0.4, "mlp_share": 0.3},
}  # fmt: skip


def frame(**changes):
    return archsim.load_workload(GIVEN, overrides=changes)


def ngpc(scale=8, **changes):
    settings = {key.replace("__", "."): value for key, value in changes.items()}
    return archsim.load_hardware(f"ngpc-{scale}", overrides=settings)


def rate(encoding=2.0, mlp=3.0, port=0.5, latency=34.0, held=256.0):
    values = (encoding, mlp, port, port, latency, held)
    return ProcessorRate(*(np.asarray(value) for value in values))


@pytest.mark.parametrize(
    ("networks", "rows", "columns", "passes"),
    [
        (NERF, 64, 64, 5), (NERF[2:], 64, 64, 3), (NERF, 32, 32, 2 + 2 + 2 + 4 + 2),
        (NERF, 128, 128, 5), (NERF, 64, 32, 2 + 1 + 2 + 2 + 1), (((16, 64),), 1, 1, 1024),
    ],
)  # fmt: skip
def test_matrix_passes(networks, rows, columns, passes):
    assert matrix_passes(networks, rows, columns) == passes


def test_engines_share_out_what_levels_leave_idle():
    assert encoding_cycles(2.5, 16, 16) == 2.5
    assert encoding_cycles(2.0, 8, 16) == 1.0
    assert encoding_cycles(4.0, 2, 16) == 0.5
    assert encoding_cycles(2.0, 32, 16) == 4.0


def test_weight_reloads():
    assert mlp_cycles(3.0, 256, 64, True) == 3.0
    assert mlp_cycles(3.0, 32, 64, True) == 3.0 * (1 + 32 / 32)
    assert mlp_cycles(3.0, 256, 64, False) == 3.0 * (1 + 64 / 256)


@pytest.mark.parametrize("slowest", ["encoding", "mlp", "input_port", "output_port"])
def test_a_sample_passes_at_the_pace_of_the_slowest_part(slowest):
    parts = {"encoding": 2.0, "mlp": 3.0, "input_port": 0.5, "output_port": 1.0, slowest: 4.5}
    values = {name: np.asarray(value) for name, value in parts.items()}
    one = ProcessorRate(**values, latency=np.asarray(34.0), held=np.asarray(256.0))
    assert one.interval == 4.5
    assert batch_cycles(1000, 8, one) == np.ceil(125 * 4.5)


def test_a_batch_by_hand():
    # 1000 samples on 8 processors: 125 each, at 3 cycles; drained after the shorter stage once.
    assert batch_cycles(1000, 8, rate()) == 375
    assert batch_cycles(1001, 8, rate()) == 378
    assert drain_cycles(1000, 8, rate()) == 125 * 2 + 34
    assert drain_cycles(8000, 8, rate()) == 256 * 2 + 34
    assert batch_cycles(1000, 8, rate(port=4.5)) == np.ceil(125 * 4.5)
    assert batch_cycles(1000, 8, rate(encoding=3.1)) == np.ceil(125 * 3.1)


@pytest.mark.parametrize("batches", [1, 2, 8, 16, 59])
@pytest.mark.parametrize(("cluster", "sms"), [(7.0, 7.0), (7.0, 2.0), (2.0, 7.0)])
def test_equal_batches_take_the_longer_stage_and_one_share_of_the_shorter(batches, cluster, sms):
    each, rest = np.full(batches, cluster / batches), np.full(batches, sms / batches)
    none = np.zeros(batches)
    _, done = frame_end(each, none, rest, [-1] * batches, 2)
    assert done[-1] == pytest.approx(max(cluster, sms) + min(cluster, sms) / batches)
    _, serial = frame_end(each, none, rest, [-1] * batches, 1)
    assert serial[-1] == pytest.approx(cluster + sms)


def test_a_frame_of_one_tile_of_rays_cannot_overlap_and_two_tiles_can():
    each = np.ones(8)
    chain = [-1, 0, 1, 2, 3, 4, 5, 6]
    assert frame_end(each, 0 * each, each, chain, 2)[1][-1] == 16
    tiles = [-1, -1, 0, 1, 2, 3, 4, 5]
    assert frame_end(each, 0 * each, each, tiles, 2)[1][-1] == 9


def test_unequal_batches_by_hand():
    left, done = frame_end(np.array([3, 1, 4]), np.array([1, 1, 1]), np.array([2, 5, 1]),
                           [-1, -1, 0], 2)  # fmt: skip
    # 0: 0-3, drained 4, SMs 4-6. 1: 3-4, drained 5, SMs 6-11. 2: waits for SMs of 0 at 6: 6-10.
    assert left.tolist() == [3, 4, 10]
    assert done.tolist() == [6, 11, 12]


def test_kinds_stand_for_equal_rows():
    sizes = np.array([[2.0, 3.0], [5.0, 1.0]])
    rows = [0, 1, 1, 0]
    whole = frame_end(sizes[rows], sizes[rows], sizes[rows], [-1, -1, 0, 1], 2)
    short = frame_end(sizes, sizes, sizes, [-1, -1, 0, 1], 2, rows)
    assert (whole[1] == short[1]).all()


def test_shares_add_up():
    assert split(10, [1, 1, 1]) == [3, 3, 4]
    assert split(7, [5, 0, 2]) == [5, 0, 2]


def test_calls_are_cut_into_tiles_that_fit_the_buffer_and_follow_their_rays():
    # 50,000 samples a call, 16 bytes each: 800,000 bytes in buffers of 300,000.
    hardware = ngpc(scheduler__batch_bytes=300_000, scheduler__minimum_batches=1)
    batches = cut_frame(hardware, frame(), 0)
    assert len(batches.samples) == 12
    assert batches.firsts == (0, 3, 6, 9)
    assert batches.after == (-1, -1, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8)
    assert batches.total == 200_000
    assert all(n % 256 == 0 and 0 <= n - m < 256
               for n, m in zip(batches.padded, batches.samples, strict=True))  # fmt: skip


@pytest.mark.parametrize(
    ("calls", "after"),
    [
        ((128, 64), (-1, -1, 0, 1)),
        ((256, 128), (-1, -1, -1, -1, 1, 3)),
        ((128, 256), (-1, -1, 0, 0, 1, 1)),
        ((192, 128), (-1, -1, -1, 1, 2)),
    ],
)
def test_tiles_of_calls_of_different_size_wait_for_all_of_their_rays(calls, after):
    scheduler = ngpc(scheduler__batch_bytes=64 * 16, scheduler__minimum_batches=1).scheduler
    assert _cut(calls, 16, scheduler).after == after


def test_a_frame_of_too_many_batches_is_refused():
    with pytest.raises(UnsupportedError, match="too many batches"):
        _cut((10**9,), 16, ngpc(scheduler__batch_bytes=16).scheduler)
    with pytest.raises(UnsupportedError, match="no sample"):
        _cut((), 16, ngpc().scheduler)


def test_minimum_batches_cut_a_frame_of_one_call():
    one = frame(**{"sampling.calls": 1})
    assert len(cut_frame(ngpc(), one, 0).samples) == 16
    coarse = ngpc(scheduler__minimum_batches=1, scheduler__ray_tiles=1)
    assert len(cut_frame(coarse, one, 0).samples) == 2  # 3.2 MB of records in buffers of 3 MiB


@pytest.mark.parametrize("scale", [8, 64])
@pytest.mark.parametrize("buffers", [1, 2, 3])
def test_both_fidelities_agree_exactly_where_nothing_contends(scale, buffers):
    hardware = ngpc(scale, scheduler__buffers=buffers, memory__bandwidth_bytes_per_s=1e14)
    workload = frame()
    closed = archsim.simulate(hardware, workload, fidelity="analytic")
    played = archsim.simulate(hardware, workload, fidelity="event")
    assert played.latency_s == closed.latency_s
    assert played.operations.equals(closed.operations)
    assert not played.failed_checks


def test_contention_slows_the_frame_down_and_never_speeds_it_up():
    workload = frame()
    slower = 0
    for bandwidth in (1e9, 3e9, 1e10, 2e10, 5e10, 2e11):
        hardware = ngpc(64, memory__bandwidth_bytes_per_s=bandwidth)
        closed = archsim.simulate(hardware, workload, fidelity="analytic").latency_s
        played = archsim.simulate(hardware, workload, fidelity="event")
        assert played.latency_s >= closed
        assert not played.failed_checks
        slower += played.latency_s > closed
    assert slower >= 2


def test_frames_add_up_to_the_shares_of_the_gpu():
    plan = plan_frame(ngpc(), frame(), 0)
    rest_s = 1e-2 * 0.3 * (400 * 250) / (1920 * 1080) / 9.94
    assert sum(plan.sm_fs) == pytest.approx(rest_s * 1e15, rel=1e-9)
    interval = float(plan.rate.interval)
    each = [-(-n // 8) for n in plan.batches.padded]
    assert list(plan.cluster_cycles) == [int(np.ceil(n * interval)) for n in each]


def test_a_timeline_shows_both_stations():
    timeline = Timeline()
    result = archsim.simulate(ngpc(), frame(), timeline=timeline)
    tracks = {span.track for span in timeline.spans}
    assert {"cluster", "SMs", "memory"} <= tracks
    assert result.latency_s > 0.0


def test_played_and_closed_frames_move_the_same_bytes():
    plan = plan_frame(ngpc(tables__mode="capacity", encoding_engines__sram_bytes=4096),
                      frame(), 0)  # fmt: skip
    assert plan.streamed_bytes > 0
    played, closed = play_frame(plan, 1e11, 2), closed_frame(plan, 1e11, 2)
    assert played.bytes_moved == closed.bytes_moved
    assert played.bytes_moved == 2 * 200_000 * 16 + plan.streamed_bytes


def test_tables_resident_assumed_and_streamed():
    workload = frame()
    tables = sum(max(0, n) for n in plan_tables(workload))
    with pytest.raises(InfeasibleError, match="do not fit the engines' memories"):
        archsim.simulate(
            ngpc(tables__mode="resident", encoding_engines__sram_bytes=32 * 1024), workload
        )
    fits = archsim.simulate(ngpc(tables__mode="resident"), workload)
    assert fits.metrics["tables_fit"] == 1.0
    small = {"encoding_engines__sram_bytes": 32 * 1024}
    assumed = archsim.simulate(ngpc(tables__mode="assumed_resident", **small), workload)
    assert assumed.metrics["tables_fit"] == 0.0
    assert assumed.latency_s == fits.latency_s
    streamed = plan_frame(ngpc(tables__mode="capacity", **small), workload, 0)
    copies = plan_frame(
        ngpc(tables__mode="capacity", tables__distribution="copies", **small), workload, 0
    )
    assert streamed.streamed_bytes == 4 * tables
    assert copies.streamed_bytes == 8 * streamed.streamed_bytes


def plan_tables(workload):
    from archsim.workload.graphics.grid import table_bytes

    return [size for size in table_bytes(workload.encoding) if size > 32 * 1024]


@pytest.mark.parametrize(("levels", "works"), [(16, True), (8, True), (32, True), (12, False)])
def test_levels_and_engines_divide_into_each_other(levels, works):
    workload = frame(**{"encoding.levels": levels, "encoding.growth_factor": 1.1,
                        "networks": [[2 * levels, 16]]})  # fmt: skip
    if works:
        assert archsim.simulate(ngpc(), workload).metrics["speedup"] > 0
    else:
        with pytest.raises(UnsupportedError, match="12 levels on 16 engines"):
            archsim.simulate(ngpc(), workload)
