"""Language models on cards: a prefill, or decode iterations of one batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archsim.architectures.base import Fidelity
from archsim.architectures.gpu.config import GpuHardware
from archsim.architectures.gpu.running import finish
from archsim.architectures.gpu.timed_pass import TimedPass, time_pass
from archsim.errors import InfeasibleError, UnsupportedError
from archsim.result import Result

if TYPE_CHECKING:
    from archsim.kernel import Timeline
    from archsim.workload.llm import LlmWorkload
    from archsim.workload.ternary_lm_workload import TernaryLmWorkload


HALF_BYTES = 2


def run_language_model(
    gpu: GpuHardware,
    workload: LlmWorkload,
    fidelity: Fidelity,
    seed: int,
    timeline: Timeline | None,
) -> Result:
    """Run a prefill, or ``generated_tokens`` decode iterations of one batch.

    Raises:
        InfeasibleError: Weights, or keys and values, do not fit the card's memory.
        UnsupportedError: The workload is a serving run, or its format has no rate here.
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
    if weights + cache > gpu.chip.memory_bytes:
        raise InfeasibleError(
            "weights with keys and values do not fit the card",
            key="chip.memory_bytes",
            found=f"{(weights + cache) / 1e9:.1f} GB on each of {cards} cards",
            allowed=f"at most {gpu.chip.memory_bytes / 1e9:.1f} GB; raise parallel.tensor or "
            "lower the batch",
        )
    passes: list[TimedPass] = []
    for step in range(steps):
        trace = workload.trace(step, seed=seed)
        recorder = timeline if step == 0 else None
        passes.append(time_pass(gpu, trace, fidelity, recorder))
    latency_fs = sum(item.played.latency_fs for item in passes)
    tokens = float(steps * len(lengths)) if workload.phase == "decode" else float(lengths.sum())
    result = finish(
        gpu,
        workload,
        passes,
        sharing=workload.parallel.tensor,
        stages=workload.parallel.pipeline,
        fidelity=fidelity,
        seed=seed,
        metrics={
            "tokens_per_s": tokens / (latency_fs * 1e-15),
            "iterations": float(steps),
            "weight_bytes": float(weights),
            "kv_cache_bytes": float(cache),
        },
    )
    result.metrics["energy_per_token_j"] = result.energy_j / tokens
    return result


def run_ternary_model(
    gpu: GpuHardware,
    workload: TernaryLmWorkload,
    fidelity: Fidelity,
    seed: int,
    timeline: Timeline | None,
) -> Result:
    """Run tokens of a MatMul-free model: a GPU has no ternary units, so products run in fp16.

    Weights are kept in the card's memory as they are multiplied, two bytes each. Every token takes
    the same time, however long the context.

    Raises:
        InfeasibleError: The weights do not fit the card's memory.
        UnsupportedError: The format has no rate here.
    """
    weights = workload.model.parameter_count * HALF_BYTES
    if weights + workload.state_bytes > gpu.chip.memory_bytes:
        raise InfeasibleError(
            "weights and state do not fit the card",
            key="chip.memory_bytes",
            found=f"{(weights + workload.state_bytes) / 1e9:.1f} GB",
            allowed=f"at most {gpu.chip.memory_bytes / 1e9:.1f} GB",
        )
    trace = workload.trace(seed=seed, bits_per_weight=8.0 * HALF_BYTES)
    one = time_pass(gpu, trace, fidelity, timeline)
    passes = [one] * workload.generated_tokens
    tokens = float(workload.batch * workload.generated_tokens)
    result = finish(
        gpu,
        workload,
        passes,
        sharing=1,
        stages=1,
        fidelity=fidelity,
        seed=seed,
        metrics={
            "tokens_per_s": tokens / (one.played.latency_fs * len(passes) * 1e-15),
            "iterations": float(len(passes)),
            "weight_bytes": float(weights),
        },
    )
    result.metrics["energy_per_token_j"] = result.energy_j / tokens
    return result
