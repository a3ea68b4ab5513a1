"""What a user may set about a vector chip."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from archsim.config import (
    BytesPerSecond,
    HardwareSpec,
    Hertz,
    Joules,
    NonNegativeInt,
    PositiveInt,
    SquareMillimetres,
)


class VectorChip(HardwareSpec):
    """Equal cores of lanes, each with a fixed share of one memory (``kind: vector_chip``)."""

    kind: Literal["vector_chip"] = "vector_chip"
    frequency_hz: Hertz = Field(description="clock of the cores and of the memory's arbiter")
    cores: Annotated[PositiveInt, Field(le=1024)] = Field(
        default=1, description="cores, each with sequences of its own"
    )
    lanes: PositiveInt = Field(description="operations of a core in a cycle")
    bandwidth_bytes_per_s: BytesPerSecond = Field(description="memory; cores have equal shares")
    arbiter_cycles: NonNegativeInt = Field(
        default=0, description="cycles that a core waits for each other core, per operation"
    )
    operation_j: Joules = Field(default=1e-12, description="energy of one operation")
    byte_j: Joules = Field(default=1e-11, description="energy of one byte from memory")
    core_mm2: SquareMillimetres = Field(default=1.0, description="area of a core")
