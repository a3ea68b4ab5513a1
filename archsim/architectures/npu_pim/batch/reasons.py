"""Why designs are infeasible, for many at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.npu_pim.batch.designs import design_at, take_apart
from archsim.architectures.npu_pim.batch.memory_side import memory_sides
from archsim.architectures.npu_pim.config import NpuPimHardware
from archsim.architectures.npu_pim.iterate import iterate
from archsim.errors import InfeasibleError, SimulationError

if TYPE_CHECKING:
    from archsim.workload.llm import LlmWorkload


def infeasible_reasons(
    hardware: NpuPimHardware, workload: LlmWorkload, columns: Mapping[str, NDArray[np.generic]]
) -> list[str]:
    """Return the sentence of ``InfeasibleError`` of each design.

    What does not fit a memory does so with every NPU, so one run tells it for all designs with
    that memory; for the others it takes one run per pair of memory and NPU.

    Raises:
        SimulationError: A design runs after all.
    """
    designs = take_apart(hardware, columns)
    lengths = workload.context_lengths().tolist()
    sides = memory_sides(designs.memory.hardware, workload, lengths)
    fits = [side is not None for side in sides]
    known: dict[tuple[int, int], str] = {}
    found = []
    for index, (memory, npu) in enumerate(
        zip(designs.memory.which.tolist(), designs.npu.which.tolist(), strict=True)
    ):
        pair = (memory, npu if fits[memory] else -1)
        if pair not in known:
            known[pair] = _reason(design_at(hardware, columns, index), workload)
        found.append(known[pair])
    return found


def _reason(hardware: NpuPimHardware, workload: LlmWorkload) -> str:
    try:
        iterate(hardware, workload, "analytic", 0, None)
    except InfeasibleError as error:
        return str(error)
    raise SimulationError("the closed forms call a design infeasible that runs")
