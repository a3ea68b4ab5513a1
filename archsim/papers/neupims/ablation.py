"""The ablation (Fig. 13): what each step adds, on GPT3-7B with ShareGPT-like lengths."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from archsim.papers.base import Row
from archsim.papers.neupims.judging import batches, judged, predicted
from archsim.papers.neupims.measure import tokens_per_s
from archsim.papers.neupims.points import (
    BATCHES,
    DUAL,
    GREEDY,
    INTERLEAVE_FROM,
    INTERLEAVED,
    MODELS,
    MODES,
    NAIVE,
    NAIVE_SHARED,
    Mode,
    Point,
    System,
)

STEPS: tuple[tuple[str, System, System], ...] = (
    ("dual row buffer over NPU+PIM with device-wide issue", DUAL, NAIVE_SHARED),
    ("dual row buffer over NPU+PIM with issue per channel", DUAL, NAIVE),
    ("greedy over round-robin channels", GREEDY, DUAL),
    ("sub-batches over none", INTERLEAVED, GREEDY),
)
"""Name of a step, the system with it, the system without it."""

FINE_BATCHES = tuple(range(64, 513, 64))

_DUAL_CAUSE = (
    "Most of the published gain comes from how the public simulator's naive device issues PIM "
    "packets, one a cycle for all channels. Without sub-batches NPU and PIM take turns anyway, so "
    "with issue per channel a second row buffer saves only the wait for results and the row "
    "re-opened for each vector load."
)
_CROSSOVER_CAUSE: dict[Mode, str] = {
    "compat": "Interference between NPU loads and PIM commands is modelled as mean rates, so a "
    "near tie can fall to the other side.",
    "physical": "With loads behind compute a product of 256 requests takes hardly longer than its "
    "weights stream, which two sub-batches do twice; interleaving pays only for larger batches.",
}


def gain(step: int, mode: Mode, batch: int, seeds: Sequence[int]) -> float:
    """Return the relative throughput gain of a step, 0 for none."""
    _, with_it, without = STEPS[step]
    point = Point(MODELS[0], "sharegpt", batch)
    return tokens_per_s(with_it, mode, point, seeds) / tokens_per_s(without, mode, point, seeds) - 1


def rows(seeds: Sequence[int]) -> list[Row]:
    """Return the judged claims and each step's gain per batch size, in both modes."""
    return [row for mode in MODES for row in (*_claims(mode, seeds), *_gains(mode, seeds))]


def configuration(mode: Mode, batch: int) -> str:
    """Return how a row of the ablation names its workload."""
    return f"{mode}: {Point(MODELS[0], 'sharegpt', batch)}"


def item(step: int) -> str:
    """Return how a row names the gain of a step."""
    return f"throughput gain of {STEPS[step][0]}"


def _claims(mode: Mode, seeds: Sequence[int]) -> list[Row]:
    where = f"{mode}: {MODELS[0]}, ShareGPT-like, all batch sizes; {batches(seeds)}"
    small = [batch for batch in BATCHES if batch < INTERLEAVE_FROM]
    large = [batch for batch in BATCHES if batch >= INTERLEAVE_FROM]
    found = [
        judged(
            "dual gain", f"{item(step)}, average", where,
            fmean(gain(step, mode, batch, seeds) for batch in BATCHES), cause=_DUAL_CAUSE,
        )
        for step in (0, 1)
    ]  # fmt: skip
    found += [
        judged(
            "greedy helps", "greedy channels faster than round-robin (share of batch sizes)",
            where, fmean(gain(2, mode, batch, seeds) > 0 for batch in BATCHES),
            cause="Longest-first assignment balances an estimate, not the time itself.",
        ),
        judged(
            "sub-batches hurt", f"sub-batches slower below batch {INTERLEAVE_FROM} (share)",
            where, fmean(gain(3, mode, batch, seeds) < 0 for batch in small),
            cause=_CROSSOVER_CAUSE[mode],
        ),
        judged(
            "sub-batches help", f"sub-batches faster from batch {INTERLEAVE_FROM} on (share)",
            where, fmean(gain(3, mode, batch, seeds) > 0 for batch in large),
            cause=_CROSSOVER_CAUSE[mode],
        ),
        judged(
            "crossover", "smallest batch size of the paper at which sub-batches win (0: none)",
            where, _first_win(mode, BATCHES, seeds), cause=_CROSSOVER_CAUSE[mode],
        ),
        predicted(
            "smallest multiple of 64 requests at which sub-batches win (0: none)",
            where, _first_win(mode, FINE_BATCHES, seeds),
        ),
    ]  # fmt: skip
    return found


def _gains(mode: Mode, seeds: Sequence[int]) -> list[Row]:
    return [
        predicted(item(step), configuration(mode, batch), gain(step, mode, batch, seeds))
        for batch in BATCHES
        for step in range(len(STEPS))
    ]


def _first_win(mode: Mode, batches: Sequence[int], seeds: Sequence[int]) -> float:
    wins = [batch for batch in batches if gain(3, mode, batch, seeds) > 0]
    return float(min(wins, default=0))
