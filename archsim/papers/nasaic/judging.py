"""Makes rows: a measured figure beside the published one."""

from __future__ import annotations

from archsim.config import Certainty
from archsim.papers.base import Row, compare
from archsim.papers.nasaic import NAME
from archsim.papers.rounding import rounded

TOLERANCE = 0.01
"""Largest relative deviation of a figure that counts as reproduced; claims must hold exactly."""


def judged(
    item: str,
    configuration: str,
    published: float,
    certainty: Certainty,
    measured: float,
    *,
    cause: str = "",
    tolerance: float = TOLERANCE,
    comparable: bool = True,
) -> Row:
    """Return the row of a published figure; a claim is published as 1 and measured as 1 or 0."""
    return compare(
        NAME,
        item,
        configuration,
        published=published,
        certainty=certainty,
        measured=rounded(measured),
        tolerance=tolerance,
        cause=cause,
        comparable=comparable,
    )


def predicted(item: str, configuration: str, measured: float, note: str = "") -> Row:
    """Return the row of a figure that the paper does not state."""
    value = rounded(measured)
    return Row(NAME, item, configuration, None, "", value, None, "prediction", note)
