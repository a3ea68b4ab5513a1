"""Where every number is from: ``sources:`` maps key patterns to a source and its certainty.

A pattern is a dotted key in which ``*`` stands for anything, dots included: ``npu.*`` covers
``npu.frequency_hz`` and ``npu.sram.read_energy_j``. The key of a section covers all below it.
The most specific pattern wins: an exact key first, then the one with the most plain characters,
then the later one.

Who writes a value writes its source. When a file extends another one, or a setting overrides a
value, the changed value does not keep the source of the old one: without a source of its own
it is noted as ``set by user``, certainty ``estimate`` (see ``archsim.config.inheritance``). The
note is an entry of ``sources``, so it survives writing and reading a specification.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_serializer

from archsim.config.strict import StrictModel

Certainty = Literal["primary", "recalled", "inferred", "calibrated", "estimate"]
"""How sure a number is: read in the source itself, remembered from it, derived from other
numbers, fitted to measurements, or judged."""

SET_BY_USER = "set by user"
NO_SOURCE = "no source given"
_NOT_CONSTANTS = frozenset({"schema_version", "sources"})


class Source(StrictModel):
    """Where a number is from; in YAML ``{from: "...", certainty: primary}``."""

    text: Annotated[str, Field(min_length=1, max_length=500)] = Field(
        alias="from", description="publication, data sheet or reasoning"
    )
    certainty: Certainty = Field(description="how sure the number is")

    @model_serializer
    def _as_written(self) -> dict[str, str]:
        return {"from": self.text, "certainty": self.certainty}


@dataclass(frozen=True, slots=True)
class Constant:
    """One number of a specification with its source.

    Attributes:
        key: Dotted key, e.g. ``"npu.frequency_hz"``.
        value: The number; a list of numbers is one constant.
        source: Where it is from, as text.
        certainty: How sure it is.
    """

    key: str
    value: float | tuple[float, ...]
    source: str
    certainty: Certainty


def constants(spec: BaseModel) -> list[Constant]:
    """Return every number of a specification with its source, in the order of its fields.

    Numbers of a part that has ``sources`` of its own (a model inside a workload) are looked up
    there first.
    """
    return [_constant(key, value, source) for key, value, source in _numbers(spec, "", ())]


def numbers_without_source(spec: BaseModel) -> list[str]:
    """Return the keys of numbers whose source nobody has given."""
    return [
        key
        for key, _, source in _numbers(spec, "", ())
        if source is None or source.text.startswith(SET_BY_USER)
    ]


def find_source(key: str, sources: Mapping[str, Source]) -> Source | None:
    """Return the source that the most specific matching pattern gives for a key."""
    pattern = winning_pattern(key, sources)
    return None if pattern is None else sources[pattern]


def winning_pattern(key: str, patterns: Iterable[str]) -> str | None:
    """Return the most specific of the patterns that match a key, or ``None``."""
    best: tuple[bool, int] | None = None
    winner = None
    for pattern in patterns:
        if matches(pattern, key):
            rank = (pattern == key, len(pattern) - pattern.count("*"))
            if best is None or rank >= best:
                best, winner = rank, pattern
    return winner


def matches(pattern: str, key: str) -> bool:
    """Say whether a pattern covers a dotted key."""
    return _equals(pattern, key) or _equals(f"{pattern}.*", key)


def _equals(pattern: str, key: str) -> bool:
    """Match the whole key, each part between stars at its first place: no backtracking."""
    first, *middle = pattern.split("*")
    if not middle:
        return key == pattern
    last = middle.pop()
    if not key.startswith(first) or not key.endswith(last):
        return False
    start, end = len(first), len(key) - len(last)
    for part in middle:
        found = key.find(part, start, end)
        if found < 0:
            return False
        start = found + len(part)
    return start <= end


_Scope = tuple[str, Mapping[str, Source]]
"""A prefix and the sources whose patterns are relative to it."""


def _constant(key: str, value: float | tuple[float, ...], source: Source | None) -> Constant:
    if source is None:
        return Constant(key, value, NO_SOURCE, "estimate")
    return Constant(key, value, source.text, source.certainty)


def _numbers(
    value: object, key: str, scopes: tuple[_Scope, ...]
) -> Iterator[tuple[str, float | tuple[float, ...], Source | None]]:
    """Yield (key, number, source); ``scopes`` are tried from the innermost to the outermost."""
    if isinstance(value, BaseModel):
        own = getattr(value, "sources", None)
        inner = ((key, own), *scopes) if isinstance(own, Mapping) else scopes
        for name in type(value).model_fields:
            if name not in _NOT_CONSTANTS:
                yield from _numbers(getattr(value, name), _join(key, name), inner)
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _numbers(item, _join(key, str(name)), scopes)
    elif isinstance(value, list | tuple):
        if value and all(_is_number(item) for item in value):
            yield key, tuple(value), _look_up(key, scopes)
            return
        for index, item in enumerate(value):
            yield from _numbers(item, _join(key, str(index)), scopes)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield key, value, _look_up(key, scopes)


def _look_up(key: str, scopes: tuple[_Scope, ...]) -> Source | None:
    for prefix, sources in reversed(scopes):
        # A part's own patterns must not hide that a setting outside replaced this very number.
        exact = sources.get(key[len(prefix) :].lstrip("."))
        if exact is not None:
            return exact
    for prefix, sources in scopes:
        found = find_source(key[len(prefix) :].lstrip("."), sources)
        if found is not None:
            return found
    return None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _join(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name
