"""``load_study``: from a study file to a checked space, objectives and constraints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archsim.api.loading import Source, beside, load_hardware, load_workload
from archsim.api.simulating import architecture_for
from archsim.config import Document, HardwareSpec, WorkloadSpec, build, load_document
from archsim.errors import InputError, shown
from archsim.result import STANDARD_METRICS
from archsim.space.constraint import Constraint, read_constraint
from archsim.space.keys import OWNERS, Vocabulary
from archsim.space.objective import Objective, read_objective
from archsim.space.parameter import Parameter, Value
from archsim.space.reward import ARCHGYM_METRICS
from archsim.space.space import Space
from archsim.space.study_file import StudySpec

if TYPE_CHECKING:
    from archsim.architectures import Architecture

MAXIMUM_NAME = 120


@dataclass(frozen=True)
class Study:
    """A study, read and checked.

    Attributes:
        spec: The file's content.
        architecture: Family that simulates the designs.
        hardware: The design that the space varies.
        workload: The workload that the space varies.
        space: Every design there is.
        listed: Method ``list``: the levels of each design; empty otherwise.
        objectives: At least one.
        constraints: Limits that a design must keep to.
        metrics: Every figure of the family with its unit, the standard ones first.
    """

    spec: StudySpec
    architecture: Architecture
    hardware: HardwareSpec
    workload: WorkloadSpec
    space: Space
    listed: tuple[tuple[int, ...], ...]
    objectives: tuple[Objective, ...]
    constraints: tuple[Constraint, ...]
    metrics: Mapping[str, str]

    @property
    def name(self) -> str:
        """Name of the study."""
        return self.spec.name

    @property
    def wanted_metrics(self) -> frozenset[str]:
        """Figures that the objectives, the constraints and the reward need."""
        wanted = {objective.metric for objective in self.objectives}
        wanted |= {constraint.metric for constraint in self.constraints}
        if self.spec.reward.form == "archgym":
            wanted.update(ARCHGYM_METRICS)
        return frozenset(wanted)


def load_study(source: Source, overrides: Mapping[str, object] | None = None) -> Study:
    """Read a study.

    Args:
        source: A shipped name (``archsim list studies``), a path, or the data itself.
        overrides: Dotted key to value, e.g. ``{"budget.evaluations": 100}``.

    Raises:
        InputError: What is wrong, where, and what is allowed instead.
    """
    document = load_document(source, "workloads", overrides)
    _check_kind(document)
    spec = build(StudySpec, document)
    with _at(document, "name"):
        _check_name(spec.name)
    with _at(document, "hardware"):
        hardware = load_hardware(beside(document, spec.hardware))
    with _at(document, "workload"):
        workload = load_workload(beside(document, spec.workload))
        architecture = architecture_for(hardware, workload)
    vocabulary = Vocabulary({"hardware": hardware, "workload": workload}, _loaders(document, spec))
    parameters = []
    for key, parameter in spec.space.items():
        with _at(document, f"space.{key}"):
            parameters.append(vocabulary.parameter(key, parameter))
    listed: list[dict[str, Value]] = []
    if spec.method.name == "list" or spec.designs:
        listed, parameters = _listed(document, spec, vocabulary, parameters)
    with _at(document, "space"):
        space = Space(parameters)
    metrics = {item.name: item.unit for item in (*STANDARD_METRICS, *architecture.metrics)}
    objectives, constraints = [], []
    for at, wanted in enumerate(spec.objectives):
        with _at(document, f"objectives.{at}"):
            objectives.append(read_objective(wanted, metrics))
    if not objectives:
        raise InputError(
            "a study needs at least one objective", where=document.locate("objectives"),
            key="objectives", allowed="minimise METRIC or maximise METRIC",
        )  # fmt: skip
    for at, text in enumerate(spec.constraints):
        with _at(document, f"constraints.{at}"):
            constraints.append(read_constraint(text, metrics))
    with _at(document, "reward"):
        spec.reward.check(objectives, metrics)
    return Study(
        spec=spec,
        architecture=architecture,
        hardware=hardware,
        workload=workload,
        space=space,
        listed=tuple(space.levels_at(point) for point in listed),
        objectives=tuple(objectives),
        constraints=tuple(constraints),
        metrics=metrics,
    )


def _check_kind(document: Document) -> None:
    kind = document.data.get("kind", "study")
    if kind != "study":
        raise InputError(
            "expected a study file", where=document.locate("kind"), key="kind", found=shown(kind),
            allowed="study",
        )  # fmt: skip


def _check_name(name: str) -> None:
    """Refuse a name that can't be a file's, because the ledger is called after the study."""
    if len(name) > MAXIMUM_NAME or name.startswith(".") or any(c in name for c in '/\\:*?"<>|'):
        raise InputError(
            "the name of a study names its ledger file too", found=repr(name),
            allowed=f"at most {MAXIMUM_NAME} characters that a file name may have",
        )  # fmt: skip


@contextmanager
def _at(document: Document, key: str) -> Iterator[None]:
    """Tell errors of a block from a key of the study, unless they speak of another file."""
    try:
        yield
    except InputError as error:
        if error.where and error.where != "--set":
            raise
        inner = f"{key}.{error.key}" if error.key and not key.startswith("space.") else key
        raise type(error).located(_keyed(error, inner), document.locate(key)) from error


def _keyed(error: InputError, key: str) -> InputError:
    return InputError(
        error.problem, key=key, found=error.found, allowed=error.allowed,
        suggestion=error.suggestion, others=error.others,
    )  # fmt: skip


def _loaders(
    document: Document, spec: StudySpec
) -> dict[str, Callable[[Mapping[str, object]], object]]:
    hardware, workload = beside(document, spec.hardware), beside(document, spec.workload)
    return {
        "hardware": lambda settings: load_hardware(hardware, settings),
        "workload": lambda settings: load_workload(workload, settings),
    }


def _listed(
    document: Document, spec: StudySpec, vocabulary: Vocabulary, parameters: list[Parameter]
) -> tuple[list[dict[str, Value]], list[Parameter]]:
    """Return the listed designs, complete, and parameters with exactly the values they use."""
    where = document.locate("designs" if spec.designs else "method")
    if spec.method.name != "list":
        raise InputError(
            "designs are listed, but the method is another", where=where, key="designs",
            found=repr(spec.method.name), allowed="method: {name: list}",
        )  # fmt: skip
    if parameters:
        raise InputError(
            "the method list takes designs, not a space", where=document.locate("space"),
            key="space",
        )  # fmt: skip
    if not spec.designs:
        raise InputError("the method list needs designs", where=where, key="designs")
    keys = list(dict.fromkeys(key for design in spec.designs for key in design))
    if not keys:
        raise InputError("the designs set no key", where=where, key="designs",
                         allowed=", ".join(f"{owner}.KEY" for owner in OWNERS))  # fmt: skip
    designs: list[dict[str, Value]] = []
    for at, design in enumerate(spec.designs):
        with _at(document, f"designs.{at}"):
            for key in design:
                vocabulary.check_key(key)
            designs.append(
                {
                    key: vocabulary.value(key, design[key])
                    if key in design
                    else vocabulary.base(key)
                    for key in keys
                }
            )
    found = [
        Parameter(key, "categorical", _distinct([design[key] for design in designs]))
        for key in keys
    ]
    return designs, found


def _distinct(values: list[Value]) -> tuple[Value, ...]:
    kept = dict.fromkeys((isinstance(value, bool), value) for value in values)
    return tuple(value for _, value in kept)
