"""Constants of the models that stand in no hardware file, each with its source."""

from __future__ import annotations

from archsim.architectures.npu_pim.config import NpuPimHardware
from archsim.architectures.npu_pim.gemm import AUTHORS_PAD_BYTES
from archsim.architectures.npu_pim.mha import RESPONSE_CYCLES
from archsim.architectures.npu_pim.plan import TURNAROUND_CYCLES
from archsim.architectures.npu_pim.schedule import ESTIMATE_LOAD_CYCLES, ESTIMATE_TILE_CYCLES
from archsim.architectures.npu_pim.vector_work import ISSUE_CYCLES
from archsim.config import Certainty
from archsim.technology.constant import TechConstant

_SOURCE = "NeuPIMs simulator"


def _cycles(name: str, value: int, source: str, certainty: Certainty) -> TechConstant:
    return TechConstant(f"npu_pim.{name}", value, "cycles", source, certainty)


def model_constants(hardware: NpuPimHardware) -> tuple[TechConstant, ...]:
    """Return the constants that a run on this device rests on."""
    found: list[TechConstant] = []
    if hardware.pim is not None and hardware.scheduler.channel_assignment == "greedy":
        found += [
            _cycles("estimate_tile", ESTIMATE_TILE_CYCLES, f"{_SOURCE}, L_tile", "primary"),
            _cycles("estimate_load", ESTIMATE_LOAD_CYCLES, f"{_SOURCE}, L_GW", "primary"),
        ]
    if hardware.has("oversized_scratchpad"):
        source = f"{_SOURCE}, field sram_size"
        found.append(
            TechConstant("npu_pim.authors_pad", AUTHORS_PAD_BYTES, "bytes", source, "primary")
        )
    if hardware.has("posted_writes"):
        source = "measured runs of 7B, tensor parallel 4: product time beyond loads and compute"
        found.append(_cycles("turnaround", TURNAROUND_CYCLES, source, "calibrated"))
    if hardware.has("in_order_vector_issue"):
        queues = f"{_SOURCE}, passes of its queues and a read latency"
        found += [
            _cycles("vector_issue", ISSUE_CYCLES, queues, "inferred"),
            _cycles("response", RESPONSE_CYCLES, queues, "inferred"),
        ]
    return tuple(found)
