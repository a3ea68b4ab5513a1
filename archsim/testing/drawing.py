"""Values of a configuration key, drawn from its declaration: type, bounds, choices, sections."""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Mapping
from typing import Literal

from hypothesis import strategies as st
from pydantic import BaseModel

from archsim.config import Quantity
from archsim.config.keys import Declared, flat
from archsim.config.walking import key_name
from archsim.errors import InputError
from archsim.units import parse_quantity

Values = st.SearchStrategy[object]

_FACTORS = (0.1, 0.5, 0.75, 0.9, 1.0, 1.1, 1.5, 2.0, 3.0, 10.0)
_REPEATED = 8
"""How much larger than it was a repetition (a count in a workload) may be drawn."""
_LEAST_ROOM = 16


def value_of(declared: Declared, current: object, *, small: bool) -> Values:
    """Return a strategy of values for a key.

    Most values lie near the one that is there; some lie at the declared bounds, some just
    outside of them, where loading has to refuse them.

    Args:
        declared: Declaration of the key.
        current: Its value now, as a file holds it; ``None`` where it is absent.
        small: Keep whole numbers within a few times what they are, because they repeat work.
    """
    annotation, metadata = flat(declared)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return _any_of(arguments, metadata, current, small=small)
    if origin is Literal:
        return st.sampled_from(arguments)
    if annotation is bool:
        return st.booleans()
    if annotation in (int, float):
        return _number(metadata, current, whole=annotation is int, small=small)
    if origin in (list, tuple):
        return _entries(arguments[0], current, small=small)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return section(annotation, small=small)
    return st.just(current)


def section(model: type[BaseModel], *, small: bool) -> Values:
    """Return a strategy of mappings that a model may take: each required key, some others."""
    required: dict[str, Values] = {}
    optional: dict[str, Values] = {}
    for name, field in model.model_fields.items():
        declared = Declared(field.annotation, tuple(field.metadata))
        chosen = value_of(declared, None, small=small)
        (required if field.is_required() else optional)[key_name(name, field)] = chosen
    return st.fixed_dictionaries(required, optional=optional).map(dict)


def _any_of(
    options: tuple[object, ...], metadata: list[object], current: object, *, small: bool
) -> Values:
    strategies = [
        st.none() if option is types.NoneType
        else value_of(Declared(option, tuple(metadata)), current, small=small)
        for option in options
    ]  # fmt: skip
    return st.one_of(strategies)


def _entries(entry: object, current: object, *, small: bool) -> Values:
    """Return lists: the one that is there with entries left out, repeated or changed, or new."""
    fresh = st.lists(value_of(Declared(entry), None, small=small), max_size=4)
    if not isinstance(current, list | tuple) or not current:
        return st.lists(value_of(Declared(entry), 64, small=small), min_size=1, max_size=6)
    items = list(current)
    kept = st.lists(st.sampled_from(items), min_size=1, max_size=len(items) + 2)
    changed = st.tuples(
        st.integers(0, len(items) - 1), value_of(Declared(entry), items[0], small=small)
    ).map(lambda pair: [*items[: pair[0]], pair[1], *items[pair[0] + 1 :]])
    return st.one_of(kept, changed, fresh)


def _number(metadata: list[object], current: object, *, whole: bool, small: bool) -> Values:
    low, high = _limits(metadata)
    now = _plain(metadata, current)
    if now is None:
        now = min(max(1.0, low), high) if math.isfinite(low) else 1.0
    room = max(_REPEATED * now, _LEAST_ROOM) if small and whole else math.inf
    near = st.sampled_from(_FACTORS).map(lambda factor: min(max(now * factor, low), high, room))
    steps = st.sampled_from((-1.0, 1.0, 2.0)).map(lambda step: min(max(now + step, low), high))
    least, most = max(low, now / 1e3, 1e-30), min(high, room, max(now, 1e-27) * 1e3)
    wide = (
        st.floats(math.log(least), math.log(most)).map(math.exp) if least < most else st.just(least)
    )
    edges = st.sampled_from([edge for edge in (low, min(high, room)) if math.isfinite(edge)] or [1])
    outside = st.sampled_from([low - 1.0, high * 2.0 + 1.0, -now])
    drawn = st.one_of(*[near] * 7, *[steps] * 2, *[wide] * 4, *[edges] * 2, outside)
    return drawn.map(_rounded if whole else float)


def _rounded(value: float) -> object:
    return round(value)


def _limits(metadata: list[object]) -> tuple[float, float]:
    """Return the least and the greatest value that a declaration names, infinite if it does not."""
    lows = [getattr(item, name, None) for item in metadata for name in ("ge", "gt")]
    highs = [getattr(item, name, None) for item in metadata for name in ("le", "lt")]
    return (
        max((float(item) for item in lows if item is not None), default=-math.inf),
        min((float(item) for item in highs if item is not None), default=math.inf),
    )


def _plain(metadata: list[object], current: object) -> float | None:
    """Return the number that a file holds, text with a unit included."""
    if isinstance(current, bool | Mapping):
        return None
    if isinstance(current, int | float):
        return float(current)
    quantity = next((item for item in metadata if isinstance(item, Quantity)), None)
    if isinstance(current, str) and quantity is not None:
        try:
            return float(parse_quantity(current, quantity.dimension))
        except InputError:
            return None
    return None
