"""Closed forms of one ternary matrix-vector product fed by a stream of weights.

    time = overhead + first beat + max(stream, additions, drain)

The stream takes the longer of the port's handshake and the memory's sustained bandwidth. Weights
are broadcast to all rows of a batch; the results of an output leave one row a cycle, so the drain
is hidden exactly while ``rows * lanes <= inputs``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_EXACT = 1.0 - 1e-12
"""Keeps a quotient that is whole but for rounding from being rounded up."""


def round_up(values: Floats) -> Floats:
    """Return the next whole numbers, as floats."""
    return np.asarray(np.ceil(values * _EXACT))


def packed_bytes(weights: Floats, bits_per_weight: Floats) -> Floats:
    """Return the whole bytes that so many packed weights take."""
    return round_up(weights * bits_per_weight / 8.0)


@dataclass(frozen=True)
class Feed:
    """How weights reach the adders of one core; scalars or arrays of designs.

    Attributes:
        beat_bytes: Bytes of one beat.
        cycles_per_beat: Clock cycles from beat to beat.
        bits_per_weight: Storage of a weight.
        lanes: Weights that one row's adders take in a cycle.
        memory_bytes_per_cycle: Sustained memory bandwidth in bytes per clock cycle; infinite when
            only the port limits.
    """

    beat_bytes: Floats
    cycles_per_beat: Floats
    bits_per_weight: Floats
    lanes: Floats
    memory_bytes_per_cycle: Floats


@dataclass(frozen=True)
class ProductCycles:
    """Cycles of one product by what limits it; each is 0 for a product without work.

    Attributes:
        handshake: Beats times cycles per beat.
        memory: Bytes over the sustained bandwidth.
        additions: Weights over lanes.
        drain: Results of all rows, one a cycle; 0 for one row.
        stream_bytes: Bytes of packed weights.
    """

    handshake: Floats
    memory: Floats
    additions: Floats
    drain: Floats
    stream_bytes: Floats

    @property
    def longest(self) -> Floats:
        """Cycles of the product: what limits it most."""
        stream = np.maximum(self.handshake, self.memory)
        return np.asarray(np.maximum(stream, np.maximum(self.additions, self.drain)))


LIMITS = ("handshake", "memory", "additions", "drain")


def product_cycles(inputs: Floats, outputs: Floats, rows: Floats, feed: Feed) -> ProductCycles:
    """Return the cycles of ``rows`` products with one matrix, weights read once.

    With more lanes than inputs several outputs are formed at once, and leave together.

    Args:
        inputs: Inputs of the product.
        outputs: Outputs of the product.
        rows: Sequences that share the weights.
        feed: How the weights arrive.
    """
    weights = inputs * outputs
    moved = packed_bytes(weights, feed.bits_per_weight)
    beats = round_up(moved / feed.beat_bytes)
    at_once = np.maximum(1.0, np.floor(feed.lanes / inputs))
    return ProductCycles(
        handshake=np.asarray(beats * feed.cycles_per_beat),
        memory=np.asarray(moved / feed.memory_bytes_per_cycle),
        additions=np.asarray(weights / feed.lanes),
        drain=np.asarray(np.where(rows > 1.0, outputs * rows / at_once, 0.0)),
        stream_bytes=moved,
    )
