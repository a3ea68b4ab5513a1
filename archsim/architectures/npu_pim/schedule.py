"""Which channel keeps a request, and how a batch is cut in two (NeuPIMs, algorithms 1 to 3)."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from archsim.architectures.npu_pim.gemv import AttentionShape

ESTIMATE_TILE_CYCLES = 184
"""Cycles of a row-tile in the scheduler's estimate (NeuPIMs source, ``L_tile``)."""
ESTIMATE_LOAD_CYCLES = 100
"""Cycles of a vector load in the scheduler's estimate (NeuPIMs source, ``L_GW``)."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a batch.

    Attributes:
        tokens: Tokens whose keys and values are read.
        channel: Channel that keeps them.
    """

    tokens: int
    channel: int


def estimated_cycles(shape: AttentionShape, tokens: int) -> int:
    """Return the attention time of a request as the scheduler estimates it (algorithm 1)."""
    key_chunks = -(-shape.heads * shape.head_dim // shape.row_elements)
    value_chunks = -(-tokens // shape.row_elements) * shape.heads
    tiles = key_chunks * -(-tokens // shape.banks) + value_chunks * -(
        -shape.head_dim // shape.banks
    )
    return (key_chunks + value_chunks) * ESTIMATE_LOAD_CYCLES + tiles * ESTIMATE_TILE_CYCLES


def assign_round_robin(tokens: Sequence[int], channels: int) -> list[Request]:
    """Deal requests to channels in turn."""
    return [Request(length, index % channels) for index, length in enumerate(tokens)]


def assign_greedy(tokens: Sequence[int], channels: int, shape: AttentionShape) -> list[Request]:
    """Put requests, longest first, on the least loaded channel (algorithm 2)."""
    loads = [(0, channel) for channel in range(channels)]
    chosen = [0] * len(tokens)
    for index in sorted(range(len(tokens)), key=lambda i: (-tokens[i], i)):
        load, channel = heapq.heappop(loads)
        chosen[index] = channel
        heapq.heappush(loads, (load + estimated_cycles(shape, tokens[index]), channel))
    return [Request(length, channel) for length, channel in zip(tokens, chosen, strict=True)]


def by_channel(requests: Sequence[Request]) -> dict[int, list[int]]:
    """Return the token counts of each channel's requests, channels in rising order."""
    lists: dict[int, list[int]] = {}
    for request in requests:
        lists.setdefault(request.channel, []).append(request.tokens)
    return {channel: lists[channel] for channel in sorted(lists)}


def sub_batches(requests: Sequence[Request]) -> tuple[list[Request], list[Request]]:
    """Cut each channel's requests in halves (algorithm 3); odd lists alternate the larger half."""
    first: list[Request] = []
    second: list[Request] = []
    larger_first = True
    for channel, tokens in by_channel(requests).items():
        half = len(tokens) // 2
        if len(tokens) % 2:
            half += larger_first
            larger_first = not larger_first
        first += [Request(length, channel) for length in tokens[:half]]
        second += [Request(length, channel) for length in tokens[half:]]
    return first, second
