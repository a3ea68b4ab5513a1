"""What NASAIC states, as far as it is known here.

Only the abstract was read (``primary``: the four headline figures). Tuples, areas and most of
Table I are recalled; the areas agree with the public cost model, and the first and last row of W1
with the abstract.
"""

from __future__ import annotations

from dataclasses import dataclass

from archsim.config import Certainty

RECALLED: Certainty = "recalled"
PRIMARY: Certainty = "primary"

PE_BUDGET, PE_STEP = 4096, 32
"""Processing elements of all accelerators together, and the step they are chosen in (inferred)."""

BANDWIDTH_BUDGET, BANDWIDTH_STEP = 64, 8
"""GB/s of all networks-on-chip together, and their step (inferred)."""

Tuple = tuple[str, int, int]
"""Template, processing elements, GB/s."""


@dataclass(frozen=True, slots=True)
class Design:
    """One row of Table I.

    Attributes:
        workload: W1, W2 or W3.
        approach: NAS->ASIC, ASIC->HW-NAS or NASAIC.
        accelerators: The two accelerators.
        cycles, energy_nj, area_um2: Figures of the row.
        accuracies: Accuracy of both networks, in percent.
    """

    workload: str
    approach: str
    accelerators: tuple[Tuple, Tuple]
    cycles: float
    energy_nj: float
    area_um2: float
    accuracies: tuple[float, float]

    @property
    def label(self) -> str:
        """Workload, approach and tuples in one line."""
        chips = " + ".join(f"<{name},{pes},{width}>" for name, pes, width in self.accelerators)
        return f"{self.workload} {self.approach}: {chips}"


NAS_THEN_ASIC, ASIC_THEN_NAS, JOINT = "NAS->ASIC", "ASIC->HW-NAS", "NASAIC"

DESIGNS = (
    Design("W1", NAS_THEN_ASIC, (("dla", 2112, 48), ("shi", 1984, 16)),
           9.45e5, 3.56e9, 4.71e9, (94.17, 83.94)),
    Design("W1", ASIC_THEN_NAS, (("dla", 1088, 24), ("shi", 2368, 40)),
           5.8e5, 1.94e9, 3.82e9, (91.98, 83.72)),
    Design("W1", JOINT, (("dla", 576, 56), ("shi", 1792, 8)),
           7.77e5, 1.43e9, 2.03e9, (92.85, 83.74)),
    Design("W2", NAS_THEN_ASIC, (("dla", 2368, 56), ("shi", 1728, 8)),
           9.31e5, 3.55e9, 4.83e9, (94.17, 76.50)),
    Design("W2", ASIC_THEN_NAS, (("dla", 2112, 24), ("shi", 1536, 40)),
           9.69e5, 2.90e9, 3.86e9, (92.53, 72.07)),
    Design("W2", JOINT, (("dla", 2112, 40), ("shi", 1184, 24)),
           6.48e5, 2.50e9, 3.34e9, (92.62, 75.72)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Specification:
    """What a chip must keep: cycles, nJ and um2."""

    cycles: float
    energy_nj: float
    area_um2: float


SPECIFICATIONS = {
    "W1": Specification(8e5, 2e9, 4e9),
    "W2": Specification(1e6, 3.5e9, 4e9),
    "W3": Specification(4e5, 1e9, 4e9),
}
"""Design specifications of the three workloads (recalled)."""

HEADLINES: dict[str, float] = {
    "latency reduction": 0.1777,
    "energy ratio": 2.49,
    "area ratio": 2.32,
    "accuracy loss": 0.76,
}
"""Figures of the abstract: NASAIC against NAS->ASIC on W1 (``primary``)."""

W3_ACCURACY = {"single": 91.45, "homogeneous": 92.00, "heterogeneous": (93.23 + 91.11) / 2}
"""Mean accuracy of Table II, in percent (recalled, weakly)."""


def design(workload: str, approach: str) -> Design:
    """Return a row of Table I."""
    return next(each for each in DESIGNS if (each.workload, each.approach) == (workload, approach))
