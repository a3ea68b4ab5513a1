"""``archsim.fpga.ternary_block``: the closed form of a block, with checked arguments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from archsim.architectures.fpga.core_columns import CHUNK
from archsim.architectures.fpga.matvec import Feed, Floats
from archsim.architectures.fpga.program import BLOCK
from archsim.architectures.fpga.roofline import LEAST_BITS_PER_WEIGHT
from archsim.architectures.fpga.ternary_block import ProgramDesign, program_cycles
from archsim.blocks.numbers import real, whole
from archsim.errors import InputError
from archsim.workload.ternary_lm_model import FFN_MULTIPLE

Number = float | Floats


@dataclass(frozen=True)
class TernaryBlock:
    """One block of a MatMul-free language model on one core; floats, or arrays of designs.

    Attributes:
        cycles: Clock cycles of the block; a fraction where lanes or memory bind.
        seconds: ``cycles`` over the clock.
        breakdown: Cycles of ``tmatmul``, ``vector``, ``issue``, ``fixed`` and (negative)
            ``overlap``; they sum to ``cycles``.
        limits: Cycles of the products by what limits them: ``handshake``, ``memory``,
            ``additions``, ``drain``; they sum to ``breakdown["tmatmul"]``.
        tmatmul_share: Share of the block in which the ternary products run.
        stream_bytes: Bytes of packed weights.
        roofline_seconds: Least time in which port and memory can bring them.
    """

    cycles: Number
    seconds: Number
    breakdown: dict[str, Number]
    limits: dict[str, Number]
    tmatmul_share: Number
    stream_bytes: Number
    roofline_seconds: Number


def ternary_block(
    d: ArrayLike,
    ffn: ArrayLike,
    port_bytes: ArrayLike,
    cycles_per_beat: ArrayLike,
    bits_per_weight: ArrayLike,
    lanes: ArrayLike,
    frequency_hz: ArrayLike,
    *,
    memory_bytes_per_s: ArrayLike | None = None,
    memory_efficiency: ArrayLike = 1.0,
    vector_lanes: ArrayLike | None = None,
    batch: ArrayLike = 1,
    issue_cycles: ArrayLike = 0,
    product_overhead_cycles: ArrayLike = 0,
    first_beat_cycles: ArrayLike = 0,
    overlap: bool = False,
) -> TernaryBlock:
    """Return the cycles of one block: six ternary products and the vector work around them.

    Each product takes ``overhead + first beat + max(beats x cycles_per_beat, bytes / memory
    bandwidth, weights / lanes, drain)``; the drain counts for more than one row only. Arguments
    are scalars or arrays that broadcast against each other.

    Args:
        d: Features of the stream.
        ffn: Features of the channel mixer, a multiple of 256.
        port_bytes: Bytes of one beat.
        cycles_per_beat: Clock cycles from beat to beat, at least 1.
        bits_per_weight: Storage of a ternary weight, e.g. 2 or 1.6.
        lanes: Weights that the adders take in a cycle.
        frequency_hz: Clock.
        memory_bytes_per_s: Peak bandwidth of the memory; absent: only the port limits.
        memory_efficiency: Share of it that a stream sustains.
        vector_lanes: Elements of a vector operation in a cycle; by default ``port_bytes``, units
            as wide as the port.
        batch: Rows that share one stream of weights.
        issue_cycles: Cycles to issue an instruction.
        product_overhead_cycles: Fixed cycles of every product.
        first_beat_cycles: Cycles until a product's first beat arrives.
        overlap: False: everything runs one after the other; True: instructions overlap as
            in-order issue with register interlocks allows.

    Raises:
        InputError: An argument is out of range.
    """
    arguments = {
        "d": whole("d", d).astype(np.float64),
        "ffn": whole("ffn", ffn).astype(np.float64),
        "port_bytes": whole("port_bytes", port_bytes).astype(np.float64),
        "cycles_per_beat": real("cycles_per_beat", cycles_per_beat),
        "bits_per_weight": real("bits_per_weight", bits_per_weight),
        "lanes": whole("lanes", lanes).astype(np.float64),
        "frequency_hz": real("frequency_hz", frequency_hz),
        "memory_efficiency": real("memory_efficiency", memory_efficiency),
        "batch": whole("batch", batch).astype(np.float64),
        "issue_cycles": real("issue_cycles", issue_cycles, zero=True),
        "overhead": real("product_overhead_cycles", product_overhead_cycles, zero=True),
        "first": real("first_beat_cycles", first_beat_cycles, zero=True),
    }
    if memory_bytes_per_s is None:
        arguments["memory"] = np.asarray(np.inf)
    else:
        arguments["memory"] = real("memory_bytes_per_s", memory_bytes_per_s)
    vectors = port_bytes if vector_lanes is None else vector_lanes
    arguments["vector_lanes"] = whole("vector_lanes", vectors).astype(np.float64)
    _check(arguments)
    try:
        shaped = dict(zip(arguments, np.broadcast_arrays(*arguments.values()), strict=True))
    except ValueError as error:
        raise InputError("the arguments are arrays of different shapes") from error
    return _in_chunks(shaped, overlap)


def _check(arguments: dict[str, Floats]) -> None:
    limits = (
        ("ffn", arguments["ffn"] % FFN_MULTIPLE != 0, f"a multiple of {FFN_MULTIPLE}"),
        ("cycles_per_beat", arguments["cycles_per_beat"] < 1.0, "at least 1"),
        (
            "bits_per_weight",
            (arguments["bits_per_weight"] < LEAST_BITS_PER_WEIGHT)
            | (arguments["bits_per_weight"] > 16.0),
            "1.585 (log2 of 3) to 16",
        ),
        ("memory_efficiency", arguments["memory_efficiency"] > 1.0, "above 0, at most 1"),
    )
    for key, wrong, allowed in limits:
        if wrong.any():
            found = np.atleast_1d(arguments[key])[np.atleast_1d(wrong)][0]
            raise InputError("out of range", key=key, found=f"{found:g}", allowed=allowed)


def _in_chunks(given: dict[str, Floats], overlap: bool) -> TernaryBlock:
    """Evaluate many designs a slice at a time, so that a slice's arrays stay in the cache."""
    shape = np.shape(given["d"])
    if int(np.prod(shape)) <= CHUNK:
        return _evaluate(given, overlap)
    flat = {name: values.ravel() for name, values in given.items()}
    starts = range(0, flat["d"].size, CHUNK)
    parts = [
        _evaluate({name: values[at : at + CHUNK] for name, values in flat.items()}, overlap)
        for at in starts
    ]

    def joined(values: list[Number]) -> Floats:
        return np.concatenate([np.atleast_1d(value) for value in values]).reshape(shape)

    return TernaryBlock(
        cycles=joined([part.cycles for part in parts]),
        seconds=joined([part.seconds for part in parts]),
        breakdown={
            name: joined([part.breakdown[name] for part in parts]) for name in parts[0].breakdown
        },
        limits={name: joined([part.limits[name] for part in parts]) for name in parts[0].limits},
        tmatmul_share=joined([part.tmatmul_share for part in parts]),
        stream_bytes=joined([part.stream_bytes for part in parts]),
        roofline_seconds=joined([part.roofline_seconds for part in parts]),
    )


