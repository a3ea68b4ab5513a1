"""Which designs of a group are within their budget and have whole clusters, and why others not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.asic.chip import over_budget
from archsim.architectures.asic.design_groups import Group
from archsim.architectures.asic.maestro.fast import check_clusters
from archsim.architectures.asic.maestro.table import LayerTable
from archsim.architectures.asic.physical import check_cluster
from archsim.architectures.columns import levels_of
from archsim.errors import InfeasibleError

Floats = NDArray[np.float64]
Numbers = NDArray[np.float64] | NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(eq=False)
class Verdicts:
    """Which designs are feasible, and what tells why others are not.

    Attributes:
        feasible: Shape (designs,).
    """

    feasible: Bools
    _refused: list[tuple[Bools, Callable[[int], InfeasibleError]]] = field(default_factory=list)

    def refuse(self, bad: Bools, error: Callable[[int], InfeasibleError]) -> None:
        """Make those of some designs infeasible that are not so already.

        Args:
            bad: Which, shape (designs,).
            error: Gives the error of a design by its number; called only when it is asked for.
        """
        bad = bad & self.feasible
        if bad.any():
            self.feasible = self.feasible & ~bad
            self._refused.append((bad, error))

    def reasons(self) -> list[str]:
        """Return why each design is infeasible; empty for one that is not."""
        found = [""] * len(self.feasible)
        for bad, error in self._refused:
            for at in np.flatnonzero(bad).tolist():
                found[at] = str(error(at))
        return found


def check_budget(group: Group, area_mm2: Floats, verdicts: Verdicts) -> None:
    """Refuse the designs that take more than the budget.

    Args:
        group: The designs.
        area_mm2: Area of all accelerators, shape (designs,).
        verdicts: Verdicts so far.
    """
    used: dict[str, Numbers] = {
        "pes": np.add.reduce([unit.pes for unit in group.units]),
        "noc_bandwidth_bytes_per_cycle": np.add.reduce([unit.width for unit in group.units]),
        "area_mm2": area_mm2,
    }
    for name, amounts in used.items():
        allowed: float | None = getattr(group.hardware.budget, name)
        if allowed is not None:
            verdicts.refuse(amounts > allowed, _over(group, name, amounts, allowed))


def _over(
    group: Group, name: str, amounts: Numbers, allowed: float
) -> Callable[[int], InfeasibleError]:
    return lambda at: over_budget(group.hardware, name, amounts[at].item(), allowed)


def check_all_clusters(group: Group, layers: LayerTable, verdicts: Verdicts) -> None:
    """Refuse the designs with an accelerator of fewer PEs than one cluster of its template.

    Args:
        group: The designs.
        layers: The layer of every task.
        verdicts: Verdicts so far.
    """
    compat = group.hardware.mode == "compat"
    for unit in group.units:
        levels, which = levels_of(unit.pes)
        errors = {}
        for level, pes in enumerate(np.array(levels, np.int64).tolist()):
            error = _cluster_error(layers, unit.template, pes, compat=compat)
            if error is not None:
                errors[level] = error
        verdicts.refuse(np.isin(which, list(errors)), _short(errors, which))


def _cluster_error(
    layers: LayerTable, template: str, pes: int, *, compat: bool
) -> InfeasibleError | None:
    try:
        if compat:
            check_clusters(layers, template, np.full(len(layers), pes))
        else:
            check_cluster(layers, template, pes)
    except InfeasibleError as error:
        return error
    return None


def _short(
    errors: Mapping[int, InfeasibleError], which: NDArray[np.intp]
) -> Callable[[int], InfeasibleError]:
    return lambda at: errors[int(which[at])]
