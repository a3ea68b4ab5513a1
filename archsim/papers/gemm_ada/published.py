"""What the study and its repository state, how sure that is, and how close counts.

``recalled``: from the abstract as others quote it. ``primary``: read in the repository
pavlyhalim/GPPerf (commit d9ff663): its README and its table of textbook products, of which single
figures are quoted here.
"""

from __future__ import annotations

from dataclasses import dataclass

from archsim.config import Certainty


@dataclass(frozen=True, slots=True)
class Published:
    """A published figure.

    Attributes:
        value: The figure, in the unit that its row names.
        tolerance: Largest relative deviation that counts as reproduced.
        certainty: How sure the figure is.
    """

    value: float
    tolerance: float
    certainty: Certainty


PUBLISHED: dict[str, Published] = {
    "runtime_r2": Published(0.98, 0.02, "recalled"),
    "runtime_error": Published(0.1557, 0.25, "recalled"),
    "best_tile": Published(16.0, 0.0, "recalled"),
    "best_tile_gain": Published(3.2, 0.15, "recalled"),
    "power_reduction": Published(0.22, 0.15, "recalled"),
}

TEXTBOOK_S: dict[int, float] = {1: 1222.268, 4: 31.2582, 8: 10.0476, 16: 5.16841, 32: 5.84853}
"""Seconds of the textbook product of 16,384^3 on the RTX 4070, by tile edge (tile 1: one run)."""
TEXTBOOK_W: dict[int, float] = {1: 104.0, 4: 140.0, 8: 129.0, 16: 112.0, 32: 90.0}
"""Board power during the same products."""
TEXTBOOK_TOLERANCE = 0.15
