"""One pass of a model on one device: stages planned, then timed in either fidelity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from archsim.architectures.npu_pim.config import NpuPimHardware
from archsim.architectures.npu_pim.gemv import AttentionShape
from archsim.architectures.npu_pim.mha import Mha, attention_shape, plan_mha
from archsim.architectures.npu_pim.operations import NpuOperation, Rates, operation_fs
from archsim.architectures.npu_pim.plan import LayerPlan, plan_layer, rates
from archsim.architectures.npu_pim.schedule import (
    Request,
    assign_greedy,
    assign_round_robin,
    sub_batches,
)
from archsim.architectures.npu_pim.stage_recorder import StageRecorder
from archsim.architectures.npu_pim.stages import Stage, interleaved_stages, serial_stages
from archsim.architectures.npu_pim.system import PlayedStage, closed_stage, play_stage
from archsim.errors import InfeasibleError, InputError, Side
from archsim.units import binary_size

if TYPE_CHECKING:
    from archsim.kernel import Timeline
    from archsim.workload.llm import LlmWorkload

Fidelity = Literal["analytic", "event"]


@dataclass(frozen=True)
class PassPlan:
    """One pass through the model, planned.

    Attributes:
        stages: Stages of a layer.
        once: Operations outside the layers, with how often they run.
        layers: Layers of the model (over all pipeline stages).
        tokens: New tokens of the pass.
    """

    stages: tuple[Stage, ...]
    once: tuple[tuple[NpuOperation, int], ...]
    layers: int
    tokens: int

    def counted(self) -> list[tuple[NpuOperation, int]]:
        """Return every NPU operation with how often it runs in the pass."""
        inside = [
            (operation, stage.times(self.layers))
            for stage in self.stages
            for operation in stage.npu
        ]
        return [item for item in (*inside, *self.once) if item[1]]

    def attentions(self) -> list[tuple[Mha, int]]:
        """Return every attention on PIM with how often it runs in the pass."""
        return [
            (stage.mha, stage.times(self.layers))
            for stage in self.stages
            if stage.mha is not None and stage.times(self.layers)
        ]


@dataclass(frozen=True)
class TimedPass:
    """One pass through the model, timed.

    Attributes:
        plan: What ran.
        played: Each stage as it ran, in the order of ``plan.stages``.
        once_fs: Duration of each operation of ``plan.once``.
        latency_fs: The whole pass.
    """

    plan: PassPlan
    played: tuple[PlayedStage, ...]
    once_fs: tuple[int, ...]
    latency_fs: int

    def stage(self, name: str) -> PlayedStage | None:
        """Return a stage by its letter, or None."""
        for stage, played in zip(self.plan.stages, self.played, strict=True):
            if stage.name == name:
                return played
        return None

    @property
    def steady_layer_fs(self) -> int:
        """Time of one layer in the steady state: the stages that every layer repeats."""
        return sum(
            played.duration_fs
            for stage, played in zip(self.plan.stages, self.played, strict=True)
            if stage.repeated
        )


class PassPlanner:
    """Plans passes of one workload on one device; equal batches are planned once.

    Args:
        hardware: The device.
        workload: The workload.
        check_capacity: Whether weights and cache must fit the device (a single layer always may).

    Raises:
        InfeasibleError: The model's weights do not fit the device.
    """

    def __init__(
        self, hardware: NpuPimHardware, workload: LlmWorkload, *, check_capacity: bool = True
    ) -> None:
        self.hardware = hardware
        self.workload = workload
        self.rates: Rates = rates(hardware)
        self.on_pim = hardware.pim is not None and workload.phase == "decode"
        self.check_capacity = check_capacity
        self._layers: dict[int, LayerPlan] = {}
        if check_capacity and self.weight_bytes > hardware.memory.capacity_bytes:
            raise InfeasibleError(
                f"the weights of {workload.model.name} do not fit the memory of one device",
                key="memory.channel_bytes",
                found=binary_size(self.weight_bytes),
                allowed=f"at most {binary_size(hardware.memory.capacity_bytes)}; raise "
                "parallel.tensor, parallel.pipeline or memory.channel_bytes",
                sides=[
                    Side(key)
                    for key in ("memory.channels", "parallel.tensor", "parallel.pipeline", "model")
                ],
            )

    @property
    def devices(self) -> int:
        """Devices that the model is spread over."""
        return self.workload.parallel.tensor * self.workload.parallel.pipeline

    @property
    def weight_bytes(self) -> int:
        """Bytes of weights on one device, evenly spread."""
        total = self.workload.model.parameter_count * self.workload.bytes_per_element
        return -(-total // self.devices)

    @property
    def kv_bytes_per_token(self) -> int:
        """Bytes of keys and values that one token takes on one device."""
        size = self.workload.bytes_per_element
        return -(-self.workload.model.kv_bytes_per_token(size) // self.devices)

    @property
    def kv_capacity_tokens(self) -> int:
        """Tokens whose keys and values fit beside the weights."""
        free = self.hardware.memory.capacity_bytes - self.weight_bytes
        return max(0, free // self.kv_bytes_per_token)

    def shape(self) -> AttentionShape:
        """Return the attention of one device on its PIM channels."""
        model, tensor = self.workload.model, self.workload.parallel.tensor
        return attention_shape(
            self.hardware,
            heads=model.heads // tensor,
            kv_heads=max(1, model.kv_heads // tensor),
            head_dim=model.head_dim,
            element_bytes=self.workload.bytes_per_element,
        )

    def assign(self, tokens: Sequence[int], channels: Sequence[int] | None = None) -> list[Request]:
        """Put requests on channels: as given, or as the device's scheduler does.

        Raises:
            InputError: A request has no channel, or one that the memory does not have.
        """
        count = self.hardware.memory.channels
        if channels is not None:
            if len(channels) != len(tokens):
                raise InputError(
                    "each request needs one channel",
                    key="lengths.channels",
                    found=f"{len(channels)} channels for {len(tokens)} requests",
                )
            for index, channel in enumerate(channels):
                if not 0 <= channel < count:
                    raise InputError(
                        f"request {index} is on a channel that the memory does not have",
                        key="lengths.channels",
                        found=str(channel),
                        allowed=f"0 to {count - 1}",
                        sides=[Side("memory.channels", str(count), f"at least {channel + 1}")],
                    )
            return [Request(int(t), int(c)) for t, c in zip(tokens, channels, strict=True)]
        if self.on_pim and self.hardware.scheduler.channel_assignment == "greedy":
            return assign_greedy(tokens, count, self.shape())
        return assign_round_robin(tokens, count)

    def plan(self, requests: Sequence[Request]) -> PassPlan:
        """Plan one pass over requests that are already on their channels.

        Raises:
            InfeasibleError: Keys and values do not fit beside the weights.
        """
        held = sum(request.tokens for request in requests)
        if self.check_capacity and held > self.kv_capacity_tokens:
            raise InfeasibleError(
                "keys and values do not fit beside the weights",
                key="memory.channel_bytes",
                found=f"{held} tokens in flight",
                allowed=f"at most {self.kv_capacity_tokens} tokens per device; lower the batch, "
                "or raise parallel.tensor or memory.channel_bytes",
                sides=[
                    Side(key)
                    for key in ("memory.channels", "batch", "lengths", "parallel.tensor", "model")
                ],
            )
        model = self.workload.model
        whole = self._layer(requests)
        tokens = len(requests) if self.workload.phase == "decode" else held
        if not self.on_pim:
            return PassPlan(serial_stages(whole, None), whole.once, model.layers, tokens)
        shape, size = self.shape(), self.workload.bytes_per_element
        halves = sub_batches(requests) if self.hardware.scheduler.sub_batch_interleaving else None
        if halves is None or not halves[0] or not halves[1]:
            mha = plan_mha(self.hardware, shape, requests, element_bytes=size)
            return PassPlan(serial_stages(whole, mha), whole.once, model.layers, tokens)
        plans = [self._layer(half) for half in halves]
        mhas = [plan_mha(self.hardware, shape, half, element_bytes=size) for half in halves]
        return PassPlan(interleaved_stages(plans, mhas), whole.once, model.layers, tokens)

    def _layer(self, requests: Sequence[Request]) -> LayerPlan:
        """Plan a layer; without attention on the NPU it depends on the batch size only."""
        key = len(requests)
        if self.on_pim and key in self._layers:
            return self._layers[key]
        trace = self.workload.trace(lengths=np.array([r.tokens for r in requests], dtype=np.int64))
        plan = plan_layer(self.hardware, self.workload.model, trace, npu_attention=not self.on_pim)
        if self.on_pim:
            self._layers[key] = plan
        return plan


def time_pass(
    plan: PassPlan,
    clock: Rates,
    fidelity: Fidelity,
    *,
    contention: bool = True,
    timeline: Timeline | None = None,
) -> TimedPass:
    """Time a pass. Each stage is timed once and reused in every layer: stages end in barriers.

    Args:
        plan: The pass.
        clock: Clocks and memory rate of the device.
        fidelity: ``"analytic"`` (closed forms) or ``"event"`` (processes).
        contention: Event fidelity only: whether NPU and PIM slow each other down.
        timeline: Event fidelity only: recorder of one layer's stages, or None.
    """
    played = []
    start = 0
    recorder = None if timeline is None else StageRecorder(timeline)
    for stage in plan.stages:
        if fidelity == "analytic":
            played.append(closed_stage(stage, clock))
        else:
            played.append(
                play_stage(stage, clock, contention=contention, recorder=recorder, start_fs=start)
            )
        start += played[-1].duration_fs
    once = tuple(operation_fs(operation, clock) for operation, _ in plan.once)
    layers = sum(
        stage.times(plan.layers) * result.duration_fs
        for stage, result in zip(plan.stages, played, strict=True)
    )
    outside = sum(repeat * one for (_, repeat), one in zip(plan.once, once, strict=True))
    return TimedPass(plan, tuple(played), once, layers + outside)
