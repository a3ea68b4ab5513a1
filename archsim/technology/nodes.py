"""Process nodes from 45 nm to 7 nm and how energy, area and delay scale between them.

The scaling follows Stillmaker and Baas, "Scaling equations for the accurate prediction of CMOS
device performance from 180 nm to 7 nm", Integration 58 (2017) 74-81: energy is a quadratic and
delay a cubic polynomial of the supply voltage, one per node (their high-performance devices), and
area is a factor. The coefficients were taken from two public tabulations of that paper that agree
with each other, not from the paper itself, hence ``recalled``.

Nodes the paper lacks but designs use (28, 22 and 12 nm) are interpolated geometrically in feature
size between the two nodes that bracket them and marked ``inferred``. Nothing is extrapolated: any
other node is an error.

A quirk of the source: at 0.9 V its 20 nm devices are slower than its 32 nm ones, so delay (unlike
energy and area) does not fall from every node to the next.

Not modelled: design-rule differences between foundries of one node, wires (which scale worse than
these gate-level factors say; see ``arithmetic`` and ``sram`` for anchors at 7 nm), body bias.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from archsim.config.sources import Certainty
from archsim.errors import InputError, UnknownNameError
from archsim.technology.constant import TechConstant

_PAPER = (
    "Stillmaker and Baas, Integration 58 (2017) 74-81, high-performance devices, from public "
    "tabulations of its coefficients"
)

# node_nm: (supply V, (energy a2, a1, a0), (delay a3, a2, a1, a0), area relative to 45 nm)
_PUBLISHED: dict[int, tuple[float, tuple[float, ...], tuple[float, ...], float]] = {
    45: (0.90, (1.018, -0.3107, 0.1539), (-501.6, 1567.0, -1619.0, 566.1), 1.0),
    32: (0.90, (0.8367, -0.4341, 0.1701), (-1047.0, 2982.0, -2797.0, 873.5), 0.46),
    20: (0.90, (0.373, -0.1582, 0.04104), (0.0, 34.63, -66.37, 41.15), 0.21),
    16: (0.85, (0.2958, -0.1241, 0.03024), (0.0, 24.8, -47.52, 28.87), 0.19),
    14: (0.80, (0.2363, -0.09675, 0.02239), (-40.66, 109.2, -100.6, 35.92), 0.17),
    10: (0.75, (0.2068, -0.09311, 0.02375), (-34.95, 93.65, -85.99, 30.4), 0.10),
    7: (0.70, (0.1776, -0.09097, 0.02447), (-28.58, 76.6, -70.26, 24.69), 0.059),
}
_INTERPOLATED: dict[int, tuple[int, int]] = {28: (32, 20), 22: (32, 20), 12: (14, 10)}

#: Nodes that can be asked for, in nm, largest first.
NODES_NM: tuple[int, ...] = tuple(sorted((*_PUBLISHED, *_INTERPOLATED), reverse=True))
#: The node that the energy and area tables of this package are given at.
REFERENCE_NM = 45


class UnknownNodeError(UnknownNameError):
    """A process node archsim has no data for; suggests the node nearest in feature size."""

    def __init__(self, node_nm: float) -> None:
        valid = isinstance(node_nm, (int, float)) and math.isfinite(node_nm) and node_nm > 0
        nearest = min(NODES_NM, key=lambda known: abs(math.log(known / node_nm))) if valid else ""
        InputError.__init__(
            self,
            "unknown process node",
            found=f"{node_nm!r} nm",
            allowed=", ".join(f"{known}" for known in NODES_NM) + " nm",
            suggestion=f"{nearest} nm" if nearest else "",
        )


@dataclass(frozen=True)
class ProcessNode:
    """One process node.

    Attributes:
        node_nm: Marketing name of the node, in nm.
        supply_v: Supply voltage the factors hold at.
        energy: Switching energy relative to 45 nm at 0.9 V.
        area: Logic area relative to 45 nm.
        delay: Gate delay relative to 45 nm at 0.9 V.
        source: Where the factors are from.
        certainty: ``recalled`` for nodes of the paper, ``inferred`` for interpolated ones.
    """

    node_nm: int
    supply_v: float
    energy: float
    area: float
    delay: float
    source: str
    certainty: Certainty

    def constants(self) -> tuple[TechConstant, ...]:
        """Return the node's numbers as constants with their source."""
        values = (
            ("supply", self.supply_v, "V"),
            ("energy_factor", self.energy, "relative to 45 nm"),
            ("area_factor", self.area, "relative to 45 nm"),
            ("delay_factor", self.delay, "relative to 45 nm"),
        )
        return tuple(
            TechConstant(f"node.{self.node_nm}nm.{key}", value, unit, self.source, self.certainty)
            for key, value, unit in values
        )


