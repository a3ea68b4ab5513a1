"""Sizes of a MatMul-free language model, and the counts that follow from them."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import Field, model_validator

from archsim.config import PositiveInt, StrictModel
from archsim.errors import InputError

FFN_MULTIPLE = 256
"""The width of the channel mixer is rounded up to a multiple of this."""

Width = Annotated[PositiveInt, Field(le=2**17)]

WIDTH_OPS_PER_FEATURE = 47
FFN_OPS_PER_FEATURE = 10
"""Element operations of a block per feature of the stream, and of the channel mixer: norms in two
passes, quantisation in three, dequantisation, gates, scan, products and residuals."""


def ffn_width(hidden: int) -> int:
    """Return the width of the channel mixer: two thirds of 4 x hidden, up to a multiple of 256."""
    return FFN_MULTIPLE * -(-(8 * hidden // 3) // FFN_MULTIPLE)


def zero_share_of_gaussian_weights() -> float:
    """Return the share of zeros when Gaussian weights are rounded at their mean magnitude."""
    return math.erf(0.5 * math.sqrt(2.0 / math.pi) / math.sqrt(2.0))


class TernaryLmModel(StrictModel):
    """A stack of blocks, each an MLGRU token mixer and a GLU channel mixer of ternary weights.

    The output head is ternary too; the token table is looked up, not multiplied.
    """

    layers: Annotated[PositiveInt, Field(le=4096)] = Field(description="blocks")
    hidden: Width = Field(description="features of the residual stream")
    ffn: Width = Field(description="features of the channel mixer; a multiple of 256")
    vocab: Annotated[PositiveInt, Field(le=2**24)] = Field(
        default=32_000, description="rows of the token table and outputs of the head"
    )

    @model_validator(mode="after")
    def _consistent(self) -> TernaryLmModel:
        if self.ffn % FFN_MULTIPLE:
            raise InputError(
                "the channel mixer of a MatMul-free model is padded",
                key="model.ffn",
                found=str(self.ffn),
                allowed=f"a multiple of {FFN_MULTIPLE}",
                suggestion=str(FFN_MULTIPLE * max(1, round(self.ffn / FFN_MULTIPLE))),
            )
        return self

    @property
    def block_weights(self) -> int:
        """Ternary weights of one block: four square products, gate and up, down."""
        return 4 * self.hidden**2 + 3 * self.hidden * self.ffn

    @property
    def weights(self) -> int:
        """Ternary weights of all blocks, without the head."""
        return self.layers * self.block_weights

    @property
    def head_weights(self) -> int:
        """Ternary weights of the output head."""
        return self.vocab * self.hidden

    @property
    def embedding_parameters(self) -> int:
        """Parameters of the token table, which the head does not share."""
        return self.vocab * self.hidden

    @property
    def norm_parameters(self) -> int:
        """Gains: eight norms as wide as the stream and one as the mixer per block, two at the end.

        The two at the end are the final norm and that of the head's BitLinear.
        """
        return self.layers * (8 * self.hidden + self.ffn) + 2 * self.hidden

    @property
    def parameter_count(self) -> int:
        """All parameters: ternary weights, head, table, gains, forget-gate bounds."""
        bounds = self.layers * self.hidden
        return (
            self.weights
            + self.head_weights
            + self.embedding_parameters
            + self.norm_parameters
            + bounds
        )

    @property
    def state_elements(self) -> int:
        """Elements of the recurrent state of one sequence, however long its context is."""
        return self.layers * self.hidden

    @property
    def block_element_ops(self) -> int:
        """Element operations of one block and token, without the additions of the products."""
        return WIDTH_OPS_PER_FEATURE * self.hidden + FFN_OPS_PER_FEATURE * self.ffn

    def weight_bytes(self, bits_per_weight: float, *, head: bool = False) -> float:
        """Return the size of the packed ternary weights in bytes (a product of real numbers)."""
        count = self.weights + (self.head_weights if head else 0)
        return count * bits_per_weight / 8.0

    def kv_cache_bytes(self, context_tokens: int, bytes_per_element: int = 2) -> int:
        """Return what a transformer of the same layers and width would cache instead of a state."""
        return 2 * self.layers * self.hidden * context_tokens * bytes_per_element
