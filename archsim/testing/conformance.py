"""``check_architecture``: everything a family promises, tried in one call.

from archsim.testing import ConformanceProfile, ConformanceRun, assert_conforms

def test_my_family_conforms():
    assert_conforms("my_kind", ConformanceProfile(kind="my_kind", runs=(...)))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from archsim.api.loading import Source
from archsim.architectures.base import Architecture
from archsim.errors import InputError
from archsim.testing import comparing, contract
from archsim.testing.profile import Allowed, ConformanceProfile, ConformanceRun
from archsim.testing.profiles import shipped_profile
from archsim.testing.trials import Trials
from archsim.testing.verdict import ConformanceReport


def check_architecture(
    architecture: Architecture | str,
    profile: ConformanceProfile | None = None,
    *,
    runs: Sequence[tuple[Source, Source]] = (),
    allowed: Sequence[Allowed] = (),
) -> ConformanceReport:
    """Try every relation of the kit on a family.

    Args:
        architecture: The family, or the kind under which it is registered.
        profile: Its runs and promises; by default those that archsim ships for its own families,
            or an empty profile, with which ``runs`` must be given.
        runs: Further pairs of hardware and workload to try, sources as ``load_hardware`` and
            ``load_workload`` take them.
        allowed: Further named exceptions.

    Returns:
        One verdict per relation; nothing is raised for a relation that is broken.

    Raises:
        InputError: There is nothing to run, or the profile names what does not exist.
    """
    kind = architecture if isinstance(architecture, str) else architecture.kind
    found = profile or shipped_profile(kind) or ConformanceProfile(kind=kind, runs=())
    more = tuple(
        ConformanceRun(f"run {number}", hardware, workload)
        for number, (hardware, workload) in enumerate(runs, start=1)
    )
    found = replace(found, runs=(*found.runs, *more), allowed=(*found.allowed, *allowed))
    if not found.runs:
        raise InputError(f"there is nothing to try the architecture {kind!r} on", allowed="runs")
    trials = Trials(architecture, found)
    verdicts = (
        contract.contract(trials),
        contract.determinism(trials),
        contract.conserved_bytes(trials),
        contract.conserved_work(trials),
        contract.conserved_energy(trials),
        contract.bounds(trials),
        comparing.agreement(trials),
        comparing.contention(trials),
        comparing.monotonicity(trials),
        comparing.metamorphic(trials, "clock"),
        comparing.metamorphic(trials, "copies"),
        comparing.metamorphic(trials, "permutation"),
    )
    return ConformanceReport(kind, verdicts)


def assert_conforms(
    architecture: Architecture | str,
    profile: ConformanceProfile | None = None,
    *,
    runs: Sequence[tuple[Source, Source]] = (),
    allowed: Sequence[Allowed] = (),
) -> ConformanceReport:
    """Raise when a family breaks a relation, for tests; arguments as ``check_architecture``.

    Raises:
        AssertionError: A relation is broken; the message is the whole report.
    """
    report = check_architecture(architecture, profile, runs=runs, allowed=allowed)
    if not report.passed:
        raise AssertionError(str(report))
    return report
