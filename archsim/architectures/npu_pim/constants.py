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


_TURNAROUND = "measured runs of 7B, tensor parallel 4: product time beyond loads and compute"
_SRAM_SIZE = f"{_SOURCE}, field sram_size"
_QUEUES = f"{_SOURCE}, passes of its queues and a read latency"

_GREEDY = (
    _cycles("estimate_tile", ESTIMATE_TILE_CYCLES, f"{_SOURCE}, L_tile", "primary"),
    _cycles("estimate_load", ESTIMATE_LOAD_CYCLES, f"{_SOURCE}, L_GW", "primary"),
)
_OF_ARTEFACTS: dict[str, tuple[TechConstant, ...]] = {
    "oversized_scratchpad": (
        TechConstant(
            "npu_pim.authors_pad",
            AUTHORS_PAD_BYTES,
            "bytes",
            _SRAM_SIZE,
            "primary",
        ),
    ),
    "posted_writes": (_cycles("turnaround", TURNAROUND_CYCLES, _TURNAROUND, "calibrated"),),
    "in_order_vector_issue": (
        _cycles("vector_issue", ISSUE_CYCLES, _QUEUES, "inferred"),
        _cycles("response", RESPONSE_CYCLES, _QUEUES, "inferred"),
    ),
}
ALL = (*_GREEDY, *(constant for group in _OF_ARTEFACTS.values() for constant in group))
"""Every constant that some run of this family rests on, for explanations."""


def model_constants(hardware: NpuPimHardware) -> tuple[TechConstant, ...]:
    """Return the constants that a run on this device rests on."""
    found: list[TechConstant] = []
    if hardware.pim is not None and hardware.scheduler.channel_assignment == "greedy":
        found += _GREEDY
    for artefact, group in _OF_ARTEFACTS.items():
        if hardware.has(artefact):
            found += group
    return tuple(found)
