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
    import numpy as np
    from numpy.typing import NDArray

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
        from archsim.architectures.gpu.jobs import job_of
        from archsim.architectures.gpu.running import run_job

        gpu = expect(GpuHardware, hardware)
        return run_job(
            gpu, workload, job_of(workload, seed), fidelity=fidelity, seed=seed, timeline=timeline
        )

    def evaluate_batch(
        self,
        hardware: HardwareSpec,
        workload: WorkloadSpec,
        columns: Mapping[str, NDArray[np.generic]],
    ) -> dict[str, NDArray[np.float64]]:
        """See ``batch.evaluate``."""
        from archsim.architectures.gpu.batch import evaluate

        return evaluate(expect(GpuHardware, hardware), workload, columns)

    def infeasible_reasons(
        self,
        hardware: HardwareSpec,
        workload: WorkloadSpec,
        columns: Mapping[str, NDArray[np.generic]],
    ) -> list[str]:
        """See ``batch.infeasible_reasons``."""
        from archsim.architectures.gpu.batch import infeasible_reasons

        return infeasible_reasons(expect(GpuHardware, hardware), workload, columns)


ARCHITECTURE = GpuArchitecture()
