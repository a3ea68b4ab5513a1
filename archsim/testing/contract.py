"""Relations of single results: contract, determinism, conservation, bounds."""

from __future__ import annotations

import json
import math
import typing
from collections.abc import Iterator

from archsim.architectures.base import Architecture
from archsim.config import Certainty, HardwareSpec
from archsim.errors import ArchsimError, InputError
from archsim.result import (
    COMPONENT_COLUMNS,
    OPERATION_COLUMNS,
    ROUNDING,
    MetricDeclaration,
    Result,
)
from archsim.testing.pairs import unclear
from archsim.testing.trials import Trials
from archsim.testing.verdict import Verdict
from archsim.workload.load import WORKLOAD_KINDS

_BYTES, _WORK, _ROOFLINE = "bytes in = bytes out", "work done = work asked", "roofline"


def contract(trials: Trials) -> Verdict:
    """Declarations are complete, results have the declared shape, sources are named."""
    architecture = trials.architecture
    wrong = list(_declarations(architecture, trials.profile.kind))
    flags = {item.about for item in trials.profile.flags}
    tried = 1
    for run, fidelity, result in trials.cases():
        tried += 1
        place = f"{run.name}, {fidelity}"
        wrong += [f"{place}: {text}" for text in _shape(architecture, result)]
        wrong += [
            f"{place}: check {check.name!r} failed: {check.detail}"
            for check in result.failed_checks
            if check.name not in flags
        ]
        if not result.checks:
            wrong.append(f"{place}: the result has no checks")
        wrong += [f"{place}: {text}" for text in _round_trip(result)]
        wrong += [f"{place}: {text}" for text in _provenance(architecture, result)]
    refusal = _refusal(trials)
    detail = "declarations, shape, JSON round trip, provenance, refusals"
    return Verdict("contract", tried, (*wrong, *refusal), detail=detail)


def determinism(trials: Trials) -> Verdict:
    """The same arguments give the same result, byte for byte, whatever ran in between."""
    wrong = []
    first = {(run.name, fidelity): _text(result) for run, fidelity, result in trials.cases()}
    for run, fidelity, _ in trials.cases():
        if _text(trials.fresh(run, fidelity)) != first[run.name, fidelity]:
            wrong.append(f"{run.name}, {fidelity}: a second run gives another result")
    return Verdict("determinism", len(first), tuple(wrong), detail="a second run, all others first")


def conserved_bytes(trials: Trials) -> Verdict:
    """Every run checks that the bytes sent are the bytes received."""
    return _checked(trials, "bytes", _BYTES)


def conserved_work(trials: Trials) -> Verdict:
    """Every run checks that the work done is the work asked for."""
    return _checked(trials, "work", _WORK)


def conserved_energy(trials: Trials) -> Verdict:
    """Components sum to the total; operations to no more than their dynamic energy."""
    wrong, tried = [], 0
    for run, fidelity, result in trials.cases():
        tried += 1
        place, table = f"{run.name}, {fidelity}", result.components
        dynamic = math.fsum(table["dynamic_energy_j"])
        parts = dynamic + math.fsum(table["static_energy_j"])
        if not math.isclose(parts, result.energy_j, rel_tol=ROUNDING):
            wrong.append(f"{place}: components have {parts:g} J, the run {result.energy_j:g} J")
        asked = math.fsum(result.operations["energy_j"])
        if asked > dynamic * (1.0 + ROUNDING):
            wrong.append(f"{place}: operations take {asked:g} J of {dynamic:g} J dynamic energy")
        power = result.average_power_w * result.latency_s
        if not math.isclose(power, result.energy_j, rel_tol=ROUNDING):
            wrong.append(f"{place}: power times time is {power:g} J, not {result.energy_j:g} J")
        area = math.fsum(table["area_mm2"])
        if not math.isclose(area, result.area_mm2, rel_tol=ROUNDING):
            wrong.append(f"{place}: components have {area:g} mm2, the run {result.area_mm2:g} mm2")
    return Verdict("energy", tried, tuple(wrong), detail="components and operations add up")


def bounds(trials: Trials) -> Verdict:
    """Utilisations lie in [0, 1], operations in the run, and no run is below its roofline."""
    wrong, tried = [], 0
    for run, fidelity, result in trials.cases():
        tried += 1
        place, end = f"{run.name}, {fidelity}", result.latency_s * (1.0 + ROUNDING)
        for name, share, busy in zip(
            *(result.components[key] for key in ("component", "utilisation", "busy_s")), strict=True
        ):
            if not 0.0 <= share <= 1.0 + ROUNDING:
                wrong.append(f"{place}: {name} has a utilisation of {share:g}")
            if abs(busy - share * result.latency_s) > ROUNDING * max(result.latency_s, busy):
                wrong.append(f"{place}: {name} is busy for {busy:g} s, not utilisation x latency")
        operations = result.operations
        outside = (operations["start_s"] < 0.0) | (operations["end_s"] > end)
        outside |= operations["end_s"] < operations["start_s"]
        if outside.any():
            names = operations["operation"][outside]
            wrong.append(f"{place}: operation {names.iloc[0]!r} lies outside of the run")
        wrong += [f"{place}: {text}" for text in _named_checks(result, _ROOFLINE)]
    return Verdict("bounds", tried, tuple(wrong), detail="utilisation, operations, roofline")


