"""What is known of the paper's figures, where from, and how close counts as reproduced.

The paper's full text was not at hand: ``primary`` is its abstract, ``recalled`` what public
reviews restate or what is remembered and unconfirmed, ``inferred`` what follows from other figures.
"""

from __future__ import annotations

from dataclasses import dataclass

from archsim.config import Certainty

SCALES = (8, 16, 32, 64)
"""Processors of NGPC-8 to NGPC-64."""


@dataclass(frozen=True, slots=True)
class Published:
    """A published figure.

    Attributes:
        value: The figure.
        source: Where it stands.
        certainty: How sure it is.
    """

    value: float
    source: str
    certainty: Certainty


_FIGURE_12 = "figure 12, recalled; the hash grid's agree with the abstract's 12, 20, 33, 39"

AVERAGES: dict[str, tuple[float, ...]] = {
    "hashgrid": (12.94, 20.85, 33.73, 39.04),
    "densegrid": (9.05, 14.22, 22.57, 26.22),
    "lowres-densegrid": (9.37, 14.66, 22.97, 26.4),
}
"""Average speed-up over four applications per scale, by encoding."""

FIGURES: dict[str, Published] = {
    **{
        f"{encoding} {scale}": Published(value, _FIGURE_12, "recalled")
        for encoding, values in AVERAGES.items()
        for scale, value in zip(SCALES, values, strict=True)
    },
    "largest": Published(58.36, "figure 12a, recalled; abstract: up to 58x", "recalled"),
    "largest is nsdf": Published(
        1.0, "8k at 120 FPS needs 53.5x of NSDF, and NeRF at 58x would reach 4k60", "inferred"
    ),
    "plateau nerf": Published(64.0, "section 6, restated by reviews", "recalled"),
    "plateau nsdf": Published(32.0, "section 6, restated by reviews", "recalled"),
    "plateau nvr": Published(16.0, "section 6, restated by reviews", "recalled"),
    "rate nerf": Published(30.0, "abstract: 4k at 30 FPS", "primary"),
    "rate nsdf": Published(120.0, "abstract: 8k at 120 FPS", "primary"),
    "rate nvr": Published(120.0, "abstract: 8k at 120 FPS", "primary"),
    "rate gia": Published(120.0, "abstract: 8k at 120 FPS", "primary"),
    "fused gpu": Published(1.33, "from the abstract's shares and 9.94", "inferred"),
    "calls": Published(59.0, "table 2, restated by reviews", "recalled"),
    "io": Published(231e9, "table 3, restated by reviews; taken as 4k at 60 FPS", "recalled"),
    "encoding hashgrid": Published(246.0, "figure 13a, restated by reviews", "recalled"),
    "mlp hashgrid": Published(1232.0, "figure 13a, restated by reviews", "recalled"),
    "encoding densegrid": Published(379.0, "figure 13b, recalled", "recalled"),
    "mlp densegrid": Published(1070.0, "figure 13b, recalled", "recalled"),
    "encoding lowres-densegrid": Published(2353.0, "figure 13c, recalled", "recalled"),
    "mlp lowres-densegrid": Published(1451.0, "figure 13c, recalled", "recalled"),
    "area 8": Published(0.0452, "figure 15, restated in a forum", "recalled"),
    "area 16": Published(0.0905, "linear between figure 15's ends", "inferred"),
    "area 32": Published(0.1809, "linear between figure 15's ends", "inferred"),
    "area 64": Published(0.3618, "figure 15, restated by a review", "recalled"),
    "power 8": Published(0.0275, "figure 15, restated in a forum", "recalled"),
    "power 16": Published(0.0551, "linear between figure 15's ends", "inferred"),
    "power 32": Published(0.1103, "linear between figure 15's ends", "inferred"),
    "power 64": Published(0.2206, "figure 15, restated by a review", "recalled"),
}
"""Every figure that a row compares with."""
