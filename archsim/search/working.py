"""Runs the runs of a search: in this process, or as a worker process that another one leads."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Self, TextIO

from archsim.errors import ArchsimError, InputError
from archsim.search.plan import RunPlan, make_plans
from archsim.search.recorded import RecordedEvaluator
from archsim.search.registry import make_algorithm
from archsim.search.run_ledger import RunLedger
from archsim.search.running import run_search
from archsim.space import load_study
from archsim.sweeps.worker import leave_with_parent, own_output

if TYPE_CHECKING:
    from archsim.space import Study

TELL_S = 0.2
"""How often a worker says how far it is."""

Told = Callable[[int, float], None]


class RunWorker:
    """Runs runs one after the other and records each.

    Args:
        study: The study.
        ledger: Where to record.
    """

    def __init__(self, study: Study, ledger: RunLedger) -> None:
        self._study = study
        self._ledger = ledger
        self._evaluator = RecordedEvaluator(study, ledger)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        self._evaluator.close()

    @property
    def simulated(self) -> int:
        """Designs that had to be simulated."""
        return self._evaluator.simulated

    def run(self, plan: RunPlan, watch: Told) -> None:
        """Run one run and record it.

        Args:
            plan: Which.
            watch: Is told how many designs were asked for, and the best reward so far.

        Raises:
            ArchsimError: Something that the method needs is missing, or a defect.
        """
        algorithm = make_algorithm(plan.algorithm, self._study.space, plan.seed, plan.options)
        history = run_search(
            algorithm,
            self._evaluator.scores,
            plan.budget,
            policy_samples=plan.policy_samples,
            watch=watch,
        )
        self._ledger.record_run(plan, history, self._evaluator.trials(history.levels))


def portable(study: Study) -> dict[str, object]:
    """Return a study as JSON data that stands alone, for another process."""
    data = study.spec.model_dump(mode="json", by_alias=True, exclude_unset=True)
    data["hardware"] = study.hardware.model_dump(mode="json", by_alias=True)
    data["workload"] = study.workload.model_dump(mode="json", by_alias=True)
    return data


def main() -> None:
    """Serve as a worker process: lines of JSON in and out, until the input ends.

    The first line is the study and the ledger; each further one is the number of a run.
    """
    answers = own_output()
    leave_with_parent(int(sys.argv[2]))
    first = json.loads(sys.stdin.readline())
    try:
        study = load_study(first["study"])
        plans = make_plans(study)
        with RunLedger(Path(first["ledger"])) as ledger, RunWorker(study, ledger) as worker:
            for line in sys.stdin:
                _serve(answers, worker, plans[int(line)])
    except ArchsimError as error:
        _send(answers, {"broken": str(error), "is_input": isinstance(error, InputError)})
    except Exception as error:  # a defect: told in one sentence, as in the leading process
        cause = " ".join(f"{type(error).__name__}: {error}".split())
        _send(answers, {"broken": f"internal error, please report it: {cause}", "is_input": False})


def _serve(answers: TextIO, worker: RunWorker, plan: RunPlan) -> None:
    """Run one run, and say how far it is and when it has ended."""
    asked, best, told, before = 0, -math.inf, time.monotonic(), worker.simulated

    def tell(**more: object) -> None:
        nonlocal asked, told
        shown = best if math.isfinite(best) else None
        _send(answers, {"asked": asked, "best": shown, **more})
        asked, told = 0, time.monotonic()

    def watch(count: int, best_now: float) -> None:
        nonlocal asked, best
        asked, best = asked + count, best_now
        if time.monotonic() - told >= TELL_S:
            tell()

    worker.run(plan, watch)
    tell(simulated=worker.simulated - before)


def _send(answers: TextIO, message: Mapping[str, object]) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()
