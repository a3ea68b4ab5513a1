"""Links between chips: point-to-point transfers and ring collectives.

The usual latency-bandwidth model: a message takes ``latency + bytes / bandwidth``. A ring over p
devices cuts the data into p chunks (rounded up) and passes one chunk per step over every link at
once: p - 1 steps for a reduce-scatter or all-gather, 2 (p - 1) for an all-reduce. Not modelled:
congestion, protocol overhead (lower the bandwidth for it), the additions of a reduction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from archsim.blocks.numbers import Floats, Ints, ceil_div, product, real, whole
from archsim.technology import interconnect
from archsim.technology.constant import TechConstant

SERDES_AREA = TechConstant(
    "link.serdes_area",
    1.0e-11,
    "mm2/(B/s)",
    "judged: about 1 mm2 per 100 GB/s and direction for serial links, at every node (analogue)",
    "estimate",
)


@dataclass(frozen=True)
class Link:
    """What a designer chooses about the link of one device to its neighbour.

    Attributes:
        bandwidth_bytes_per_s: Rate in one direction.
        latency_s: Time of an empty message.
        kind: Kind of link, sets the energy per bit.
    """

    bandwidth_bytes_per_s: float
    latency_s: float
    kind: str = "board"

    def __post_init__(self) -> None:
        real("bandwidth_bytes_per_s", self.bandwidth_bytes_per_s)
        real("latency_s", self.latency_s, zero=True)
        interconnect.link_energy(self.kind)


def point_to_point_seconds(
    n_bytes: ArrayLike, bandwidth_bytes_per_s: ArrayLike, latency_s: ArrayLike
) -> Floats:
    """Return the time of one message, in s; 0 bytes take no time. Scalars or arrays."""
    size = whole("n_bytes", n_bytes, minimum=0)
    moving = size / real("bandwidth_bytes_per_s", bandwidth_bytes_per_s)
    return np.asarray(np.where(size > 0, moving + real("latency_s", latency_s, zero=True), 0.0))


def ring_all_reduce_bytes(n_bytes: ArrayLike, devices: ArrayLike) -> Ints:
    """Return the bytes each device sends in a ring all-reduce of ``n_bytes``; 0 for one device."""
    size, count = whole("n_bytes", n_bytes, minimum=0), whole("devices", devices)
    return product("all-reduce bytes", 2 * (count - 1), ceil_div(size, count))


def ring_all_gather_bytes(n_bytes: ArrayLike, devices: ArrayLike) -> Ints:
    """Return the bytes each device sends in a ring all-gather (or reduce-scatter).

    Args:
        n_bytes: Size of the whole gathered (or to be reduced) data.
        devices: Devices in the ring.
    """
    return np.asarray(ring_all_reduce_bytes(n_bytes, devices) // 2)


def _ring_seconds(
    sent: Ints, steps: Ints, bandwidth_bytes_per_s: ArrayLike, latency_s: ArrayLike
) -> Floats:
    moving = sent / real("bandwidth_bytes_per_s", bandwidth_bytes_per_s)
    waiting = steps * real("latency_s", latency_s, zero=True)
    return np.asarray(np.where(sent > 0, moving + waiting, 0.0))


def ring_all_reduce_seconds(
    n_bytes: ArrayLike, devices: ArrayLike, bandwidth_bytes_per_s: ArrayLike, latency_s: ArrayLike
) -> Floats:
    """Return the time of a ring all-reduce, in s; 0 for one device or no bytes.

    Args:
        n_bytes: Size of the data every device holds and ends up with; scalar or array, as all.
        devices: Devices in the ring.
        bandwidth_bytes_per_s: Rate of a link in one direction.
        latency_s: Latency of one step.
    """
    steps = 2 * (whole("devices", devices) - 1)
    sent = ring_all_reduce_bytes(n_bytes, devices)
    return _ring_seconds(sent, steps, bandwidth_bytes_per_s, latency_s)


def ring_all_gather_seconds(
    n_bytes: ArrayLike, devices: ArrayLike, bandwidth_bytes_per_s: ArrayLike, latency_s: ArrayLike
) -> Floats:
    """Return the time of a ring all-gather or reduce-scatter, in s. Args as the all-reduce."""
    steps = whole("devices", devices) - 1
    sent = ring_all_gather_bytes(n_bytes, devices)
    return _ring_seconds(sent, steps, bandwidth_bytes_per_s, latency_s)


def link_energy_j(link: Link, n_bytes: ArrayLike) -> Floats:
    """Return the energy of bytes crossing the link, both ends, in J."""
    count = whole("n_bytes", n_bytes, minimum=0)
    return np.asarray(count * link_energy_j_per_byte(link))


def link_energy_j_per_byte(link: Link) -> float:
    """Return the energy of one byte crossing the link, both ends, in J."""
    return 8 * interconnect.link_energy(link.kind).value


def link_area_mm2(link: Link) -> float:
    """Return the chip area of one device's end of the link, both directions, in mm2."""
    return 2 * SERDES_AREA.value * link.bandwidth_bytes_per_s


def link_constants(link: Link) -> tuple[TechConstant, ...]:
    """Return the physical constants that the link's energy and area rest on."""
    return (interconnect.link_energy(link.kind), SERDES_AREA)
