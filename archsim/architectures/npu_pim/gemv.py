"""Attention as matrix-vector products on PIM channels: which row-tiles a request needs.

Keys lie transposed: a row of every bank holds one token's keys of as many heads as fit, so a
row-tile covers as many tokens as the channel has banks. Values lie per head: a row of every bank
holds one feature of as many tokens as fit. With grouped queries each key/value head is read once
per query of its group.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from archsim.architectures.npu_pim.row_tile import VECTOR_LOAD, Job


@dataclass(frozen=True)
class AttentionShape:
    """Attention of one device, and the row layout.

    Attributes:
        kv_heads: Key/value heads on this device.
        queries_per_kv_head: Query heads that share each.
        head_dim: Features of a head.
        row_elements: Elements of a DRAM row.
        banks: Banks of a channel.
        multipliers: Elements of one dot-product command and bank.
    """

    kv_heads: int
    queries_per_kv_head: int
    head_dim: int
    row_elements: int
    banks: int
    multipliers: int

    @property
    def heads(self) -> int:
        """Query heads on this device."""
        return self.kv_heads * self.queries_per_kv_head

    def logit_chunks(self) -> list[int]:
        """Return the heads in each row-wide chunk of the key features."""
        per_row = max(1, self.row_elements // self.head_dim)
        full, rest = divmod(self.kv_heads, per_row)
        return [per_row] * full + ([rest] if rest else [])


@lru_cache(maxsize=65536)
def logit_jobs(shape: AttentionShape, tokens: int) -> tuple[Job, ...]:
    """Return the PIM jobs of one request's logits (keys transposed times query)."""
    tiles = -(-tokens // shape.banks)
    commands = -(-min(shape.head_dim, shape.row_elements) // shape.multipliers)
    passes = -(-shape.head_dim // shape.row_elements)
    jobs: list[Job] = []
    for heads in shape.logit_chunks():
        jobs += [VECTOR_LOAD, (tiles * passes, heads, commands)]
    return tuple(jobs * shape.queries_per_kv_head)


@lru_cache(maxsize=65536)
def attend_jobs(shape: AttentionShape, tokens: int) -> tuple[Job, ...]:
    """Return the PIM jobs of one request's attended values (softmaxed logits times values)."""
    tiles = -(-shape.head_dim // shape.banks)
    full, rest = divmod(tokens, shape.row_elements)
    lengths = [shape.row_elements] * full + ([rest] if rest else [])
    jobs: list[Job] = []
    for length in lengths:
        jobs += [VECTOR_LOAD, (tiles, 1, -(-length // shape.multipliers))]
    return tuple(jobs * shape.heads)


def partial_sums(shape: AttentionShape, tokens: int) -> int:
    """Return the vector additions that join the chunks of one request's attended values."""
    chunks = -(-tokens // shape.row_elements)
    return shape.heads * -(-shape.head_dim // shape.banks) if chunks > 1 else 0


@dataclass(frozen=True)
class PimCommands:
    """Commands of a list of jobs, summed over channels.

    Attributes:
        vector_loads, tiles, dot_products, results: GWRITE, row-tiles, COMP, READRES.
    """

    vector_loads: int = 0
    tiles: int = 0
    dot_products: int = 0
    results: int = 0

    def __add__(self, other: PimCommands) -> PimCommands:
        return PimCommands(
            self.vector_loads + other.vector_loads,
            self.tiles + other.tiles,
            self.dot_products + other.dot_products,
            self.results + other.results,
        )

    @property
    def packets(self) -> int:
        """Packets the NPU sends when each command travels alone (Newton interface)."""
        return self.vector_loads + self.tiles + self.dot_products + self.results


@lru_cache(maxsize=65536)
def count_commands(jobs: tuple[Job, ...]) -> PimCommands:
    """Count the commands of jobs."""
    loads = tiles = dots = results = 0
    for count, reads, commands in jobs:
        if count:
            tiles += count
            dots += count * reads * commands
            results += count * reads
        else:
            loads += 1
    return PimCommands(loads, tiles, dots, results)
