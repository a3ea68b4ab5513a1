"""Which experts each token visits: drawn, even, or recorded."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field

from archsim.config import StrictModel
from archsim.errors import InputError
from archsim.workload.seeds import generator
from archsim.workload.trace import Int64Array


class UniformRouting(StrictModel):
    """Every expert is equally likely, tokens are independent."""

    distribution: Literal["uniform"] = "uniform"


class BalancedRouting(StrictModel):
    """Tokens take the experts in turn, so that queues differ by one at most."""

    distribution: Literal["balanced"] = "balanced"


class ZipfRouting(StrictModel):
    """The expert of rank r is as likely as ``1 / r ** exponent``; ranks differ by layer."""

    distribution: Literal["zipf"] = "zipf"
    exponent: Annotated[float, Field(ge=0.0, le=10.0)] = Field(
        default=1.0, description="skew; 0 is uniform"
    )


class RecordedRouting(StrictModel):
    """The experts of every token as recorded, the same in every MoE layer."""

    distribution: Literal["recorded"] = "recorded"
    choices: Annotated[
        tuple[tuple[Annotated[int, Field(ge=0, le=4096)], ...], ...], Field(min_length=1)
    ] = Field(description="one list of expert numbers per token")


Routing = UniformRouting | BalancedRouting | ZipfRouting | RecordedRouting


def draw_routing(
    routing: Routing, *, layers: int, tokens: int, experts: int, top_k: int, seed: int
) -> Int64Array:
    """Return the experts that each token visits, shape (layers, tokens, top_k).

    Args:
        routing: How to choose.
        layers: MoE layers.
        tokens: Tokens of the image.
        experts: Experts of a layer.
        top_k: Experts per token, all different.
        seed: Seed of the run.

    Raises:
        InputError: Recorded choices do not fit the image or the model.
    """
    if isinstance(routing, RecordedRouting):
        one = check_choices(routing.choices, tokens=tokens, experts=experts, top_k=top_k)
        return np.broadcast_to(one, (layers, tokens, top_k)).copy()
    if isinstance(routing, BalancedRouting):
        first = np.arange(tokens * top_k, dtype=np.int64).reshape(tokens, top_k) % experts
        return np.broadcast_to(first, (layers, tokens, top_k)).copy()
    random = generator(seed, "expert routing")
    # The largest of log-weights with Gumbel noise are a draw without replacement.
    scores = random.gumbel(size=(layers, tokens, experts))
    if isinstance(routing, ZipfRouting):
        ranks = np.stack([random.permutation(experts) for _ in range(layers)]) + 1
        scores = scores - routing.exponent * np.log(ranks)[:, None, :]
    chosen = np.argpartition(-scores, top_k - 1, axis=2)[:, :, :top_k]
    return np.sort(chosen, axis=2).astype(np.int64)


def check_choices(choices: ArrayLike, *, tokens: int, experts: int, top_k: int) -> Int64Array:
    """Return recorded choices of one layer as an array, shape (tokens, top_k).

    Raises:
        InputError: The shape is another, an expert does not exist, or a token visits one twice.
    """
    try:
        array = np.asarray(choices)
    except ValueError:
        array = np.zeros(0, dtype=object)
    if array.shape != (tokens, top_k) or array.dtype.kind not in "iu":
        raise InputError(
            "recorded choices need the same number of experts for every token",
            key="routing.choices",
            found=f"shape {array.shape}"
            if array.dtype.kind in "iu"
            else "rows that differ, or fractions",
            allowed=f"{tokens} tokens with {top_k} expert numbers each",
        )
    if array.min() < 0 or array.max() >= experts:
        odd = array[(array < 0) | (array >= experts)][0]
        raise InputError(
            "no such expert", key="routing.choices", found=str(odd), allowed=f"0 to {experts - 1}"
        )
    ordered = np.sort(array, axis=1)
    if top_k > 1 and (ordered[:, 1:] == ordered[:, :-1]).any():
        token = int(np.flatnonzero((ordered[:, 1:] == ordered[:, :-1]).any(axis=1))[0])
        raise InputError(
            "a token visits an expert once",
            key="routing.choices",
            found=f"{array[token].tolist()} for token {token}",
            allowed="different experts",
        )
    return array.astype(np.int64)


def queue_lengths(choices: Int64Array, experts: int) -> Int64Array:
    """Return the tokens that wait for each expert, shape (..., experts).

    Args:
        choices: Experts per token, shape (..., tokens, top_k).
        experts: Number of experts.
    """
    flat = choices.reshape(-1, choices.shape[-2] * choices.shape[-1])
    counts = np.zeros((len(flat), experts), dtype=np.int64)
    for row, values in zip(counts, flat, strict=True):
        row += np.bincount(values, minlength=experts)
    return counts.reshape(*choices.shape[:-2], experts)
