"""A run of a fixed batch: one prefill, or a few decode iterations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from archsim.architectures.npu_pim.config import NpuPimHardware
from archsim.architectures.npu_pim.decode import Fidelity, PassPlanner, TimedPass, time_pass
from archsim.architectures.npu_pim.figures import common_metrics, provenance, roofline_s
from archsim.architectures.npu_pim.tables import (
    WORK_COLUMNS,
    OperationRow,
    activity_of,
    components,
    operation_rows,
)
from archsim.kernel import fs_to_seconds
from archsim.result import Check, Pair, Result, assemble

if TYPE_CHECKING:
    from archsim.kernel import Timeline
    from archsim.workload.llm import LlmWorkload


def iterate(
    hardware: NpuPimHardware,
    workload: LlmWorkload,
    fidelity: Fidelity,
    seed: int,
    timeline: Timeline | None,
) -> Result:
    """Run a prefill, or ``generated_tokens`` decode iterations of one batch.

    Each iteration every request attends to one token more, up to the longest the model can be.

    Raises:
        InfeasibleError: Weights or keys and values do not fit the memory.
    """
    import pandas as pd

    planner = PassPlanner(hardware, workload)
    channels = workload.channel_indices()
    lengths = workload.context_lengths(seed).tolist()
    requests = planner.assign(lengths, None if channels is None else channels.tolist())
    longest = workload.model.max_positions
    passes: list[TimedPass] = []
    rows: list[OperationRow] = []
    now_fs = 0
    for step in range(workload.generated_tokens):
        grown = [
            replace(request, tokens=max(request.tokens, min(request.tokens + step, longest)))
            for request in requests
        ]
        plan = planner.plan(grown)
        recorder = timeline if step == 0 else None
        passes.append(time_pass(plan, planner.rates, fidelity, timeline=recorder))
        rows += operation_rows(planner, passes[-1], now_fs)
        now_fs += passes[-1].latency_fs
    activity = activity_of(passes)
    table = components(planner, activity, fs_to_seconds(now_fs))
    energy_j = float(table["dynamic_energy_j"].sum() + table["static_energy_j"].sum())
    tokens = sum(timed.plan.tokens for timed in passes)
    held = sum(request.tokens for request in grown)
    return assemble(
        latency_s=fs_to_seconds(now_fs),
        components=table,
        operations=pd.DataFrame(rows, columns=list(WORK_COLUMNS)),
        metrics={
            **common_metrics(planner, activity, now_fs, tokens, energy_j, passes[0]),
            "iterations": float(len(passes)),
            "kv_cache_bytes": float(held * planner.kv_bytes_per_token),
        },
        provenance=provenance(planner, fidelity, seed),
        bytes_moved=_bytes_moved(hardware, passes),
        work=_work(planner, passes, seed),
        roofline_s=roofline_s(hardware, activity) / workload.parallel.pipeline,
        more_checks=_never_faster(planner, passes[0], fidelity),
    )


def _bytes_moved(hardware: NpuPimHardware, passes: Sequence[TimedPass]) -> list[Pair]:
    """Compare the bytes of the operations with those their steps stream.

    With posted writes the last half of an operation's writes drains after the layer's end, so the
    two differ by design.
    """
    if hardware.has("posted_writes"):
        return []
    streamed = asked = 0
    for timed in passes:
        for operation, times in timed.plan.counted():
            streamed += operation.stream_bytes * times
            asked += (operation.read_bytes + operation.write_bytes) * times
    return [Pair("NPU traffic", float(asked), float(streamed), "bytes")]


def _work(planner: PassPlanner, passes: Sequence[TimedPass], seed: int) -> list[Pair]:
    """Compare the multiply-accumulates of the trace with those of the plan."""
    if planner.hardware.has("single_layer"):
        return []
    workload = planner.workload
    asked = done = 0
    for step, timed in enumerate(passes):
        asked += workload.trace(step, seed=seed).totals.macs
        done += sum(operation.macs * times for operation, times in timed.plan.counted())
        for mha, times in timed.plan.attentions():
            done += 2 * mha.softmax_elements * workload.model.head_dim * times
    return [Pair("multiply-accumulates", float(asked), float(done), "MAC")]


def _never_faster(planner: PassPlanner, first: TimedPass, fidelity: Fidelity) -> list[Check]:
    """Check that contention made the first pass no faster than the closed forms have it."""
    if fidelity != "event":
        return []
    closed_fs = time_pass(first.plan, planner.rates, "analytic").latency_fs
    played_s, closed_s = fs_to_seconds(first.latency_fs), fs_to_seconds(closed_fs)
    detail = f"{played_s:.9g} s played, {closed_s:.9g} s in closed form"
    passed = first.latency_fs >= closed_fs
    return [Check("contention never faster than the closed form", passed, detail)]
