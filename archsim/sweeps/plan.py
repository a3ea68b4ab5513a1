"""All trials of a sweep at one fidelity, named and in order."""

from __future__ import annotations

import json
import operator
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

_MOST_NUMBERS = 2**62


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
        columns = [
            map(parameter.values.__getitem__, column)
            for parameter, column in zip(
                self.space.parameters, self.levels[list(places)].T.tolist(), strict=True
            )
        ]
        return list(zip(*columns, strict=True))

    def texts(self, places: Sequence[int]) -> list[str]:
        """Return some designs as JSON."""
        chosen = self.levels[list(places)]
        middle = -(-chosen.shape[1] // 2)
        first = self._half(chosen, range(middle), "{")
        comma = ", " if middle < chosen.shape[1] else ""
        last = self._half(chosen, range(middle, chosen.shape[1]), comma, "}")
        return list(map(operator.add, first, last))

    def _half(
        self, chosen: NDArray[np.int64], axes: range, before: str, after: str = ""
    ) -> list[str]:
        """Return the JSON of some parameters; equal parts, of which a grid has many, made once."""
        import numpy as np

        numbers: NDArray[np.int64] = np.zeros(len(chosen), dtype=np.int64)
        size = 1
        for at in axes:
            if size * self.space.shape[at] > _MOST_NUMBERS:
                numbers = np.unique(numbers, return_inverse=True)[1].reshape(-1)
                size = len(chosen)
            numbers = numbers * self.space.shape[at] + chosen[:, at]
            size *= self.space.shape[at]
        _, where, numbers = np.unique(numbers, return_index=True, return_inverse=True)
        parts = [
            ", ".join(self._entries[at][row[at]] for at in axes) for row in chosen[where].tolist()
        ]
        whole = [before + part + after for part in parts]
        return list(map(whole.__getitem__, numbers.tolist()))

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
