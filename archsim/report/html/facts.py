"""What a page says about a run in words: names, badges, and the first sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from archsim.report.activity import IDLE, TOGETHER, time_by_activity, time_by_share
from archsim.report.breakdown import energy_by_component
from archsim.report.difference import flatten
from archsim.report.html.cells import Badge, Cell
from archsim.result import not_primary

if TYPE_CHECKING:
    from archsim.report.roofline import Roofline
    from archsim.result import Result


def name_of(result: Result, owner: str) -> str:
    """Return the name of a run's ``"hardware"`` or ``"workload"``."""
    described = result.provenance.get(owner)
    name = described.get("name") if isinstance(described, Mapping) else None
    return str(name) if name else f"unnamed {owner}"


def badges(result: Result) -> list[Badge]:
    """Return how the run was made and how far it can be trusted."""
    facts = result.provenance
    failed, total = len(result.failed_checks), len(result.checks)
    if failed:
        verdict = Badge(f"{failed} of {total} checks FAIL", "bad")
    else:
        verdict = Badge(f"all {total} checks hold", "good")
    constants = facts.get("constants")
    count = len(constants) if isinstance(constants, list) else 0
    firm = count - len(not_primary(facts))
    return [
        verdict,
        Badge(f"{firm} of {count} numbers are primary", "" if firm == count else "warn"),
        Badge(f"{facts.get('fidelity', '?')} fidelity"),
        Badge(f"seed {facts.get('seed', '?')}"),
        Badge(f"family {facts.get('architecture', '?')}"),
    ]


def lead(result: Result, found: Roofline | None) -> str:
    """Return the first things to know about a run, computed from its tables."""
    sentences = []
    activity = time_by_activity(result) if len(result.operations) else []
    if activity:
        first = activity[0]
        if first.name == IDLE:
            what = "nothing"
        elif TOGETHER in first.name:
            what = f"{_together(first.name)} together"
        else:
            what = f"{first.name} alone"
        sentences.append(f"{first.share:.0%} of the run has {what} at work.")
        kinds = time_by_share(result, "kind")
        if kinds[0].name != IDLE and len(kinds) > 1:
            sentences.append(
                f"{kinds[0].share:.0%} of the time goes to {kinds[0].name} operations."
            )
    parts = energy_by_component(result)
    if parts:
        sentences.append(
            f"The largest share of the energy, {parts[0].share:.0%}, is {parts[0].detail} "
            f"energy of {parts[0].name}."
        )
    if found is not None:
        longest = max(found.points, key=lambda point: point.time_s)
        sentences.append(
            f"The operation that takes longest, {longest.operation}, reaches "
            f"{longest.share:.0%} of what its roofline allows."
        )
    return " ".join(sentences)


def source_sentence(result: Result) -> str:
    """Return how many numbers of a run are firm, and what the others are."""
    constants = result.provenance.get("constants")
    count = len(constants) if isinstance(constants, list) else 0
    weak = not_primary(result.provenance)
    if not count:
        return "This result lists no constants."
    if not weak:
        return f"All {count} numbers of this run were read in a primary source."
    kinds = Counter(str(item.get("certainty")) for item in weak).most_common()
    others = ", ".join(f"{number} {name}" for name, number in kinds)
    return (
        f"{count - len(weak)} of the {count} numbers of this run were read in a primary source. "
        f"The others, listed here, are: {others}."
    )


def weak_rows(result: Result) -> list[list[Cell]]:
    """Return the constants that are not primary: key, value, certainty, source."""
    rows = []
    for item in not_primary(result.provenance):
        value = item.get("value")
        shown = ", ".join(map(_short, value)) if isinstance(value, list | tuple) else _short(value)
        rows.append(
            [
                Cell(str(item.get("key"))),
                Cell(shown, value if isinstance(value, int | float) else None),
                Cell(str(item.get("certainty")), mark="chip"),
                Cell(str(item.get("source"))),
            ]
        )
    return rows


def fact_rows(result: Result) -> list[list[Cell]]:
    """Return version, hashes and arguments of a run."""
    facts = result.provenance
    rows = [[Cell("archsim"), Cell(str(facts.get("archsim_version", "?")))]]
    for owner in ("hardware", "workload"):
        described = facts.get(owner)
        if isinstance(described, Mapping):
            text = f"{described.get('name')} (kind {described.get('kind')})"
            rows.append([Cell(owner), Cell(text)])
            rows.append([Cell(f"{owner} hash"), Cell(str(described.get("hash")))])
    rows.append([Cell("trace hash"), Cell(str(facts.get("trace_hash") or "none"))])
    for name in ("fidelity", "seed"):
        rows.append([Cell(name), Cell(str(facts.get(name, "?")))])
    return rows


def setting_rows(result: Result) -> list[list[Cell]]:
    """Return every configuration key of a run with its value."""
    rows = []
    for owner in ("hardware", "workload"):
        described = result.provenance.get(owner)
        if isinstance(described, Mapping):
            settings = flatten(described.get("configuration", {}), owner)
            rows += [[Cell(key), Cell(value)] for key, value in settings.items()]
    return rows


def _together(name: str) -> str:
    *most, last = name.split(TOGETHER)
    return f"{', '.join(most)} and {last}" if most else last


def _short(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, int | float) else str(value)
