"""The NPU+PIM family behind archsim's contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from archsim.architectures.base import Architecture, Fidelity, expect
from archsim.architectures.npu_pim.config import NpuPimHardware
from archsim.architectures.npu_pim.metrics import METRICS
from archsim.config import HardwareSpec, WorkloadSpec
from archsim.errors import UnsupportedError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archsim.kernel import Timeline
    from archsim.result import MetricDeclaration, Result
    from archsim.result.provenance import NamedConstant
    from archsim.workload.llm import LlmWorkload


class NpuPimArchitecture(Architecture):
    """NPUs with and without processing-in-memory: NPU-only, naive NPU+PIM, NeuPIMs."""

    kind: ClassVar[str] = "npu_pim"
    title: ClassVar[str] = "NPU with HBM channels and, optionally, processing-in-memory (NeuPIMs)"
    hardware_model: ClassVar[type[HardwareSpec]] = NpuPimHardware
    workload_kinds: ClassVar[frozenset[str]] = frozenset({"llm"})
    metrics: ClassVar[tuple[MetricDeclaration, ...]] = METRICS
    components: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "systolic arrays": "Arrays of multiply-accumulate units, all on one product.",
            "vector units": "Pipes for softmax, norms, activations and sums.",
            "scratchpads": "Operand and result memories of the NPU die.",
            "memory": "HBM channels as the NPU uses them.",
            "device link": "The link to the other devices of a tensor-parallel group or pipeline.",
            "pim": "Dot-product units at the banks of the memory.",
            "prefill NPUs": "Serving: devices without PIM that work on prompts only.",
            "npu": "Serving: the device while it works on a prompt.",
            "npu and pim": "Serving: the device while it generates tokens.",
        }
    )
    operation_kinds: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "decode": "Serving: one token for every request of the batch.",
            "prefill": "Serving: the prompt of one request.",
            "attention": "Logits, softmax and attended values on the NPU.",
        }
    )

    def constants(self) -> Sequence[NamedConstant]:
        """Return the constants of this family's code."""
        from archsim.architectures.npu_pim.constants import ALL

        return ALL

    def simulate(
        self,
        hardware: HardwareSpec,
        workload: WorkloadSpec,
        *,
        fidelity: Fidelity,
        seed: int,
        timeline: Timeline | None,
    ) -> Result:
        """Run decode iterations, a prefill, or a serving run; see the base class.

        Raises:
            InfeasibleError: Weights or keys and values do not fit the memory.
            InputError: The process node has no data.
        """
        from archsim.architectures.npu_pim.iterate import iterate
        from archsim.architectures.npu_pim.serving_result import serve
        from archsim.workload.llm import LlmWorkload

        device = expect(NpuPimHardware, hardware)
        model = expect(LlmWorkload, workload)
        _check_window(device, model, seed)
        if model.serving is not None:
            return serve(device, model, fidelity, seed, timeline)
        return iterate(device, model, fidelity, seed, timeline)

    def evaluate_batch(
        self,
        hardware: HardwareSpec,
        workload: WorkloadSpec,
        columns: Mapping[str, NDArray[np.generic]],
    ) -> dict[str, NDArray[np.float64]]:
        """Evaluate many designs with the closed forms; see ``batch`` for the keys allowed.

        Raises:
            UnsupportedError: The workload is a serving run, which has no closed form.
        """
        from archsim.architectures.npu_pim.batch import evaluate
        from archsim.workload.llm import LlmWorkload

        model = expect(LlmWorkload, workload)
        if model.serving is not None:
            raise UnsupportedError("a serving run cannot be evaluated in batches", key="serving")
        device = expect(NpuPimHardware, hardware)
        _check_window(device, model, 0)
        return evaluate(device, model, columns)

    def infeasible_reasons(
        self,
        hardware: HardwareSpec,
        workload: WorkloadSpec,
        columns: Mapping[str, NDArray[np.generic]],
    ) -> list[str] | None:
        """Return why designs are infeasible; see the base class."""
        from archsim.architectures.npu_pim.batch import infeasible_reasons
        from archsim.workload.llm import LlmWorkload

        device, model = expect(NpuPimHardware, hardware), expect(LlmWorkload, workload)
        return infeasible_reasons(device, model, columns)


def _check_window(device: NpuPimHardware, workload: LlmWorkload, seed: int) -> None:
    """Refuse contexts beyond a sliding window where PIM attends: it reads whole contexts.

    Raises:
        UnsupportedError: A request grows longer than the window.
    """
    window = workload.model.sliding_window
    if device.pim is None or window is None or workload.phase == "prefill":
        return
    requests = workload.requests(seed)
    longest = int((requests.prompt_tokens + requests.output_tokens).max())
    if longest - 1 > window:
        raise UnsupportedError(
            "PIM attends to whole contexts, not to a sliding window of them",
            key="model.sliding_window",
            found=f"{window} with a context of {longest - 1} tokens",
            allowed="a window as long as the longest context, null, or hardware without pim",
        )


ARCHITECTURE = NpuPimArchitecture()
