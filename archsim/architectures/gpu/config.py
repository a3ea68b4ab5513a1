"""What a user may set about a GPU: its data sheet, and the constants of each kernel model."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from archsim.config import (
    Bytes,
    BytesPerSecond,
    HardwareSpec,
    Hertz,
    NonNegativeFloat,
    NonNegativeSeconds,
    PositiveFloat,
    Seconds,
    SquareMillimetres,
    StrictModel,
    Watts,
)
from archsim.errors import InputError

Share = Annotated[float, Field(gt=0.0, le=1.0)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]


class Chip(StrictModel):
    """The data sheet: everything here is a published figure of the card, none is fitted."""

    sms: Count = Field(description="streaming multiprocessors that are enabled")
    frequency_hz: Hertz = Field(description="boost clock that the peak rates are stated at")
    half_flops: PositiveFloat = Field(description="dense fp16 and bf16 tensor rate, in FLOP/s")
    tf32_flops: PositiveFloat = Field(description="dense tf32 tensor rate, in FLOP/s")
    fp32_flops: PositiveFloat = Field(description="fp32 rate without tensor cores, in FLOP/s")
    l2_bytes: Bytes = Field(description="second-level cache")
    memory_bytes: Bytes = Field(description="device memory")
    memory_bytes_per_s: BytesPerSecond = Field(description="device memory bandwidth")
    link_bytes_per_s: BytesPerSecond = Field(description="link to other cards, one direction")
    threads_per_sm: Count = Field(description="resident threads of one SM")
    blocks_per_sm: Count = Field(description="resident thread blocks of one SM")
    shared_bytes_per_sm: Bytes = Field(description="shared memory of one SM")
    registers_per_sm: Count = Field(description="32-bit registers of one SM")
    board_power_w: Watts = Field(description="power limit of the board")
    die_mm2: SquareMillimetres = Field(description="size of the GPU die")

    @property
    def fp32_lanes(self) -> float:
        """Fused multiply-adds one SM issues in a cycle."""
        return self.fp32_flops / (2.0 * self.sms * self.frequency_hz)


class Matmul(StrictModel):
    """Matrix products of the vendor's library."""

    tensor_efficiency: Share = Field(
        description="share of the tensor rate that a large aligned tile reaches, not throttled"
    )
    half_unaligned_share: Share = Field(
        description="share of the half rate when rows start at odd elements (older kernels)"
    )
    half_paired_share: Share = Field(
        description="share of the half rate when rows start at even elements, not at 16 bytes"
    )
    tf32_unaligned_share: Share = Field(description="share of the tf32 rate off 16-byte rows")
    fp32_share: Share = Field(description="share of the fp32 rate that a large tile reaches")
    fp32_edge: NonNegativeFloat = Field(
        description="fp32 tiles slow down by this over each edge: operands loaded per multiply-add"
    )
    unaligned_latency_s: NonNegativeSeconds = Field(
        description="time of one step of the reduction that no other work hides, unaligned rows"
    )
    tf32_latency_s: NonNegativeSeconds = Field(description="the same, aligned tf32")
    fp32_latency_s: NonNegativeSeconds = Field(description="the same, fp32")
    cache_bytes_per_s: BytesPerSecond = Field(description="second-level cache bandwidth")
    sm_bytes_per_s: BytesPerSecond = Field(description="bandwidth that one SM can draw")
    memory_share: Share = Field(description="share of the memory bandwidth that streams reach")
    half_launch_s: Seconds = Field(description="floor of an fp16 or bf16 product")
    word_launch_s: Seconds = Field(description="floor of a tf32 or fp32 product")
    split_s: NonNegativeSeconds = Field(description="added by the reduction of a split-K product")
    epilogue_factor: NonNegativeFloat = Field(
        description="traffic of a tile's results, in units of the tile, at cache bandwidth"
    )
    throttle_exponent: NonNegativeFloat = Field(
        description="slow-down at the power limit: power that would be drawn, to this exponent"
    )


class Attention(StrictModel):
    """Attention kernels: decode reads the cache, prefill computes."""

    block_bytes_per_s: BytesPerSecond = Field(
        description="bandwidth that one thread block (one head of one request) can draw"
    )
    block_latency_s: NonNegativeSeconds = Field(description="fixed time of one thread block")
    combine_s: NonNegativeSeconds = Field(description="added when a head is split over blocks")
    prefill_share: Share = Field(description="share of the half rate that prefill reaches")


