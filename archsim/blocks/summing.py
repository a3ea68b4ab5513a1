"""``sum_in_order``: a sum of floats that is the same to the last bit in every Python."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from functools import reduce


def sum_in_order(values: Iterable[float]) -> float:
    """Add one after the other, each sum rounded; 0 of nothing.

    Python's own ``sum`` does so up to 3.11; from 3.12 on it carries the rounding errors along, so
    that the last bit may differ.
    """
    return reduce(operator.add, values, 0.0)
