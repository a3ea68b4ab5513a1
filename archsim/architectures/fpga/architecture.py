"""The FPGA family behind archsim's contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from archsim.architectures.base import Architecture, Fidelity, expect
from archsim.architectures.fpga.config import FpgaHardware
from archsim.architectures.fpga.metrics import METRICS
from archsim.config import HardwareSpec, WorkloadSpec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archsim.kernel import Timeline
    from archsim.result import MetricDeclaration, Result
    from archsim.result.provenance import NamedConstant


class FpgaArchitecture(Architecture):
    """Datapaths on FPGA boards: MatMul-free language models, transformers with experts."""

    kind: ClassVar[str] = "fpga"
    title: ClassVar[str] = (
        "FPGA datapaths: MatMul-free language models, vision transformers with experts"
    )
    hardware_model: ClassVar[type[HardwareSpec]] = FpgaHardware
    workload_kinds: ClassVar[frozenset[str]] = frozenset({"ternary_lm", "moe_vit"})
    metrics: ClassVar[tuple[MetricDeclaration, ...]] = METRICS
    components: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "ternary products": "The unit that multiplies with ternary weights.",
            "RMS unit": "Root mean square of a vector.",
            "row-wise unit": "Element-wise work on vectors.",
            "load and store": "Vectors to and from memory.",
            "multipliers": "The arrays of multipliers of a vision transformer.",
            "memory": "External memory of the board.",
            "board": "The whole board; its power where only that is known.",
        }
    )

    def constants(self) -> Sequence[NamedConstant]:
        """Return the constants of this family's code."""
        from archsim.architectures.fpga.constants import ALL_CONSTANTS

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
        """Run tokens of a language model or one image; see the base class.

        Raises:
            UnsupportedError: The design has no datapath for this kind of workload.
            InfeasibleError: The board has too little memory or too few resources.
        """
        from archsim.architectures.fpga.ternary_run import run_ternary
        from archsim.architectures.fpga.vit_run import run_vit
        from archsim.workload.moe_vit import MoeVitWorkload
        from archsim.workload.ternary_lm_workload import TernaryLmWorkload

        design = expect(FpgaHardware, hardware)
        if workload.kind == "moe_vit":
            return run_vit(design, expect(MoeVitWorkload, workload), fidelity, seed, timeline)
        tokens = expect(TernaryLmWorkload, workload)
        return run_ternary(design, tokens, fidelity, seed, timeline)

    def evaluate_batch(
        self,
        hardware: HardwareSpec,
        workload: WorkloadSpec,
        columns: Mapping[str, NDArray[np.generic]],
    ) -> dict[str, NDArray[np.float64]]:
        """Evaluate many designs with the closed forms; see ``batch`` and ``vit_batch``."""
        from archsim.architectures.fpga.batch import evaluate_ternary
        from archsim.architectures.fpga.vit_batch import evaluate_vit
        from archsim.workload.moe_vit import MoeVitWorkload
        from archsim.workload.ternary_lm_workload import TernaryLmWorkload

        design = expect(FpgaHardware, hardware)
        if workload.kind == "moe_vit":
            return evaluate_vit(design, expect(MoeVitWorkload, workload), columns)
        return evaluate_ternary(design, expect(TernaryLmWorkload, workload), columns)

    def infeasible_reasons(
        self,
        hardware: HardwareSpec,
        workload: WorkloadSpec,
        columns: Mapping[str, NDArray[np.generic]],
    ) -> list[str] | None:
        """Return why designs of a ternary core do not fit; see the base class."""
        from archsim.architectures.fpga.batch import ternary_reasons
        from archsim.workload.ternary_lm_workload import TernaryLmWorkload

        if workload.kind != "ternary_lm":
            return None
        tokens = expect(TernaryLmWorkload, workload)
        return ternary_reasons(expect(FpgaHardware, hardware), tokens, columns)


ARCHITECTURE = FpgaArchitecture()
