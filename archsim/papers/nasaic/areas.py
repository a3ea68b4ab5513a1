"""The six areas of Table I, and the headline figures of the abstract."""

from __future__ import annotations

from archsim.papers.base import Row
from archsim.papers.nasaic.evaluate import area_um2
from archsim.papers.nasaic.judging import judged
from archsim.papers.nasaic.published import (
    DESIGNS,
    HEADLINES,
    JOINT,
    NAS_THEN_ASIC,
    PRIMARY,
    RECALLED,
    design,
)

_ROUNDING = "Published values have three digits; the length of L1 and L2 is inferred."
_FROM_TABLE = "W1, NASAIC against NAS->ASIC: ratio of recalled rows of Table I (not simulated)"


def rows() -> list[Row]:
    """Return six areas by the cost model, and the four headlines."""
    found = [
        judged("area, um2", each.label, each.area_um2, RECALLED, area_um2(each.accelerators),
               cause=_ROUNDING)
        for each in DESIGNS
    ]  # fmt: skip
    before, after = design("W1", NAS_THEN_ASIC), design("W1", JOINT)
    ratio = area_um2(before.accelerators) / area_um2(after.accelerators)
    found.append(
        judged("area ratio of NAS->ASIC to NASAIC", "W1, areas of both tuples by the cost model",
               HEADLINES["area ratio"], PRIMARY, ratio, cause=_ROUNDING)
    )  # fmt: skip
    loss = (sum(before.accuracies) - sum(after.accuracies)) / 2
    for item, key, value in (
        ("latency reduction", "latency reduction", 1.0 - after.cycles / before.cycles),
        ("energy ratio of NAS->ASIC to NASAIC", "energy ratio",
         before.energy_nj / after.energy_nj),
        ("accuracy loss, percentage points", "accuracy loss", loss),
    ):  # fmt: skip
        found.append(judged(item, _FROM_TABLE, HEADLINES[key], PRIMARY, value, cause=_ROUNDING))
    return found
