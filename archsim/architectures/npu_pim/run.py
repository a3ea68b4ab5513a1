"""Whole runs: a few iterations of a fixed batch, or serving; each ends in a ``Result``."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from archsim.architectures.npu_pim.config import NpuPimHardware
from archsim.architectures.npu_pim.constants import model_constants
from archsim.architectures.npu_pim.cost import Activity, blocks
from archsim.architectures.npu_pim.decode import Fidelity, PassPlanner, TimedPass, time_pass
from archsim.architectures.npu_pim.report import activity_of, components, operation_rows
from archsim.architectures.npu_pim.serving import Server, ServingRun
from archsim.architectures.npu_pim.stream import peak_bytes_per_s
from archsim.kernel import fs_to_seconds
from archsim.result import Check, Pair, Result, assemble, close, make_provenance

if TYPE_CHECKING:
    from archsim.kernel import Timeline
    from archsim.workload.llm import LlmWorkload

OPERATION_COLUMNS = ("operation", "kind", "component", "start_s", "end_s", "energy_j")


def iterate(
    hardware: NpuPimHardware,
    workload: LlmWorkload,
    fidelity: Fidelity,
    seed: int,
    timeline: Timeline | None,
) -> Result:
    """Run a prefill, or ``generated_tokens`` decode iterations of one batch."""
    import pandas as pd

    planner = PassPlanner(hardware, workload)
    lengths = workload.context_lengths(seed)
    assigned = planner.assign(lengths.tolist(), _channels(workload))
    tensor, stages = workload.parallel.tensor, workload.parallel.pipeline
    passes: list[TimedPass] = []
    rows: list[tuple[str, str, str, float, float, float]] = []
    now = 0
    for step in range(workload.generated_tokens):
        grown = [
            type(request)(min(request.tokens + step, max(request.tokens, workload.model.max_positions)), request.channel)
            for request in assigned
        ]  # fmt: skip
        plan = planner.plan(grown)
        passes.append(
            time_pass(plan, planner.rates, fidelity, timeline=timeline if step == 0 else None)
        )
        rows += operation_rows(planner, passes[-1], now, tensor)
        now += passes[-1].latency_fs
    activity = activity_of(passes)
    latency_s = fs_to_seconds(now)
    tokens = sum(timed.plan.tokens for timed in passes)
    held = sum(request.tokens for request in grown)
    table, costs = components(hardware, activity, latency_s, tensor, stages)
    energy_j = float(table["dynamic_energy_j"].sum() + table["static_energy_j"].sum())
    metrics = _common_metrics(planner, activity, latency_s, now, passes[0])
    metrics |= {
        "tokens_per_s": tokens / latency_s,
        "pipelined_tokens_per_s": tokens * stages / latency_s,
        "energy_per_token_j": energy_j / tokens,
        "iterations": float(len(passes)),
        "kv_cache_bytes": float(held * planner.kv_bytes_per_token),
    }
    return assemble(
        latency_s=latency_s,
        components=table,
        operations=pd.DataFrame(rows, columns=list(OPERATION_COLUMNS)),
        metrics=metrics,
        provenance=_provenance(hardware, workload, fidelity, seed),
        bytes_moved=_bytes_moved(hardware, passes),
        work=_work(workload, planner, passes, seed),
        roofline_s=_roofline_s(hardware, activity),
        more_checks=_more_checks(planner, passes, fidelity),
    )


def serve(
    hardware: NpuPimHardware,
    workload: LlmWorkload,
    fidelity: Fidelity,
    seed: int,
    timeline: Timeline | None,
) -> Result:
    """Run the requests of a workload's serving section."""
    import pandas as pd

    server = Server(hardware, workload, fidelity, seed, timeline)
    run = server.play()
    planner = server.decode
    tensor, stages = workload.parallel.tensor, workload.parallel.pipeline
    latency_s = fs_to_seconds(max(1, run.end_fs))
    table, _ = components(hardware, run.activity, latency_s, tensor, stages)
    if not server.shared:
        table = pd.concat(
            [table, pd.DataFrame([_prefill_row(server, latency_s)])], ignore_index=True
        )
    energy_j = float(table["dynamic_energy_j"].sum() + table["static_energy_j"].sum())
    tokens = sum(request.generated for request in run.requests)
    metrics = _common_metrics(planner, run.activity, latency_s, run.end_fs, run.passes)
    metrics |= {
        "tokens_per_s": tokens / latency_s,
        "pipelined_tokens_per_s": tokens * stages / latency_s,
        "energy_per_token_j": energy_j / max(1, tokens),
        "iterations": float(run.iterations),
        "kv_cache_bytes": float(run.reserved_peak * planner.kv_bytes_per_token),
        "kv_occupancy_peak": run.reserved_peak / planner.kv_capacity_tokens,
        "batch_mean": run.batch_sum / max(1, run.iterations),
        "waiting_mean": run.waiting_fs / max(1, run.end_fs),
    }
    metrics |= _request_metrics(run, workload, latency_s)
    where = {"decode": "NPU and PIM", "prefill": "this device" if server.shared else "prefill NPUs"}
    spans = [
        (kind, kind, where[kind], fs_to_seconds(start), fs_to_seconds(end), 0.0)
        for kind, start, end in run.intervals
    ]
    return assemble(
        latency_s=latency_s,
        components=table,
        operations=pd.DataFrame(spans, columns=list(OPERATION_COLUMNS)),
        metrics=metrics,
        provenance=_provenance(hardware, workload, fidelity, seed),
        work=[Pair("tokens", float(tokens), float(_tokens_by_requests(run)), "tokens")],
        roofline_s=_roofline_s(hardware, run.activity),
        more_checks=_serving_checks(run),
    )


