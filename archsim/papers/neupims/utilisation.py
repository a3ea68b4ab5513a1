"""Utilisation (Table 4): GPT3-30B, batch 256, ShareGPT-like lengths.

The paper's figures are busy times, not arithmetic: its simulator counts cycles in which the
systolic pipeline or a channel's PIM queue is not empty. Beside archsim's busy times stands the
utilisation of the multipliers.
"""

from __future__ import annotations

from collections.abc import Sequence

from archsim.papers.base import Row
from archsim.papers.neupims.judging import judged, predicted
from archsim.papers.neupims.measure import measure
from archsim.papers.neupims.points import (
    GREEDY,
    INTERLEAVED,
    MODELS,
    MODES,
    NAIVE,
    NAIVE_SHARED,
    NPU_ONLY,
    Mode,
    Point,
    System,
)

POINT = Point(MODELS[2], "sharegpt", 256)
NPU_BUSY = "NPU busy: arrays filling, streaming or draining (share of time)"
PIM_BUSY = "PIM busy: commands under way, mean of channels (share of time)"
MAC = "utilisation of the NPU's multipliers (share of peak)"

SYSTEMS = (NPU_ONLY, NAIVE_SHARED, NAIVE, GREEDY, INTERLEAVED)

_TABLE: dict[System, str] = {NAIVE_SHARED: "naive", NAIVE: "naive", INTERLEAVED: "neupims"}
"""Systems with a published figure, and whose row of Table 4 it is."""

_NPU_CAUSES = {
    "naive": "The busy time depends on the issue model of the naive device and on whether products "
    "overlap their loads; the published figure is that of device-wide issue in the authors' "
    "simulator.",
    "neupims": "Most likely the metric: the authors count every cycle with a non-empty pipeline, "
    "waits for operands included, and archsim leaves waits out. By its own count their public "
    "simulator gives 58 %, and there too sub-batches do not pay for this model at batch 256.",
}
_PIM_CAUSES = {
    "naive": "With issue per channel the device is faster, so the same PIM work fills more of "
    "the time; the published figure is that of device-wide issue.",
    "neupims": "PIM work is the same; its share follows the time of a layer, in which the NPU's "
    "two passes over the weights dominate.",
}


def rows(seeds: Sequence[int]) -> list[Row]:
    """Return busy times and multiplier utilisation of each system in both modes."""
    return [row for mode in MODES for system in SYSTEMS for row in _rows_of(system, mode, seeds)]


def configuration(mode: Mode, system: System) -> str:
    """Return how a row names its system."""
    return f"{mode}: {system.label}; {POINT}"


def _rows_of(system: System, mode: Mode, seeds: Sequence[int]) -> list[Row]:
    where = configuration(mode, system)
    found = measure(system, mode, POINT, seeds)
    macs = predicted(MAC, where, found.mac_utilisation)
    name = _TABLE.get(system)
    if name is None:
        pim = [] if system is NPU_ONLY else [predicted(PIM_BUSY, where, found.pim_busy)]
        return [predicted(NPU_BUSY, where, found.npu_busy), *pim, macs]
    return [
        judged(f"{name} npu busy", NPU_BUSY, where, found.npu_busy, cause=_NPU_CAUSES[name]),
        judged(f"{name} pim busy", PIM_BUSY, where, found.pim_busy, cause=_PIM_CAUSES[name]),
        macs,
    ]
