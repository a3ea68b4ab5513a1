"""The instruction stream of one block of a MatMul-free language model.

Instructions name vector registers, a unit and an amount of work that is linear in the widths d (of
the stream) and f (of the channel mixer). Element operations of a block sum to 47 d + 10 f.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["tmatmul", "rms", "row_wise", "load_store"]
UNITS: tuple[Unit, ...] = ("tmatmul", "rms", "row_wise", "load_store")
REGISTERS = 8
"""Vector registers that the program uses."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction.

    Attributes:
        name: What it does.
        unit: Unit that executes it.
        writes: Register it writes; None for a store.
        reads: Registers it reads.
        per_width: Element operations (elements of a load or store) per feature of the stream.
        per_ffn: The same per feature of the channel mixer.
        inputs: Inputs of a product as (factor of d, factor of f, factor of the vocabulary).
        outputs: Outputs of a product, in the same way.
    """

    name: str
    unit: Unit
    writes: int | None
    reads: tuple[int, ...]
    per_width: int = 0
    per_ffn: int = 0
    inputs: tuple[int, int, int] = (0, 0, 0)
    outputs: tuple[int, int, int] = (0, 0, 0)

    def elements(self, width: int, ffn: int) -> int:
        """Return the element operations for one row."""
        return self.per_width * width + self.per_ffn * ffn

    def shape(self, width: int, ffn: int, vocab: int) -> tuple[int, int]:
        """Return inputs and outputs of a product."""
        sizes = (width, ffn, vocab)
        inputs = sum(a * b for a, b in zip(self.inputs, sizes, strict=True))
        outputs = sum(a * b for a, b in zip(self.outputs, sizes, strict=True))
        return inputs, outputs


_D, _F, _2F, _VOCAB = (1, 0, 0), (0, 1, 0), (0, 2, 0), (0, 0, 1)
_STREAM, _NORMED, _LEFT, _RIGHT = 0, 1, 2, 5
_A, _B, _C, _STATE = 3, 4, 6, 7


def _rms(name: str, writes: int, read: int, d: int = 2, f: int = 0) -> Instruction:
    return Instruction(name, "rms", writes, (read,), d, f)


def _row(name: str, writes: int, reads: tuple[int, ...], d: int = 0, f: int = 0) -> Instruction:
    return Instruction(name, "row_wise", writes, reads, d, f)


def _product(
    name: str, writes: int, read: int, inputs: tuple[int, int, int], outputs: tuple[int, int, int]
) -> Instruction:
    return Instruction(name, "tmatmul", writes, (read,), inputs=inputs, outputs=outputs)


def _quantised(name: str, writes: int, read: int, *, ffn: bool = False) -> tuple[Instruction, ...]:
    """Norm of a BitLinear in two passes, quantisation in three."""
    d, f = (0, 1) if ffn else (1, 0)
    return (
        _rms(f"{name}.norm", writes, read, 2 * d, 2 * f),
        _row(f"{name}.quantise", writes, (writes,), 3 * d, 3 * f),
    )


BLOCK: tuple[Instruction, ...] = (
    Instruction("state.load", "load_store", _STATE, (), per_width=1),
    _rms("mixer.norm", _NORMED, _STREAM),
    *_quantised("input", _LEFT, _NORMED),
    _product("input", _A, _LEFT, _D, _D),
    *_quantised("forget", _RIGHT, _NORMED),
    _product("forget", _B, _RIGHT, _D, _D),
    *_quantised("gate", _LEFT, _NORMED),
    _row("input.rescale", _A, (_A,), 1),
    _row("input.silu", _A, (_A,), 2),
    _product("gate", _C, _LEFT, _D, _D),
    _row("forget.rescale", _B, (_B,), 1),
    _row("forget.sigmoid", _B, (_B,), 1),
    _row("scan", _STATE, (_STATE, _A, _B), 3),
    Instruction("state.store", "load_store", None, (_STATE,), per_width=1),
    _row("state.silu", _A, (_STATE,), 2),
    _row("gate.rescale", _C, (_C,), 1),
    _rms("gate.output_norm", _C, _C),
    _row("gate.multiply", _A, (_A, _C), 1),
    *_quantised("output", _LEFT, _A),
    _product("output", _B, _LEFT, _D, _D),
    _row("output.rescale", _B, (_B,), 1),
    _row("mixer.residual", _STREAM, (_STREAM, _B), 1),
    _rms("ffn.norm", _NORMED, _STREAM),
    *_quantised("ffn_gate_up", _LEFT, _NORMED),
    _product("ffn_gate_up", _A, _LEFT, _D, _2F),
    _row("ffn_gate_up.rescale", _A, (_A,), 0, 2),
    _row("ffn.silu", _A, (_A,), 0, 2),
    _row("ffn.multiply", _B, (_A,), 0, 1),
    *_quantised("ffn_down", _LEFT, _B, ffn=True),
    _product("ffn_down", _C, _LEFT, _F, _D),
    _row("ffn_down.rescale", _C, (_C,), 1),
    _row("ffn.residual", _STREAM, (_STREAM, _C), 1),
)
"""One block. The quantised inputs of the three independent products alternate between two
registers, so that vector work of one overlaps the product of another. Gate and up results share a
register of twice the mixer's width."""

EMBEDDING: tuple[Instruction, ...] = (
    Instruction("embedding.load", "load_store", _STREAM, (), per_width=1),
)
HEAD: tuple[Instruction, ...] = (
    _rms("head.norm", _NORMED, _STREAM),
    *_quantised("lm_head", _LEFT, _NORMED),
    _product("lm_head", _A, _LEFT, _D, _VOCAB),
)
"""Logits leave the adders one by one for the host, which picks the token."""

PRODUCTS = tuple(instruction for instruction in BLOCK if instruction.unit == "tmatmul")
"""The six products of a block."""
