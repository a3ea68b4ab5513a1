"""From an architecture's figures to a checked result, in one call."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from archsim.result.checks import Check, Pair, standard_checks
from archsim.result.result import Result

if TYPE_CHECKING:
    import pandas as pd


def assemble(
    *,
    latency_s: float,
    components: pd.DataFrame,
    operations: pd.DataFrame,
    metrics: Mapping[str, float],
    provenance: Mapping[str, object],
    bytes_moved: Sequence[Pair] = (),
    work: Sequence[Pair] = (),
    roofline_s: float | None = None,
    more_checks: Sequence[Check] = (),
) -> Result:
    """Build a result whose totals are the sums of its components, with the standard checks.

    Args:
        latency_s: Latency of the run.
        components: Columns as in ``COMPONENT_COLUMNS``; ``utilisation`` is added from ``busy_s``
            when it is not there.
        operations: Columns as in ``OPERATION_COLUMNS``.
        metrics: The family's own figures.
        provenance: From ``make_provenance``.
        bytes_moved: Pairs of bytes sent and received.
        work: Pairs of work asked and done.
        roofline_s: Shortest time that the peak rates allow.
        more_checks: Invariants of the family's own.

    Raises:
        SimulationError: A figure is NaN, infinite or negative, or a column is missing.
    """
    if "utilisation" not in components.columns and "busy_s" in components.columns:
        share = components["busy_s"] / latency_s if latency_s > 0 else 0.0 * components["busy_s"]
        components = components.assign(utilisation=share)
    draft = Result(
        latency_s=latency_s,
        energy_j=0.0,
        area_mm2=0.0,
        average_power_w=0.0,
        metrics=dict(metrics),
        components=components,
        operations=operations,
        checks=[],
        provenance=dict(provenance),
    )
    table = draft.components
    energy_j = math.fsum([*table["dynamic_energy_j"], *table["static_energy_j"]])
    checks = standard_checks(
        latency_s=latency_s,
        energy_j=energy_j,
        components=table,
        operations=draft.operations,
        bytes_moved=bytes_moved,
        work=work,
        roofline_s=roofline_s,
    )
    return Result(
        latency_s=latency_s,
        energy_j=energy_j,
        area_mm2=math.fsum(table["area_mm2"]),
        average_power_w=energy_j / latency_s if latency_s > 0 else 0.0,
        metrics=draft.metrics,
        components=table,
        operations=draft.operations,
        checks=[*checks, *more_checks],
        provenance=draft.provenance,
    )
