"""The form of a study file: what to vary, what is wanted, how to look for it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from archsim.config import Bytes, PositiveInt, Seconds, Specification, StrictModel
from archsim.space.objective import ObjectiveSpec
from archsim.space.parameter import ParameterSpec, Value
from archsim.space.reward import RewardSpec

Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]
Text = Annotated[str, Field(min_length=1, max_length=1000)]


class MethodSpec(StrictModel):
    """How designs are chosen."""

    name: Text = Field(description="grid, list, random or sobol; a search has further ones")
    label: Annotated[str, Field(max_length=80)] = Field(
        default="", description="search: what the method is called in tables; absent: its name"
    )
    options: dict[str, Value] = Field(
        default_factory=dict, description="settings of the method, e.g. population: 64"
    )
    grid: dict[str, Annotated[tuple[Value, ...], Field(min_length=1, max_length=1000)]] = Field(
        default_factory=dict,
        description="search: settings to the values to try, every combination of them",
    )


class BudgetSpec(StrictModel):
    """How much may be spent."""

    evaluations: PositiveInt | None = Field(
        default=None,
        description="sweep: different designs to evaluate; absent: all of a grid or list. "
        "search: designs that each run may ask for, repeated ones counted each time",
    )
    unique: PositiveInt | None = Field(
        default=None, description="search: different designs that each run may ask for"
    )


class LimitsSpec(StrictModel):
    """What one trial may use; a trial that wants more is recorded as failed."""

    wall_s: Seconds | None = Field(default=None, description="wall time")
    memory_bytes: Bytes | None = Field(
        default=None, description="memory beyond what an idle worker has"
    )
    events: PositiveInt | None = Field(default=None, description="events of the simulation kernel")


class MultiFidelitySpec(StrictModel):
    """Analytic over all designs, event on the best: how many are simulated again."""

    best: PositiveInt = Field(
        default=10, description="best designs by the first objective, beside the Pareto front"
    )


class StudySpec(Specification):
    """A study (``kind: study``): a design space over one hardware and one workload."""

    kind: Literal["study"] = "study"
    hardware: Text | dict[str, object] = Field(
        description="the design to vary: a shipped name, a path beside the study, or itself"
    )
    workload: Text | dict[str, object] = Field(
        description="the workload: a shipped name, a path beside the study, or itself"
    )
    fidelity: Literal["analytic", "event"] = Field(
        default="analytic", description="closed forms, or contention and overlap"
    )
    space: dict[str, ParameterSpec] = Field(
        default_factory=dict, description="hardware.KEY or workload.KEY to its values"
    )
    designs: Annotated[tuple[dict[str, Value], ...], Field(max_length=1_000_000)] = Field(
        default=(), description="method list: the designs, each KEY to value"
    )
    objectives: Annotated[tuple[ObjectiveSpec | str, ...], Field(max_length=16)] = Field(
        default=("minimise latency_s",), description="minimise METRIC, maximise METRIC"
    )
    constraints: Annotated[tuple[str, ...], Field(max_length=64)] = Field(
        default=(), description="METRIC <= NUMBER"
    )
    reward: RewardSpec = Field(
        default_factory=RewardSpec, description="one number for each design, for a search"
    )
    method: MethodSpec = Field(default_factory=lambda: MethodSpec(name="grid"))
    methods: Annotated[tuple[MethodSpec, ...], Field(max_length=64)] = Field(
        default=(), description="search: several methods to compare, instead of method"
    )
    budget: BudgetSpec = Field(default_factory=BudgetSpec)
    limits: LimitsSpec = Field(default_factory=LimitsSpec)
    multi_fidelity: MultiFidelitySpec | None = Field(
        default=None, description="present: analytic over all, event on the best"
    )
    seed: Seed = Field(default=0, description="seed of random and Sobol designs, first of a search")
    seeds: Annotated[PositiveInt, Field(le=10_000)] = Field(
        default=10,
        description="search: runs of each method, with the seeds seed, seed + 1, ...; a sweep is "
        "one run",
    )
    final_policy_samples: Annotated[int, Field(ge=0, le=100_000)] = Field(
        default=64, description="search: designs drawn at the end from what a method has learnt"
    )
    simulation_seed: Seed = Field(default=0, description="seed of every simulation")
