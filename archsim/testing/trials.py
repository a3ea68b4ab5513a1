"""The runs behind the relations: each simulated once, whatever asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from archsim.api.loading import hardware_document, load_workload
from archsim.architectures import registry
from archsim.architectures.base import FIDELITIES, Architecture, Fidelity
from archsim.config import HardwareSpec, WorkloadSpec, build
from archsim.config.nested import replaced
from archsim.errors import InputError
from archsim.result import Result
from archsim.testing.profile import Allowed, ConformanceProfile, ConformanceRun, Settings
from archsim.testing.verdict import Verdict

_NONE: Settings = MappingProxyType({})


class Trials:
    """Runs of one family, kept by what was run.

    Args:
        architecture: The family, or its kind.
        profile: Runs and promises.
    """

    def __init__(self, architecture: Architecture | str, profile: ConformanceProfile) -> None:
        found = registry.get(architecture) if isinstance(architecture, str) else architecture
        self.architecture: Architecture = found
        self.profile = profile
        self._kept: dict[tuple[str, ...], Result] = {}

    def run(self, name: str) -> ConformanceRun:
        """Return a run by name.

        Raises:
            InputError: The profile has no run of that name.
        """
        for item in self.profile.runs:
            if item.name == name:
                return item
        names = ", ".join(item.name for item in self.profile.runs)
        raise InputError("the profile names a run it does not have", found=name, allowed=names)

    def cases(self) -> Iterator[tuple[ConformanceRun, Fidelity, Result]]:
        """Yield every run in both fidelities."""
        for item in self.profile.runs:
            for fidelity in FIDELITIES:
                yield item, fidelity, self.result(item, fidelity)

    def hardware(self, run: ConformanceRun, settings: Settings = _NONE) -> HardwareSpec:
        """Return the hardware of a run with settings on top of its own."""
        document = hardware_document(run.hardware, {**run.hardware_settings, **settings})
        return build(self.architecture.hardware_model, document)

    def workload(self, run: ConformanceRun, settings: Settings = _NONE) -> WorkloadSpec:
        """Return the workload of a run with settings on top of its own."""
        changes = {**run.workload_settings, **settings}
        source = run.workload
        if isinstance(source, Mapping):  # lists are replaced whole, which settings do too
            return load_workload(replaced(source, changes))
        return load_workload(source, changes)

    def result(
        self,
        run: ConformanceRun,
        fidelity: Fidelity,
        hardware: Settings = _NONE,
        workload: Settings = _NONE,
    ) -> Result:
        """Return the result of a run with settings; simulated at the first call only."""
        key = (run.name, fidelity, repr(sorted(hardware.items())), repr(sorted(workload.items())))
        if key not in self._kept:
            self._kept[key] = self.fresh(run, fidelity, hardware, workload)
        return self._kept[key]

    def fresh(
        self,
        run: ConformanceRun,
        fidelity: Fidelity,
        hardware: Settings = _NONE,
        workload: Settings = _NONE,
    ) -> Result:
        """Return the result of a run that is simulated now, with seed 0."""
        return self.architecture.simulate(
            self.hardware(run, hardware),
            self.workload(run, workload),
            fidelity=fidelity,
            seed=0,
            timeline=None,
        )

    def allowed(self, relation: str, *names: str) -> Allowed | None:
        """Return the named exception of a relation about one of these names."""
        wanted = {f"{relation}: {name}" for name in names}
        found = [item for item in self.profile.allowed if item.about in wanted]
        return found[0] if found else None

    def not_applicable(self, relation: str, otherwise: str) -> Verdict:
        """Return the verdict on a relation that the family has no instance of."""
        reason = self.profile.not_applicable.get(relation, otherwise)
        return Verdict(relation, 0, (), detail=reason)


def number_at(spec: HardwareSpec, key: str) -> float | None:
    """Return the number under a dotted key of a specification; ``None`` where there is none."""
    value: object = spec
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else getattr(value, part, None)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def scaled(spec: HardwareSpec, key: str, factor: float) -> object:
    """Return a key's number times a factor; a whole number stays one.

    Raises:
        InputError: The key holds no number, or no whole number comes of it.
    """
    value = number_at(spec, key)
    if value is None:
        raise InputError("the profile scales a key that holds no number", key=key)
    product = value * factor
    if isinstance(value, int):
        if product != int(product):
            raise InputError("no whole number comes of this", key=key, found=f"{value} x {factor}")
        return int(product)
    return product
