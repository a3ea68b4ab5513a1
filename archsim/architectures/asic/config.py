"""What a user may set about a chip of one or more template accelerators (``kind: asic``)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from archsim.config import (
    Bytes,
    BytesPerSecond,
    HardwareSpec,
    Hertz,
    Seconds,
    SquareMillimetres,
    StrictModel,
)
from archsim.errors import InputError

LEAST_SHARED_BYTES = 4096


def _large_enough(n_bytes: int) -> int:
    if n_bytes < LEAST_SHARED_BYTES:
        raise ValueError(f"must be at least {LEAST_SHARED_BYTES} bytes")
    return n_bytes


Pes = Annotated[int, Field(ge=1, le=1 << 20)]
Width = Annotated[int, Field(ge=1, le=1 << 20)]
SharedBytes = Annotated[Bytes, AfterValidator(_large_enough)]
AcceleratorName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
MOST_ACCELERATORS = 16
Lanes = Annotated[int, Field(ge=1, le=64)]


class TemplateAccelerator(StrictModel):
    """Processing elements in clusters, fed by one network-on-chip, mapped as a template says."""

    template: Literal["dla", "shi", "rs"] = Field(
        description="dla: NVDLA, shi: ShiDianNao, rs: row stationary"
    )
    pes: Pes = Field(description="processing elements")
    noc_bandwidth_bytes_per_cycle: Width = Field(description="width of the network-on-chip")
    simd: Lanes = Field(default=1, description="multiply-accumulates of a PE per cycle")
    l1_bytes: Bytes = Field(default=256, description="buffer of each PE")
    l2_bytes: SharedBytes = Field(default=1 << 20, description="buffer that the PEs share")


class SystolicAccelerator(StrictModel):
    """A systolic array with a buffer."""

    template: Literal["systolic"]
    rows: Annotated[int, Field(ge=1, le=4096)] = Field(description="rows of the array")
    columns: Annotated[int, Field(ge=1, le=4096)] = Field(description="columns of the array")
    dataflow: Literal["os", "ws", "is"] = Field(
        default="ws", description="operand that stays: outputs, weights or inputs"
    )
    noc_bandwidth_bytes_per_cycle: Width = Field(description="width between buffer and array")
    l2_bytes: SharedBytes = Field(default=1 << 20, description="buffer")

    @property
    def pes(self) -> int:
        """Processing elements."""
        return self.rows * self.columns


Accelerator = Annotated[TemplateAccelerator | SystolicAccelerator, Field(discriminator="template")]
"""One accelerator of a chip."""


def _not_empty(items: dict[str, Accelerator]) -> dict[str, Accelerator]:
    if not items:
        raise ValueError("a chip needs at least one accelerator")
    if len(items) > MOST_ACCELERATORS:
        raise ValueError(f"a chip has at most {MOST_ACCELERATORS} accelerators")
    return items


class Budget(StrictModel):
    """What all accelerators together may take; a design beyond it is infeasible."""

    pes: Pes | None = Field(default=None, description="processing elements")
    noc_bandwidth_bytes_per_cycle: Width | None = Field(default=None, description="widths")
    area_mm2: SquareMillimetres | None = Field(default=None, description="silicon")


class Dram(StrictModel):
    """Memory off the chip (physical mode)."""

    memory: Literal["hbm2", "gddr5", "gddr6", "ddr3", "ddr4", "lpddr4"] = Field(
        description="kind of memory, for its energy per bit"
    )
    bandwidth_bytes_per_s: BytesPerSecond = Field(description="sustained rate")
    sharing: Literal["dynamic", "static"] = Field(
        default="dynamic",
        description="dynamic: whoever loads shares the rate; static: equal fixed shares",
    )


class Scheduler(StrictModel):
    """Which accelerator runs a layer, and when."""

    method: Literal["greedy", "cp_sat"] = Field(
        default="greedy", description="ratio heuristic, or OR-tools CP-SAT (extra 'schedule')"
    )
    objective: Literal["latency", "energy"] = Field(
        default="latency", description="least makespan, or least energy within latency_s"
    )
    latency_s: Seconds | None = Field(
        default=None, description="longest makespan when energy is minimised"
    )
    time_limit_s: Annotated[float, Field(ge=0.01, le=3600)] = Field(
        default=10.0, description="deterministic time that CP-SAT may take"
    )

    @model_validator(mode="after")
    def _limit_fits(self) -> Scheduler:
        if self.latency_s is not None and self.objective == "latency":
            raise InputError(
                "a latency limit only applies when energy is minimised",
                key="scheduler.latency_s",
                found=str(self.latency_s),
                allowed="objective: energy, or no latency_s",
            )
        return self


class AsicHardware(HardwareSpec):
    """A chip of one or more accelerators with an objective for its scheduler (``kind: asic``)."""

    kind: Literal["asic"] = "asic"
    mode: Literal["physical", "compat"] = Field(
        default="physical",
        description="physical: shared bandwidth, DRAM, a process node; compat: MAESTRO's rules",
    )
    maestro_version: Literal["feb2020", "master"] = Field(
        default="feb2020", description="constants of compat mode"
    )
    noc_latency_cycles: Annotated[int, Field(ge=0, le=10_000)] = Field(
        default=1, description="cycles of a transfer besides its bytes"
    )
    frequency_hz: Hertz = Field(description="clock of every accelerator")
    node_nm: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=28, description="process node (physical mode)"
    )
    arbiter: Literal["hierarchical", "matrix"] = Field(
        default="hierarchical",
        description="matrix: MAESTRO's, grows with the square of the PEs (compat always)",
    )
    accelerators: Annotated[dict[AcceleratorName, Accelerator], AfterValidator(_not_empty)] = Field(
        description="accelerators side by side, by name"
    )
    dram: Dram | None = Field(default=None, description="memory; physical mode needs one")
    budget: Budget = Field(default_factory=Budget, description="limits over all accelerators")
    scheduler: Scheduler = Field(default_factory=Scheduler, description="assignment and order")

    @model_validator(mode="after")
    def _consistent(self) -> AsicHardware:
        if self.mode == "physical" and self.dram is None:
            raise InputError(
                "physical mode charges traffic off the chip and needs a memory",
                key="dram",
                allowed="a dram section, or mode: compat",
            )
        for name, accelerator in self.accelerators.items():
            if self.mode == "compat" and accelerator.template == "systolic":
                raise InputError(
                    "MAESTRO has no rules for systolic arrays",
                    key=f"accelerators.{name}.template",
                    found="systolic",
                    allowed="dla, shi, rs, or mode: physical",
                )
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the accelerators."""
        return tuple(self.accelerators)

    @property
    def units(self) -> tuple[Accelerator, ...]:
        """The accelerators, in the order of their names."""
        return tuple(self.accelerators.values())
