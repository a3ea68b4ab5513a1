"""``archsim.npu_pim``: functions of this family for people and for comparisons with its peers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from archsim.architectures.base import expect
from archsim.architectures.npu_pim.config import NpuPimHardware
from archsim.architectures.npu_pim.decode import PassPlanner, TimedPass, time_pass
from archsim.config import build, load_document
from archsim.errors import InputError, UnknownNameError

System = Literal["npu-only", "npu-pim-naive", "neupims", "neupims-subbatch"]

SYSTEMS: dict[str, tuple[str, bool]] = {
    "npu-only": ("npu-only", False),
    "npu-pim-naive": ("npu-pim-naive", False),
    "neupims": ("neupims", False),
    "neupims-subbatch": ("neupims", True),
}
"""Shipped hardware file behind each name, and whether sub-batches interleave."""

STAGE_NAMES = ("A", "B", "C", "D", "E", "F")

OPERATION_NAMES = {
    "qkv_generation": "qkvgen",
    "logit_softmax": "logit_softmax",
    "attend": "attend",
    "attention": "fused_mha",
    "projection": "proj",
    "ffn_up": "fc1",
    "ffn_gate_up": "fc1",
    "ffn_down": "fc2",
}
"""Names of a trace's operations in the authors' tables."""


@dataclass(frozen=True)
class DecodeLayer:
    """One decoder layer on one device, in cycles of the NPU clock.

    Attributes:
        steady_layer_cycles: Cycles of a layer in the steady state: all stages, or C + D when
            sub-batches interleave.
        total_cycles: All stages once.
        stages: Cycles of each stage, A to F; NaN where the system lacks the stage.
        operations: Cycles per operation, summed over the stages of the steady state: qkvgen,
            logit_softmax, attend, fused_mha, proj, fc1, fc2; NaN where it does not run.
    """

    steady_layer_cycles: float
    total_cycles: float
    stages: dict[str, float]
    operations: dict[str, float]


def decode_layer(
    model: str,
    tensor_parallel: int,
    lengths: Sequence[int],
    channels: Sequence[int] | None,
    system: str,
    mode: str = "compat",
    fidelity: str = "event",
) -> DecodeLayer:
    """Time one decode iteration of one layer.

    Args:
        model: Shipped model, e.g. ``"gpt3-7b"``.
        tensor_parallel: Devices that share the layer.
        lengths: Tokens that each request attends to.
        channels: Memory channel of each request; None lets the system assign them.
        system: One of ``SYSTEMS``.
        mode: ``"compat"`` (the authors' simulator with its artefacts) or ``"physical"``.
        fidelity: ``"event"`` or ``"analytic"``.

    Raises:
        InputError: An argument is unknown or out of range.
    """
    if mode not in ("compat", "physical"):
        raise UnknownNameError("mode", mode, ("compat", "physical"))
    if fidelity not in ("event", "analytic"):
        raise UnknownNameError("fidelity", fidelity, ("event", "analytic"))
    planner = _planner(system, mode, model.lower(), tensor_parallel)
    tokens = [int(length) for length in lengths]
    if not tokens or min(tokens) < 1:
        raise InputError(
            "lengths need at least one request of at least 1 token", found=str(list(lengths)[:4])
        )
    indices = None if channels is None else [int(channel) for channel in channels]
    plan = planner.plan(planner.assign(tokens, indices))
    timed = time_pass(plan, planner.rates, "event" if fidelity == "event" else "analytic")
    return _in_cycles(timed, planner)


@lru_cache(maxsize=64)
def load_system(system: str, mode: str = "physical") -> NpuPimHardware:
    """Return one of ``SYSTEMS`` in a mode.

    Raises:
        UnknownNameError: There is no such system.
    """
    if system not in SYSTEMS:
        raise UnknownNameError("system", system, SYSTEMS)
    name, interleaved = SYSTEMS[system]
    overrides = {"mode": mode, "scheduler.sub_batch_interleaving": interleaved}
    return build(NpuPimHardware, load_document(name, "hw_configs", overrides))


@lru_cache(maxsize=64)
def _planner(system: str, mode: str, model: str, tensor: int) -> PassPlanner:
    from archsim.workload import load_workload
    from archsim.workload.llm import LlmWorkload

    workload = load_workload(
        {
            "kind": "llm",
            "schema_version": 1,
            "name": "decode-layer",
            "model": model,
            "phase": "decode",
            "batch": 1,
            "lengths": {"distribution": "constant", "tokens": 1},
            "parallel": {"tensor": tensor},
        }
    )
    return PassPlanner(
        load_system(system, mode), expect(LlmWorkload, workload), check_capacity=False
    )


def _in_cycles(timed: TimedPass, planner: PassPlanner) -> DecodeLayer:
    """Return durations in cycles of the NPU clock."""
    clock = planner.rates.npu
    missing = float("nan")
    stages = dict.fromkeys(STAGE_NAMES, missing)
    operations = dict.fromkeys(dict.fromkeys(OPERATION_NAMES.values()), missing)
    total = 0.0
    for stage, played in zip(timed.plan.stages, timed.played, strict=True):
        stages[stage.name] = clock.cycles(played.duration_fs)
        total += stages[stage.name]
        if not stage.repeated:
            continue
        for interval in (*played.npu, *played.pim):
            name = OPERATION_NAMES.get(interval.name)
            if name is not None:
                before = operations[name] if operations[name] == operations[name] else 0.0
                operations[name] = before + clock.cycles(interval.duration_fs)
    return DecodeLayer(clock.cycles(timed.steady_layer_fs), total, stages, operations)
