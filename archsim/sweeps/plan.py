"""All trials of a sweep at one fidelity, named and in order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from archsim.sweeps.designs import DesignBuilder
from archsim.sweeps.evaluating import Task, make_task
from archsim.sweeps.identity import Conditions, Identities

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archsim.space import Space, Study
    from archsim.sweeps.outcomes import Point


@dataclass(frozen=True)
class Plan:
    """The trials of a study at one fidelity.

    Attributes:
        study: The study.
        task: How each trial is evaluated.
        levels: Levels of each design, shape (designs, parameters).
        keys: Name of each trial in the ledger; equal designs have equal names.
        version: Version of archsim.
    """

    study: Study
    task: Task
    levels: NDArray[np.int64]
    keys: Sequence[bytes]
    version: str

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def space(self) -> Space:
        """The study's space."""
        return self.study.space

    def points(self, places: Sequence[int]) -> list[Point]:
        """Return the values of some designs."""
        parameters = self.space.parameters
        return [
            [p.values[level] for p, level in zip(parameters, row, strict=True)]
            for row in self.levels[list(places)].tolist()
        ]

    def texts(self, places: Sequence[int]) -> list[str]:
        """Return some designs as JSON."""
        return [
            "{" + ", ".join(part[at] for part, at in zip(self._entries, row, strict=True)) + "}"
            for row in self.levels[list(places)].tolist()
        ]

    @cached_property
    def _entries(self) -> list[list[str]]:
        """JSON of key and value, for every value of every parameter."""
        return [
            [f"{json.dumps(p.key)}: {json.dumps(value)}" for value in p.values]
            for p in self.space.parameters
        ]

    def in_order(self, places: Sequence[int]) -> list[int]:
        """Return places in the order that suits the evaluation: alike designs side by side."""
        import numpy as np

        if self.task.form != "batch" or not places:
            return list(places)
        chosen = np.asarray(places)
        workload = [at for at, key in enumerate(self.space.keys) if key.startswith("workload.")]
        others = [at for at in range(len(self.space.keys)) if at not in workload]
        columns = [self.levels[chosen, at] for at in reversed([*workload, *others])]
        return [int(place) for place in chosen[np.lexsort(columns)]]


def make_plan(study: Study, fidelity: str, levels: NDArray[np.int64]) -> Plan:
    """Return the plan of a study for some designs.

    Raises:
        InputError: The family cannot run the workload.
    """
    task = make_task(study, fidelity)
    conditions = Conditions(fidelity, task.form, task.seed)
    builder = DesignBuilder(study.hardware, study.workload)
    keys = Identities(study.space, builder, conditions).keys(levels)
    return Plan(study, task, levels, keys, conditions.version)
