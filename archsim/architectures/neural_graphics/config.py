"""What a user may set about a cluster of neural-fields processors beside a GPU's SMs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from archsim.config import (
    Bytes,
    BytesPerSecond,
    HardwareSpec,
    Hertz,
    NonNegativeSeconds,
    PositiveFloat,
    SquareMillimetres,
    StrictModel,
    Watts,
)
from archsim.errors import InputError
from archsim.technology.arithmetic import Precision

Count = Annotated[int, Field(ge=1, le=4096)]
Cycles = Annotated[int, Field(ge=0, le=100_000)]
Width = Annotated[PositiveFloat, Field(le=4096.0)]
Interleave = Literal["low_order", "xor_fold", "parity"]


class Cluster(StrictModel):
    """Equal processors (NFPs) that share one clock; samples of a batch are dealt to them."""

    processors: Count = Field(description="neural-fields processors (N of NGPC-N)")
    frequency_hz: Hertz = Field(description="clock of the processors")


class EncodingEngines(StrictModel):
    """The encoding engines of one processor: a table memory and an interpolator each."""

    engines: Annotated[int, Field(ge=1, le=256)] = Field(
        description="engines of a processor; each works on one level of one sample"
    )
    sram_bytes: Bytes = Field(description="table memory of one engine (grid_sram)")
    banks: Annotated[int, Field(ge=1, le=64)] = Field(
        description="banks of that memory, a power of two; each reads one entry a cycle"
    )
    interleave: Interleave = Field(
        description="bank of an entry: low index bits, all index bits folded by XOR, or the "
        "lowest bit of each coordinate (dense levels only; hashed ones then use low bits)"
    )
    coupling: Literal["fifo", "lockstep"] = Field(
        description="fifo: an engine may run ahead by the samples its FIFO holds; lockstep: the "
        "slowest level of each sample holds all"
    )
    fifo_samples: Annotated[int, Field(ge=1, le=4096)] = Field(
        description="samples in the FIFO between an engine and the MLP engine"
    )
    latency_cycles: Cycles = Field(description="cycles from a position to its features")

    @model_validator(mode="after")
    def _banks_are_a_power_of_two(self) -> EncodingEngines:
        if self.banks & (self.banks - 1):
            raise InputError(
                "banks are chosen by bits of the index",
                key="encoding_engines.banks",
                found=str(self.banks),
                allowed="1, 2, 4, 8, 16, 32 or 64",
            )
        if self.sram_bytes < 256 * self.banks:
            raise InputError(
                "a bank needs at least 256 bytes",
                key="encoding_engines.sram_bytes",
                found=f"{self.sram_bytes} bytes in {self.banks} banks",
                allowed=f"at least {256 * self.banks} bytes",
            )
        return self


class MlpEngine(StrictModel):
    """The MLP engine of one processor: an array that holds one weight matrix at a time."""

    rows: Count = Field(description="inputs that the array takes a cycle")
    columns: Count = Field(description="outputs that the array makes a cycle")
    precision: Precision = Field(description="number format of weights and activations")
    pipeline_cycles: Cycles = Field(description="cycles from inputs to outputs of one matrix")
    weight_reload: Literal["hidden", "exposed"] = Field(
        description="hidden: the next matrix loads while this one works; exposed: the array waits"
    )
    reload_cycles: Cycles = Field(description="cycles to load one matrix")
    activation_samples: Count = Field(
        description="samples whose activations stay inside; a matrix works on so many in a row"
    )


class Ports(StrictModel):
    """Ports of one processor towards the shared cache."""

    input_bytes_per_cycle: Width = Field(description="bytes of sample inputs a cycle")
    output_bytes_per_cycle: Width = Field(description="bytes of sample outputs a cycle")


class Memory(StrictModel):
    """What processors and SMs share: the way through L2 to DRAM."""

    bandwidth_bytes_per_s: BytesPerSecond = Field(
        description="rate that table loads, sample inputs and outputs of all parts share"
    )
    energy_kind: Literal["hbm2", "gddr5", "gddr6", "ddr4", "lpddr4"] = Field(
        description="memory kind, for the energy of a byte"
    )


class Tables(StrictModel):
    """How table entries get into the engines."""

    mode: Literal["resident", "assumed_resident", "capacity"] = Field(
        description="resident: every level fits an engine's memory; assumed_resident: as the paper "
        "counts, every look-up hits whether it fits or not; capacity: levels that do not fit are "
        "streamed once in every kernel call"
    )
    distribution: Literal["broadcast", "copies"] = Field(
        description="broadcast: one read serves all processors; copies: one read for each"
    )


class Scheduler(StrictModel):
    """How a frame is cut into batches and how they overlap."""

    buffers: Annotated[int, Field(ge=1, le=64)] = Field(
        description="sample buffers between cluster and SMs; with 1 they take turns, with 2 one "
        "works on the next batch while the other works on this one"
    )
    batch_bytes: Bytes = Field(
        description="room of one sample buffer: a kernel call is cut into batches that fit it"
    )
    ray_tiles: Annotated[int, Field(ge=1, le=4096)] = Field(
        description="least tiles of independent rays, so least batches, of a kernel call"
    )
    minimum_batches: Annotated[int, Field(ge=1, le=4096)] = Field(
        description="least batches of a frame"
    )
    batch_granularity: Count = Field(description="samples that a batch is padded to a multiple of")
    dispatch_s: NonNegativeSeconds = Field(description="time to start a batch on the cluster")


class Gpu(StrictModel):
    """The GPU that the cluster sits in; its SMs run the kernels other than encoding and MLP."""

    rest_fusion_speedup: Annotated[float, Field(ge=1.0, le=1000.0)] = Field(
        description="speed-up of those kernels by fusing them"
    )
    die_area_mm2: SquareMillimetres = Field(description="area of the GPU die")
    power_w: Watts = Field(description="power while its SMs work")


class Scaling(StrictModel):
    """Energy and area synthesised at an old node and scaled to the GPU's."""

    from_node_nm: Annotated[int, Field(ge=1, le=1000)] = Field(description="node of the tables")
    area_factor: Annotated[float, Field(gt=0.0, le=10.0)] = Field(
        description="area at the target node over area at the old one"
    )
    energy_factor: Annotated[float, Field(gt=0.0, le=10.0)] = Field(
        description="dynamic energy at the target node over that at the old one"
    )


class NeuralGraphicsHardware(HardwareSpec):
    """A GPU with a neural graphics processing cluster (``kind: neural_graphics``)."""

    kind: Literal["neural_graphics"] = "neural_graphics"
    cluster: Cluster
    encoding_engines: EncodingEngines
    mlp_engine: MlpEngine
    ports: Ports
    memory: Memory
    tables: Tables
    scheduler: Scheduler
    gpu: Gpu
    node_nm: Annotated[int, Field(ge=1, le=1000)] = Field(description="process node of the cluster")
    scaling: Scaling | None = Field(
        default=None, description="scale from an older node instead of using the node's tables"
    )
