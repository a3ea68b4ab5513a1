"""Which experts a mixture-of-experts layer loads, and with how many tokens each."""

from __future__ import annotations

import numpy as np

from archsim.workload.seeds import generator
from archsim.workload.trace import Int64Array


def expected_active_experts(tokens: int, experts: int, top_k: int) -> float:
    """Return the expected number of distinct experts that ``tokens`` tokens reach.

    Each token picks ``top_k`` different experts, all equally likely, independently of the other
    tokens: an expert is missed by one token with probability ``1 - top_k / experts``.
    """
    return float(experts * (1.0 - (1.0 - top_k / experts) ** tokens))


def expected_loads(tokens: int, experts: int, top_k: int) -> Int64Array:
    """Return tokens per expert when the expected number of experts share them evenly.

    The number of active experts is the expectation rounded to a whole number, and at least as
    many as one token needs. Loads differ by at most one and sum to ``tokens * top_k``; experts
    that are not reached have 0. Real routing is less even: see ``sampled_loads``.

    Returns:
        Descending int64 array, shape (experts,).
    """
    active = max(top_k, round(expected_active_experts(tokens, experts, top_k)))
    share, rest = divmod(tokens * top_k, active)
    loads = np.zeros(experts, dtype=np.int64)
    loads[:active] = share
    loads[:rest] += 1
    return loads


def sampled_loads(tokens: int, experts: int, top_k: int, seed: int) -> Int64Array:
    """Return tokens per expert for one random routing (uniform, independent tokens).

    Trained routers are not uniform; no skew is modelled.

    Returns:
        Descending int64 array, shape (experts,), with sum ``tokens * top_k``.
    """
    random = generator(seed, "expert routing")
    loads = np.zeros(experts, dtype=np.int64)
    block = max(1, 1_000_000 // experts)
    for start in range(0, tokens, block):
        scores = random.random((min(block, tokens - start), experts))
        chosen = np.argpartition(scores, top_k - 1, axis=1)[:, :top_k]
        loads += np.bincount(chosen.ravel(), minlength=experts)
    return np.sort(loads)[::-1].copy()
