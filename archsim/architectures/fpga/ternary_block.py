"""Closed form of the programs of a MatMul-free language model, for one design or many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from archsim.architectures.fpga.matvec import LIMITS, Feed, Floats, product_cycles, round_up
from archsim.architectures.fpga.program import Instruction
from archsim.architectures.fpga.schedule import makespan, schedule


@dataclass(frozen=True)
class ProgramDesign:
    """What the closed form of a program depends on; arrays of one shape, or all of shape ().

    Attributes:
        width: Features of the stream.
        ffn: Features of the channel mixer.
        vocab: Outputs of the head.
        rows: Sequences that share the weights.
        feed: How weights reach the adders.
        vector_lanes: Elements of a vector operation in a cycle.
        issue_cycles: Cycles to issue an instruction.
        product_cycles: Fixed cycles of every product: driver and first beat.
        transfer_cycles: Cycles of every load or store; 0 leaves them out.
    """

    width: Floats
    ffn: Floats
    vocab: Floats
    rows: Floats
    feed: Feed
    vector_lanes: Floats
    issue_cycles: Floats
    product_cycles: Floats
    transfer_cycles: Floats


@dataclass(frozen=True)
class ProgramCycles:
    """Cycles of one program and where they go.

    Attributes:
        cycles: Cycles of the program; fractions where lanes or memory bind.
        parts: tmatmul, vector, issue and fixed cycles if nothing overlapped, and overlap, negative;
            they sum to ``cycles``. Loads and stores count only as far as they are exposed.
        limits: Cycles of all products by what limits each of them.
        stream_bytes: Bytes of packed weights, each product filled up to whole bytes.
    """

    cycles: Floats
    parts: dict[str, Floats]
    limits: dict[str, Floats]
    stream_bytes: Floats


def program_cycles(
    program: Sequence[Instruction],
    design: ProgramDesign,
    *,
    overlap: bool,
    with_limits: bool = True,
) -> ProgramCycles:
    """Return the cycles of one program on an idle core.

    Args:
        program: Instructions in order.
        design: One design or many.
        overlap: True: instructions overlap as in-order issue with interlocks allows; False: they
            run one after the other, and loads and stores are not counted.
        with_limits: False leaves ``limits`` at zero, which saves time.
    """
    zero = np.zeros(np.broadcast(design.width, design.vector_lanes, design.feed.lanes).shape)
    products = vector = moved = zero
    limits = dict.fromkeys(LIMITS, zero)
    durations: list[Floats] = []
    for instruction in program:
        if instruction.unit == "tmatmul":
            inputs, outputs = (
                _sum(factors, design) for factors in (instruction.inputs, instruction.outputs)
            )
            found = product_cycles(inputs, outputs, design.rows, design.feed)
            longest = found.longest
            products = products + longest
            moved = moved + found.stream_bytes
            taken = zero.astype(bool)
            for name in LIMITS if with_limits else ():
                binds = (getattr(found, name) == longest) & ~taken
                limits[name] = limits[name] + np.where(binds, longest, 0.0)
                taken = taken | binds
            durations.append(zero + longest + design.product_cycles)
        elif instruction.unit == "load_store":
            durations.append(zero + design.transfer_cycles)
        else:
            elements = instruction.per_width * design.width + instruction.per_ffn * design.ffn
            cycles = round_up(elements * design.rows / design.vector_lanes)
            vector = vector + cycles
            durations.append(zero + cycles)
    count = sum(instruction.unit == "tmatmul" for instruction in program)
    parts = {
        "tmatmul": products,
        "vector": vector,
        "issue": zero + (len(program) if overlap else count) * design.issue_cycles,
        "fixed": zero + count * design.product_cycles,
    }
    serial = sum(parts.values(), start=zero)
    total = serial
    if overlap:
        times = schedule(program, durations, zero + design.issue_cycles, zero, np.maximum)
        total = makespan(times, zero, np.maximum)
    parts["overlap"] = np.asarray(total - serial)
    return ProgramCycles(total, parts, limits, moved)


def _sum(factors: tuple[int, int, int], design: ProgramDesign) -> Floats:
    width, ffn, vocab = factors
    return np.asarray(width * design.width + ffn * design.ffn + vocab * design.vocab)
