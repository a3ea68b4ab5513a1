"""What changed between two results: configuration, figures, and where time and energy went."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from archsim.report.activity import time_by_activity, time_by_share
from archsim.report.breakdown import Share, energy_parts, time_by_operation
from archsim.report.comparing import HEADLINES
from archsim.result import ROUNDING

if TYPE_CHECKING:
    from archsim.result import Result


@dataclass(frozen=True, slots=True)
class Change:
    """A figure in both results.

    Attributes:
        name: Figure, operation or component.
        before: Value in the first result; ``None`` when it is not there.
        after: Value in the second result; ``None`` when it is not there.
    """

    name: str
    before: float | None
    after: float | None

    @property
    def difference(self) -> float:
        """``after - before``, an absent value counting as 0."""
        return (self.after or 0.0) - (self.before or 0.0)

    @property
    def relative(self) -> float | None:
        """``after / before - 1``; ``None`` where that has no meaning."""
        if self.before is None or self.after is None or self.before == 0:
            return None
        found = self.after / self.before - 1
        return found if math.isfinite(found) else None


@dataclass(frozen=True, slots=True)
class Setting:
    """A configuration key whose value differs; ``"(absent)"`` where one side lacks it."""

    key: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that differs between two results.

    Attributes:
        settings: Configuration keys and run arguments that differ.
        figures: Headline figures and metrics, equal ones included.
        time: Seconds per operation name, largest change first; equal ones left out.
        busy: Busy seconds per component, largest change first; equal ones left out.
        energy: Joules per component, largest change first; equal ones left out. They add up to
            the change of the energy.
        latency_by_component: Seconds in which each set of components works. They add up to the
            change of the latency.
        latency_by_operation: Seconds per operation name, moments in which several run shared
            equally. They add up to the change of the latency.
        energy_by_operation: Dynamic joules per operation name, then what no operation caused, and
            static energy. They add up to the change of the energy.
    """

    settings: tuple[Setting, ...]
    figures: tuple[Change, ...]
    time: tuple[Change, ...]
    busy: tuple[Change, ...]
    energy: tuple[Change, ...]
    latency_by_component: tuple[Change, ...]
    latency_by_operation: tuple[Change, ...]
    energy_by_operation: tuple[Change, ...]

    def to_dict(self) -> dict[str, object]:
        """Return plain JSON data, with ``difference`` and ``relative`` of every figure."""
        changes = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name != "settings"
        }
        return {
            "settings": [asdict(item) for item in self.settings],
            **{
                name: [
                    {**asdict(item), "difference": item.difference, "relative": item.relative}
                    for item in items
                ]
                for name, items in changes.items()
            },
        }


def difference(before: Result, after: Result) -> Difference:
    """Compare two results, figure by figure."""
    figures = [Change(name, getattr(before, name), getattr(after, name)) for name in HEADLINES]
    names = {**before.metrics, **after.metrics}
    figures += [Change(name, before.metrics.get(name), after.metrics.get(name)) for name in names]
    return Difference(
        settings=tuple(_settings(before.provenance, after.provenance)),
        figures=tuple(figures),
        time=_changes(_times(before), _times(after)),
        busy=_changes(_components(before, "busy_s"), _components(after, "busy_s")),
        energy=_changes(
            _components(before, "dynamic_energy_j", "static_energy_j"),
            _components(after, "dynamic_energy_j", "static_energy_j"),
        ),
        latency_by_component=_changes(
            _values(time_by_activity(before)), _values(time_by_activity(after))
        ),
        latency_by_operation=_changes(
            _values(time_by_share(before, "operation")), _values(time_by_share(after, "operation"))
        ),
        energy_by_operation=_changes(
            _values(energy_parts(before, "operation")), _values(energy_parts(after, "operation"))
        ),
    )


def _times(result: Result) -> dict[str, float]:
    return _values(time_by_operation(result))


def _values(shares: Iterable[Share]) -> dict[str, float]:
    return {share.name: share.value for share in shares}


def _components(result: Result, *columns: str) -> dict[str, float]:
    totals: dict[str, float] = {}
    table = result.components
    for name, *cells in zip(
        table["component"], *(table[column] for column in columns), strict=True
    ):
        totals[str(name)] = totals.get(str(name), 0.0) + math.fsum(cells)
    return totals


def _changes(before: Mapping[str, float], after: Mapping[str, float]) -> tuple[Change, ...]:
    """Return what changed by more than the rounding of a difference of two times can explain."""
    changes = [Change(name, before.get(name), after.get(name)) for name in {**before, **after}]
    slack = ROUNDING * max([*before.values(), *after.values()], default=0.0)
    moved = [
        change
        for change in changes
        if (change.before is None) != (change.after is None) or abs(change.difference) > slack
    ]
    return tuple(sorted(moved, key=lambda change: (-abs(change.difference), change.name)))


def _settings(before: Mapping[str, object], after: Mapping[str, object]) -> list[Setting]:
    left, right = flatten(_inputs(before)), flatten(_inputs(after))
    keys = {**left, **right}
    return [
        Setting(key, left.get(key, "(absent)"), right.get(key, "(absent)"))
        for key in keys
        if left.get(key) != right.get(key)
    ]


def _inputs(provenance: Mapping[str, object]) -> dict[str, object]:
    """Return what a run was given: its arguments and both configurations."""
    inputs: dict[str, object] = {
        key: provenance[key]
        for key in ("archsim_version", "architecture", "fidelity", "seed")
        if key in provenance
    }
    for owner in ("hardware", "workload"):
        described = provenance.get(owner)
        if isinstance(described, Mapping):
            inputs[owner] = described.get("configuration", {})
    return inputs


def flatten(value: object, prefix: str = "") -> dict[str, str]:
    """Return dotted key to shown value of every leaf; lists are leaves."""
    if isinstance(value, Mapping) and value:
        leaves: dict[str, str] = {}
        for key, item in value.items():
            leaves.update(flatten(item, f"{prefix}.{key}" if prefix else str(key)))
        return leaves
    return {prefix: _shown(value)}


def _shown(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, float) else str(value)
