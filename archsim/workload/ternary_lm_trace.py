"""Writes one token of a MatMul-free language model into a ``Trace``."""

from __future__ import annotations

import math

from archsim.workload.ternary_lm_model import TernaryLmModel
from archsim.workload.trace import Trace
from archsim.workload.trace_builder import TraceBuilder

BLOCK_PRODUCTS = ("input", "forget", "gate", "output", "ffn_gate_up", "ffn_down")
"""Ternary products of a block in the order of the dependency chain; the first three share their
input, so they are independent of each other."""


def write_token(
    model: TernaryLmModel,
    *,
    rows: int,
    bits_per_weight: float,
    element_bytes: int,
    embedding: bool,
    head: bool,
) -> Trace:
    """Return the trace of one token for each of ``rows`` sequences.

    A ``gemm`` here has ternary weights: its ``macs`` are additions, subtractions or skips. Element
    operations of a block sum to ``model.block_element_ops`` per row. The recurrent state is read
    and written by ``scan``.

    Args:
        model: Sizes.
        rows: Sequences.
        bits_per_weight: Storage of a ternary weight.
        element_bytes: Size of an activation, state or table element.
        embedding: Write the look-up of the token table.
        head: Write the final norm and the ternary output head.
    """
    builder = TraceBuilder("ternary_lm", element_bytes)
    wide, hidden = model.hidden, model.ffn
    last: tuple[str, ...] = ()

    def vector(
        name: str, kind: str, elements: int, width: int, after: tuple[str, ...], group: str
    ) -> str:
        return builder.add(
            name, kind, after=after, group=group, repeat=repeats[group],
            vector_elements=rows * elements,
            input_bytes=rows * width * element_bytes, output_bytes=rows * width * element_bytes,
        )  # fmt: skip

    def product(name: str, k: int, n: int, after: tuple[str, ...], group: str) -> str:
        return builder.add(
            name, "gemm", after=after, group=group, repeat=repeats[group], m=rows, k=k, n=n,
            weight_bytes=math.ceil(k * n * bits_per_weight / 8.0),
            input_bytes=rows * k, output_bytes=rows * n * element_bytes,
        )  # fmt: skip

    repeats = {"embedding": 1, "block": model.layers, "head": 1}
    if embedding:
        row_bytes = rows * wide * element_bytes
        last = (
            builder.add(
                "embedding", "embedding", group="embedding", weight_bytes=row_bytes,
                input_bytes=4 * rows, output_bytes=row_bytes,
            ),
        )  # fmt: skip
    norm = vector("mixer_norm", "norm", 2 * wide, wide, last, "block")
    gates = []
    for name in BLOCK_PRODUCTS[:3]:
        # Each BitLinear has a norm of its own (two passes), quantises (three) and rescales (one).
        ready = vector(f"{name}_quantise", "norm", 5 * wide, wide, (norm,), "block")
        made = product(name, wide, wide, (ready,), "block")
        gates.append(vector(f"{name}_rescale", "elementwise", wide, wide, (made,), "block"))
    scan = vector("scan", "elementwise", 6 * wide, wide, (gates[0], gates[1]), "block")
    gated = vector("output_gate", "activation", 5 * wide, wide, (scan, gates[2]), "block")
    ready = vector("output_quantise", "norm", 5 * wide, wide, (gated,), "block")
    made = product("output", wide, wide, (ready,), "block")
    residual = vector("mixer_residual", "elementwise", 2 * wide, wide, (made,), "block")
    norm = vector("ffn_norm", "norm", 2 * wide, wide, (residual,), "block")
    ready = vector("ffn_gate_up_quantise", "norm", 5 * wide, wide, (norm,), "block")
    made = product("ffn_gate_up", wide, 2 * hidden, (ready,), "block")
    glu = vector("glu", "activation", 5 * hidden, hidden, (made,), "block")
    ready = vector("ffn_down_quantise", "norm", 5 * hidden, hidden, (glu,), "block")
    made = product("ffn_down", hidden, wide, (ready,), "block")
    last = (vector("ffn_residual", "elementwise", 2 * wide, wide, (made, residual), "block"),)
    if head:
        norm = vector("head_quantise", "norm", 7 * wide, wide, last, "head")
        product("lm_head", wide, model.vocab, (norm,), "head")
    return builder.build()
