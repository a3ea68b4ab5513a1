"""Declared statistics: each has one name, one unit and one meaning, said once.

A statistic is declared through the ``Statistics`` of its simulation, which can list and export
all of them. Time-weighted figures integrate over integer time, so they are exact.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from archsim.errors import SimulationError


@dataclass(frozen=True)
class Declaration:
    """What a statistic is called and what it means.

    Attributes:
        name: Dotted name, unique in its simulation, e.g. ``"hbm.bytes_moved"``.
        unit: Unit of the value, e.g. ``"bytes"``; ``"1"`` for a plain count.
        meaning: One sentence.
    """

    name: str
    unit: str
    meaning: str


@dataclass(frozen=True)
class Figure:
    """One exported number of a statistic.

    Attributes:
        name: Name of the statistic, with the figure's own name behind it where it has several.
        unit: Unit of the value.
        meaning: The statistic's meaning.
        value: The number.
    """

    name: str
    unit: str
    meaning: str
    value: float


class Statistic(ABC):
    """Base of all statistics: a declaration and some figures."""

    def __init__(self, declaration: Declaration) -> None:
        self.declaration = declaration

    @abstractmethod
    def figures(self, now_fs: int) -> dict[str, float]:
        """Return the figures at a time; the key is empty for a statistic of one figure."""


class Counter(Statistic):
    """A running total."""

    def __init__(self, declaration: Declaration) -> None:
        super().__init__(declaration)
        self.total: float = 0

    def add(self, amount: float = 1) -> None:
        """Add an amount; integers stay exact integers."""
        self.total += amount

    def figures(self, now_fs: int) -> dict[str, float]:
        """Return the total."""
        return {"": self.total}


class TimeWeighted(Statistic):
    """A whole-numbered level that lasts, such as a queue length, weighted by how long it lasts.

    Attributes:
        value: The level now.
        maximum: The highest level so far, however short.
    """

    def __init__(self, declaration: Declaration, start_fs: int = 0) -> None:
        super().__init__(declaration)
        self.value = 0
        self.maximum = 0
        self._start_fs = start_fs
        self._changed_fs = start_fs
        self._integral = 0

    def set(self, value: int, now_fs: int) -> None:
        """Set the level from ``now_fs`` on.

        Raises:
            SimulationError: If time runs backwards.
        """
        elapsed_fs = now_fs - self._changed_fs
        if elapsed_fs < 0:
            raise SimulationError(
                f"{self.declaration.name} was set at {now_fs} fs, before {self._changed_fs} fs"
            )
        self._integral += self.value * elapsed_fs
        self._changed_fs = now_fs
        self.value = value
        if value > self.maximum:
            self.maximum = value

    def integral(self, now_fs: int) -> int:
        """Return the exact integral of the level over time, in unit times femtoseconds."""
        return self._integral + self.value * (now_fs - self._changed_fs)

    def mean(self, now_fs: int) -> float:
        """Return the mean level since the declaration; the level itself if no time has passed."""
        elapsed_fs = now_fs - self._start_fs
        return self.integral(now_fs) / elapsed_fs if elapsed_fs else float(self.value)

    def figures(self, now_fs: int) -> dict[str, float]:
        """Return mean and maximum."""
        return {"mean": self.mean(now_fs), "max": self.maximum}


class Distribution(Statistic):
    """All values of something that happens many times; quantiles are exact, none is estimated."""

    def __init__(self, declaration: Declaration) -> None:
        super().__init__(declaration)
        self._values: list[float] = []
        self._sorted = True

    def add(self, value: float) -> None:
        """Add a value.

        Raises:
            SimulationError: If it is NaN or infinite.
        """
        if not math.isfinite(value):
            raise SimulationError(f"{self.declaration.name} got {value!r}, not a finite number")
        self._values.append(value)
        self._sorted = False

    @property
    def count(self) -> int:
        """How many values there are."""
        return len(self._values)

    def mean(self) -> float:
        """Return the mean, correctly rounded for integers; 0 without values."""
        values = self._values
        if not values:
            return 0.0
        whole = all(isinstance(value, int) for value in values)
        return (sum(values) if whole else math.fsum(values)) / len(values)

    def quantile(self, fraction: float) -> float:
        """Return the smallest value that at least this fraction of the values do not exceed.

        Args:
            fraction: Between 0 and 1; 0.5 is the median, 0 the minimum, 1 the maximum.

        Returns:
            One of the values (nearest rank, no interpolation); 0 without values.

        Raises:
            SimulationError: If the fraction lies outside 0 to 1.
        """
        if not 0 <= fraction <= 1:
            raise SimulationError(f"a quantile lies between 0 and 1, found {fraction!r}")
        if not self._values:
            return 0.0
        if not self._sorted:
            self._values.sort()
            self._sorted = True
        # The decimal fraction as written: 0.99 of 100 values is rank 99, which floats may miss.
        rank = math.ceil(Fraction(repr(float(fraction))) * len(self._values))
        return self._values[max(rank, 1) - 1]

    def figures(self, now_fs: int) -> dict[str, float]:
        """Return count, mean, median, 99th percentile and maximum."""
        return {
            "count": self.count,
            "mean": self.mean(),
            "p50": self.quantile(0.5),
            "p99": self.quantile(0.99),
            "max": self.quantile(1),
        }


class Statistics:
    """The statistics of one simulation, in the order of their declaration.

    Args:
        now_fs: Returns the simulation's time.
    """

    def __init__(self, now_fs: Callable[[], int]) -> None:
        self._now_fs = now_fs
        self._by_name: dict[str, Statistic] = {}

    def counter(self, name: str, unit: str, meaning: str) -> Counter:
        """Declare a running total.

        Raises:
            SimulationError: If the name is taken, or a part of the declaration is empty.
        """
        statistic = Counter(self._declare(name, unit, meaning))
        self._by_name[name] = statistic
        return statistic

    def time_weighted(self, name: str, unit: str, meaning: str) -> TimeWeighted:
        """Declare a level over time, zero from now on.

        Raises:
            SimulationError: If the name is taken, or a part of the declaration is empty.
        """
        statistic = TimeWeighted(self._declare(name, unit, meaning), self._now_fs())
        self._by_name[name] = statistic
        return statistic

    def distribution(self, name: str, unit: str, meaning: str) -> Distribution:
        """Declare a collection of values.

        Raises:
            SimulationError: If the name is taken, or a part of the declaration is empty.
        """
        statistic = Distribution(self._declare(name, unit, meaning))
        self._by_name[name] = statistic
        return statistic

    def __getitem__(self, name: str) -> Statistic:
        return self._by_name[name]

    def __iter__(self) -> Iterator[Statistic]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def figures(self) -> list[Figure]:
        """Return every number there is, with unit and meaning, as rows."""
        now_fs = self._now_fs()
        return [
            Figure(
                name=f"{declaration.name}.{part}" if part else declaration.name,
                unit="1" if part == "count" else declaration.unit,
                meaning=declaration.meaning,
                value=value,
            )
            for statistic in self
            for declaration in (statistic.declaration,)
            for part, value in statistic.figures(now_fs).items()
        ]

    def to_dict(self) -> dict[str, float]:
        """Return every number by name."""
        return {figure.name: figure.value for figure in self.figures()}

    def _declare(self, name: str, unit: str, meaning: str) -> Declaration:
        if not (name and unit and meaning):
            raise SimulationError(f"statistic {name!r} needs a name, a unit and a meaning")
        if name in self._by_name:
            raise SimulationError(f"statistic {name!r} is declared twice; give each part its name")
        return Declaration(name, unit, meaning)