def _polynomial(coefficients: tuple[float, ...], supply_v: float) -> float:
    """Evaluate a polynomial given from its highest power down."""
    total = 0.0
    for coefficient in coefficients:
        total = total * supply_v + coefficient
    return total


def _between(first: float, second: float, share: float) -> float:
    """Interpolate geometrically."""
    return float(first ** (1 - share) * second**share)


@cache
def process_node(node_nm: int) -> ProcessNode:
    """Return the data of one node.

    Args:
        node_nm: One of :data:`NODES_NM`.

    Raises:
        UnknownNodeError: If there is no data for the node; nothing is extrapolated.
    """
    if node_nm in _PUBLISHED:
        supply_v, energy, delay, area = _PUBLISHED[node_nm]
        base_v, base_energy, base_delay, _ = _PUBLISHED[REFERENCE_NM]
        return ProcessNode(
            node_nm=node_nm,
            supply_v=supply_v,
            energy=_polynomial(energy, supply_v) / _polynomial(base_energy, base_v),
            area=area,
            delay=_polynomial(delay, supply_v) / _polynomial(base_delay, base_v),
            source=_PAPER,
            certainty="recalled",
        )
    if node_nm in _INTERPOLATED:
        larger, smaller = (process_node(neighbour) for neighbour in _INTERPOLATED[node_nm])
        share = math.log(larger.node_nm / node_nm) / math.log(larger.node_nm / smaller.node_nm)
        return ProcessNode(
            node_nm=node_nm,
            supply_v=larger.supply_v + share * (smaller.supply_v - larger.supply_v),
            energy=_between(larger.energy, smaller.energy, share),
            area=_between(larger.area, smaller.area, share),
            delay=_between(larger.delay, smaller.delay, share),
            source=f"interpolated between {larger.node_nm} and {smaller.node_nm} nm of {_PAPER}",
            certainty="inferred",
        )
    raise UnknownNodeError(node_nm)


def energy_scale(from_nm: int, to_nm: int) -> float:
    """Return what to multiply a switching energy at ``from_nm`` by to get it at ``to_nm``.

    Both at the node's own supply voltage. Source: Stillmaker and Baas 2017, energy polynomials.
    """
    return process_node(to_nm).energy / process_node(from_nm).energy


def area_scale(from_nm: int, to_nm: int) -> float:
    """Return what to multiply a logic area at ``from_nm`` by to get it at ``to_nm``.

    Source: Stillmaker and Baas 2017, area table.
    """
    return process_node(to_nm).area / process_node(from_nm).area


def delay_scale(from_nm: int, to_nm: int) -> float:
    """Return what to multiply a gate delay at ``from_nm`` by to get it at ``to_nm``.

    Source: Stillmaker and Baas 2017, delay polynomials. Gate delay only: memories and wires of a
    real design gain less.
    """
    return process_node(to_nm).delay / process_node(from_nm).delay


def anchored(at_45nm: float, at_7nm: float, node_nm: int) -> float:
    """Interpolate a quantity published at both 45 nm and 7 nm to a node between them.

    Geometric, with the node's place taken from its energy factor, so both ends are exact. Used
    where two published tables exist: they tell more than one table times a gate-level law.

    Args:
        at_45nm: Value at 45 nm, > 0.
        at_7nm: Value at 7 nm, > 0, same unit.
        node_nm: One of :data:`NODES_NM`.
    """
    share = math.log(process_node(node_nm).energy) / math.log(process_node(7).energy)
    return _between(at_45nm, at_7nm, share)