def _declarations(architecture: Architecture, kind: str) -> Iterator[str]:
    missing = sorted(getattr(type(architecture), "__abstractmethods__", ()))
    for name in missing:
        yield f"the method {name!r} is abstract"
    if architecture.kind != kind:
        yield f"the family calls itself {architecture.kind!r}, not {kind!r}"
    if not architecture.title.strip():
        yield "the family has no title"
    model: object = architecture.hardware_model
    if not (isinstance(model, type) and issubclass(model, HardwareSpec)):
        yield "hardware_model is no HardwareSpec"
    if not architecture.workload_kinds:
        yield "the family runs no kind of workload"
    names = [getattr(item, "name", "") for item in architecture.metrics]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"the metric {name!r} is declared twice"
    declared: tuple[object, ...] = tuple(architecture.metrics)
    for item in declared:
        if not isinstance(item, MetricDeclaration):
            yield f"{item!r} is no MetricDeclaration"
    if not all(text.strip() for text in architecture.components.values()):
        yield "a component has no meaning"


def _shape(architecture: Architecture, result: Result) -> Iterator[str]:
    declared = {item.name for item in architecture.metrics}
    for name in sorted(set(result.metrics) - declared):
        yield f"the metric {name!r} is not declared"
    known = architecture.components
    if known and "*" not in known:
        for name in sorted(set(result.components["component"]) - set(known)):
            yield f"the component {name!r} is not declared"
    for table, columns in (
        (result.components, COMPONENT_COLUMNS),
        (result.operations, OPERATION_COLUMNS),
    ):
        if list(table.columns[: len(columns)]) != list(columns):
            yield f"a table has the columns {list(table.columns)}, not {list(columns)}"
    if not len(result.components):
        yield "the result has no components"
    if not result.latency_s > 0.0:
        yield f"the latency is {result.latency_s}"


def _round_trip(result: Result) -> Iterator[str]:
    try:
        again = Result.from_dict(json.loads(_text(result)))
    except (ArchsimError, ValueError) as error:
        yield f"the result does not survive JSON: {error}"
        return
    if _text(again) != _text(result):
        yield "the result is another one after JSON"


def _provenance(architecture: Architecture, result: Result) -> Iterator[str]:
    facts = result.provenance
    if facts.get("architecture") != architecture.kind:
        yield f"the provenance names the architecture {facts.get('architecture')!r}"
    listed = facts.get("constants")
    if not isinstance(listed, list) or not listed:
        yield "the provenance lists no constants"
        return
    for item in listed:
        if not item.get("source") or item.get("certainty") not in typing.get_args(Certainty):
            yield f"the constant {item.get('key')!r} has no source or certainty"


def _refusal(trials: Trials) -> Iterator[str]:
    """Yield what is wrong with the way a workload of another kind is refused."""
    from archsim.testing.small import SMALL_WORKLOADS

    others = sorted(set(WORKLOAD_KINDS) - trials.architecture.workload_kinds)
    if not others or not trials.profile.runs:
        return
    from archsim.api import load_workload

    hardware = trials.hardware(trials.profile.runs[0])
    try:
        trials.architecture.simulate(
            hardware,
            load_workload(SMALL_WORKLOADS[others[0]][0]),
            fidelity="analytic",
            seed=0,
            timeline=None,
        )
    except InputError as error:
        if unclear(error):
            yield unclear(error)
    except Exception as error:  # anything else is what the relation looks for
        yield f"a workload of kind {others[0]!r} raises {type(error).__name__}, no InputError"
    else:
        yield f"a workload of kind {others[0]!r} is run, not refused"


def _checked(trials: Trials, relation: str, words: str) -> Verdict:
    wrong, seen, tried = [], [], 0
    for run, fidelity, result in trials.cases():
        tried += 1
        texts = [f"{run.name}, {fidelity}: {text}" for text in _named_checks(result, words)]
        allowed = trials.allowed(relation, run.name)
        if allowed is None:
            wrong += texts
        else:
            seen += [f"{text} ({allowed.reason})" for text in texts]
    return Verdict(relation, tried, tuple(wrong), tuple(seen), f"checks {words!r}")


def _named_checks(result: Result, words: str) -> list[str]:
    found = [check for check in result.checks if words in check.name and "claim" not in check.name]
    if not found:
        return [f"no check {words!r}"]
    return [f"{check.name}: {check.detail}" for check in found if not check.passed]


def _text(result: Result) -> str:
    return json.dumps(result.to_dict(), sort_keys=True, allow_nan=False)
