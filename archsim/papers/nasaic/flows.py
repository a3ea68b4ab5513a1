"""Three ways to a design: networks first, both together, and one, equal or different chips."""

from __future__ import annotations

from archsim.papers.base import Row
from archsim.papers.nasaic.accuracy import LABEL
from archsim.papers.nasaic.judging import judged, predicted
from archsim.papers.nasaic.published import (
    HEADLINES,
    PRIMARY,
    RECALLED,
    SPECIFICATIONS,
    W3_ACCURACY,
    Specification,
)
from archsim.papers.nasaic.search import EPISODES, Found, HardwareSpace, search, worst_case
from archsim.papers.nasaic.spaces import WORKLOADS, NetworkSpace

_QUICK_EPISODES, _SAMPLES, _QUICK_SAMPLES = 60, 2000, 200
_SEED = 0

_NETWORKS = (
    "The option lists of the networks are guesses and accuracy is a surrogate that orders networks"
    " by size, so the two designs compared are not the paper's."
)
FIRST, TOGETHER = "NAS->ASIC", "joint search"
FIGURES = ("latency, cycles", "energy, nJ", "area, um2")
"""Figures of a design, as rows name them."""

_SHORT = (
    "Two different accelerators may be equal, or one of them tiny, so their space holds the others'"
    " designs; a short search of a larger space may miss its best."
)
_SHAPES = {
    "single": HardwareSpace(accelerators=1),
    "homogeneous": HardwareSpace(accelerators=2, equal=True),
    "heterogeneous": HardwareSpace(accelerators=2),
}


def rows(quick: bool) -> list[Row]:
    """Return what each way reaches on W1 to W3.

    Args:
        quick: Search a tenth as long.
    """
    episodes = _QUICK_EPISODES if quick else EPISODES
    samples = _QUICK_SAMPLES if quick else _SAMPLES
    found: list[Row] = []
    for name, spaces in WORKLOADS.items():
        spec = SPECIFICATIONS[name]
        bound, first = worst_case(spaces, spec, HardwareSpace(), samples, _SEED)
        together = search(spaces, spec, bound, HardwareSpace(), episodes, _SEED)
        found += _compared(name, spaces, spec, first, together)
        if name == "W3":
            others = {
                shape: search(spaces, spec, bound, space, episodes, _SEED)
                for shape, space in _SHAPES.items()
                if shape != "heterogeneous"
            }
            found += _shapes(spaces, {**others, "heterogeneous": together})
    return found


def _compared(
    name: str, spaces: tuple[NetworkSpace, ...], spec: Specification, first: Found, together: Found
) -> list[Row]:
    before, after = (
        _label(name, "NAS->ASIC", spaces, first),
        _label(name, "joint", spaces, together),
    )
    both = f"{after}; against {before}"
    missed = float(first.cost.broken(spec) > 0)
    kept = float(together.cost.broken(spec) == 0)
    rows = [
        judged("NAS->ASIC misses a specification (1: yes)", before, 1.0, RECALLED, missed,
               cause=_NETWORKS, tolerance=0.0),
        judged("joint search keeps all specifications (1: yes)", after, 1.0, RECALLED, kept,
               cause="The search was too short to find a design that fits.", tolerance=0.0),
        predicted("specifications that NAS->ASIC misses", before, first.cost.broken(spec)),
    ]  # fmt: skip
    figures = (
        ("latency reduction, joint search against NAS->ASIC", "latency reduction",
         1.0 - together.cost.cycles / first.cost.cycles),
        ("energy ratio, NAS->ASIC to joint search", "energy ratio",
         first.cost.energy_nj / together.cost.energy_nj),
        ("area ratio, NAS->ASIC to joint search", "area ratio",
         first.cost.area_um2 / together.cost.area_um2),
        (f"accuracy loss, percentage points ({LABEL})", "accuracy loss",
         first.accuracy - together.accuracy),
    )  # fmt: skip
    for item, key, value in figures:
        if name == "W1":
            rows.append(
                judged(item, both, HEADLINES[key], PRIMARY, value, cause=_NETWORKS,
                       comparable=False)
            )  # fmt: skip
        else:
            rows.append(predicted(item, both, value, _NETWORKS))
    for way, label, each in ((FIRST, before, first), (TOGETHER, after, together)):
        for item, value in zip(
            FIGURES, (each.cost.cycles, each.cost.energy_nj, each.cost.area_um2), strict=True
        ):
            rows.append(predicted(f"{item}, {way}", label, value))
    return rows


def _shapes(spaces: tuple[NetworkSpace, ...], found: dict[str, Found]) -> list[Row]:
    """Return the accuracy that one, two equal and two different accelerators allow."""
    rows = [
        judged(f"accuracy within the specifications, % ({LABEL}), {shape}",
               _label("W3", shape, spaces, each), W3_ACCURACY[shape], RECALLED, each.accuracy,
               cause=_NETWORKS, comparable=False)
        for shape, each in found.items()
    ]  # fmt: skip
    different = found["heterogeneous"]
    for shape in ("single", "homogeneous"):
        better = float(different.reward > found[shape].reward)
        rows.append(
            judged(f"different accelerators allow more accuracy than {shape} (1: yes)",
                   f"W3; {LABEL}", 1.0, RECALLED, better, cause=_SHORT, tolerance=0.0)
        )  # fmt: skip
    return rows


def _label(name: str, way: str, spaces: tuple[NetworkSpace, ...], found: Found) -> str:
    chips = " + ".join(f"<{template},{pes},{width}>" for template, pes, width in found.chip)
    networks = " and ".join(
        space.name(choice) for space, choice in zip(spaces, found.choices, strict=True)
    )
    return f"{name} {way}: {chips}; networks {networks}; {found.evaluations} evaluations"
