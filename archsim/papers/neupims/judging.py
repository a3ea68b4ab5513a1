"""Makes rows: a measured figure beside the published one, judged mechanically."""

from __future__ import annotations

from collections.abc import Sequence

from archsim.papers.base import Row, compare
from archsim.papers.neupims import NAME
from archsim.papers.neupims.published import PUBLISHED
from archsim.papers.rounding import rounded


def judged(
    key: str,
    item: str,
    configuration: str,
    measured: float,
    *,
    cause: str,
    comparable: bool = True,
) -> Row:
    """Return the row of a published figure.

    Args:
        key: Key of ``PUBLISHED``.
        item: What is compared, with its unit.
        configuration: Mode, systems and workloads of the measurement.
        measured: What archsim computes.
        cause: Why it may deviate; dropped when it is reproduced.
        comparable: False when archsim cannot take on the paper's conditions.
    """
    figure = PUBLISHED[key]
    return compare(
        NAME,
        item,
        configuration,
        published=figure.value,
        certainty=figure.certainty,
        measured=rounded(measured),
        tolerance=figure.tolerance,
        cause=cause,
        comparable=comparable,
    )


def predicted(item: str, configuration: str, measured: float, *, note: str = "") -> Row:
    """Return the row of a figure that the paper does not state."""
    return Row(NAME, item, configuration, None, "", rounded(measured), None, "prediction", note)


def batches(seeds: Sequence[int]) -> str:
    """Return how a row says how many batches a point is the mean of."""
    return f"{len(seeds)} batch{'es' if len(seeds) > 1 else ''} per point"
