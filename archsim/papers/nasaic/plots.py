"""The charts of the report."""

from __future__ import annotations

from collections.abc import Sequence

from archsim.papers.base import Row
from archsim.papers.nasaic.flows import FIGURES, FIRST, TOGETHER
from archsim.papers.nasaic.published import SPECIFICATIONS
from archsim.report.plot import grouped_bars

_UM2_IN_MM2 = 1e-6


def area_chart(rows: Sequence[Row]) -> bytes:
    """Draw the areas of the six published chips beside those of the cost model."""
    chips = [row for row in rows if row.item == "area, um2"]
    return grouped_bars(
        [row.configuration.partition(":")[0].replace(" ", "\n", 1) for row in chips],
        {
            "published (recalled)": [(row.published or 0.0) * _UM2_IN_MM2 for row in chips],
            "measured": [row.measured * _UM2_IN_MM2 for row in chips],
        },
        title="Area of the published chips",
        y_label="area (mm\u00b2)",
    )


def specification_chart(rows: Sequence[Row]) -> bytes:
    """Draw what both ways to a design need, as shares of what is specified."""
    found = {(row.item, row.configuration.partition(" ")[0]): row.measured for row in rows}
    groups: list[str] = []
    series: dict[str, list[float]] = {FIRST: [], TOGETHER: []}
    for name, spec in SPECIFICATIONS.items():
        limits = (spec.cycles, spec.energy_nj, spec.area_um2)
        for item, limit in zip(FIGURES, limits, strict=True):
            groups.append(f"{name}\n{item.partition(',')[0]}")
            for way, shares in series.items():
                shares.append(found[f"{item}, {way}", name] / limit)
    return grouped_bars(
        groups,
        {"networks first, then the chip": series[FIRST], "both together": series[TOGETHER]},
        title="What the designs found need of their specifications",
        y_label="share of the specification",
        reference=1.0,
    )
