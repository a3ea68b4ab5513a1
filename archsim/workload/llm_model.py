"""``LlmModel``: the shape of a decoder-only transformer, and what follows from it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from archsim.config import NonNegativeInt, PositiveInt, WorkloadSpec
from archsim.errors import InputError, Side

MODEL_KIND = "llm_model"
"""Value of ``kind:`` in files of language models, which are parts of workloads."""

Width = Annotated[PositiveInt, Field(le=2**20)]
"""A number of features, heads, experts or layers."""

Experts = Annotated[NonNegativeInt, Field(le=65_536)]
"""A number of experts; 0 means none."""


class LlmModel(WorkloadSpec):
    """Shape of a decoder-only transformer (pre-norm, serial attention and feed-forward).

    Sizes are numbers of features, not of bytes. In a mixture of experts ``ffn`` is the width of
    one expert and every layer has experts.
    """

    kind: Literal["llm_model"] = "llm_model"
    hidden: Width = Field(description="features of the residual stream")
    layers: Width = Field(description="transformer layers")
    heads: Width = Field(description="query heads")
    kv_heads: Width = Field(description="key/value heads; fewer than heads means grouped queries")
    head_dim: Width = Field(description="features of one head")
    ffn: Width = Field(description="features inside the feed-forward network or one expert")
    gated: bool = Field(description="true: the up projection is doubled by a gate (SwiGLU)")
    activation: Literal["gelu", "relu", "silu"] = Field(description="feed-forward non-linearity")
    norm: Literal["layer_norm", "rms_norm"] = Field(description="normalisation of every layer")
    position: Literal["learned", "rotary"] = Field(description="position encoding")
    vocab: Annotated[PositiveInt, Field(le=2**24)] = Field(description="rows of the token table")
    max_positions: Annotated[PositiveInt, Field(le=2**22)] = Field(
        description="longest sequence in tokens"
    )
    position_offset: Annotated[NonNegativeInt, Field(le=1024)] = Field(
        default=0, description="extra rows of the learned position table (OPT has 2)"
    )
    tied_embeddings: bool = Field(description="true: the output head reuses the token table")
    attention_bias: Literal["none", "qkv", "all"] = Field(
        default="none", description="biases of the attention projections"
    )
    ffn_bias: bool = Field(default=False, description="biases in the feed-forward network")
    qk_norm: bool = Field(default=False, description="RMS norm of each query and key head")
    sliding_window: Annotated[PositiveInt, Field(le=2**22)] | None = Field(
        default=None, description="tokens each query sees at most; absent: all"
    )
    experts: Experts = Field(default=0, description="experts per layer; 0: dense")
    top_k: Experts = Field(default=0, description="experts that each token uses")
    shared_ffn: Annotated[NonNegativeInt, Field(le=2**20)] = Field(
        default=0, description="features of a gated expert that every token uses; 0: none"
    )

    @model_validator(mode="after")
    def _consistent(self) -> LlmModel:
        if self.heads % self.kv_heads:
            raise InputError(
                "kv_heads must divide heads",
                key="kv_heads",
                found=str(self.kv_heads),
                allowed=f"a divisor of {self.heads}",
                sides=[Side("heads", str(self.heads), f"a multiple of {self.kv_heads}")],
            )
        if self.experts and not 1 <= self.top_k <= self.experts:
            raise InputError(
                "each token needs at least one expert and at most all of them",
                key="top_k",
                found=str(self.top_k),
                allowed=f"1 to {self.experts}",
                sides=[Side("experts", str(self.experts), f"at least top_k = {self.top_k} > 0")],
            )
        if not self.experts and (self.top_k or self.shared_ffn):
            key = "top_k" if self.top_k else "shared_ffn"
            raise InputError(
                f"{key} needs a mixture of experts",
                key=key,
                found=str(getattr(self, key)),
                allowed="0, or experts > 0",
                sides=[Side("experts", "0", f"more than 0, as {key} is")],
            )
        if self.position_offset and self.position != "learned":
            raise InputError(
                "position_offset belongs to learned positions",
                key="position_offset",
                found=str(self.position_offset),
                allowed="0",
                sides=[Side("position", f"'{self.position}'", "'learned', or position_offset: 0")],
            )
        return self

    @property
    def norm_parameters(self) -> int:
        """Parameters of one norm over the hidden features."""
        return self.hidden * (2 if self.norm == "layer_norm" else 1)

    @property
    def embedding_parameters(self) -> int:
        """Parameters of the token table and of the learned positions, if any."""
        rows = self.max_positions + self.position_offset if self.position == "learned" else 0
        return (self.vocab + rows) * self.hidden

    @property
    def attention_parameters(self) -> int:
        """Parameters of one layer's attention, without norms over the hidden features."""
        qkv = (self.heads + 2 * self.kv_heads) * self.head_dim
        count = self.hidden * qkv + self.heads * self.head_dim * self.hidden
        if self.attention_bias != "none":
            count += qkv
        if self.attention_bias == "all":
            count += self.hidden
        return count + (2 * self.head_dim if self.qk_norm else 0)

    @property
    def expert_parameters(self) -> int:
        """Parameters of one feed-forward network (one expert)."""
        ups = 2 if self.gated else 1
        bias = ups * self.ffn + self.hidden if self.ffn_bias else 0
        return (ups + 1) * self.hidden * self.ffn + bias

    def layer_parameters(self, experts: int | None = None) -> int:
        """Return the parameters of one layer.

        Args:
            experts: How many experts to count; all by default.
        """
        count = 2 * self.norm_parameters + self.attention_parameters
        if not self.experts:
            return count + self.expert_parameters
        counted = self.experts if experts is None else experts
        shared = 3 * self.hidden * self.shared_ffn + (self.hidden if self.shared_ffn else 0)
        return count + self.hidden * self.experts + counted * self.expert_parameters + shared

    @property
    def parameter_count(self) -> int:
        """Parameters of the whole model; a tied head is counted once."""
        return self._count(None)

    @property
    def active_parameter_count(self) -> int:
        """Parameters that one token uses: as ``parameter_count``, with ``top_k`` experts."""
        return self._count(self.top_k)

    def _count(self, experts: int | None) -> int:
        head = 0 if self.tied_embeddings else self.vocab * self.hidden
        layers = self.layers * self.layer_parameters(experts)
        return self.embedding_parameters + layers + self.norm_parameters + head

    def kv_bytes_per_token(self, bytes_per_element: int = 2) -> int:
        """Return the cache bytes that one token occupies in all layers (keys and values)."""
        return 2 * self.layers * self.kv_heads * self.head_dim * bytes_per_element
