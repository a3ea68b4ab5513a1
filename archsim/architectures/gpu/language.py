"""Language models on cards: a prefill, or decode iterations of one batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archsim.architectures.gpu.job import Job
from archsim.errors import UnsupportedError

if TYPE_CHECKING:
    from archsim.workload.llm import LlmWorkload
    from archsim.workload.ternary_lm_workload import TernaryLmWorkload

HALF_BYTES = 2


def language_job(workload: LlmWorkload, seed: int) -> Job:
    """Return a prefill, or ``generated_tokens`` decode iterations of one batch.

    Raises:
        UnsupportedError: The workload is a serving run.
    """
    if workload.serving is not None:
        raise UnsupportedError(
            "a GPU runs one fixed batch here",
            key="serving",
            found="a serving section",
            allowed="a workload without serving section",
        )
    cards = workload.parallel.tensor * workload.parallel.pipeline
    size = workload.bytes_per_element
    weights = -(-workload.model.parameter_count * size // cards)
    lengths = workload.context_lengths(seed)
    steps = workload.generated_tokens
    held = int(sum(min(int(n) + steps - 1, workload.model.max_positions) for n in lengths))
    cache = held * -(-workload.model.kv_bytes_per_token(size) // cards)
    tokens = float(steps * len(lengths)) if workload.phase == "decode" else float(lengths.sum())
    return Job(
        traces=[workload.trace(step, seed=seed) for step in range(steps)],
        unit="token",
        made=tokens,
        figures={
            "iterations": float(steps),
            "weight_bytes": float(weights),
            "kv_cache_bytes": float(cache),
        },
        sharing=workload.parallel.tensor,
        stages=workload.parallel.pipeline,
        held_bytes=weights + cache,
        held="weights with keys and values",
        advice="; raise parallel.tensor or lower the batch",
    )


def ternary_job(workload: TernaryLmWorkload, seed: int) -> Job:
    """Return tokens of a MatMul-free model: a GPU has no ternary units, so products run in fp16.

    Weights are kept in the card's memory as they are multiplied, two bytes each. Every token takes
    the same time, however long the context.
    """
    weights = workload.model.parameter_count * HALF_BYTES
    return Job(
        traces=[workload.trace(seed=seed, bits_per_weight=8.0 * HALF_BYTES)],
        unit="token",
        made=float(workload.batch * workload.generated_tokens),
        figures={
            "iterations": float(workload.generated_tokens),
            "weight_bytes": float(weights),
        },
        rounds=workload.generated_tokens,
        held_bytes=weights + workload.state_bytes,
        held="weights and state",
    )
