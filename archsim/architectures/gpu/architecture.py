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
    workload_kinds: ClassVar[frozenset[str]] = frozenset(
        {"llm", "network", "moe_vit", "ternary_lm", "graphics"}
    )
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
        """Run one batch of a language model, one batch of images, or one frame.

        Raises:
            InfeasibleError: Weights, or keys and values, do not fit the memory.
            UnsupportedError: The workload is a serving run, or its format has no rate here.
        """
        from archsim.architectures.gpu import language, vision
        from archsim.workload.graphics.workload import GraphicsWorkload
        from archsim.workload.llm import LlmWorkload
        from archsim.workload.moe_vit import MoeVitWorkload
        from archsim.workload.network import NetworkWorkload
        from archsim.workload.ternary_lm_workload import TernaryLmWorkload

        gpu = expect(GpuHardware, hardware)
        if isinstance(workload, GraphicsWorkload):
            return vision.render_frame(gpu, workload, fidelity, seed, timeline)
        if isinstance(workload, NetworkWorkload | MoeVitWorkload):
            return vision.run_images(gpu, workload, fidelity, seed, timeline)
        if isinstance(workload, TernaryLmWorkload):
            return language.run_ternary_model(gpu, workload, fidelity, seed, timeline)
        model = expect(LlmWorkload, workload)
        return language.run_language_model(gpu, model, fidelity, seed, timeline)


ARCHITECTURE = GpuArchitecture()
