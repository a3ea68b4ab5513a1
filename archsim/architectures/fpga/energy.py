"""Energy of a run with its spread: static power, bytes, additions, element operations."""

from __future__ import annotations

from dataclasses import dataclass

from archsim.architectures.fpga.config import Energy, JoulesRange


@dataclass(frozen=True)
class Spread:
    """An energy in J between two bounds; the middle is what results report."""

    low_j: float
    high_j: float

    @property
    def middle_j(self) -> float:
        """Mean of the bounds."""
        return 0.5 * (self.low_j + self.high_j)

    def __add__(self, other: Spread) -> Spread:
        return Spread(self.low_j + other.low_j, self.high_j + other.high_j)


def spread(bounds: JoulesRange, count: float) -> Spread:
    """Return the energy of ``count`` units of work."""
    return Spread(bounds.low_j * count, bounds.high_j * count)


@dataclass(frozen=True)
class Work:
    """What a run did, all cores together.

    Attributes:
        bytes_moved: Bytes to and from memory.
        additions: Additions and subtractions: weights that are not zero, times rows.
        element_operations: Elements of vector operations.
    """

    bytes_moved: float
    additions: float
    element_operations: float


@dataclass(frozen=True)
class EnergyParts:
    """Energy of a run by part."""

    memory: Spread
    additions: Spread
    vectors: Spread
    static_j: float

    @property
    def total(self) -> Spread:
        """All parts together."""
        fixed = Spread(self.static_j, self.static_j)
        return self.memory + self.additions + self.vectors + fixed


def energy_parts(
    energy: Energy, work: Work, static_power_w: float, latency_s: float
) -> EnergyParts:
    """Return ``static power x time + bytes + additions + element operations``."""
    return EnergyParts(
        memory=spread(energy.byte, work.bytes_moved),
        additions=spread(energy.addition, work.additions),
        vectors=spread(energy.element_operation, work.element_operations),
        static_j=static_power_w * latency_s,
    )
