"""What a name means: metrics, columns, configuration keys, constants, units, shipped names."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archsim.api.catalogue import SECTIONS, catalogue
from archsim.api.keys import Key, explained_keys
from archsim.errors import ArchsimError, UnknownNameError
from archsim.result import (
    COMPONENT_CACHE_PEAK,
    COMPONENT_COLUMNS,
    COMPONENT_PEAKS,
    OPERATION_CACHE_WORK,
    OPERATION_COLUMNS,
    OPERATION_WORK,
    STANDARD_METRICS,
)

if TYPE_CHECKING:
    from archsim.architectures import Architecture
    from archsim.config import HardwareSpec, WorkloadSpec
    from archsim.result import MetricDeclaration
    from archsim.result.provenance import NamedConstant


@dataclass(frozen=True, slots=True)
class Entry:
    """One meaning of a name.

    Attributes:
        name: The full name.
        category: What it is, e.g. ``"metric of npu_pim"``.
        unit: Its unit; empty when it has none.
        meaning: One sentence; empty when nothing more is known.
        details: Further facts as (label, text).
    """

    name: str
    category: str
    unit: str
    meaning: str
    details: tuple[tuple[str, str], ...] = ()


_UNIT_SUFFIXES: dict[str, str] = {
    "_bytes_per_s": "B/s",
    "_bytes": "B",
    "_hz": "Hz",
    "_mm2": "mm2",
    "_cycles": "cycles",
    "_s": "s",
    "_j": "J",
    "_w": "W",
    "_v": "V",
    "_a": "A",
}
"""Suffix of a key to its unit; the longest that fits counts, so it stands first."""


def explain(name: str) -> list[Entry]:
    """Return every meaning of a name.

    A configuration key is found by its full dotted path, with ``hardware.`` or ``workload.`` in
    front of it or not, and by its last parts.

    Raises:
        UnknownNameError: Nothing is called that; the nearest name is suggested.
    """
    wanted = name.strip()
    entries = list(everything())
    found = matching(entries, wanted)
    if not found:
        spoken = {entry.name for entry in entries}
        spoken |= {entry.name.rpartition(".")[2] for entry in entries}
        raise UnknownNameError("name", name, sorted(spoken))
    return [_with_values(entry) for entry in found]


def matching(entries: Sequence[Entry], wanted: str) -> list[Entry]:
    """Return the entries that a name means: by whole name, by its last parts, or by a pattern.

    A ``*`` in an entry stands for a name or number of the user's, so ``accelerators.dla.pes`` is
    explained by ``hardware.accelerators.*.pes``; patterns count where nothing else fits.
    """
    exact = [e for e in entries if wanted and (e.name == wanted or e.name.endswith(f".{wanted}"))]
    found = exact or [e for e in entries if _fits(e.name.split("."), wanted.split("."))]
    whole, _, last = wanted.rpartition(".")
    # An entry of a list of plain numbers is explained by the list.
    return found if found or not last.isdigit() else matching(entries, whole)


def _fits(pattern: list[str], parts: list[str]) -> bool:
    if "*" not in pattern or not 1 < len(parts) <= len(pattern):
        return False
    pairs = list(zip(pattern[-len(parts) :], parts, strict=True))
    return all(want in ("*", got) for want, got in pairs) and pairs[-1][0] != "*"


def everything() -> Iterator[Entry]:
    """Yield every name that archsim knows, with its meaning."""
    yield from _metrics()
    yield from _columns()
    yield from _keys()
    yield from _components()
    yield from _operation_kinds()
    yield from _constants()
    yield from _units()
    for section in SECTIONS:
        for item in catalogue(section):
            details = (("file", item.path),) if item.path else ()
            category = f"{section.removesuffix('s')} {f'of kind {item.kind}' if item.path else ''}"
            yield Entry(item.name, category.strip(), "", item.description, details)


def _metrics() -> Iterator[Entry]:
    yield from (_declared(item, "figure of every result") for item in STANDARD_METRICS)
    for family in _families():
        yield from (_declared(item, f"metric of {family.kind}") for item in family.metrics)


def _columns() -> Iterator[Entry]:
    tables = (
        (
            "components",
            [*COMPONENT_COLUMNS.values(), *COMPONENT_PEAKS.values(), COMPONENT_CACHE_PEAK],
        ),
        (
            "operations",
            [*OPERATION_COLUMNS.values(), *OPERATION_WORK.values(), OPERATION_CACHE_WORK],
        ),
    )
    for table, columns in tables:
        yield from (_declared(item, f"column of Result.{table}") for item in columns)


def _declared(item: MetricDeclaration, category: str) -> Entry:
    return Entry(item.name, category, "" if item.unit == "name" else item.unit, item.meaning)


def _keys() -> Iterator[Entry]:
    from archsim.workload.load import WORKLOAD_KINDS, workload_class

    models: list[tuple[str, str, type[HardwareSpec] | type[WorkloadSpec]]] = [
        ("hardware", family.kind, family.hardware_model) for family in _families()
    ]
    models += [("workload", kind, workload_class(kind)) for kind in WORKLOAD_KINDS]
    for role, kind, model in models:
        for key in explained_keys(model):
            yield _key_entry(f"{role}.{key.path}", f"{role} key of kind {kind}", key)


def _key_entry(name: str, category: str, key: Key) -> Entry:
    if key.is_section:
        return Entry(name, category, "", key.meaning or "A section that holds further keys.")
    details = [("type", key.type)]
    details.append(("default", key.default) if key.default else ("required", "yes"))
    return Entry(name, category, _unit_of(key.path), key.meaning, tuple(details))


def _unit_of(path: str) -> str:
    return next((unit for end, unit in _UNIT_SUFFIXES.items() if path.endswith(end)), "")


def _with_values(entry: Entry) -> Entry:
    """Add to a hardware key the value that each shipped file of its kind gives it."""
    prefix = "hardware key of kind "
    if not entry.category.startswith(prefix) or not entry.details:
        return entry
    from archsim.api.loading import load_hardware
    from archsim.config import constants

    kind, path = entry.category.removeprefix(prefix), entry.name.removeprefix("hardware.")
    values = []
    for item in catalogue("hardware"):
        if item.kind != kind:
            continue
        for constant in constants(load_hardware(item.name)):
            if constant.key == path:
                value = _value_text(constant.value, entry.unit)
                text = f"{value} ({constant.certainty}: {constant.source})"
                values.append((item.name, text))
    details = (*entry.details, *values)
    return Entry(entry.name, entry.category, entry.unit, entry.meaning, details)


def _constants() -> Iterator[Entry]:
    from archsim.blocks.link import SERDES_AREA
    from archsim.technology import NODES_NM, all_constants, sram

    seen: set[str] = set()
    for family in _families():
        for item in family.constants():
            yield _constant(item, f"constant of {family.kind}")
    yield _constant(SERDES_AREA, "constant")
    for node in NODES_NM:
        for constant in all_constants(node):
            if constant.name not in seen:
                seen.add(constant.name)
                yield _constant(constant, "constant")
        # A macro is named after its size, and there may be any; one inside the fit speaks for all.
        macro = sram.access_energy(sram.FITTED_RANGE_BYTES[0], node)
        yield Entry(
            f"sram.access_energy.*.{node}nm", "constant", macro.unit,
            f"Energy of one bit read from or written to a macro of so many bytes. From: "
            f"{macro.source}",
            (("certainty", f"{macro.certainty}; estimate outside the fitted sizes"),),
        )  # fmt: skip


def _constant(item: NamedConstant, category: str) -> Entry:
    unit = str(getattr(item, "unit", ""))
    details = (("value", f"{item.value:.6g} {unit}".strip()), ("certainty", item.certainty))
    return Entry(item.name, category, unit, f"From: {item.source}", details)


def _value_text(value: float | tuple[float, ...], unit: str) -> str:
    from archsim.units import format_quantity

    numbers = value if isinstance(value, tuple) else (value,)
    return ", ".join(format_quantity(number, unit, digits=6) for number in numbers)


def _operation_kinds() -> Iterator[Entry]:
    from archsim.workload.kinds import KINDS

    for kind in KINDS.values():
        details = (("work", kind.work),)
        yield Entry(kind.name, "operation kind", "", kind.meaning, details)
    for family in _families():
        for name, meaning in family.operation_kinds.items():
            yield Entry(name, f"operation kind of {family.kind}", "", meaning)


def _components() -> Iterator[Entry]:
    for family in _families():
        for name, meaning in family.components.items():
            yield Entry(name, f"component of {family.kind}", "", meaning)


def _families() -> Iterator[Architecture]:
    from archsim.architectures import registry

    for kind in registry.names():
        # A broken package is named by ``archsim list architectures``; here it has nothing to say.
        with contextlib.suppress(ArchsimError):
            yield registry.get(kind)


def _units() -> Iterator[Entry]:
    from archsim.units import DIMENSIONS

    for dimension in DIMENSIONS.values():
        for unit, size in dimension.factors.items():
            meaning = f"{float(size):.15g} {dimension.unit}"
            details = (("example", f"'{dimension.example}'"), ("plain unit", dimension.unit))
            yield Entry(unit, f"unit of {dimension.name}", "", meaning, details)
