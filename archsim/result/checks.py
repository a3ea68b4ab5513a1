"""Invariants: statements about a run that must hold, each with its verdict.

A check never raises: a broken invariant is a fact about the run, kept in ``Result.checks`` and
shown by every report.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

ROUNDING = 1e-9
"""Relative slack for sums of floating-point numbers; the invariants are exact otherwise."""


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant and its verdict.

    Attributes:
        name: What must hold, e.g. ``"bytes in = bytes out"``.
        passed: Whether it holds.
        detail: The figures compared, readable on their own.
    """

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two figures that must be equal, e.g. bytes sent and bytes received.

    Attributes:
        name: What is compared, e.g. ``"memory to scratchpad"``.
        left: First figure.
        right: Second figure.
        unit: Unit of both.
    """

    name: str
    left: float
    right: float
    unit: str


def close(name: str, left: float, right: float, unit: str, relative: float = 0.0) -> Check:
    """Check that two figures are equal, within ``relative`` of the larger one.

    Args:
        name: What must hold.
        left: First figure.
        right: Second figure.
        unit: Unit of both figures.
        relative: Allowed difference as a share of the larger magnitude; 0 means exactly equal.
    """
    finite = math.isfinite(left) and math.isfinite(right)
    passed = finite and abs(left - right) <= relative * max(abs(left), abs(right))
    return Check(name, passed, f"{left:.12g} {unit} and {right:.12g} {unit}")


def at_most(name: str, value: float, limit: float, unit: str, relative: float = 0.0) -> Check:
    """Check that ``value`` does not exceed ``limit`` by more than ``relative`` of the limit."""
    finite = math.isfinite(value) and math.isfinite(limit)
    passed = finite and value <= limit + relative * abs(limit)
    return Check(name, passed, f"{value:.12g} {unit}, at most {limit:.12g} {unit}")


def within(name: str, value: float, low: float, high: float, unit: str) -> Check:
    """Check that ``low <= value <= high``."""
    return Check(
        name, low <= value <= high, f"{value:.12g} {unit}, between {low:.12g} and {high:.12g}"
    )


def standard_checks(
    *,
    latency_s: float,
    energy_j: float,
    components: pd.DataFrame,
    operations: pd.DataFrame,
    bytes_moved: Sequence[Pair] = (),
    work: Sequence[Pair] = (),
    roofline_s: float | None = None,
) -> list[Check]:
    """Return the invariants that every run of every architecture must satisfy.

    Args:
        latency_s: Latency of the run.
        energy_j: Total energy of the run.
        components: Frame with the columns of ``COMPONENT_COLUMNS``.
        operations: Frame with the columns of ``OPERATION_COLUMNS``.
        bytes_moved: Pairs of bytes sent and bytes received; must be exactly equal.
        work: Pairs of work asked for and work done (MACs, elements, tokens); exactly equal.
        roofline_s: Shortest time the peak rates allow; no run may be faster.
    """
    dynamic = math.fsum(components["dynamic_energy_j"])
    static = math.fsum(components["static_energy_j"])
    checks = [
        _all_within("0 <= utilisation <= 1", components["component"], components["utilisation"]),
        _busy_matches(components, latency_s),
        _non_negative(components),
        close("energy parts sum to the total", dynamic + static, energy_j, "J", ROUNDING),
        at_most(
            "energy of operations within dynamic energy",
            math.fsum(operations["energy_j"]),
            dynamic,
            "J",
            ROUNDING,
        ),
        _operations_inside(operations, latency_s),
    ]
    checks += [
        close(f"bytes in = bytes out: {p.name}", p.left, p.right, p.unit) for p in bytes_moved
    ]
    checks += [close(f"work done = work asked: {p.name}", p.left, p.right, p.unit) for p in work]
    if roofline_s is not None:
        checks.append(at_most("not faster than the roofline", roofline_s, latency_s, "s", ROUNDING))
    return checks


def failed(checks: Iterable[Check]) -> list[Check]:
    """Return the checks that do not hold."""
    return [check for check in checks if not check.passed]


def _all_within(name: str, labels: pd.Series, values: pd.Series) -> Check:
    """Check that every value lies in [0, 1]; the detail names the worst offender."""
    if len(values) == 0:
        return Check(name, True, "no components")
    worst = max(zip(values, labels, strict=True), key=lambda item: abs(item[0] - 0.5))
    inside = all(0.0 <= value <= 1.0 + ROUNDING for value in values)
    top = max(zip(values, labels, strict=True))
    shown = top if inside else worst
    return Check(name, inside, f"{len(values)} components, {shown[1]} has {shown[0]:.6g}")


def _busy_matches(components: pd.DataFrame, latency_s: float) -> Check:
    name = "busy time = utilisation x latency"
    wrong = [
        str(label)
        for label, busy, share in zip(
            components["component"], components["busy_s"], components["utilisation"], strict=True
        )
        if abs(busy - share * latency_s) > ROUNDING * max(latency_s, busy)
    ]
    return Check(
        name,
        not wrong,
        f"wrong for {', '.join(wrong)}" if wrong else f"{len(components)} components",
    )


def _non_negative(components: pd.DataFrame) -> Check:
    columns = ("busy_s", "dynamic_energy_j", "static_energy_j", "area_mm2", "bytes")
    wrong = [column for column in columns if (components[column] < 0).any()]
    detail = f"negative: {', '.join(wrong)}" if wrong else f"{len(columns)} columns"
    return Check("times, energies, areas and bytes are not negative", not wrong, detail)


def _operations_inside(operations: pd.DataFrame, latency_s: float) -> Check:
    name = "operations lie within the run"
    if len(operations) == 0:
        return Check(name, True, "no operations")
    start, end = operations["start_s"], operations["end_s"]
    ordered = bool((start <= end).all())
    inside = bool(start.min() >= 0.0 and end.max() <= latency_s * (1.0 + ROUNDING))
    span = f"from {start.min():.6g} s to {end.max():.6g} s of {latency_s:.6g} s"
    detail = f"{len(operations)} operations {span}"
    return Check(name, ordered and inside, detail)
