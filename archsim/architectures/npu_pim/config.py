"""What a user may set about an NPU with (or without) processing-in-memory channels."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from archsim import technology
from archsim.blocks.sram import check_buffer
from archsim.config import (
    Amperes,
    Bytes,
    BytesPerSecond,
    Fraction01,
    HardwareSpec,
    Hertz,
    NonNegativeSeconds,
    Quantity,
    StrictModel,
    Volts,
)
from archsim.errors import InputError, Side

Cycles = Annotated[int, Field(ge=1, le=1_000_000)]
Small = Annotated[int, Field(ge=1, le=4096)]
RowBytes = Annotated[int, Quantity("size", ge=1, le=1e6)]
"""Bytes of a DRAM row: in devices 256 bytes to 8 KiB."""


class Npu(StrictModel):
    """Matrix and vector units with their scratchpads; all arrays work on one product."""

    systolic_arrays: Small = Field(description="systolic arrays that share one weight stream")
    systolic_rows: Small = Field(description="rows of one array (reduction)")
    systolic_columns: Small = Field(description="columns of one array (rows of the result)")
    vector_units: Small = Field(description="vector pipes")
    vector_lanes: Small = Field(description="lanes of one vector pipe")
    frequency_hz: Hertz = Field(description="clock of arrays and vector units")
    scratchpad_bytes: Bytes = Field(
        description="operand scratchpad; half is filled while half is used"
    )
    accumulator_bytes: Bytes = Field(description="result scratchpad")

    @property
    def macs_per_cycle(self) -> int:
        """Multiply-accumulates of all arrays in one cycle."""
        return self.systolic_arrays * self.systolic_rows * self.systolic_columns


class DramTiming(StrictModel):
    """DRAM command timing in memory clock cycles; names as in the JEDEC HBM2 standard."""

    cl: Cycles = Field(description="read command to data (tCL)")
    cwl: Cycles = Field(description="write command to data (tCWL)")
    trcd: Cycles = Field(description="activate to read (tRCDRD)")
    trp: Cycles = Field(description="precharge to activate (tRP)")
    tras: Cycles = Field(description="activate to precharge (tRAS)")
    trfc: Cycles = Field(description="length of an all-bank refresh of a rank (tRFC)")
    trefi: Cycles = Field(description="average refresh interval of a rank (tREFI)")
    tfaw: Cycles = Field(description="window of four activates (tFAW)")
    trtp: Cycles = Field(description="read to precharge (tRTP)")
    tccd_s: Cycles = Field(description="column to column, other bank group (tCCD_S)")
    tccd_l: Cycles = Field(description="column to column, same bank group (tCCD_L)")
    trtrs: Cycles = Field(description="bus turnaround between ranks (tRTRS)")

    @model_validator(mode="after")
    def _refresh_leaves_time(self) -> DramTiming:
        if self.trfc >= self.trefi:
            raise InputError(
                "a refresh must be shorter than the interval between refreshes",
                key="memory.timing.trfc",
                found=str(self.trfc),
                allowed=f"less than trefi = {self.trefi}",
                sides=[
                    Side("memory.timing.trefi", str(self.trefi), f"more than trfc = {self.trfc}")
                ],
            )
        for name in type(self).model_fields:
            cycles = getattr(self, name)
            if name != "trefi" and cycles >= self.trefi:
                raise InputError(
                    "a command must take less time than passes between refreshes",
                    key=f"memory.timing.{name}",
                    found=str(cycles),
                    allowed=f"less than trefi = {self.trefi}",
                    sides=[
                        Side("memory.timing.trefi", str(self.trefi), f"more than {name} = {cycles}")
                    ],
                )
        return self


class Currents(StrictModel):
    """Data-sheet currents of one device, for the energy of each command."""

    vdd_v: Volts = Field(description="supply voltage that the currents flow at")
    idd0_a: Amperes = Field(description="one bank activated and precharged every tRC")
    idd2n_a: Amperes = Field(description="standby, banks precharged")
    idd3n_a: Amperes = Field(description="standby, a bank open")
    idd4r_a: Amperes = Field(description="reading without a gap")
    idd4w_a: Amperes = Field(description="writing without a gap")
    idd5ab_a: Amperes = Field(description="refreshing all banks without a gap")


class Memory(StrictModel):
    """HBM2-like channels; NPU streams are striped over all of them."""

    channels: Small = Field(description="independent channels of the device")
    channel_bytes: Bytes = Field(description="capacity of one channel")
    frequency_hz: Hertz = Field(description="command clock; the timing counts its cycles")
    ranks: Annotated[int, Field(ge=1, le=16)] = Field(
        description="ranks (pseudo stacks) of a channel"
    )
    bank_groups: Annotated[int, Field(ge=1, le=16)] = Field(description="bank groups of a rank")
    banks_per_group: Annotated[int, Field(ge=1, le=16)] = Field(description="banks of a bank group")
    burst_bytes: Small = Field(description="bytes of one read or write")
    burst_cycles: Small = Field(description="data-bus cycles of one read or write")
    timing: DramTiming
    currents: Currents

    @property
    def banks(self) -> int:
        """Banks of one channel."""
        return self.ranks * self.bank_groups * self.banks_per_group

    @property
    def capacity_bytes(self) -> int:
        """Capacity of all channels."""
        return self.channels * self.channel_bytes

    def power(self) -> technology.DramCurrents:
        """Return the currents and timings that give the energy of each command of a rank.

        Raises:
            InputError: The currents do not fit together.
        """
        currents, timing = self.currents, self.timing
        return technology.DramCurrents(
            vdd_v=currents.vdd_v,
            idd0_a=currents.idd0_a,
            idd2n_a=currents.idd2n_a,
            idd3n_a=currents.idd3n_a,
            idd4r_a=currents.idd4r_a,
            idd4w_a=currents.idd4w_a,
            idd5ab_a=currents.idd5ab_a,
            clock_s=1.0 / self.frequency_hz,
            burst_cycles=self.burst_cycles,
            trc_cycles=timing.tras + timing.trp,
            tras_cycles=timing.tras,
            trp_cycles=timing.trp,
            trfc_cycles=timing.trfc,
        )

    @model_validator(mode="after")
    def _currents_fit(self) -> Memory:
        try:
            self.power()
        except InputError as error:
            part = "currents" if error.key in Currents.model_fields else "timing"
            raise error.within(f"memory.{part}") from error
        return self


class Pim(StrictModel):
    """A dot-product unit at every bank, fed by a vector buffer per channel (Newton-like)."""

    row_buffers: Literal["single", "dual"] = Field(
        description="single: a bank serves reads or PIM; dual: PIM has row buffers of its own"
    )
    banks_per_channel: Small = Field(description="banks with a PIM unit; all banks of a channel")
    row_bytes: RowBytes = Field(
        description="bytes of one DRAM row, and of the channel's vector buffer"
    )
    multipliers_per_bank: Small = Field(description="elements of one dot-product command and bank")
    pipeline_fill_commands: Small = Field(
        description="dot products that a short sequence is padded to (adder tree filling)"
    )
    compute_energy_factor: Annotated[float, Field(gt=0, le=1000)] = Field(
        description="energy of an all-bank dot product in units of a read burst"
    )
    row_buffer_area_share: Fraction01 = Field(
        description="die area that a second set of row buffers adds, as a share"
    )


class Scheduler(StrictModel):
    """How work is put on NPU and PIM."""

    sub_batch_interleaving: bool = Field(
        default=False, description="split the batch so that NPU and PIM work at the same time"
    )
    channel_assignment: Literal["greedy", "round_robin"] = Field(
        default="round_robin", description="which channel keeps a request's keys and values"
    )
    head_overlap: bool = Field(
        default=False, description="a head attends as soon as its own softmax is done"
    )
    prefill: Literal["standalone", "shared"] = Field(
        default="standalone", description="prompts run on NPUs of their own, or on this device"
    )


class DeviceLink(StrictModel):
    """Link between the devices of a tensor-parallel group and between pipeline stages."""

    bandwidth_bytes_per_s: BytesPerSecond = Field(
        description="bytes a second that one device sends"
    )
    latency_s: NonNegativeSeconds = Field(description="time until the first byte arrives")


class Artefacts(StrictModel):
    """Artefacts of the NeuPIMs authors' simulator, one switch each; absent: as the mode says.

    ``mode: compat`` turns all of them on, ``mode: physical`` all of them off.
    """

    oversized_scratchpad: bool | None = Field(
        default=None,
        description="131 MiB pads: an operation is one tile, nothing overlaps inside",
    )
    device_wide_pim_issue: bool | None = Field(
        default=None,
        description="single row buffer: one PIM packet a cycle for all channels together",
    )
    drain_bound_attention: bool | None = Field(
        default=None,
        description="NPU attention: all arrays on one head, a pipeline drain per block",
    )
    strict_preload_chain: bool | None = Field(
        default=None, description="without PIM: each weight preload waits for the previous drain"
    )
    unwritten_outputs: bool | None = Field(
        default=None, description="results of matrix products are not written to memory"
    )
    posted_writes: bool | None = Field(
        default=None, description="half of an operation's writes drain during the next operation"
    )
    in_order_vector_issue: bool | None = Field(
        default=None, description="softmax and partial sums issue one a cycle in channel order"
    )
    no_kv_append: bool | None = Field(
        default=None, description="new keys and values are not written"
    )
    no_communication: bool | None = Field(
        default=None, description="no all-reduce, no transfer between stages"
    )
    single_layer: bool | None = Field(
        default=None, description="neither embedding nor output head is counted"
    )


class NpuPimHardware(HardwareSpec):
    """One device of an NPU+PIM system (``kind: npu_pim``); without ``pim`` it is an NPU only."""

    kind: Literal["npu_pim"] = "npu_pim"
    mode: Literal["physical", "compat"] = Field(
        default="physical",
        description="physical: what a user wants; compat: the authors' simulator",
    )
    npu: Npu
    memory: Memory
    pim: Pim | None = None
    scheduler: Scheduler = Field(default_factory=Scheduler)
    device_link: DeviceLink
    node_nm: Annotated[int, Field(ge=1, le=1000)] = Field(description="process node of the NPU die")
    artefacts: Artefacts = Field(default_factory=Artefacts)

    @model_validator(mode="after")
    def _consistent(self) -> NpuPimHardware:
        if self.pim is None:
            if self.scheduler.sub_batch_interleaving:
                raise InputError(
                    "sub-batches interleave NPU and PIM, and this device has no PIM",
                    key="scheduler.sub_batch_interleaving",
                    found="true",
                    allowed="false, or a pim section",
                    sides=[Side("pim", "null", "a pim section, or no sub-batches")],
                )
            return self
        if self.pim.banks_per_channel != self.memory.banks:
            raise self._units_are_not_banks(self.pim.banks_per_channel)
        if self.scheduler.sub_batch_interleaving and self.pim.row_buffers == "single":
            raise InputError(
                "a single row buffer cannot serve NPU and PIM at the same time",
                key="scheduler.sub_batch_interleaving",
                found="true",
                allowed="false, or pim.row_buffers: dual",
                sides=[Side("pim.row_buffers", "'single'", "dual, or no sub-batches")],
            )
        return self

    @model_validator(mode="after")
    def _can_be_built(self) -> NpuPimHardware:
        try:
            technology.process_node(self.node_nm)
        except InputError as error:
            meant = error.suggestion.removesuffix(" nm")  # the key takes the number alone
            raise error.within("node_nm").suggesting(meant) from error
        for name in ("scratchpad_bytes", "accumulator_bytes"):
            check_buffer(f"npu.{name}", getattr(self.npu, name))
        if self.pim is not None:
            self._refreshes_leave_time()
        return self

    def _refreshes_leave_time(self) -> None:
        """Refuse a memory that does nothing but close banks for refreshes, beside NPU traffic."""
        memory, timing = self.memory, self.memory.timing
        closing = memory.bank_groups * memory.banks_per_group + timing.trp
        interval = timing.trefi // memory.ranks
        if closing >= interval:
            raise InputError(
                "closing the banks of a rank leaves no time between the refreshes of the ranks",
                key="memory.timing.trp",
                found=str(timing.trp),
                allowed=f"trp + banks of a rank ({closing}) below trefi / ranks ({interval})",
                sides=[
                    Side("memory.timing.trefi", str(timing.trefi)),
                    *(
                        Side(f"memory.{name}", str(getattr(memory, name)))
                        for name in ("ranks", "bank_groups", "banks_per_group")
                    ),
                ],
            )

    def _units_are_not_banks(self, units: int) -> InputError:
        banks = f"{self.memory.banks} = ranks x bank_groups x banks_per_group"
        return InputError(
            "every bank of a channel carries a PIM unit",
            key="pim.banks_per_channel",
            found=str(units),
            allowed=banks,
            sides=[
                Side(
                    f"memory.{name}",
                    str(getattr(self.memory, name)),
                    f"as many as give pim.banks_per_channel = {units}, and not {banks}",
                )
                for name in ("ranks", "bank_groups", "banks_per_group")
            ],
        )

    def has(self, artefact: str) -> bool:
        """Return whether an artefact of the authors' simulator is reproduced."""
        chosen: bool | None = getattr(self.artefacts, artefact)
        return self.mode == "compat" if chosen is None else chosen

    def elements_per_row(self, bytes_per_element: int) -> int:
        """Return the elements of one DRAM row."""
        if self.pim is None:
            raise InputError("this device has no PIM", key="pim")
        return self.pim.row_bytes // bytes_per_element
