"""Energy of moving a bit over wires and links.

On-chip wires are given per millimetre; links between chips per bit, transmitter and receiver
together. Not modelled: laser or idle power of links that keep running without data.
"""

from __future__ import annotations

from archsim.errors import UnknownNameError
from archsim.technology.constant import Numbers, TechConstant

WIRE_ENERGY_28NM = TechConstant(
    "interconnect.wire.28nm",
    26e-12 / 256,
    "J/bit/mm",
    "256-bit bus, 1 mm, costs 26 pJ at 28 nm: Dally's talks with Keckler et al., IEEE Micro 2011",
    "recalled",
)

_LINKS: dict[str, TechConstant] = {
    "interposer": TechConstant(
        "interconnect.interposer",
        0.5e-12,
        "J/bit",
        "judged: parallel links over 2.5D interposers",
        "estimate",
    ),
    "on_package": TechConstant(
        "interconnect.on_package",
        500e-12 / 256,
        "J/bit",
        "efficient off-chip link, 500 pJ per 256 bits: Dally's talks, IEEE Micro 2011 as above",
        "recalled",
    ),
    "board": TechConstant(
        "interconnect.board",
        8e-12,
        "J/bit",
        "judged: NVLink-class serial links on a board",
        "estimate",
    ),
    "pcie": TechConstant(
        "interconnect.pcie", 6e-12, "J/bit", "judged: PCIe 4 and 5 serial links", "estimate"
    ),
}
#: Kinds of link between chips with data.
LINK_KINDS: tuple[str, ...] = tuple(_LINKS)


def wire_energy_j_per_bit(length_mm: Numbers) -> Numbers:
    """Return the energy of moving one bit over an on-chip wire, in J.

    The same at every node: capacitance per length hardly changes, and supply voltage changes
    little below 28 nm.

    Args:
        length_mm: Length of the wire, in mm, >= 0; scalar or array.
    """
    return WIRE_ENERGY_28NM.value * length_mm


def link_energy(kind: str) -> TechConstant:
    """Return the energy of one bit over a link between chips, in J/bit, with its source.

    Raises:
        UnknownNameError: For a kind without data.
    """
    if kind not in _LINKS:
        raise UnknownNameError("link kind", kind, LINK_KINDS)
    return _LINKS[kind]


def all_constants() -> tuple[TechConstant, ...]:
    """Return every constant of wires and links."""
    return (WIRE_ENERGY_28NM, *_LINKS.values())
