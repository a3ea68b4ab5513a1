"""What a user may set about an accelerator of vision transformers with experts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from archsim.config import (
    Hertz,
    NonNegativeBytes,
    NonNegativeInt,
    PositiveInt,
    StrictModel,
    Watts,
)

Small = Annotated[PositiveInt, Field(le=65_536)]
Policy = Literal["reorder", "token_major", "resident"]
"""How a MoE layer runs: expert by expert, token by token, or with every expert on chip."""


class FlatArray(StrictModel):
    """Multipliers that every product keeps equally busy (M3ViT)."""

    style: Literal["flat"] = "flat"
    macs_per_cycle: Small = Field(description="multiply-accumulates of all units in a cycle")
    gate_extra_cycles: NonNegativeInt = Field(
        description="cycles of a token's gate beside its multiply-accumulates"
    )


class TiledArray(StrictModel):
    """A linear unit and an attention unit with whole tiles, as in an HLS loop nest (Edge-MoE)."""

    style: Literal["tiled"] = "tiled"
    tile_inputs: Small = Field(description="inputs of the linear unit in a cycle")
    tile_outputs: Small = Field(description="outputs of the linear unit in a cycle")
    attention_queries: Small = Field(description="queries that the attention unit holds")
    attention_lanes: Small = Field(description="features of a query in a cycle")
    gate_cycles_per_expert: Small = Field(description="cycles of a token's gate for each expert")
    stream_features: Small = Field(
        description="features that a norm or an addition takes in a cycle"
    )
    count_overheads: bool = Field(
        default=False,
        description="also count norms, additions, gates and the loads of attention weights",
    )


class VitAccelerator(StrictModel):
    """Layers in sequence; weights of experts come from memory unless they are on the chip."""

    frequency_hz: Hertz = Field(description="clock of the accelerator")
    compute: Annotated[FlatArray | TiledArray, Field(discriminator="style")] = Field(
        description="the multipliers"
    )
    weight_bits: Annotated[PositiveInt, Field(le=64)] = Field(description="bits of a weight")
    load_bytes_per_cycle: Small = Field(description="bytes of weights that arrive in a cycle")
    load_biases: bool = Field(default=True, description="biases are loaded with the weights")
    policy: Policy = Field(default="reorder", description="how a MoE layer runs")
    cache_experts: Annotated[NonNegativeInt, Field(le=4096)] = Field(
        default=0, description="experts that a least-recently-used cache keeps (token_major)"
    )
    buffer_unit: Literal["expert", "matrix"] = Field(
        default="expert", description="what one of the two weight buffers holds"
    )
    double_buffer: bool = Field(
        default=True, description="load the next weights while computing (reorder)"
    )
    prefetch_first: bool = Field(
        default=True, description="load the first weights of a layer during its attention"
    )
    buffer_bytes: NonNegativeBytes = Field(description="on-chip memory of the dense transformer")
    router_bytes: NonNegativeBytes = Field(
        description="further on-chip memory of the experts' part"
    )
    power_w: Watts = Field(description="power of the board at work")
