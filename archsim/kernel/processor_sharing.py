"""Weighted processor sharing in exact integers: who finishes after how much service.

Works on amounts of service alone and knows no clock. With W the total weight present, a flow of
weight w gets w/W of all service. Virtual time V grows by 1/W per byte of service, so a flow of
n bytes that joins at V finishes at V + n/w, whatever joins or leaves meanwhile; a heap of these
finish points costs O(log n) per change. (Parekh and Gallager's generalised processor sharing,
recalled.)
"""

from __future__ import annotations

import math
from heapq import heappop, heappush


class ProcessorSharing:
    """Flows that share a stream of service at once, in proportion to their weights.

    Service is counted in integers of 1/``scale`` byte. Where a division would leave a remainder,
    the scale grows to hold it, so every amount is exact; it can only grow to the least common
    multiple of the total weights that occurred, and starts afresh when no flow is left. With equal
    weights that is about 300 bits for 100 competing flows and 3,000 bits for 1,000, so the steps
    per change stay O(log n) while each gets slower in proportion to the length of the numbers.

    Attributes:
        scale: How many units of service make a byte.
    """

    def __init__(self) -> None:
        self.scale = 1
        self._virtual = 0
        self._total_weight = 0
        self._sequence = 0
        self._heap: list[tuple[int, int, int, int]] = []  # finish point, sequence, key, weight

    def __len__(self) -> int:
        return len(self._heap)

    def refine(self, divisor: int) -> None:
        """Make the scale a multiple of ``divisor``; counts given before grow in proportion."""
        if not self._heap:
            self.scale, self._virtual = divisor, 0
        elif self.scale % divisor:
            self._rescale(divisor // math.gcd(self.scale, divisor))

    def add(self, key: int, n_bytes: int, weight: int) -> None:
        """Let a flow join; both numbers are above zero."""
        amount = n_bytes * self.scale
        if amount % weight:
            factor = weight // math.gcd(amount, weight)
            self._rescale(factor)
            amount *= factor
        self._sequence += 1
        heappush(self._heap, (self._virtual + amount // weight, self._sequence, key, weight))
        self._total_weight += weight

    def until_next_finish(self) -> int:
        """Return the service, in units, until the next flow finishes; there must be one."""
        return (self._heap[0][0] - self._virtual) * self._total_weight

    def serve(self, amount: int) -> list[int]:
        """Serve this many units and return the keys of the flows finished, in order."""
        finished = []
        heap = self._heap
        while heap:
            needed = (heap[0][0] - self._virtual) * self._total_weight
            if needed > amount:
                if amount % self._total_weight:
                    factor = self._total_weight // math.gcd(amount, self._total_weight)
                    self._rescale(factor)
                    amount *= factor
                self._virtual += amount // self._total_weight
                break
            amount -= needed
            self._virtual, _, key, weight = heappop(heap)
            self._total_weight -= weight
            finished.append(key)
        return finished

    def _rescale(self, factor: int) -> None:
        """Count in units ``factor`` times finer; the heap's order does not change."""
        self.scale *= factor
        self._virtual *= factor
        self._heap = [
            (finish * factor, sequence, key, weight) for finish, sequence, key, weight in self._heap
        ]
