"""The trials of one study in a ledger, found and recorded by the levels of their designs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archsim.sweeps.designs import DesignBuilder
from archsim.sweeps.identity import Conditions, Identities
from archsim.sweeps.outcomes import Outcomes, Status
from archsim.sweeps.plan import Plan

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archsim.space import Study
    from archsim.sweeps.evaluating import Task
    from archsim.sweeps.ledger import Ledger

    Levels = NDArray[np.int64]

_ENDED: dict[str, Status] = {"done": "done", "infeasible": "infeasible"}


class TrialBook:
    """A ledger as the memory of a ``DesignEvaluator``.

    Args:
        study: Whose designs.
        task: How they are evaluated.
        ledger: Where they are recorded.
    """

    def __init__(self, study: Study, task: Task, ledger: Ledger) -> None:
        conditions = Conditions(task.fidelity, task.form, task.seed)
        self._study = study
        self._task = task
        self._ledger = ledger
        self._version = conditions.version
        builder = DesignBuilder(study.hardware, study.workload)
        self._identities = Identities(study.space, builder, conditions)

    def plan(self, levels: Levels) -> Plan:
        """Return designs as the trials of a plan.

        Args:
            levels: Canonical, shape (designs, parameters).
        """
        keys = self._identities.keys(levels)
        return Plan(self._study, self._task, levels, keys, self._version)

    def recall(self, levels: Levels) -> tuple[list[int], Outcomes]:
        """Return which designs the ledger holds, and what they came to.

        Args:
            levels: Canonical, shape (designs, parameters).

        Returns:
            Their rows, ascending, and one outcome for each.
        """
        found, parts = [], []
        for at, row in enumerate(self._ledger.rows(self.plan(levels).keys)):
            if row is not None:
                found.append(at)
                status = _ENDED.get(row.status, "failed")
                parts.append(Outcomes.one(status, row.reason, figures=row.figures))
        return found, Outcomes.joined(parts)

    def record(self, levels: Levels, outcomes: Outcomes) -> None:
        """Write what designs came to.

        Args:
            levels: Canonical, shape (designs, parameters).
            outcomes: One per design.
        """
        plan = self.plan(levels)
        self._ledger.record(
            plan.keys, plan.texts(range(len(plan))), outcomes, fidelity=self._task.fidelity,
            version=self._version,
        )  # fmt: skip
