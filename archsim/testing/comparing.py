"""Relations between two runs: fidelities, more of a part, and variants with a known ratio."""

from __future__ import annotations

from typing import Literal

from archsim.architectures.base import FIDELITIES
from archsim.errors import InfeasibleError
from archsim.testing.profile import ConformanceRun, Metamorphic, MoreIsNotSlower
from archsim.testing.trials import Trials, number_at, scaled
from archsim.testing.verdict import Verdict

SLACK = 1e-9
"""Relative difference that rounding to whole femtoseconds may make."""


def agreement(trials: Trials) -> Verdict:
    """Where nothing contends, both fidelities take exactly as long."""
    wrong, tried = [], 0
    for run in trials.profile.runs:
        if not run.uncontended:
            continue
        tried += 1
        closed, played = (trials.result(run, fidelity).latency_s for fidelity in FIDELITIES)
        if closed != played:
            wrong.append(f"{run.name}: {closed!r} s analytic, {played!r} s played")
    if not tried:
        return trials.not_applicable("agreement", "no run is named as free of contention")
    return Verdict("agreement", tried, tuple(wrong), detail="analytic = event to the last bit")


def contention(trials: Trials) -> Verdict:
    """Event fidelity is never faster than analytic."""
    wrong: list[str] = []
    seen: list[str] = []
    tried = 0
    for run in trials.profile.runs:
        if not run.ordered:
            continue
        tried += 1
        closed, played = (trials.result(run, fidelity).latency_s for fidelity in FIDELITIES)
        if played >= closed:
            continue
        text = f"{run.name}: {played:g} s played, {closed:g} s analytic"
        _sort(trials, "contention", (run.name,), 1.0 - played / closed, text, wrong, seen)
    if not tried:
        return trials.not_applicable("contention", "no run promises it")
    return Verdict("contention", tried, tuple(wrong), tuple(seen), "event >= analytic")


def monotonicity(trials: Trials) -> Verdict:
    """More of a part is never slower, other than named."""
    wrong: list[str] = []
    seen: list[str] = []
    tried = 0
    for item in trials.profile.monotonic:
        for run in trials.profile.runs:
            if run.name in item.runs or not item.runs:
                tried += _more(trials, item, run, wrong, seen)
    if not tried:
        return trials.not_applicable("monotonicity", "no key is named")
    return Verdict(
        "monotonicity", tried, tuple(wrong), tuple(seen), "more of a key, both fidelities"
    )


def metamorphic(trials: Trials, relation: Literal["clock", "copies", "permutation"]) -> Verdict:
    """Variants of a run take as long as their relation says."""
    wrong: list[str] = []
    seen: list[str] = []
    items = [item for item in trials.profile.metamorphic if item.relation == relation]
    for item in items:
        _variant(trials, item, wrong, seen)
    if not items:
        return trials.not_applicable(relation, "no instance is named")
    detail = {
        "clock": "all rates doubled: half the time",
        "copies": "two copies on doubled hardware: the same time",
        "permutation": "requests in another order: the same time",
    }[relation]
    return Verdict(relation, 2 * len(items), tuple(wrong), tuple(seen), detail)


def _more(
    trials: Trials, item: MoreIsNotSlower, run: ConformanceRun, wrong: list[str], seen: list[str]
) -> int:
    """Try one key on one run; returns the cases tried."""
    spec = trials.hardware(run)
    if number_at(spec, item.key) is None and not item.values:
        return 0
    values = item.values or tuple(scaled(spec, item.key, factor) for factor in item.factors)
    tried = 0
    for fidelity in FIDELITIES:
        before: tuple[object, float] | None = None
        for value in values:
            try:
                latency = trials.result(run, fidelity, {item.key: value}).latency_s
            except InfeasibleError:  # too little of it to run at all
                continue
            if before is not None:
                tried += 1
                excess = latency / before[1] - 1.0
                if excess > SLACK:
                    text = (
                        f"{run.name}, {fidelity}: {item.key} from {before[0]} to {value} takes "
                        f"{excess:.3%} longer"
                    )
                    names = (item.key, f"{item.key}, {run.name}")
                    _sort(trials, "monotonicity", names, excess, text, wrong, seen)
            before = value, latency
    return tried


def _variant(trials: Trials, item: Metamorphic, wrong: list[str], seen: list[str]) -> None:
    run = trials.run(item.run)
    spec = trials.hardware(run)
    factors = {key: scaled(spec, key, factor) for key, factor in item.hardware_factors.items()}
    changes = {**factors, **item.hardware_settings}
    for fidelity in FIDELITIES:
        base = trials.result(run, fidelity)
        other = trials.result(run, fidelity, changes, item.workload_settings)
        off = abs(other.latency_s / (base.latency_s * item.time_ratio) - 1.0)
        if off > item.tolerance:
            text = (
                f"{run.name}, {fidelity}: the variant takes {other.latency_s:g} s, not "
                f"{item.time_ratio:g} x {base.latency_s:g} s"
            )
            _sort(trials, item.relation, (run.name,), off, text, wrong, seen)
        drift = abs(other.energy_j / base.energy_j - 1.0) if base.energy_j else other.energy_j
        if item.same_energy and drift > item.tolerance:
            wrong.append(
                f"{run.name}, {fidelity}: the variant takes {other.energy_j:g} J, not "
                f"{base.energy_j:g} J"
            )


def _sort(
    trials: Trials,
    relation: str,
    names: tuple[str, ...],
    deviation: float,
    text: str,
    wrong: list[str],
    seen: list[str],
) -> None:
    """Put a deviation among the violations, or among those that a named exception covers."""
    allowed = trials.allowed(relation, *names)
    if allowed is not None and deviation <= allowed.at_most:
        seen.append(f"{text} ({allowed.reason})")
    else:
        wrong.append(text)
