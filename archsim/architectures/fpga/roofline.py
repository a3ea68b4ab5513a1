"""Least times that ports, memory and adders allow, and what a claimed time would need."""

from __future__ import annotations

import math
from dataclasses import dataclass

from archsim.architectures.fpga.config import TernaryCore
from archsim.result import Check

LEAST_BITS_PER_WEIGHT = math.log2(3.0)
"""Information in a ternary weight: no packing needs less."""


@dataclass(frozen=True)
class Roofline:
    """The least time of some work on one design.

    Attributes:
        port_s: Bytes of the busiest core over the rate of its port.
        memory_s: Bytes of all cores over the sustained bandwidth.
        adders_s: Weights of the busiest core over its lanes.
    """

    port_s: float
    memory_s: float
    adders_s: float

    @property
    def seconds(self) -> float:
        """The least time."""
        return max(self.port_s, self.memory_s, self.adders_s)

    @property
    def limit(self) -> str:
        """What it follows from: ``port``, ``memory`` or ``adders``."""
        named = {"port": self.port_s, "memory": self.memory_s, "adders": self.adders_s}
        return max(named, key=lambda name: named[name])


def port_bytes_per_s(core: TernaryCore) -> float:
    """Return what one core's port asks of the memory at full stream."""
    return core.beat_bytes / core.cycles_per_beat * core.frequency_hz


def remedies(core: TernaryCore, weights: int, seconds: float) -> list[str]:
    """Return what would bring the stream of weights under a time; each alone suffices.

    Args:
        core: The core, which streams all weights itself.
        weights: Ternary weights of the work.
        seconds: The time to reach.
    """
    stream_bytes = weights * core.bits_per_weight / 8.0
    factor = stream_bytes / port_bytes_per_s(core) / seconds
    if factor <= 1.0:
        return []
    found = [
        f"{math.ceil(factor)} ports of {core.port_bytes * 8} bits, each on a channel of its own",
        f"a clock of at least {core.frequency_hz * factor / 1e6:.1f} MHz",
        f"a port of at least {math.ceil(core.beat_bytes * 8 * factor)} bits",
        f"at most {weights / factor / 1e6:.0f} M weights"
        f" (a width of {math.sqrt(1.0 / factor):.2f} times this one)",
    ]
    bits = core.bits_per_weight / factor
    if bits >= LEAST_BITS_PER_WEIGHT:
        found.append(f"at most {bits:.2f} bits a weight")
    return found


def guard(
    core: TernaryCore, supplied_bytes_per_s: float, achieved_bytes_per_s: float
) -> list[Check]:
    """Return the checks that no stream is faster than efficiency x bandwidth.

    Args:
        core: The core.
        supplied_bytes_per_s: Sustained bandwidth of the channels in use.
        achieved_bytes_per_s: Bytes of the run over its time.
    """
    asked = port_bytes_per_s(core)
    inside = achieved_bytes_per_s <= supplied_bytes_per_s * (1.0 + 1e-9)
    checks = [
        Check(
            "bandwidth within efficiency x peak",
            inside,
            f"{achieved_bytes_per_s / 1e9:.6g} GB/s of {supplied_bytes_per_s / 1e9:.6g} GB/s",
        )
    ]
    if core.weights == "memory":
        checks.append(
            Check(
                "a port asks for no more than efficiency x peak",
                asked <= supplied_bytes_per_s * (1.0 + 1e-9),
                f"{asked / 1e9:.6g} GB/s asked, {supplied_bytes_per_s / 1e9:.6g} GB/s supplied;"
                " the run is timed at the lower of the two",
            )
        )
    return checks


def check_claim(
    core: TernaryCore, claimed_s: float | None, floor: Roofline, weights: int
) -> list[Check]:
    """Return the check that a claimed time of one token is not below the roofline."""
    if claimed_s is None:
        return []
    possible = claimed_s >= floor.seconds * (1.0 - 1e-9)
    detail = f"{claimed_s * 1e3:.6g} ms claimed, at least {floor.seconds * 1e3:.6g} ms"
    if not possible:
        ways = "; ".join(remedies(core, weights, claimed_s)) or "a faster memory or more lanes"
        detail += f" by the {floor.limit}; possible with {ways}"
    return [Check("the claimed latency is not below the roofline", possible, detail)]
