"""``RecordedEvaluator``: what designs are worth, each simulated once in the life of a ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from archsim.envs.design_evaluator import DesignEvaluator
from archsim.envs.simulator import Simulator
from archsim.search.algorithm import Scores
from archsim.search.trials import TrialBook

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from archsim.space import Study
    from archsim.sweeps.ledger import Ledger

    Levels = NDArray[np.int64]


class RecordedEvaluator:
    """Evaluates designs of a study on behalf of many runs.

    A design that this process or the ledger knows is not simulated again; a new one is recorded
    before it is answered, so that nothing is lost with the process.

    Args:
        study: The study.
        ledger: Where trials are looked up and recorded.

    Attributes:
        simulated: Designs that had to be simulated.

    Raises:
        InputError: The study's reward does not fit its base design.
    """

    def __init__(self, study: Study, ledger: Ledger) -> None:
        self._space = study.space
        self._designs = DesignEvaluator(study)
        self._simulator = Simulator(self._designs.task)
        self._book = TrialBook(study, self._designs.task, ledger)
        self._known: set[bytes] = set()
        self.simulated = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def close(self) -> None:
        """End what simulates."""
        self._simulator.close()
        self._designs.close()

    def scores(self, levels: Levels) -> Scores:
        """Return what designs are worth.

        Args:
            levels: Shape (designs, parameters).
        """
        self._learn(self._space.collapse(levels))
        found = self._designs.evaluate(levels)
        return Scores(found.rewards, found.costs, found.violations)

    def trials(self, levels: Levels) -> list[bytes]:
        """Return the name of each design's trial in the ledger."""
        return list(self._book.plan(self._space.collapse(levels)).keys)

    def _learn(self, levels: Levels) -> None:
        """Make sure that designs are known: from the ledger, or by simulating them."""
        names = [row.tobytes() for row in levels]
        first = {name: at for at, name in reversed(list(enumerate(names)))}
        missing = sorted(at for name, at in first.items() if name not in self._known)
        if not missing:
            return
        wanted = levels[missing]
        there, recalled = self._book.recall(wanted)
        if there:
            self._designs.remember(wanted[there], recalled)
        new = np.delete(wanted, there, axis=0)
        if len(new):
            outcomes = self._simulator.run(self._designs.points(new))
            self._book.record(new, outcomes)
            self._designs.remember(new, outcomes)
            self.simulated += len(new)
        self._known.update(names)
