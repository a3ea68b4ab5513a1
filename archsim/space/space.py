"""``Space``: every design that a study may try, numbered."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from archsim.errors import InputError, UnknownNameError
from archsim.space.parameter import Parameter, Value, same

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAXIMUM_ENUMERATED = 20_000_000
"""Most points that are ever listed one by one."""


class Space:
    """The product of its parameters.

    A *level* is the position of a value in its parameter; a point is one level per parameter,
    and the points are numbered with the last parameter running fastest. A parameter that has no
    effect at a point (see ``Parameter.inert_when``) makes points that are the same design: the
    *canonical* one of them has the first level there.

    Args:
        parameters: The axes, at least one, with different keys.

    Raises:
        InputError: A rule names an unknown parameter or value, or rules go in a circle.
    """

    def __init__(self, parameters: Sequence[Parameter]) -> None:
        if not parameters:
            raise InputError("a design space needs at least one parameter")
        self.parameters = tuple(parameters)
        self.keys = tuple(parameter.key for parameter in self.parameters)
        self.shape = tuple(len(parameter.values) for parameter in self.parameters)
        self._position = {key: at for at, key in enumerate(self.keys)}
        self._rules = self._ordered_rules()

    @property
    def size(self) -> int:
        """Number of points, equal designs counted separately."""
        return math.prod(self.shape)

    @cached_property
    def distinct_size(self) -> int:
        """Number of different designs: canonical points.

        Raises:
            InputError: Rules link so many parameters that they can't be counted.
        """
        import numpy as np

        count = 1
        for linked in self._linked():
            part = [self.shape[at] for at in linked]
            if len(linked) == 1:
                count *= part[0]
                continue
            points = math.prod(part)
            if points > MAXIMUM_ENUMERATED:
                raise InputError(
                    "too many points are linked by inert_when to be counted", found=str(points),
                    allowed=f"at most {MAXIMUM_ENUMERATED}",
                )  # fmt: skip
            levels = np.zeros((points, len(self.shape)), dtype=np.int64)
            levels[:, linked] = np.stack(np.unravel_index(np.arange(points), part), axis=1)
            count *= int(self.is_canonical(levels).sum())
        return count

    @cached_property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """Agents, each with the keys that it sets, in the order of the parameters."""
        found: dict[str, list[str]] = {}
        for parameter in self.parameters:
            found.setdefault(parameter.group or parameter.key, []).append(parameter.key)
        return {name: tuple(keys) for name, keys in found.items()}

    def position(self, key: str) -> int:
        """Return the place of a parameter.

        Raises:
            UnknownNameError: There is none of that key.
        """
        if key not in self._position:
            raise UnknownNameError("parameter of the space", key, self.keys)
        return self._position[key]

    def levels(self, index: int) -> tuple[int, ...]:
        """Return the levels of a point.

        Raises:
            InputError: The number is out of range.
        """
        if not 0 <= index < self.size:
            raise InputError(
                "there is no such point", found=str(index), allowed=f"0 to {self.size - 1}"
            )
        found = []
        for count in reversed(self.shape):
            index, level = divmod(index, count)
            found.append(level)
        return tuple(reversed(found))

    def index(self, levels: Sequence[int]) -> int:
        """Return the number of a point.

        Raises:
            InputError: There is not one level per parameter, or a level is out of range.
        """
        if len(levels) != len(self.shape):
            raise InputError(
                "a point has one level per parameter", found=str(len(levels)),
                allowed=str(len(self.shape)),
            )  # fmt: skip
        number = 0
        for level, count, key in zip(levels, self.shape, self.keys, strict=True):
            if not 0 <= level < count:
                raise InputError(
                    "there is no such level", key=key, found=str(level),
                    allowed=f"0 to {count - 1}",
                )  # fmt: skip
            number = number * count + int(level)
        return number

    def point(self, index: int) -> dict[str, Value]:
        """Return a point as key to value."""
        return self.values(self.levels(index))

    def values(self, levels: Sequence[int]) -> dict[str, Value]:
        """Return the values of a point given by its levels."""
        return {p.key: p.values[level] for p, level in zip(self.parameters, levels, strict=True)}

    def levels_at(self, point: Mapping[str, Value]) -> tuple[int, ...]:
        """Return the levels of a point given by its values, all of them.

        Raises:
            InputError: A key is unknown or missing, or a value is not one of the parameter's.
        """
        for key in point:
            self.position(key)
        missing = [key for key in self.keys if key not in point]
        if missing:
            raise InputError("the point has no value for this parameter", key=missing[0])
        return tuple(parameter.level(point[parameter.key]) for parameter in self.parameters)

    def index_of(self, point: Mapping[str, Value]) -> int:
        """Return the number of a point given by its values; see ``levels_at``."""
        return self.index(self.levels_at(point))

    def collapse(self, levels: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the canonical point of each point.

        Args:
            levels: Shape (points, parameters).
        """
        found = levels.copy()
        for at, other, inert in self._rules:
            found[inert[found[:, other]], at] = 0
        return found

    def is_canonical(self, levels: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say which points are canonical.

        Args:
            levels: Shape (points, parameters).

        Returns:
            Shape (points,).
        """
        found: NDArray[np.bool_] = (self.collapse(levels) == levels).all(axis=1)
        return found

    def _ordered_rules(self) -> list[tuple[int, int, NDArray[np.bool_]]]:
        """Return (parameter, decided by, at which levels), what decides standing first."""
        import numpy as np

        waiting: dict[int, list[tuple[int, int, NDArray[np.bool_]]]] = {}
        for at, parameter in enumerate(self.parameters):
            for key, values in parameter.inert_when:
                other = self._decider(parameter, key)
                inert = np.zeros(self.shape[other], dtype=bool)
                inert[[self.parameters[other].level(value) for value in values]] = True
                waiting.setdefault(at, []).append((at, other, inert))
        ordered: list[tuple[int, int, NDArray[np.bool_]]] = []
        while waiting:
            ready = [
                at
                for at, rules in waiting.items()
                if not any(other in waiting for _, other, _ in rules)
            ]
            if not ready:
                circle = ", ".join(self.keys[at] for at in waiting)
                raise InputError(f"inert_when goes in a circle: {circle}")
            for at in ready:
                ordered += waiting.pop(at)
        return ordered

    def _decider(self, parameter: Parameter, key: str) -> int:
        if key not in self._position:
            raise UnknownNameError(
                "parameter of the space", key, self.keys, key=f"{parameter.key}.inert_when"
            )
        return self._position[key]

    def _linked(self) -> list[list[int]]:
        """Return the parameters in groups that no rule crosses."""
        group = list(range(len(self.shape)))
        for at, other, _ in self._rules:
            old, new = group[at], group[other]
            group = [new if item == old else item for item in group]
        return [[at for at, item in enumerate(group) if item == name] for name in sorted({*group})]


def value_among(value: Value, values: Sequence[Value]) -> bool:
    """Say whether a value is one of some values."""
    return any(same(value, item) for item in values)
