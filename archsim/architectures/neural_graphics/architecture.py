"""The neural graphics family behind archsim's contract."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from archsim.architectures.base import Architecture, Fidelity, expect
from archsim.architectures.neural_graphics.config import NeuralGraphicsHardware
from archsim.architectures.neural_graphics.metrics import METRICS
from archsim.config import HardwareSpec, WorkloadSpec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archsim.kernel import Timeline
    from archsim.result import MetricDeclaration, Result


class NeuralGraphicsArchitecture(Architecture):
    """A GPU with a cluster of neural-fields processors (NGPC, ISCA 2023)."""

    kind: ClassVar[str] = "neural_graphics"
    title: ClassVar[str] = "GPU with a neural graphics processing cluster (NGPC)"
    hardware_model: ClassVar[type[HardwareSpec]] = NeuralGraphicsHardware
    workload_kinds: ClassVar[frozenset[str]] = frozenset({"graphics"})
    metrics: ClassVar[tuple[MetricDeclaration, ...]] = METRICS
    components: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "table memories": "Memories of the processors that hold the feature tables.",
            "encoding engines": "Engines that index, look up and interpolate features.",
            "mlp engines": "Engines of the small fully connected networks.",
            "memory": "Device memory of the GPU.",
            "SMs": "The GPU's multiprocessors, with the kernels left to them.",
        }
    )
    operation_kinds: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "encode_and_infer": "Encoding and network of one batch on the cluster.",
            "rest_kernels": "Kernels of one batch that stay on the GPU.",
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
        """Run one frame; see the base class.

        Raises:
            InfeasibleError: Tables have to be resident and do not fit.
            UnsupportedError: Levels and engines do not divide into each other.
        """
        from archsim.architectures.neural_graphics.run import run_frame
        from archsim.workload.graphics.workload import GraphicsWorkload

        device = expect(NeuralGraphicsHardware, hardware)
        frame = expect(GraphicsWorkload, workload)
        return run_frame(device, frame, fidelity, seed, timeline)

    def evaluate_batch(
        self,
        hardware: HardwareSpec,
        workload: WorkloadSpec,
        columns: Mapping[str, NDArray[np.generic]],
    ) -> dict[str, NDArray[np.float64]]:
        """Evaluate many designs with the closed forms; see ``batch`` for what is cheap."""
        from archsim.architectures.neural_graphics.batch import evaluate
        from archsim.workload.graphics.workload import GraphicsWorkload

        device = expect(NeuralGraphicsHardware, hardware)
        return evaluate(device, expect(GraphicsWorkload, workload), columns)


ARCHITECTURE = NeuralGraphicsArchitecture()
