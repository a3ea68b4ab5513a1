"""Weighted round robin in exact integers: who finishes after how much service.

Works on amounts of service alone and knows no clock. Quanta are never played one by one: in a
round every flow present is served one quantum times its weight, so a flow's number of turns gives
the round in which it finishes, and the weights in front of it give the place in that round.
"""

from __future__ import annotations

import math
from heapq import heappop, heappush
from typing import NamedTuple


class _Flow(NamedTuple):
    """A flow in the heap, in the order of finishing."""

    last_round: int
    place: int
    key: int
    weight: int
    last_turn_bytes: int


class RoundRobin:
    """Flows that take turns on a stream of service, in order of arrival.

    A flow's turn is ``quantum_bytes`` times its weight, or what it has left; a turn is never cut
    short by others. A new flow takes the last place of the round under way. One that arrives just
    as a round's last turn ends still belongs to that round, and so does one that arrives in a pause
    that follows it: a turn, and with it a round, begins with its first service.

    Service is counted in integers of 1/``scale`` byte, so every amount is exact. A change of load
    among n flows costs O(log n).

    Args:
        quantum_bytes: Bytes in a turn of weight one.

    Attributes:
        scale: How many units of service make a byte.
    """

    def __init__(self, quantum_bytes: int) -> None:
        self.scale = 1
        self._quantum_bytes = quantum_bytes
        self._round = 0
        self._offset = 0  # service so far in this round to the flows present, in units
        self._next_place = 0
        self._total_weight = 0
        self._weights = _PrefixSums(64)
        self._heap: list[_Flow] = []

    def __len__(self) -> int:
        return len(self._heap)

    def refine(self, divisor: int) -> None:
        """Make the scale a multiple of ``divisor``; counts given before grow in proportion."""
        factor = divisor // math.gcd(self.scale, divisor)
        self.scale *= factor
        self._offset *= factor
        if not self._heap:
            self._round = self._offset = self._next_place = 0
            self.scale = divisor

    def add(self, key: int, n_bytes: int, weight: int) -> None:
        """Let a flow join; both numbers are above zero."""
        if self._next_place == len(self._weights):
            self._close_gaps()
        turn_bytes = self._quantum_bytes * weight
        further_turns = (n_bytes - 1) // turn_bytes
        place = self._next_place
        self._next_place += 1
        self._weights.add(place, weight)
        self._total_weight += weight
        last_turn_bytes = n_bytes - further_turns * turn_bytes
        last_round = self._round + further_turns
        heappush(self._heap, _Flow(last_round, place, key, weight, last_turn_bytes))

    def until_next_finish(self) -> int:
        """Return the service, in units, until the next flow finishes; there must be one."""
        flow = self._heap[0]
        quanta = (flow.last_round - self._round) * self._total_weight
        quanta += self._weights.before(flow.place)
        return (quanta * self._quantum_bytes + flow.last_turn_bytes) * self.scale - self._offset

    def serve(self, amount: int) -> list[int]:
        """Serve this many units and return the keys of the flows finished, in order."""
        finished = []
        while self._heap:
            needed = self.until_next_finish()
            if needed > amount:
                self._pass_rounds(amount)
                break
            amount -= needed
            flow = heappop(self._heap)
            self._weights.add(flow.place, -flow.weight)
            self._total_weight -= flow.weight
            self._round = flow.last_round
            quanta_before = self._weights.before(flow.place)
            self._offset = quanta_before * self._quantum_bytes * self.scale
            finished.append(flow.key)
        return finished

    def _pass_rounds(self, amount: int) -> None:
        """Serve an amount in which no flow finishes."""
        if amount == 0:
            return
        round_units = self._total_weight * self._quantum_bytes * self.scale
        # A round ends when the next one is served, not before: see the class docstring.
        rounds, rest = divmod(self._offset + amount - 1, round_units)
        self._round += rounds
        self._offset = rest + 1

    def _close_gaps(self) -> None:
        """Number the places afresh, in the same order, with room for as many again."""
        places = sorted((flow.place, flow.weight) for flow in self._heap)
        fresh = {place: index for index, (place, _) in enumerate(places)}
        self._weights = _PrefixSums(max(64, 2 * len(places)))
        for index, (_, weight) in enumerate(places):
            self._weights.add(index, weight)
        self._heap = [flow._replace(place=fresh[flow.place]) for flow in self._heap]
        self._next_place = len(places)


class _PrefixSums:
    """A Fenwick tree: sums of the first entries of an array that changes, in O(log n)."""

    def __init__(self, size: int) -> None:
        self._tree = [0] * (size + 1)

    def __len__(self) -> int:
        return len(self._tree) - 1

    def add(self, index: int, amount: int) -> None:
        """Add an amount to an entry."""
        position = index + 1
        while position < len(self._tree):
            self._tree[position] += amount
            position += position & -position

    def before(self, index: int) -> int:
        """Return the sum of all entries before this one."""
        total = 0
        while index:
            total += self._tree[index]
            index &= index - 1
        return total
