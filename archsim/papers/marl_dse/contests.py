"""Every contest of the study by its name, and how much it may spend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archsim.errors import InputError
from archsim.papers.base import Row
from archsim.papers.marl_dse import controllers, subsystems
from archsim.papers.marl_dse import rows as making
from archsim.papers.marl_dse.contest import (
    FULL_ENTRIES,
    FULL_SUBSYSTEM_ENTRIES,
    QUICK_ENTRIES,
    QUICK_SUBSYSTEM_ENTRIES,
    Effort,
    Entry,
    installed,
    run_contest,
)
from archsim.papers.marl_dse.subsystem_rows import subsystem_rows

QUICK = Effort(seeds=10, evaluations=256)
FULL = Effort(seeds=10, evaluations=2048)
QUICK_SUBSYSTEMS = Effort(seeds=5, evaluations=128)
FULL_SUBSYSTEMS = Effort(seeds=10, evaluations=1024)


def contest_names(quick: bool) -> list[str]:
    """Return the contests of a mode."""
    cases = controllers.QUICK_CASES if quick else controllers.CASES
    return [*(case.name for case in cases), *subsystems.NAMES]


def contest_rows(name: str, quick: bool, methods: Sequence[str] = ()) -> list[Row]:
    """Run one contest and return its rows.

    Args:
        name: One of ``contest_names``.
        quick: Whether it runs with the quick mode's methods and effort.
        methods: Labels of the methods that run; all of the mode when there is none.

    Raises:
        InputError: There is no such contest.
    """
    cases = {case.name: case for case in controllers.CASES}
    if name in cases:
        entries = _of(QUICK_ENTRIES if quick else FULL_ENTRIES, methods)
        return list(case_rows(cases[name], entries, QUICK if quick else FULL))
    if name not in subsystems.NAMES:
        allowed = ", ".join([*cases, *subsystems.NAMES])
        raise InputError("unknown contest", found=repr(name), allowed=allowed)
    entries = _of(QUICK_SUBSYSTEM_ENTRIES if quick else FULL_SUBSYSTEM_ENTRIES, methods)
    return list(wider_rows(name, entries, QUICK_SUBSYSTEMS if quick else FULL_SUBSYSTEMS))


def _of(entries: Sequence[Entry], methods: Sequence[str]) -> list[Entry]:
    return [entry for entry in installed(entries) if not methods or entry.label in methods]


def case_rows(case: controllers.Case, entries: Sequence[Entry], effort: Effort) -> Iterator[Row]:
    """Yield the rows of one contest on the controller space."""
    results = run_contest(controllers.problem(case), entries, effort)
    optimum = float(controllers.rewards_of(case.trace, case.objective).max())
    yield from making.ordering_rows(case.name, results)
    yield from making.effect_rows(case.name, results)
    yield from making.share_rows(case.name, results, optimum)
    yield from making.curve_rows(case.name, results, effort)


def wider_rows(name: str, entries: Sequence[Entry], effort: Effort) -> Iterator[Row]:
    """Yield the rows of one contest on a space of several subsystems."""
    with subsystems.problem(name) as problem:
        results = run_contest(problem, entries, effort)
        yield from subsystem_rows(problem, results, effort)
