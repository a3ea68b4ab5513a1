"""How many cached tokens an attention pass touches."""

from __future__ import annotations

import numpy as np

from archsim.workload.trace import Int64Array


def attended_pairs(
    context_tokens: Int64Array, new_tokens: Int64Array, window: int | None = None
) -> Int64Array:
    """Count query-key pairs per request under the causal mask.

    The ``j``-th new token (from 0) sees ``context - new + j + 1`` tokens, itself included, and
    with a sliding window at most ``window`` of them. Masked pairs are not counted, although
    hardware that computes whole tiles does touch some of them.

    Args:
        context_tokens: Tokens the last new token sees without a window, shape (requests,).
        new_tokens: Tokens processed in this pass, shape (requests,).
        window: Sliding-window length in tokens, or ``None``.

    Returns:
        int64 array, shape (requests,).
    """
    old = context_tokens - new_tokens
    growing = new_tokens if window is None else np.clip(window - old, 0, new_tokens)
    pairs: Int64Array = growing * old + growing * (growing + 1) // 2
    if window is not None:
        pairs += (new_tokens - growing) * window
    return pairs


def read_tokens(
    context_tokens: Int64Array, new_tokens: Int64Array, window: int | None = None
) -> Int64Array:
    """Count the cached tokens each request has to read once, shape (requests,)."""
    if window is None:
        return context_tokens.copy()
    return np.minimum(context_tokens, window + new_tokens - 1)
