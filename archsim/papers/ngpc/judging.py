"""Makes rows: a measured figure beside the published one, judged mechanically."""

from __future__ import annotations

from archsim.papers.base import Row, compare
from archsim.papers.ngpc import NAME
from archsim.papers.ngpc.published import FIGURES
from archsim.papers.rounding import rounded


def judged(
    key: str,
    item: str,
    configuration: str,
    measured: float,
    *,
    tolerance: float,
    cause: str,
    comparable: bool = True,
) -> Row:
    """Return the row of a published figure.

    Args:
        key: Key of ``FIGURES``.
        item: What is compared, with its unit.
        configuration: Inputs and hardware of the measurement.
        measured: What archsim computes.
        tolerance: Largest relative deviation that counts as reproduced.
        cause: Why it may deviate or is not comparable; dropped when it is reproduced.
        comparable: False when measured and published are not the same thing.
    """
    figure = FIGURES[key]
    return compare(
        NAME,
        item,
        configuration,
        published=figure.value,
        certainty=figure.certainty,
        measured=rounded(measured),
        tolerance=tolerance,
        cause=cause,
        comparable=comparable,
    )


def claimed(
    key: str, item: str, configuration: str, holds: bool, *, cause: str, certainty: str = ""
) -> Row:
    """Return the row of a claim that holds or not: 1 or 0, published as 1."""
    return compare(
        NAME,
        f"{item} (1: yes)",
        configuration,
        published=1.0,
        certainty=certainty or FIGURES[key].certainty,
        measured=float(holds),
        tolerance=0.0,
        cause=cause,
    )


def predicted(item: str, configuration: str, measured: float, note: str = "") -> Row:
    """Return the row of a figure that is not published."""
    return Row(NAME, item, configuration, None, "", rounded(measured), None, "prediction", note)
