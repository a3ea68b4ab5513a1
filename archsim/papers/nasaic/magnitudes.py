"""Cycles and energy of the published chips with guessed networks: a check of magnitude."""

from __future__ import annotations

import numpy as np

from archsim.errors import MissingExtraError
from archsim.papers.base import Row
from archsim.papers.nasaic.accuracy import accuracy
from archsim.papers.nasaic.evaluate import cost, problem_of
from archsim.papers.nasaic.judging import judged, predicted
from archsim.papers.nasaic.published import (
    DESIGNS,
    NAS_THEN_ASIC,
    RECALLED,
    SPECIFICATIONS,
    Design,
    design,
)
from archsim.papers.nasaic.spaces import WORKLOADS, Choice, tasks_of_both

SAMPLES = 300
_SEED = 0

_UNKNOWN = (
    "The networks behind the table are not known. Measured with the largest networks of the guessed"
    " spaces for NAS->ASIC, and else with the most accurate (by the surrogate) of"
    f" {SAMPLES} random pairs that keep the specifications on this chip."
)


def rows() -> list[Row]:
    """Return cycles and energy of all six tuples, and what the ratio heuristic loses."""
    found: list[Row] = []
    for each in DESIGNS:
        spaces = WORKLOADS[each.workload]
        choices = _networks(each)
        names = " and ".join(
            f"{space.task} {space.name(choice)}"
            for space, choice in zip(spaces, choices, strict=True)
        )
        label = f"{each.label}; {names}"
        measured = cost(
            tasks_of_both(spaces, choices), each.accelerators, SPECIFICATIONS[each.workload]
        )
        for item, published, value in (
            ("latency, cycles", each.cycles, measured.cycles),
            ("energy, nJ", each.energy_nj, measured.energy_nj),
        ):
            found.append(
                judged(item, label, published, RECALLED, value, cause=_UNKNOWN, comparable=False)
            )
    return [*found, *_gaps()]


def _networks(design: Design) -> list[Choice]:
    """Return networks for a published chip: the largest, or accurate ones that fit."""
    spaces, spec = WORKLOADS[design.workload], SPECIFICATIONS[design.workload]
    if design.approach == NAS_THEN_ASIC:
        return [space.largest for space in spaces]
    rng = np.random.default_rng(_SEED)
    best, highest = [space.smallest for space in spaces], 0.0
    for _ in range(SAMPLES):
        drawn = [
            tuple(int(rng.integers(len(options))) for options in space.genes) for space in spaces
        ]
        mean = sum(accuracy(space, choice) for space, choice in zip(spaces, drawn, strict=True))
        if mean <= highest:
            continue
        found = cost(tasks_of_both(spaces, drawn), design.accelerators, spec)
        # The area is the chip's own, whatever its networks.
        if found.cycles <= spec.cycles and found.energy_nj <= spec.energy_nj:
            best, highest = drawn, mean
    return best


def _gaps() -> list[Row]:
    """Return the makespans of the ratio heuristic and of the exact scheduler on one chip."""
    from archsim.architectures.asic.greedy import greedy

    each = design("W1", NAS_THEN_ASIC)
    spaces = WORKLOADS["W1"]
    tasks = tasks_of_both(spaces, [space.largest for space in spaces])
    problem = problem_of(tasks, each.accelerators, 0)
    quick = greedy(problem).makespan
    found = [predicted("least makespan by the ratio heuristic, cycles", each.label, quick)]
    try:
        from archsim.architectures.asic.cp_sat import solve

        exact = solve(problem, minimise_energy=False)
    except MissingExtraError as error:
        raise MissingExtraError("schedule", "reproducing the exact schedules of NASAIC") from error
    note = "proved optimal" if exact.optimal else "best found in the time limit"
    found.append(predicted("least makespan by CP-SAT, cycles", each.label, exact.makespan, note))
    return found
