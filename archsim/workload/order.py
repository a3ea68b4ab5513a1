"""Topological order of a graph given by its edges."""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]


def sort_topologically(
    count: int, rows: NDArray[np.int64], targets: NDArray[np.int64]
) -> list[int]:
    """Return nodes 0 to ``count - 1`` so that each follows all it waits for.

    Of several possible orders the one with the smallest numbers first.

    Args:
        count: Number of nodes.
        rows: Waiting node of each edge, shape (edges,).
        targets: Node it waits for, shape (edges,).

    Returns:
        The order; it lacks the nodes of cycles and those that wait for them.
    """
    waiting = np.bincount(rows, minlength=count).tolist()
    followers: list[list[int]] = [[] for _ in range(count)]
    for row, target in zip(rows.tolist(), targets.tolist(), strict=True):
        followers[target].append(row)
    ready = [node for node in range(count) if waiting[node] == 0]
    order = []
    while ready:
        node = heapq.heappop(ready)
        order.append(node)
        for follower in followers[node]:
            waiting[follower] -= 1
            if waiting[follower] == 0:
                heapq.heappush(ready, follower)
    return order
