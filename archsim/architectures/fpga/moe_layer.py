"""Closed forms of one MoE layer: expert by expert, token by token, or with every expert on chip."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from archsim.architectures.fpga.vit_config import Policy
from archsim.architectures.fpga.vit_costs import VitCosts
from archsim.errors import InputError
from archsim.workload.moe_vit_routing import queue_lengths
from archsim.workload.trace import Int64Array


def reorder_cycles(
    queues: Sequence[int],
    *,
    load: int,
    compute: int,
    hidden: int = 0,
    double_buffer: bool = True,
) -> int:
    """Return the cycles of buffer units that are visited one after the other.

    Two buffers: the next unit loads while one computes. The form holds for loads of equal length
    only, as then a buffer is free by the time a load begins.

    Args:
        queues: Tokens that wait for each unit; units without tokens are not visited.
        load: Cycles to load a unit.
        compute: Cycles of one token at a unit.
        hidden: Cycles before, in which the first unit can already be loaded.
        double_buffer: False: nothing loads while something computes.
    """
    work = [tokens * compute for tokens in queues if tokens]
    if not work:
        return 0
    first = max(0, load - hidden)
    if not double_buffer:
        return first + (len(work) - 1) * load + sum(work)
    return first + sum(max(load, cycles) for cycles in work[:-1]) + work[-1]


def token_major_cycles(visits: int, misses: int, *, load: int, compute: int) -> int:
    """Return the cycles of visits in the order of tokens; a miss loads before it computes."""
    return visits * compute + misses * load


def lru_misses(choices: Int64Array, capacity: int) -> int:
    """Return how many visits find their expert not in a least-recently-used cache.

    Args:
        choices: Experts per token in the order of visits, shape (tokens, top_k).
        capacity: Experts that the cache keeps; 0: every visit misses.
    """
    if capacity == 0:
        return int(choices.size)
    kept: OrderedDict[int, None] = OrderedDict()
    misses = 0
    for expert in choices.ravel().tolist():
        if expert in kept:
            kept.move_to_end(expert)
            continue
        misses += 1
        kept[expert] = None
        if len(kept) > capacity:
            kept.popitem(last=False)
    return misses


def layer_loads(choices: Int64Array, experts: int, policy: Policy, cache_experts: int) -> int:
    """Return how many experts one layer loads."""
    if policy == "resident":
        return 0
    if policy == "reorder":
        return int((queue_lengths(choices, experts) > 0).sum())
    return lru_misses(choices, cache_experts)


def layer_cycles(
    choices: Int64Array,
    experts: int,
    costs: VitCosts,
    *,
    policy: Policy,
    cache_experts: int = 0,
    prefetch_first: bool = True,
    double_buffer: bool = True,
) -> int:
    """Return the cycles of one MoE layer's router and experts.

    Args:
        choices: Experts per token, shape (tokens, top_k).
        experts: Experts of the layer.
        costs: Cycles of the pieces.
        policy: How the layer runs.
        cache_experts: Experts of the cache (``token_major``).
        prefetch_first: The first load runs beside attention and router (``reorder``).
        double_buffer: Loads overlap computation (``reorder``).

    Raises:
        InputError: A cache is given to a policy that has none.
    """
    if cache_experts and policy != "token_major":
        raise InputError(
            "only the policy token_major has a cache",
            key="cache_experts",
            found=str(cache_experts),
            allowed="0, or policy token_major",
        )
    visits = int(choices.size)
    if policy == "resident":
        return costs.gate + visits * costs.expert_visit
    if policy == "token_major":
        misses = lru_misses(choices, cache_experts)
        return costs.gate + token_major_cycles(
            visits, misses, load=costs.expert_load, compute=costs.expert_visit
        )
    queues = queue_lengths(choices, experts).tolist()
    units = [tokens for tokens in queues for _ in range(costs.units)]
    return costs.gate + reorder_cycles(
        units,
        load=costs.load,
        compute=costs.visit,
        hidden=costs.before_mlp + costs.gate if prefetch_first else 0,
        double_buffer=double_buffer,
    )