def _evaluate(given: dict[str, Floats], overlap: bool) -> TernaryBlock:
    frequency = given["frequency_hz"]
    feed = Feed(
        beat_bytes=given["port_bytes"],
        cycles_per_beat=given["cycles_per_beat"],
        bits_per_weight=given["bits_per_weight"],
        lanes=given["lanes"],
        memory_bytes_per_cycle=given["memory"] * given["memory_efficiency"] / frequency,
    )
    found = program_cycles(
        BLOCK,
        ProgramDesign(
            width=given["d"],
            ffn=given["ffn"],
            vocab=np.zeros_like(frequency),
            rows=given["batch"],
            feed=feed,
            vector_lanes=given["vector_lanes"],
            issue_cycles=given["issue_cycles"],
            product_cycles=given["overhead"] + given["first"],
            transfer_cycles=np.zeros_like(frequency),
        ),
        overlap=overlap,
    )
    peak = np.minimum(given["port_bytes"], feed.memory_bytes_per_cycle)
    return TernaryBlock(
        cycles=_plain(found.cycles),
        seconds=_plain(found.cycles / frequency),
        breakdown={name: _plain(value) for name, value in found.parts.items()},
        limits={name: _plain(value) for name, value in found.limits.items()},
        tmatmul_share=_plain(found.parts["tmatmul"] / found.cycles),
        stream_bytes=_plain(found.stream_bytes),
        roofline_seconds=_plain(found.stream_bytes / peak / frequency),
    )


def _plain(values: Floats) -> Number:
    return float(values) if np.ndim(values) == 0 else np.asarray(values, dtype=np.float64)
