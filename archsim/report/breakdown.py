"""Where time and energy go, as plain data: what ``run``, ``compare`` and ``diff`` print."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from archsim.result import Result


@dataclass(frozen=True, slots=True)
class Share:
    """One part of a whole.

    Attributes:
        name: Operation or component.
        detail: What else identifies it, e.g. the component an operation ran on.
        value: Its size, in the unit of the whole.
        share: ``value`` divided by the whole; 0 when the whole is 0.
        count: How many rows were added up.
    """

    name: str
    detail: str
    value: float
    share: float
    count: int


def time_by_operation(result: Result) -> list[Share]:
    """Return the time of each operation name, largest first, as shares of the latency.

    Operations overlap, so shares may add up to more than 1; gaps make them add up to less.
    """
    table = result.operations
    durations = table["end_s"] - table["start_s"]
    return _by_name(table["operation"], table["component"], durations, result.latency_s)


def energy_by_operation(result: Result) -> list[Share]:
    """Return the dynamic energy of each operation name, largest first, as shares of the total."""
    table = result.operations
    return _by_name(table["operation"], table["component"], table["energy_j"], result.energy_j)


def energy_by_component(result: Result) -> list[Share]:
    """Return the energy of each component and part (dynamic, static), largest first."""
    table = result.components
    shares = []
    for part in ("dynamic", "static"):
        for name, value in zip(table["component"], table[f"{part}_energy_j"], strict=True):
            if value > 0:
                share = value / result.energy_j if result.energy_j > 0 else 0.0
                shares.append(Share(str(name), part, float(value), share, 1))
    return sorted(shares, key=lambda item: (-item.value, item.name, item.detail))


STATIC = "static, all components"
UNASSIGNED = "of no single operation"


def energy_parts(result: Result, column: str) -> list[Share]:
    """Return the energy of a run divided up by a column of its operations; the parts add up.

    Dynamic energy that no operation caused, and static energy, are parts of their own and last.

    Args:
        result: The run.
        column: ``"kind"`` or ``"operation"``.
    """
    table, total = result.operations, result.energy_j
    shares = _by_name(table[column], table["component"], table["energy_j"], total)
    shares = [replace(item, detail="") for item in shares if item.value > 0]
    static = math.fsum(result.components["static_energy_j"])
    rest = total - static - math.fsum(item.value for item in shares)
    # What rounding leaves is no energy of its own.
    if rest > 1e-9 * total:
        shares.append(Share(UNASSIGNED, "", rest, rest / total, 1))
    if static > 0:
        shares.append(Share(STATIC, "", static, static / total, 1))
    return shares


def rest_of(shares: Sequence[Share], shown: int) -> list[Share]:
    """Return the first ``shown`` shares and, if more remain, one share that adds up the others."""
    if len(shares) <= shown:
        return list(shares)
    rest = shares[shown:]
    total = Share(
        name=f"{len(rest)} more",
        detail="",
        value=math.fsum(item.value for item in rest),
        share=math.fsum(item.share for item in rest),
        count=sum(item.count for item in rest),
    )
    return [*shares[:shown], total]


def _by_name(
    names: pd.Series, components: pd.Series, values: pd.Series, whole: float
) -> list[Share]:
    cells: dict[str, list[float]] = {}
    places: dict[str, dict[str, None]] = {}
    for name, component, value in zip(names, components, values, strict=True):
        cells.setdefault(str(name), []).append(float(value))
        places.setdefault(str(name), {})[str(component)] = None
    shares = []
    for name, parts in cells.items():
        total = math.fsum(parts)
        share = total / whole if whole > 0 else 0.0
        shares.append(Share(name, ", ".join(places[name]), total, share, len(parts)))
    return sorted(shares, key=lambda item: (-item.value, item.name))
