"""What the NPU does in a pass, for each distinct NPU and each batch size it meets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from archsim.architectures.npu_pim.batch.sequences import Sequences
from archsim.architectures.npu_pim.config import NpuPimHardware
from archsim.architectures.npu_pim.cost import Activity, DiePrices, die_prices
from archsim.architectures.npu_pim.operations import NpuOperation
from archsim.architectures.npu_pim.plan import plan_layer
from archsim.errors import InfeasibleError

if TYPE_CHECKING:
    from archsim.workload.llm import LlmWorkload
    from archsim.workload.trace import Trace


@dataclass(frozen=True)
class NpuLayer:
    """One layer on one NPU, with so many requests in the batch.

    Attributes:
        before, attention, after, once: Numbers of its sequences; see ``plan.LayerPlan``.
        layer_j, once_j: Energy of the NPU die for one layer, and for all that runs once.
        layer_bytes, once_bytes: Bytes read and written likewise.
    """

    before: int
    attention: int
    after: int
    once: int
    layer_j: float
    once_j: float
    layer_bytes: tuple[int, int]
    once_bytes: tuple[int, int]


@dataclass(frozen=True)
class NpuCost:
    """What one NPU costs besides its operations.

    Attributes:
        leakage_w: Leakage of the die.
        area_mm2: Area of the die.
        softmax_j, add_j: Energy of one element of softmax, of one partial sum.
        sram_j_per_byte: Energy of a byte through the scratchpads.
    """

    leakage_w: float
    area_mm2: float
    softmax_j: float
    add_j: float
    sram_j_per_byte: float


class NpuSide:
    """Plans layers on NPUs; equal ones are planned once.

    Args:
        npus: The distinct NPUs.
        workload: One pass of it is planned.
        lengths: Tokens of each request.
        attends: Whether attention runs on the NPU.
    """

    def __init__(
        self,
        npus: Sequence[NpuPimHardware],
        workload: LlmWorkload,
        lengths: Sequence[int],
        *,
        attends: bool,
    ) -> None:
        self.sequences = Sequences()
        self._npus = npus
        self._workload = workload
        self._lengths = lengths
        self._attends = attends
        self._traces: dict[int, Trace] = {}
        self._die: dict[int, DiePrices] = {}
        self._layers: dict[tuple[int, int], NpuLayer | None] = {}

    def layer(self, npu: int, requests: int) -> NpuLayer | None:
        """Return a layer, or None if the scratchpad cannot hold a tile of it."""
        key = npu, requests
        if key not in self._layers:
            try:
                self._layers[key] = self._plan(npu, requests)
            except InfeasibleError:
                self._layers[key] = None
        return self._layers[key]

    def cost(self, npu: int) -> NpuCost:
        """Return what an NPU costs besides its operations."""
        prices = self._prices(npu)
        return NpuCost(
            leakage_w=sum(prices.leakage_w.values()),
            area_mm2=sum(prices.area_mm2.values()),
            softmax_j=_dynamic_j(prices, Activity(vector_elements={"softmax": 1})),
            add_j=_dynamic_j(prices, Activity(vector_elements={"add": 1})),
            sram_j_per_byte=prices.scratchpad_j,
        )

    def _prices(self, npu: int) -> DiePrices:
        if npu not in self._die:
            self._die[npu] = die_prices(self._npus[npu])
        return self._die[npu]

    def _plan(self, npu: int, requests: int) -> NpuLayer:
        plan = plan_layer(
            self._npus[npu],
            self._workload.model,
            self._trace(requests),
            npu_attention=self._attends,
        )
        prices = self._prices(npu)
        parts = [
            [(operation, 1) for operation in part]
            for part in (plan.before, plan.attention, plan.after)
        ]
        layer, once = Activity(), Activity()
        layer.add_operations(item for part in parts for item in part)
        once.add_operations(plan.once)
        before, attention, after = (self.sequences.add(part) for part in parts)
        return NpuLayer(
            before,
            attention,
            after,
            self.sequences.add(_often(plan.once)),
            layer_j=_dynamic_j(prices, layer),
            once_j=_dynamic_j(prices, once),
            layer_bytes=(layer.read_bytes, layer.write_bytes),
            once_bytes=(once.read_bytes, once.write_bytes),
        )

    def _trace(self, requests: int) -> Trace:
        """Return the trace of a batch; only attention on the NPU depends on its lengths."""
        if requests not in self._traces:
            lengths = np.array(self._lengths[:requests], dtype=np.int64)
            self._traces[requests] = self._workload.trace(lengths=lengths)
        return self._traces[requests]


def _often(once: Sequence[tuple[NpuOperation, int]]) -> list[tuple[NpuOperation, int]]:
    return [(operation, times) for operation, times in once if times]


def _dynamic_j(prices: DiePrices, activity: Activity) -> float:
    return sum(prices.dynamic_j(activity).values())
