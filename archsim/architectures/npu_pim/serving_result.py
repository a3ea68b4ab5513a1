"""The result of a serving run: tokens, latencies of requests, energy of all devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archsim.architectures.npu_pim.config import NpuPimHardware
from archsim.architectures.npu_pim.decode import Fidelity
from archsim.architectures.npu_pim.figures import common_metrics, provenance, roofline_s
from archsim.architectures.npu_pim.serving import ServedRequest, Server, ServingRun, without_pim
from archsim.architectures.npu_pim.tables import WORK_COLUMNS, components
from archsim.architectures.npu_pim.work import device_peaks
from archsim.errors import InputError
from archsim.kernel import fs_to_seconds
from archsim.result import Check, Pair, Result, assemble

if TYPE_CHECKING:
    import pandas as pd

    from archsim.architectures.npu_pim.decode import PassPlanner
    from archsim.kernel import Timeline
    from archsim.workload.llm import LlmWorkload


def serve(
    hardware: NpuPimHardware,
    workload: LlmWorkload,
    fidelity: Fidelity,
    seed: int,
    timeline: Timeline | None,
) -> Result:
    """Run the requests of a workload's serving section.

    Raises:
        InfeasibleError: The weights, or a request, do not fit the memory.
        InputError: The run ends before anything was generated.
    """
    import pandas as pd

    server = Server(hardware, workload, fidelity, seed, timeline)
    run = server.play()
    if run.end_fs == 0:
        raise InputError("the serving run has no time in it", key="serving")
    latency_s = fs_to_seconds(run.end_fs)
    table = components(server.decode, run.activity, latency_s)
    rows = [_passes_row("npu and pim", run.decode_fs, latency_s, _peaks(server.decode, hardware))]
    if server.shared:
        peaks = _peaks(server.prefill, without_pim(hardware))
        rows.append(_passes_row("npu", run.prefill_fs, latency_s, peaks))
    else:
        rows.insert(0, _prefill_row(server, latency_s))
    table = pd.concat([table, pd.DataFrame(rows)], ignore_index=True)
    energy_j = float(table["dynamic_energy_j"].sum() + table["static_energy_j"].sum())
    tokens = sum(request.generated for request in run.requests)
    return assemble(
        latency_s=latency_s,
        components=table,
        operations=_operations(server),
        metrics={
            **common_metrics(
                server.decode, run.activity, run.end_fs, tokens, energy_j, run.first_pass
            ),
            "iterations": float(run.iterations),
            "kv_cache_bytes": float(run.reserved_peak * server.decode.kv_bytes_per_token),
            "kv_occupancy_peak": run.reserved_peak / server.decode.kv_capacity_tokens,
            "batch_mean": run.batch_sum / max(1, run.iterations),
            "waiting_mean": run.waiting_fs / run.end_fs,
            **_request_metrics(run, workload, latency_s),
        },
        provenance=provenance(server.decode, fidelity, seed),
        work=[Pair("tokens", float(tokens), float(_tokens_of_passes(run)), "tokens")],
        roofline_s=roofline_s(hardware, run.activity) / workload.parallel.pipeline,
        more_checks=_checks(run),
    )


def _prefill_row(server: Server, latency_s: float) -> dict[str, str | float]:
    """Return the stand-alone prefill devices as one component."""
    run = server.run
    table = components(server.prefill, run.prefill_activity, latency_s)
    return {
        "component": "prefill NPUs",
        "busy_s": min(fs_to_seconds(run.prefill_fs), latency_s),
        "dynamic_energy_j": float(table["dynamic_energy_j"].sum()),
        "static_energy_j": float(table["static_energy_j"].sum()),
        "area_mm2": float(table["area_mm2"].sum()),
        "bytes": float(table.loc[table["component"] == "memory", "bytes"].sum()),
        **_peaks(server.prefill, server.prefill.hardware),
    }


def _passes_row(
    name: str, busy_fs: int, latency_s: float, peaks: dict[str, float]
) -> dict[str, str | float]:
    """Return the devices as they run whole passes; what their parts cost is in rows of their own.

    A pass has one roof: everything that the devices have together.
    """
    return {
        "component": name,
        "busy_s": min(fs_to_seconds(busy_fs), latency_s),
        **dict.fromkeys(("dynamic_energy_j", "static_energy_j", "area_mm2", "bytes"), 0.0),
        **peaks,
    }


def _peaks(planner: PassPlanner, hardware: NpuPimHardware) -> dict[str, float]:
    element_bytes = planner.workload.bytes_per_element
    return device_peaks(hardware, element_bytes).columns(planner.devices)


def _operations(server: Server) -> pd.DataFrame:
    """Return every decode iteration and prefill as one operation; energy is in the components."""
    import pandas as pd

    where = {"decode": "npu and pim", "prefill": "npu" if server.shared else "prefill NPUs"}
    tensor, run = server.workload.parallel.tensor, server.run
    rows = [
        (
            kind,
            kind,
            where[kind],
            fs_to_seconds(start),
            fs_to_seconds(end),
            0.0,
            *work.times(tensor),
        )
        for (kind, start, end), work in zip(run.intervals, run.works, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(WORK_COLUMNS))


def _first_token_s(request: ServedRequest) -> float:
    return fs_to_seconds(request.first_token_fs - request.arrival_fs)


def _per_token_s(request: ServedRequest) -> float:
    """Return the mean time between a completed request's tokens after the first."""
    return fs_to_seconds(request.done_fs - request.first_token_fs) / max(1, request.generated - 1)


def _request_metrics(run: ServingRun, workload: LlmWorkload, latency_s: float) -> dict[str, float]:
    done = [request for request in run.requests if request.done_fs >= 0]
    first = [_first_token_s(request) for request in run.requests if request.first_token_fs >= 0]
    each = [_per_token_s(request) for request in done if request.generated > 1]
    metrics = {"requests_completed": float(len(done))}
    for name, values in (("time_to_first_token", first), ("time_per_output_token", each)):
        if values:
            metrics[f"{name}_mean_s"] = float(np.mean(values))
            metrics[f"{name}_p50_s"] = float(np.percentile(values, 50))
            metrics[f"{name}_p99_s"] = float(np.percentile(values, 99))
    targets = workload.serving
    limit_first = targets.time_to_first_token_s if targets is not None else None
    limit_each = targets.time_per_output_token_s if targets is not None else None
    good = sum(
        (limit_first is None or _first_token_s(request) <= limit_first)
        and (limit_each is None or _per_token_s(request) <= limit_each)
        for request in done
    )
    metrics["goodput_requests_per_s"] = good / latency_s
    return metrics


def _tokens_of_passes(run: ServingRun) -> int:
    """Return the tokens that passes generated: one a prefill, one a request and iteration."""
    return run.batch_sum + sum(1 for kind, _, _ in run.intervals if kind == "prefill")


def _checks(run: ServingRun) -> list[Check]:
    late = [r for r in run.requests if 0 <= r.done_fs < r.first_token_fs]
    over = [r for r in run.requests if r.generated > r.output_tokens]
    busy_s, end_s = fs_to_seconds(run.decode_fs), fs_to_seconds(run.end_fs)
    return [
        Check("decode time fits the run", busy_s <= end_s, f"{busy_s:.9g} s of {end_s:.9g} s"),
        Check("tokens come in order", not late, f"{len(late)} requests end before they start"),
        Check("no request generates too much", not over, f"{len(over)} requests"),
    ]
