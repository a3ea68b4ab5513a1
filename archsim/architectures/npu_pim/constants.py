"""Constants of the models that stand in no hardware file, each with its source."""

from __future__ import annotations

from archsim.architectures.npu_pim.config import NpuPimHardware
from archsim.architectures.npu_pim.gemm import AUTHORS_PAD_BYTES
from archsim.architectures.npu_pim.mha import RESPONSE_CYCLES
from archsim.architectures.npu_pim.plan import TURNAROUND_CYCLES
from archsim.architectures.npu_pim.schedule import ESTIMATE_LOAD_CYCLES, ESTIMATE_TILE_CYCLES
from archsim.architectures.npu_pim.vector_work import ISSUE_CYCLES
from archsim.technology.constant import TechConstant

_SOURCE = "NeuPIMs simulator"


def model_constants(hardware: NpuPimHardware) -> tuple[TechConstant, ...]:
    """Return the constants that a run on this device rests on."""
    found: list[TechConstant] = []
    if hardware.pim is not None and hardware.scheduler.channel_assignment == "greedy":
        found += [
            TechConstant("npu_pim.estimate_tile", ESTIMATE_TILE_CYCLES, "cycles", f"{_SOURCE}, L_tile", "primary"),
            TechConstant("npu_pim.estimate_load", ESTIMATE_LOAD_CYCLES, "cycles", f"{_SOURCE}, L_GW", "primary"),
        ]  # fmt: skip
    if hardware.has("oversized_scratchpad"):
        found.append(
            TechConstant("npu_pim.authors_pad", AUTHORS_PAD_BYTES, "bytes", f"{_SOURCE}, sram_size", "primary")
        )  # fmt: skip
    if hardware.has("posted_writes"):
        found.append(
            TechConstant(
                "npu_pim.turnaround", TURNAROUND_CYCLES, "cycles",
                "measured runs of 7B, tensor parallel 4: product time beyond loads and compute", "calibrated",
            )
        )  # fmt: skip
    if hardware.has("in_order_vector_issue"):
        found += [
            TechConstant("npu_pim.vector_issue", ISSUE_CYCLES, "cycles", f"{_SOURCE}, queue passes and a read latency", "inferred"),
            TechConstant("npu_pim.response", RESPONSE_CYCLES, "cycles", f"{_SOURCE}, queue passes", "inferred"),
        ]  # fmt: skip
    return tuple(found)
