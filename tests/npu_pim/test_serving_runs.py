"""Serving runs: queueing laws, tokens, admission, limits, both ways to prefill."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archsim
from archsim.architectures.npu_pim.serving import Server
from archsim.errors import InfeasibleError
from archsim.kernel import fs_to_seconds

MODEL = {
    "kind": "llm_model", "schema_version": 1, "name": "small", "hidden": 512, "layers": 2,
    "heads": 4, "kv_heads": 4, "head_dim": 128, "ffn": 1024, "gated": False, "activation": "gelu",
    "norm": "layer_norm", "position": "learned", "vocab": 1000, "max_positions": 1024,
    "tied_embeddings": True,
}  # fmt: skip


def workload(requests=10, batch=4, prompt=40, output=5, **serving):
    return archsim.load_workload(
        {
            "kind": "llm", "schema_version": 1, "name": "served", "model": MODEL, "batch": batch,
            "lengths": {"distribution": "constant", "tokens": prompt, "output_tokens": output},
            "serving": {"requests": requests, **serving},
        }
    )  # fmt: skip


def varied(mean, requests=12, batch=4, **serving):
    return archsim.load_workload(
        {
            "kind": "llm", "schema_version": 1, "name": "served", "model": MODEL, "batch": batch,
            "lengths": {
                "distribution": "log_normal", "mean_tokens": mean, "sd_tokens": 60,
                "max_tokens": 500, "output_mean_tokens": 6,
            },
            "serving": {"requests": requests, **serving},
        }
    )  # fmt: skip


def played(run, prefill="standalone", system="neupims", seed=0, **overrides):
    dotted = {key.replace("__", "."): value for key, value in overrides.items()}
    hardware = archsim.load_hardware(system, overrides={"scheduler.prefill": prefill, **dotted})
    server = Server(hardware, run, "event", seed, None)
    return server, server.play()


POISSON = {"process": "poisson", "rate_per_s": 3000.0}


@pytest.mark.parametrize("prefill", ["standalone", "shared"])
def test_all_tokens_asked_for_are_generated_once(prefill):
    _, run = played(varied(80, arrivals=POISSON), prefill)
    assert all(request.generated == request.output_tokens for request in run.requests)
    # The first token comes from the prefill, the others from decode iterations.
    assert run.batch_sum == sum(request.output_tokens - 1 for request in run.requests)
    assert run.iterations == sum(1 for kind, *_ in run.intervals if kind == "decode")
    assert len(run.requests) == sum(1 for kind, *_ in run.intervals if kind == "prefill")


def admissions_fs(run):
    """Start of the first decode iteration of each request, from its end and its tokens."""
    decodes = [(start, end) for kind, start, end in run.intervals if kind == "decode"]
    ends = [end for _, end in decodes]
    return {
        request.index: decodes[ends.index(request.done_fs) - (request.generated - 2)][0]
        for request in run.requests
        if request.generated > 1
    }


@settings(max_examples=12, deadline=None, derandomize=True)
@given(st.integers(0, 100), st.sampled_from((500.0, 5000.0)), st.integers(1, 5))
def test_littles_law_holds_for_waiting_requests(seed, rate, batch):
    arrivals = {"process": "poisson", "rate_per_s": rate}
    _, run = played(workload(batch=batch, output=4, arrivals=arrivals), seed=seed)
    admitted = admissions_fs(run)
    waits = [admitted[request.index] - request.arrival_fs for request in run.requests]
    assert min(waits) > 0
    # Mean number waiting x time = requests x mean wait, both exact integrals.
    assert run.waiting_fs == sum(waits)


@pytest.mark.parametrize("prefill", ["standalone", "shared"])
def test_prompts_are_processed_and_admitted_in_order_of_arrival(prefill):
    _, run = played(varied(60, arrivals=POISSON), prefill)
    arrivals = [request.arrival_fs for request in run.requests]
    assert arrivals == sorted(arrivals)
    firsts = [request.first_token_fs for request in run.requests]
    assert firsts == sorted(firsts)
    assert all(r.arrival_fs < r.first_token_fs <= r.done_fs for r in run.requests)
    admitted = list(admissions_fs(run).values())
    assert admitted == sorted(admitted)


@pytest.mark.parametrize("prefill", ["standalone", "shared"])
def test_work_of_one_kind_never_overlaps(prefill):
    _, run = played(varied(60, arrivals=POISSON), prefill)
    kinds = [("prefill",), ("decode",)] if prefill == "standalone" else [("prefill", "decode")]
    for kind in kinds:
        spans = sorted((start, end) for name, start, end in run.intervals if name in kind)
        for (_, end), (start, _) in pairwise(spans):
            assert end <= start
    decodes = sum(end - start for kind, start, end in run.intervals if kind == "decode")
    assert run.decode_fs == decodes <= run.end_fs


def test_the_batch_is_never_larger_than_asked_and_fills_under_backlog():
    _, run = played(workload(requests=12, batch=4, output=9), "shared")
    assert run.batch_sum <= 4 * run.iterations
    # All twelve wait at the start, so three rounds of four run full.
    assert run.batch_sum == 4 * run.iterations == 12 * 8


def test_admission_waits_for_room_in_the_cache():
    # 18 MiB hold 10 MiB of weights and, at 4 KiB a token, two such requests.
    run_of = workload(requests=8, batch=8, prompt=900, output=100)
    server, run = played(run_of, memory__channels=2, memory__channel_bytes=9 * 2**20)
    reserved = 900 + 100
    assert reserved <= server.capacity < 8 * reserved
    assert run.reserved_peak <= server.capacity
    assert run.reserved_peak == server.capacity // reserved * reserved
    assert run.batch_sum <= server.capacity // reserved * run.iterations
    assert all(request.done_fs > 0 for request in run.requests)


def test_a_request_longer_than_the_cache_is_refused_before_the_run():
    run_of = workload(requests=2, prompt=1000, output=24)
    hardware = archsim.load_hardware(
        "neupims", overrides={"memory.channels": 1, "memory.channel_bytes": 13 * 2**20}
    )
    with pytest.raises(InfeasibleError, match="longer than the whole key/value cache"):
        Server(hardware, run_of, "event", 0, None)


@pytest.mark.parametrize("prefill", ["standalone", "shared"])
def test_a_limit_of_iterations_ends_the_run(prefill):
    _, run = played(workload(requests=20, output=50, max_iterations=7), prefill)
    assert run.iterations == 7
    assert run.end_fs == max(end for kind, _, end in run.intervals if kind == "decode")
    assert all(end <= run.end_fs for _, _, end in run.intervals)
    assert any(request.done_fs < 0 for request in run.requests)


@pytest.mark.parametrize("prefill", ["standalone", "shared"])
def test_requests_that_want_one_token_end_with_their_prefill(prefill):
    # More of them than fit a batch: the device has to go on with those that still wait.
    _, run = played(workload(requests=11, batch=3, output=1), prefill)
    assert run.iterations == 0
    assert all(request.done_fs == request.first_token_fs > 0 for request in run.requests)


def test_prefill_on_the_device_delays_decoding():
    run_of = workload(requests=12, batch=4, prompt=600, output=12, arrivals=POISSON)
    alone, shared = (
        archsim.simulate(
            archsim.load_hardware("neupims", overrides={"scheduler.prefill": prefill}), run_of
        )
        for prefill in ("standalone", "shared")
    )
    key = "time_per_output_token_mean_s"
    assert shared.metrics[key] > alone.metrics[key]
    assert "prefill NPUs" in set(alone.components["component"])
    assert "prefill NPUs" not in set(shared.components["component"])
    assert alone.area_mm2 > shared.area_mm2


def test_metrics_of_a_run_by_hand():
    run_of = workload(requests=6, batch=2, output=4)
    hardware = archsim.load_hardware("neupims", overrides={"scheduler.prefill": "shared"})
    result = archsim.simulate(hardware, run_of)
    _, run = played(run_of, "shared")
    metrics = result.metrics
    assert result.latency_s == fs_to_seconds(run.end_fs)
    assert metrics["requests_completed"] == 6
    assert metrics["tokens_per_s"] == pytest.approx(24 / result.latency_s, rel=1e-12)
    assert metrics["energy_per_token_j"] == pytest.approx(result.energy_j / 24, rel=1e-12)
    first = [fs_to_seconds(r.first_token_fs - r.arrival_fs) for r in run.requests]
    each = [fs_to_seconds(r.done_fs - r.first_token_fs) / 3 for r in run.requests]
    assert metrics["time_to_first_token_mean_s"] == pytest.approx(sum(first) / 6, rel=1e-9)
    assert metrics["time_per_output_token_mean_s"] == pytest.approx(sum(each) / 6, rel=1e-9)
    assert metrics["time_to_first_token_p50_s"] <= metrics["time_to_first_token_p99_s"]


def test_goodput_counts_requests_that_keep_both_targets():
    free = archsim.simulate(archsim.load_hardware("neupims"), workload())
    goodput = {}
    for share in (0.5, 1.0001):
        limit = share * free.metrics["time_to_first_token_p99_s"]
        run_of = workload(time_to_first_token_s=limit, time_per_output_token_s=1.0)
        result = archsim.simulate(archsim.load_hardware("neupims"), run_of)
        goodput[share] = result.metrics["goodput_requests_per_s"] * result.latency_s
    assert 0 < goodput[0.5] < goodput[1.0001]
    assert goodput[1.0001] >= 9
