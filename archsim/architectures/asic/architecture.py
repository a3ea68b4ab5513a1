"""The ASIC family behind archsim's contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from archsim.architectures.asic.config import AsicHardware
from archsim.architectures.asic.metrics import METRICS
from archsim.architectures.base import Architecture, Fidelity, expect
from archsim.config import HardwareSpec, WorkloadSpec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archsim.kernel import Timeline
    from archsim.result import MetricDeclaration, Result
    from archsim.result.provenance import NamedConstant


class AsicArchitecture(Architecture):
    """Chips of template accelerators and systolic arrays that share a memory."""

    kind: ClassVar[str] = "asic"
    title: ClassVar[str] = "Template accelerators (NVDLA, ShiDianNao, row stationary) on one chip"
    hardware_model: ClassVar[type[HardwareSpec]] = AsicHardware
    workload_kinds: ClassVar[frozenset[str]] = frozenset({"network"})
    metrics: ClassVar[tuple[MetricDeclaration, ...]] = METRICS
    components: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "*": "An accelerator of the chip, under the name that the hardware file gives it.",
            "memory": "External memory of the chip.",
        }
    )
    operation_kinds: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "conv": "Convolution over an image.",
            "matmul": "Product of two matrices.",
            "transposed_conv": "Transposed convolution over an image.",
            "depthwise_conv": "Convolution of each channel by itself.",
        }
    )

    def constants(self) -> Sequence[NamedConstant]:
        """Return the constants of this family's code."""
        from archsim.architectures.asic.constants import ALL_CONSTANTS

        return ALL_CONSTANTS

    def simulate(
        self,
        hardware: HardwareSpec,
        workload: WorkloadSpec,
        *,
        fidelity: Fidelity,
        seed: int,
        timeline: Timeline | None,
    ) -> Result:
        """Schedule networks on the chip and run them; see the base class.

        Raises:
            InfeasibleError: A budget or the latency limit is exceeded, or an accelerator has
                fewer PEs than one cluster of its template.
            UnsupportedError: A layer can run on no accelerator.
            MissingExtraError: The scheduler needs OR-tools, which is not installed.
        """
        from archsim.architectures.asic.run import run
        from archsim.workload.network import NetworkWorkload

        chip = expect(AsicHardware, hardware)
        return run(chip, expect(NetworkWorkload, workload), fidelity, seed, timeline)

    def evaluate_batch(
        self,
        hardware: HardwareSpec,
        workload: WorkloadSpec,
        columns: Mapping[str, NDArray[np.generic]],
    ) -> dict[str, NDArray[np.float64]]:
        """Evaluate many designs with the closed forms; see ``batch``."""
        from archsim.architectures.asic.batch import evaluate
        from archsim.workload.network import NetworkWorkload

        chip = expect(AsicHardware, hardware)
        return evaluate(chip, expect(NetworkWorkload, workload), columns)

    def infeasible_reasons(
        self,
        hardware: HardwareSpec,
        workload: WorkloadSpec,
        columns: Mapping[str, NDArray[np.generic]],
    ) -> list[str] | None:
        """Return why designs are infeasible; see ``batch``."""
        from archsim.architectures.asic.batch import infeasible_reasons
        from archsim.workload.network import NetworkWorkload

        chip = expect(AsicHardware, hardware)
        return infeasible_reasons(chip, expect(NetworkWorkload, workload), columns)


ARCHITECTURE = AsicArchitecture()
"""The ASIC family."""
