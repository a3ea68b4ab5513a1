"""The DRAM family behind archsim's contract."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from archsim.architectures.base import Architecture, Fidelity, expect
from archsim.architectures.dram.config import DramHardware
from archsim.architectures.dram.metrics import METRICS
from archsim.config import HardwareSpec, WorkloadSpec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archsim.kernel import Timeline
    from archsim.result import MetricDeclaration, Result


class DramArchitecture(Architecture):
    """A memory channel with its controller: DDR3, DDR4, HBM2 pseudo channels.

    Event fidelity plays the controller clock by clock where something happens; SimPy is not used,
    because the rules are those of one clocked machine and are compiled.
    """

    kind: ClassVar[str] = "dram"
    title: ClassVar[str] = "DRAM channel with its controller, equal to DRAMSys 4.0 clock for clock"
    hardware_model: ClassVar[type[HardwareSpec]] = DramHardware
    workload_kinds: ClassVar[frozenset[str]] = frozenset({"memory_trace"})
    metrics: ClassVar[tuple[MetricDeclaration, ...]] = METRICS
    components: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "banks": "All banks: commands and their energy.",
            "data bus": "The channel's data bus.",
        }
    )
    operation_kinds: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "read": "Read requests of the trace.",
            "write": "Write requests of the trace.",
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
        """Run a memory trace to its last response; see the base class.

        Raises:
            InputError: The trace cannot be read, or an address lies beyond the device.
        """
        from archsim.architectures.dram.simulation import simulate
        from archsim.workload.memory_workload import MemoryTraceWorkload

        channel = expect(DramHardware, hardware)
        return simulate(channel, expect(MemoryTraceWorkload, workload), fidelity, seed, timeline)

    def evaluate_batch(
        self,
        hardware: HardwareSpec,
        workload: WorkloadSpec,
        columns: Mapping[str, NDArray[np.generic]],
    ) -> dict[str, NDArray[np.float64]]:
        """Evaluate many designs with the closed forms; see ``batch``."""
        return self._batch(hardware, workload, columns, "analytic")

    def simulate_batch(
        self,
        hardware: HardwareSpec,
        workload: WorkloadSpec,
        columns: Mapping[str, NDArray[np.generic]],
    ) -> dict[str, NDArray[np.float64]]:
        """Play many controllers on all cores; see ``batch``."""
        return self._batch(hardware, workload, columns, "event")

    def infeasible_reasons(
        self,
        hardware: HardwareSpec,
        workload: WorkloadSpec,
        columns: Mapping[str, NDArray[np.generic]],
    ) -> list[str] | None:
        """Return why designs cannot hold the trace; see the base class."""
        from archsim.architectures.dram.batch import infeasible_reasons
        from archsim.workload.memory_workload import MemoryTraceWorkload

        trace = expect(MemoryTraceWorkload, workload)
        return infeasible_reasons(expect(DramHardware, hardware), trace, columns)

    def _batch(
        self,
        hardware: HardwareSpec,
        workload: WorkloadSpec,
        columns: Mapping[str, NDArray[np.generic]],
        fidelity: Fidelity,
    ) -> dict[str, NDArray[np.float64]]:
        from archsim.architectures.dram.batch import evaluate
        from archsim.workload.memory_workload import MemoryTraceWorkload

        trace = expect(MemoryTraceWorkload, workload)
        return evaluate(expect(DramHardware, hardware), trace, columns, fidelity)


ARCHITECTURE = DramArchitecture()
