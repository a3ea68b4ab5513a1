"""Closed form of one block of a MatMul-free language model, for one design or many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from archsim.architectures.fpga.matvec import LIMITS, Feed, Floats, product_cycles, round_up
from archsim.architectures.fpga.program import BLOCK, PRODUCTS
from archsim.architectures.fpga.schedule import makespan, schedule


@dataclass(frozen=True)
class BlockDesign:
    """What the closed form of a block depends on; arrays of one shape, or all of shape ().

    Attributes:
        width: Features of the stream.
        ffn: Features of the channel mixer.
        rows: Sequences that share the weights.
        feed: How weights reach the adders.
        vector_lanes: Elements of a vector operation in a cycle.
        issue_cycles: Cycles to issue an instruction.
        product_cycles: Fixed cycles of every product: driver and first beat.
        state_cycles: Cycles to load, or to store, the state of one block; 0 leaves it out.
    """

    width: Floats
    ffn: Floats
    rows: Floats
    feed: Feed
    vector_lanes: Floats
    issue_cycles: Floats
    product_cycles: Floats
    state_cycles: Floats


@dataclass(frozen=True)
class BlockCycles:
    """Cycles of one block and where they go.

    Attributes:
        cycles: Cycles of the block.
        parts: tmatmul, vector, issue and fixed cycles if nothing overlapped, and overlap, negative;
            they sum to ``cycles``.
        limits: Cycles of all products by what limits each of them.
        stream_bytes: Bytes of weights that a block streams.
    """

    cycles: Floats
    parts: dict[str, Floats]
    limits: dict[str, Floats]
    stream_bytes: Floats


def block_cycles(design: BlockDesign, *, overlap: bool) -> BlockCycles:
    """Return the cycles of one block.

    Args:
        design: One design or many.
        overlap: True: instructions overlap as in-order issue with interlocks allows; False: they
            run one after the other, and the state is not counted.
    """
    zero = np.zeros(np.broadcast(design.width, design.vector_lanes, design.feed.lanes).shape)
    products = zero
    limits = dict.fromkeys(LIMITS, zero)
    durations: list[Floats] = []
    vector = zero
    moved = zero
    for instruction in BLOCK:
        if instruction.unit == "tmatmul":
            inputs = _sum(instruction.inputs, design)
            outputs = _sum(instruction.outputs, design)
            found = product_cycles(inputs, outputs, design.rows, design.feed)
            longest = found.longest
            products = products + longest
            moved = moved + round_up(inputs * outputs * design.feed.bits_per_weight / 8.0)
            taken = zero.astype(bool)
            for name in LIMITS:
                binds = (getattr(found, name) == longest) & ~taken
                limits[name] = limits[name] + np.where(binds, longest, 0.0)
                taken = taken | binds
            durations.append(zero + longest + design.product_cycles)
        elif instruction.unit == "load_store":
            durations.append(zero + design.state_cycles)
        else:
            elements = instruction.per_width * design.width + instruction.per_ffn * design.ffn
            cycles = round_up(elements * design.rows / design.vector_lanes)
            vector = vector + cycles
            durations.append(zero + cycles)
    issued = len(BLOCK) if overlap else len(PRODUCTS)
    parts = {
        "tmatmul": products,
        "vector": vector,
        "issue": zero + issued * design.issue_cycles,
        "fixed": zero + len(PRODUCTS) * design.product_cycles,
    }
    serial = sum(parts.values(), start=zero)
    total = serial
    if overlap:
        times = schedule(BLOCK, durations, zero + design.issue_cycles, zero, np.maximum)
        total = makespan(times, zero, np.maximum)
    parts["overlap"] = np.asarray(total - serial)
    return BlockCycles(total, parts, limits, moved)


def _sum(factors: tuple[int, int, int], design: BlockDesign) -> Floats:
    return np.asarray(factors[0] * design.width + factors[1] * design.ffn)