def _channels(workload: LlmWorkload) -> Sequence[int] | None:
    indices = workload.channel_indices()
    return None if indices is None else indices.tolist()


def _common_metrics(
    planner: PassPlanner,
    activity: Activity,
    latency_s: float,
    latency_fs: int,
    first: TimedPass | None,
) -> dict[str, float]:
    hardware = planner.hardware
    npu, memory = hardware.npu, hardware.memory
    stages = planner.workload.parallel.pipeline
    from archsim.architectures.npu_pim.cost import device_cost, dram_energy_j

    costs = device_cost(hardware, activity, latency_s)
    die = sum(cost.area_mm2 for name, cost in costs.items() if name not in ("memory", "pim"))
    moved = activity.read_bytes + activity.write_bytes
    peak = float(peak_bytes_per_s(memory))
    seconds = max(latency_s, 1e-30)
    metrics = {
        "total_cycles": planner.rates.npu.cycles(latency_fs),
        "npu_mac_utilisation": activity.macs / stages / (npu.macs_per_cycle * npu.frequency_hz * seconds),
        "bandwidth_utilisation": moved / stages / (peak * seconds),
        "pim_utilisation": activity.pim_channel_cycles / stages / memory.channels / (memory.frequency_hz * seconds),
        "devices": float(planner.devices),
        "device_area_mm2": sum(cost.area_mm2 for cost in costs.values()),
        "device_die_area_mm2": die,
        "dram_power_w": sum(dram_energy_j(hardware, activity, latency_s).values()) / stages / seconds,
        "weight_bytes": float(planner.weight_bytes),
    }  # fmt: skip
    if first is not None:
        metrics["steady_layer_cycles"] = planner.rates.npu.cycles(first.steady_layer_fs)
    return metrics


def _request_metrics(run: ServingRun, workload: LlmWorkload, latency_s: float) -> dict[str, float]:
    started = [request for request in run.requests if request.first_token_fs >= 0]
    done = [request for request in run.requests if request.done_fs >= 0]
    first = np.array([fs_to_seconds(r.first_token_fs - r.arrival_fs) for r in started])
    each = np.array(
        [fs_to_seconds(r.done_fs - r.first_token_fs) / (r.generated - 1) for r in done if r.generated > 1]
    )  # fmt: skip
    metrics = {"requests_completed": float(len(done))}
    for name, values in (("time_to_first_token", first), ("time_per_output_token", each)):
        if values.size:
            metrics[f"{name}_mean_s"] = float(values.mean())
            metrics[f"{name}_p50_s"] = float(np.percentile(values, 50))
            metrics[f"{name}_p99_s"] = float(np.percentile(values, 99))
    serving = workload.serving
    good = 0
    for request in done:
        to_first = fs_to_seconds(request.first_token_fs - request.arrival_fs)
        per_token = fs_to_seconds(request.done_fs - request.first_token_fs) / max(
            1, request.generated - 1
        )
        limit_first = serving.time_to_first_token_s if serving else None
        limit_each = serving.time_per_output_token_s if serving else None
        good += (limit_first is None or to_first <= limit_first) and (
            limit_each is None or per_token <= limit_each
        )
    metrics["goodput_requests_per_s"] = good / latency_s
    return metrics


