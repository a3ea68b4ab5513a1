"""The GPU family behind archsim's contract."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from archsim.architectures.base import Architecture, Fidelity, expect
from archsim.architectures.gpu.config import GpuHardware
from archsim.architectures.gpu.metrics import METRICS
from archsim.config import HardwareSpec, WorkloadSpec

if TYPE_CHECKING:
    from archsim.kernel import Timeline
    from archsim.result import MetricDeclaration, Result


class GpuArchitecture(Architecture):
    """GPU cards, their kernels timed by physics and a learned residual."""

    kind: ClassVar[str] = "gpu"
    title: ClassVar[str] = "GPU cards: tiles, waves, caches and the power limit, checked on an H100"
    hardware_model: ClassVar[type[HardwareSpec]] = GpuHardware
    workload_kinds: ClassVar[frozenset[str]] = frozenset({"llm"})
    metrics: ClassVar[tuple[MetricDeclaration, ...]] = METRICS
    components: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "multiprocessors": "The SMs with their tensor units; busy while kernels run.",
            "second-level cache": "The cache that all SMs share.",
            "device memory": "Memory of the card.",
            "link": "The link between cards.",
            "board": "What the board takes without work.",
            "kernels": "The stream of kernels, one after the other.",
        }
    )

    def simulate(
        self,
        hardware: HardwareSpec,
        workload: WorkloadSpec,
        *,
        fidelity: Fidelity,
        seed: int,
        timeline: Timeline | None,
    ) -> Result:
        """Run decode iterations or a prefill of one batch; see the base class.

        Raises:
            InfeasibleError: Weights or keys and values do not fit the memory.
            UnsupportedError: The workload is a serving run, or its format has no rate here.
        """
        from archsim.architectures.gpu.language import run_language_model
        from archsim.workload.llm import LlmWorkload

        device = expect(GpuHardware, hardware)
        return run_language_model(device, expect(LlmWorkload, workload), fidelity, seed, timeline)


ARCHITECTURE = GpuArchitecture()
