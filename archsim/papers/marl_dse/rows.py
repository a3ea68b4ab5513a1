"""From contests to rows: medians and quartiles, effects, and whether the paper's ordering appears.

"MARL" in a comparison is the better of the two multi-agent forms by median, and the single agent
the better of PPO and SAC: the question is what each side can do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from archsim.papers.base import Row, Verdict
from archsim.papers.marl_dse import NAME
from archsim.papers.marl_dse.contest import (
    IPPO,
    MAPPO,
    PPO_DISCRETE,
    PPO_GAP_FREE,
    PPO_THREE,
    SAC_GAP_FREE,
    SAC_THREE,
    Effort,
    Result,
)
from archsim.papers.rounding import rounded
from archsim.search.statistics import effect_and_p, holm, median_interval, quantile

CLAIM = "MARL above single-agent PPO and SAC (1: yes)"
EQUAL_CLAIM = "MARL above single-agent PPO and SAC, equal decoders (1: yes)"
MEDIAN = "best reward, median of the runs"
LOWER = "best reward, lower quartile"
UPPER = "best reward, upper quartile"
LOW = "best reward, low end of the 95 % interval of the median"
HIGH = "best reward, high end of the 95 % interval of the median"
POLICY = "mean reward of the final policy, median of the runs"
UNIQUE = "different designs of a run, median"
SHARE = "median best reward as a share of the best of all designs"
RATIO = "MARL's median over that of the better single agent (x)"
EFFECT = "chance that a run of MARL beats one of the other (A12)"
P_VALUE = "Mann-Whitney p, Holm-adjusted"

REPOSITORY, EQUAL = "repository's decoders", "equal decoders"
MULTI = (IPPO.label, MAPPO.label)
SINGLE = {
    REPOSITORY: (PPO_THREE.label, SAC_THREE.label),
    EQUAL: (PPO_DISCRETE.label, PPO_GAP_FREE.label, SAC_GAP_FREE.label),
}
"""Decoders to the single agents that use them; the multi-agent forms are discrete in both."""

CLAIM_CAUSE = (
    "The paper's traces, budget, hyper-parameters and result tables are not known here; at this "
    "budget the single agents of this contest are at least as good."
)

Results = Mapping[str, Result]


def predicted(item: str, configuration: str, measured: float, note: str = "") -> Row:
    """Return the row of a figure that nobody has published."""
    return Row(NAME, item, configuration, None, "", rounded(measured), None, "prediction", note)


def median(values: Sequence[float]) -> float:
    """Return the median, by the rule of all quantiles here."""
    return float(quantile(np.asarray(values, np.float64), 0.5))


def curve_rows(problem: str, results: Results, effort: Effort) -> Iterator[Row]:
    """Yield best rewards so far at each checkpoint, and what is known at the end."""
    for label, result in results.items():
        for place, count in enumerate(effort.checkpoints):
            for item, fraction in ((LOWER, 0.25), (MEDIAN, 0.5), (UPPER, 0.75)):
                value = float(quantile(result.best[:, place], fraction))
                yield predicted(item, at(problem, label, count), value)
        configuration = f"{problem}: {label}"
        ends = median_interval(result.best[:, -1])
        for item, value in zip((LOW, HIGH), ends, strict=True):
            yield predicted(item, configuration, value)
        yield predicted(UNIQUE, configuration, median(result.unique))
        if result.policies:
            yield predicted(POLICY, configuration, median(result.policies))


def share_rows(problem: str, results: Results, optimum: float) -> Iterator[Row]:
    """Yield what share of the best of all designs each method reaches."""
    for label, result in results.items():
        yield predicted(SHARE, f"{problem}: {label}", median(result.final) / optimum)


def ordering_rows(problem: str, results: Results) -> Iterator[Row]:
    """Yield the paper's claim and what is left of it with equal decoders."""
    for decoders, single in SINGLE.items():
        if not all(label in results for label in (*MULTI, *single)):
            continue
        configuration = f"{problem}: {decoders}"
        best_multi = max(median(results[label].final) for label in MULTI)
        best_single = max(median(results[label].final) for label in single)
        holds = float(best_multi > best_single)
        if decoders == REPOSITORY:
            yield claim_row(configuration, holds)
        else:
            yield predicted(EQUAL_CLAIM, configuration, holds)
        yield predicted(RATIO, configuration, best_multi / best_single)


def effect_rows(problem: str, results: Results, multi: Sequence[str] = MULTI) -> Iterator[Row]:
    """Yield effect and p-value of each multi-agent form against every other method."""
    pairs = [
        (first, second) for first in multi if first in results
        for second in results if second not in multi
    ]  # fmt: skip
    found = [effect_and_p(results[one].final, results[other].final) for one, other in pairs]
    adjusted = holm([p_value for _, p_value in found])
    for (one, other), (effect, _), p_value in zip(pairs, found, adjusted, strict=True):
        configuration = f"{problem}: {one} against {other}"
        yield predicted(EFFECT, configuration, effect)
        yield predicted(P_VALUE, configuration, p_value)


def claim_row(configuration: str, holds: float) -> Row:
    """Return the row of the abstract's claim."""
    verdict: Verdict = "reproduced" if holds else "deviates"
    cause = "" if holds else CLAIM_CAUSE
    return Row(NAME, CLAIM, configuration, 1.0, "primary", holds, holds - 1.0, verdict, cause)


def at(problem: str, label: str, count: int) -> str:
    """Return the configuration of a point of a curve."""
    return f"{problem}: {label}, after {count}"


def problems_of(rows: Iterable[Row]) -> list[str]:
    """Return the problems that rows speak of, in order."""
    found = (row.configuration.partition(":")[0] for row in rows if row.item == UNIQUE)
    return list(dict.fromkeys(found))


def labels_of(rows: Iterable[Row], problem: str) -> list[str]:
    """Return the methods that ran on a problem, in order."""
    head = f"{problem}: "
    return [
        row.configuration.removeprefix(head)
        for row in rows if row.item == UNIQUE and row.configuration.startswith(head)
    ]  # fmt: skip