def _prefill_row(server: Server, latency_s: float) -> dict[str, str | float]:
    """Return the stand-alone prefill devices as one component."""
    planner, run = server.prefill, server.run
    tensor, stages = planner.workload.parallel.tensor, planner.workload.parallel.pipeline
    table, _ = components(planner.hardware, run.prefill_activity, latency_s, tensor, stages)
    return {
        "component": "prefill NPUs",
        "busy_s": min(fs_to_seconds(run.prefill_fs), latency_s),
        "dynamic_energy_j": float(table["dynamic_energy_j"].sum()),
        "static_energy_j": float(table["static_energy_j"].sum()),
        "area_mm2": float(table["area_mm2"].sum()),
        "bytes": float(run.prefill_activity.read_bytes + run.prefill_activity.write_bytes) * tensor,
    }


def _provenance(
    hardware: NpuPimHardware, workload: LlmWorkload, fidelity: Fidelity, seed: int
) -> dict[str, object]:
    return make_provenance(
        hardware,
        workload,
        architecture="npu_pim",
        fidelity=fidelity,
        seed=seed,
        trace_hash=workload.trace(seed=seed).content_hash(),
        extra_constants=(*model_constants(hardware), *blocks(hardware).constants()),
    )


def _bytes_moved(hardware: NpuPimHardware, passes: Sequence[TimedPass]) -> list[Pair]:
    """Compare the bytes of the operations with those their steps stream."""
    if hardware.has("posted_writes"):
        return []
    streamed = asked = 0
    for timed in passes:
        for operation, times in timed.plan.counted():
            streamed += operation.stream_bytes * times
            asked += (operation.read_bytes + operation.write_bytes) * times
    return [Pair("NPU traffic", float(asked), float(streamed), "bytes")]


def _work(
    workload: LlmWorkload, planner: PassPlanner, passes: Sequence[TimedPass], seed: int
) -> list[Pair]:
    """Compare multiply-accumulates of the trace with those of the plan, over all layers."""
    if planner.hardware.has("single_layer"):
        return []
    asked = done = 0
    for step, timed in enumerate(passes):
        asked += int(workload.trace(step, seed=seed).totals.macs)
        done += sum(operation.macs * times for operation, times in timed.plan.counted())
        for mha, times in timed.plan.attentions():
            done += 2 * mha.softmax_elements * workload.model.head_dim * times
    return [Pair("multiply-accumulates", float(asked), float(done), "MAC")]


def _roofline_s(hardware: NpuPimHardware, activity: Activity) -> float:
    """Return the shortest time that peak arithmetic and peak bandwidth of a device allow."""
    npu = hardware.npu
    arithmetic_s = activity.macs / (npu.macs_per_cycle * npu.frequency_hz)
    moved = activity.read_bytes + activity.write_bytes
    return max(arithmetic_s, float(Fraction(moved) / peak_bytes_per_s(hardware.memory)))


def _more_checks(
    planner: PassPlanner, passes: Sequence[TimedPass], fidelity: Fidelity
) -> list[Check]:
    """Check that contention never makes a pass faster than the closed forms."""
    if fidelity != "event":
        return []
    closed = time_pass(passes[0].plan, planner.rates, "analytic").latency_fs
    played = passes[0].latency_fs
    detail = f"{fs_to_seconds(played):.9g} s played, {fs_to_seconds(closed):.9g} s in closed form"
    return [Check("contention never faster than the closed form", played >= closed, detail)]


def _tokens_by_requests(run: ServingRun) -> int:
    prefilled = sum(1 for request in run.requests if request.first_token_fs >= 0)
    return run.batch_sum + prefilled


def _serving_checks(run: ServingRun) -> list[Check]:
    late = [r for r in run.requests if 0 <= r.done_fs < r.first_token_fs]
    over = [r for r in run.requests if r.generated > r.output_tokens]
    return [
        close("time in decode and waits fits the run", float(run.decode_fs <= run.end_fs), 1.0, ""),
        Check(
            "tokens come in order", not late, f"{len(late)} requests end before their first token"
        ),
        Check("no request generates too much", not over, f"{len(over)} requests"),
    ]
