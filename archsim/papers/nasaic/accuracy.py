"""A surrogate of accuracy: no network is trained here.

Accuracy rises with the logarithm of the multiply-accumulates, with falling gains, from the
recalled accuracy of a space's smallest network to that of its largest. It orders networks by size
and nothing else; every row that uses it says so.
"""

from __future__ import annotations

import math
from functools import lru_cache

from archsim.papers.nasaic.spaces import Choice, NetworkSpace

FALLING_GAINS = 2.0
"""Exponent of the way left to the largest network (a judgement)."""

LABEL = "surrogate accuracy"


@lru_cache(maxsize=65536)
def accuracy(space: NetworkSpace, choice: Choice) -> float:
    """Return the surrogate accuracy of a network, in percent."""
    least, most = _macs(space, space.smallest), _macs(space, space.largest)
    share = math.log(_macs(space, choice) / least) / math.log(most / least)
    left: float = (1.0 - share) ** FALLING_GAINS
    return space.highest - (space.highest - space.lowest) * left


@lru_cache(maxsize=65536)
def _macs(space: NetworkSpace, choice: Choice) -> int:
    return space.network(choice).macs
