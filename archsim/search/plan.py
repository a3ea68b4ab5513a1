"""The runs of a search: methods, their settings and common seeds, each run named by its content."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from archsim.config import content_text
from archsim.errors import InputError
from archsim.search.registry import find_method, read_settings
from archsim.search.running import Budget
from archsim.space.parameter import text
from archsim.sweeps.evaluating import make_task
from archsim.sweeps.identity import KEY_BYTES
from archsim.version import __version__

if TYPE_CHECKING:
    from archsim.space import Study, Value
    from archsim.space.study_file import MethodSpec

MAXIMUM_RUNS = 100_000


@dataclass(frozen=True)
class RunPlan:
    """One run: what decides its steps, and what it belongs to.

    Attributes:
        study: Name of the study.
        group: Label of the method in the study; settings tried in a grid share it.
        method: What the run's method is called in tables: the label, with the grid's settings.
        algorithm: Name of the algorithm.
        options: Its settings, all of them.
        seed: Seed of the run.
        budget: What it may spend.
        policy_samples: Designs to draw from the final policy.
        space: Hash of the space with its base design and fidelity.
        trace_hash: Hash of the base workload.
        objective: Objectives, constraints and reward as text.
        version: Version of archsim.
        key: Hash of all this but the names.
    """

    study: str
    group: str
    method: str
    algorithm: str
    options: Mapping[str, Value]
    seed: int
    budget: Budget
    policy_samples: int
    space: str
    trace_hash: str
    objective: str
    version: str
    key: bytes


def make_plans(study: Study) -> list[RunPlan]:
    """Return the runs of a study: for each seed every method, so that methods go side by side.

    Raises:
        InputError: There is no budget, or a method, setting or label is wrong.
    """
    spec = study.spec
    budget = Budget(spec.budget.evaluations, spec.budget.unique)
    variants = list(_variants(study))
    if len(variants) * spec.seeds > MAXIMUM_RUNS:
        raise InputError(
            "the search has too many runs", key="seeds",
            found=f"{len(variants)} methods and settings, {spec.seeds} seeds",
            allowed=f"at most {MAXIMUM_RUNS} runs",
        )  # fmt: skip
    space, trace, objective = _space_hash(study), study.workload.content_hash(), wanted(study)
    plans = []
    for seed in range(spec.seed, spec.seed + spec.seeds):
        for group, method, algorithm, options in variants:
            decisive = {
                "algorithm": algorithm, "options": dict(options), "seed": seed,
                "budget": [budget.evaluations, budget.unique],
                "policy_samples": spec.final_policy_samples,
                "space": space, "trace": trace, "objective": objective, "version": __version__,
            }  # fmt: skip
            key = hashlib.sha256(content_text(decisive).encode()).digest()[:KEY_BYTES]
            plan = RunPlan(
                study.name, group, method, algorithm, options, seed, budget,
                spec.final_policy_samples, space, trace, objective, __version__, key,
            )  # fmt: skip
            plans.append(plan)
    return plans


def wanted(study: Study) -> str:
    """Return objectives, constraints and reward of a study as one line."""
    parts = []
    for item in study.objectives:
        more = [] if item.weight == 1 else [f"weight {item.weight:g}"]
        more += [] if item.target is None else [f"target {item.target:.12g}"]
        parts.append(f"{item} ({', '.join(more)})" if more else str(item))
    parts += [str(item) for item in study.constraints]
    reward = study.spec.reward.model_dump(mode="json", exclude_defaults=True)
    if reward:
        parts.append("reward " + ", ".join(f"{name} {text(reward[name])}" for name in reward))
    return "; ".join(parts)


def _variants(study: Study) -> Iterator[tuple[str, str, str, dict[str, Value]]]:
    """Yield label, name in tables, algorithm and complete settings of every method."""
    several = study.spec.methods
    if several and "method" in study.spec.model_fields_set:
        raise InputError("give either method or methods, not both", key="methods")
    methods = several or (study.spec.method,)
    keys = [f"methods.{at}" for at in range(len(several))] or ["method"]
    labels = Counter(item.label or item.name for item in methods)
    for key, spec in zip(keys, methods, strict=True):
        label = spec.label or spec.name
        if labels[label] > 1:
            raise InputError(
                "two methods have the same label", key=f"{key}.label", found=repr(label),
                allowed="a label of its own for each",
            )  # fmt: skip
        for settings in _combinations(key, spec):
            find_method(spec.name, f"{key}.name")
            found = read_settings(spec.name, {**spec.options, **settings}, f"{key}.options")
            options = found.model_dump(mode="json")
            shown = ", ".join(f"{name}={text(value)}" for name, value in settings.items())
            yield label, f"{label} {shown}".strip(), spec.name, options


def _combinations(key: str, spec: MethodSpec) -> Iterator[dict[str, Value]]:
    both = sorted(set(spec.grid) & set(spec.options))
    if both:
        raise InputError(
            "a setting is given once or tried in a grid, not both", key=f"{key}.grid.{both[0]}"
        )
    for values in product(*spec.grid.values()):
        yield dict(zip(spec.grid, values, strict=True))


def _space_hash(study: Study) -> str:
    """Return the hash of everything that decides a design's figures, the workload apart."""
    task = make_task(study, study.spec.fidelity)
    content = {
        "hardware": study.hardware.content_hash(),
        "parameters": [
            [item.key, item.kind, item.group, list(item.values), json.dumps(item.inert_when)]
            for item in study.space.parameters
        ],
        "fidelity": [task.fidelity, task.form, task.seed],
    }
    return hashlib.sha256(content_text(content).encode()).hexdigest()
