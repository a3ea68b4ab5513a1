"""Sizes of a vision transformer with a mixture of experts, and the work that follows from them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from archsim.config import NonNegativeInt, PositiveInt, StrictModel
from archsim.errors import InputError

Width = Annotated[PositiveInt, Field(le=2**16)]
Count = Annotated[NonNegativeInt, Field(le=4096)]


class MoeVitModel(StrictModel):
    """A vision transformer whose odd layers may have experts in place of the dense MLP.

    ``experts: 0`` is a plain vision transformer. Every expert is an MLP of its own width.
    """

    embed_dim: Width = Field(description="features of a token")
    layers: Annotated[PositiveInt, Field(le=1024)] = Field(description="transformer layers")
    heads: Width = Field(description="attention heads")
    patch_pixels: Annotated[PositiveInt, Field(le=256)] = Field(
        default=16, description="side of a square patch"
    )
    channels: Annotated[PositiveInt, Field(le=64)] = Field(
        default=3, description="channels of the image"
    )
    mlp_hidden: Width = Field(description="features inside the dense MLP")
    experts: Count = Field(default=0, description="experts of a MoE layer; 0: no MoE layers")
    top_k: Count = Field(default=0, description="experts that each token visits")
    expert_hidden: Annotated[NonNegativeInt, Field(le=2**16)] = Field(
        default=0, description="features inside one expert"
    )
    moe_layers: Count = Field(default=0, description="layers with experts, every second one")

    @model_validator(mode="after")
    def _consistent(self) -> MoeVitModel:
        if self.embed_dim % self.heads:
            raise InputError(
                "heads must divide the features of a token",
                key="model.heads",
                found=str(self.heads),
                allowed=f"a divisor of {self.embed_dim}",
            )
        if self.experts and not 1 <= self.top_k <= self.experts:
            raise InputError(
                "a token visits at least one expert and at most all of them",
                key="model.top_k",
                found=str(self.top_k),
                allowed=f"1 to {self.experts}",
            )
        if self.experts and not (self.expert_hidden and self.moe_layers):
            key = "moe_layers" if self.expert_hidden else "expert_hidden"
            raise InputError(
                "experts need a width and layers", key=f"model.{key}", found="0",
                allowed="at least 1 when there are experts",
            )  # fmt: skip
        if not self.experts and (self.top_k or self.expert_hidden or self.moe_layers):
            raise InputError(
                "a model without experts has no MoE layers",
                key="model.experts",
                found="0",
                allowed="at least 1, or leave out top_k, expert_hidden and moe_layers",
            )
        if self.moe_layers > self.layers // 2:
            raise InputError(
                "at most every second layer has experts",
                key="model.moe_layers",
                found=str(self.moe_layers),
                allowed=f"at most {self.layers // 2}",
            )
        return self

    @property
    def dense_layers(self) -> int:
        """Layers with a dense MLP."""
        return self.layers - self.moe_layers

    @property
    def expert_parameters(self) -> int:
        """Weights and biases of one expert; 0 without experts."""
        if not self.experts:
            return 0
        return 2 * self.embed_dim * self.expert_hidden + self.expert_hidden + self.embed_dim

    @property
    def dense_parameters(self) -> int:
        """Weights beside the experts: patch embedding, projections, dense MLPs, routers."""
        patches = self.patch_pixels**2 * self.channels * self.embed_dim
        projections = self.layers * 4 * self.embed_dim**2
        mlps = self.dense_layers * 2 * self.embed_dim * self.mlp_hidden
        routers = self.moe_layers * self.embed_dim * self.experts
        return patches + projections + mlps + routers

    def is_moe(self, layer: int) -> bool:
        """Return whether a layer, counted from 0, has experts: 1, 3, 5 ..."""
        return layer % 2 == 1 and layer // 2 < self.moe_layers

    def patch_macs(self, tokens: int) -> int:
        """Return the multiply-accumulates of the patch embedding; the class token has no patch."""
        pixels = self.patch_pixels**2 * self.channels
        return max(0, tokens - 1) * pixels * self.embed_dim

    def projection_macs(self, tokens: int) -> int:
        """Return those of queries, keys, values and output of one layer."""
        return 4 * tokens * self.embed_dim**2

    def attention_macs(self, tokens: int) -> int:
        """Return those of either product of attention (logits, or values) in one layer."""
        return tokens * tokens * self.embed_dim

    def mlp_macs(self, tokens: int) -> int:
        """Return those of one dense MLP."""
        return 2 * tokens * self.embed_dim * self.mlp_hidden

    def expert_macs(self, visits: int) -> int:
        """Return those of ``visits`` tokens at experts."""
        return 2 * visits * self.embed_dim * self.expert_hidden

    def gate_macs(self, tokens: int) -> int:
        """Return those of the router of one layer."""
        return tokens * self.embed_dim * self.experts

    def backbone_macs(self, tokens: int) -> int:
        """Return those of a forward pass without the routers."""
        per_layer = self.projection_macs(tokens) + 2 * self.attention_macs(tokens)
        return (
            self.patch_macs(tokens)
            + self.layers * per_layer
            + self.dense_layers * self.mlp_macs(tokens)
            + self.moe_layers * self.expert_macs(tokens * self.top_k)
        )
