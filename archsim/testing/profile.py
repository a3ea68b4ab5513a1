"""What a family promises beyond the contract, as data: the conformance kit checks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from archsim.api.loading import Source

Settings = Mapping[str, object]


@dataclass(frozen=True)
class ConformanceRun:
    """One run that the kit tries.

    Attributes:
        name: How verdicts call it.
        hardware: Name, path or data of a hardware.
        workload: Name, path or data of a workload.
        hardware_settings: Dotted keys replaced in the hardware.
        workload_settings: Dotted keys replaced in the workload.
        uncontended: Nothing contends, so both fidelities must take exactly as long.
        ordered: Event fidelity must not be faster than analytic.
    """

    name: str
    hardware: Source
    workload: Source
    hardware_settings: Settings = field(default_factory=dict)
    workload_settings: Settings = field(default_factory=dict)
    uncontended: bool = False
    ordered: bool = True


@dataclass(frozen=True)
class MoreIsNotSlower:
    """A hardware key of which more never makes a run slower.

    Attributes:
        key: Dotted key of a number.
        factors: What its value in the run is multiplied by, ascending.
        values: Values instead of factors, in the order in which runs must not get slower.
        runs: Names of runs; empty: every run whose hardware has the key.
    """

    key: str
    factors: tuple[float, ...] = (0.5, 1.0, 2.0)
    values: tuple[object, ...] = ()
    runs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Metamorphic:
    """Two variants of one run whose times have a known ratio.

    Attributes:
        relation: Which relation of the kit this is an instance of.
        run: Name of the run.
        hardware_factors: Dotted hardware key to what its number is multiplied by in the variant.
        hardware_settings: Dotted hardware keys replaced in the variant.
        workload_settings: Dotted workload keys replaced in the variant.
        time_ratio: Time of the variant over that of the run.
        same_energy: Energy must be equal too.
        tolerance: Relative difference allowed; times are whole femtoseconds.
    """

    relation: Literal["clock", "copies", "permutation"]
    run: str
    hardware_factors: Mapping[str, float] = field(default_factory=dict)
    hardware_settings: Settings = field(default_factory=dict)
    workload_settings: Settings = field(default_factory=dict)
    time_ratio: float = 1.0
    same_energy: bool = False
    tolerance: float = 1e-6


@dataclass(frozen=True)
class Allowed:
    """A named exception to a relation.

    Attributes:
        about: What it is about: ``relation: key``, ``relation: run`` or the name of a check.
        reason: Why the exception is right.
        at_most: Largest relative deviation that it covers.
    """

    about: str
    reason: str
    at_most: float = 0.0


@dataclass(frozen=True)
class ConformanceProfile:
    """What one family is tried on and promises.

    Attributes:
        kind: The family.
        runs: Runs to try; small ones.
        monotonic: Keys of which more is never slower.
        metamorphic: Relations between two runs.
        not_applicable: Relation to the reason why the family has no instance of it.
        allowed: Named exceptions, each with its reason.
        flags: Checks that judge the design or a claim, not the run; they may fail.
    """

    kind: str
    runs: tuple[ConformanceRun, ...]
    monotonic: tuple[MoreIsNotSlower, ...] = ()
    metamorphic: tuple[Metamorphic, ...] = ()
    not_applicable: Mapping[str, str] = field(default_factory=dict)
    allowed: tuple[Allowed, ...] = ()
    flags: tuple[Allowed, ...] = ()