class Streaming(StrictModel):
    """Element-wise and row-wise kernels."""

    launch_s: Seconds = Field(description="floor of a streaming kernel")
    row_latency_s: NonNegativeSeconds = Field(description="fixed time of one row of a row kernel")
    norm_element_s: NonNegativeSeconds = Field(description="time per element of a layer-norm row")
    softmax_element_s: NonNegativeSeconds = Field(description="time per element of a softmax row")
    warp_element_s: NonNegativeSeconds = Field(
        description="time per element of a short softmax row, which one warp keeps"
    )
    function_elements_per_s: PositiveFloat = Field(
        description="rate of a transcendental function per element (GELU)"
    )


class Tiled(StrictModel):
    """The textbook shared-memory product."""

    issue_cycles: PositiveFloat = Field(
        description="issue cycles of one multiply-add of a warp with its shared loads, in lanes"
    )
    tile_cycles: NonNegativeFloat = Field(
        description="cycles per tile step and warp: global loads, barriers, loop"
    )
    launch_s: Seconds = Field(description="floor of one call")
    wave_exponent: NonNegativeFloat = Field(
        description="rate falls with the share of full waves to this exponent"
    )


class HashGrid(StrictModel):
    """Multi-resolution hash encoding."""

    launch_s: Seconds = Field(description="floor of one call")
    lookup_s: Seconds = Field(description="time per corner look-up that hits the first-level cache")
    first_level_bytes: Bytes = Field(description="table bytes that the first-level cache keeps")
    cache_miss_s: NonNegativeSeconds = Field(description="added by a first-level miss")
    memory_miss_s: NonNegativeSeconds = Field(description="added by a second-level miss")
    coherent_cells: PositiveFloat = Field(
        description="grid resolution from which neighbours on a ray share no cell"
    )


class FusedMlp(StrictModel):
    """A small network whose values stay on chip from the first layer to the last."""

    tensor_share: Share = Field(description="share of the half rate that its products reach")
    layer_s: NonNegativeSeconds = Field(description="latency of one layer that nothing hides")
    exposed_share: Share = Field(
        description="share of the time of reading and writing that the products do not hide"
    )


class Power(StrictModel):
    """Board power: a base, work and traffic, up to the limit."""

    base_w: Watts = Field(description="power of a running card without work")
    active_w: NonNegativeFloat = Field(description="added when every SM issues instructions, in W")
    half_j_per_flop: NonNegativeFloat = Field(
        description="energy of a half-precision operation on the tensor units"
    )
    half_unaligned_j_per_flop: NonNegativeFloat = Field(
        description="the same where a row does not start at a multiple of 16 bytes"
    )
    tf32_j_per_flop: NonNegativeFloat = Field(
        description="energy of a TF32 operation on the tensor units"
    )
    tf32_unaligned_j_per_flop: NonNegativeFloat = Field(
        description="the same where a row does not start at a multiple of 16 bytes"
    )
    fp32_j_per_flop: NonNegativeFloat = Field(
        description="energy of a single-precision operation outside the tensor units"
    )
    cache_j_per_byte: NonNegativeFloat = Field(
        description="compulsory traffic through the second-level cache"
    )
    operand_j_per_byte: NonNegativeFloat = Field(description="operands from cache to an SM")
    memory_j_per_byte: NonNegativeFloat = Field(description="traffic that leaves the cache")
    thread_w: NonNegativeFloat = Field(
        description="added when every SM issues scalar instructions of many threads, in W"
    )
    thread_j_per_byte: NonNegativeFloat = Field(description="loads of single threads")


class GpuHardware(HardwareSpec):
    """One GPU card (``kind: gpu``)."""

    kind: Literal["gpu"] = "gpu"
    chip: Chip
    matmul: Matmul
    attention: Attention
    streaming: Streaming
    tiled: Tiled
    hash_grid: HashGrid
    fused_mlp: FusedMlp
    power: Power
    residual: Literal["none", "h100_sxm"] = Field(
        default="none",
        description="learned correction of matrix products; holds only while chip and matmul are "
        "those of the measured card, else physics alone is used",
    )

    @model_validator(mode="after")
    def _consistent(self) -> GpuHardware:
        if self.power.base_w >= self.chip.board_power_w:
            raise InputError(
                "the base power must leave room below the board's limit",
                key="power.base_w",
                found=f"{self.power.base_w:g} W",
                allowed=f"below chip.board_power_w = {self.chip.board_power_w:g} W",
            )
        if self.matmul.half_paired_share < self.matmul.half_unaligned_share:
            raise InputError(
                "rows on even elements cannot be slower than rows on odd ones",
                key="matmul.half_paired_share",
                found=f"{self.matmul.half_paired_share:g}",
                allowed=f"at least half_unaligned_share = {self.matmul.half_unaligned_share:g}",
            )
        return self
