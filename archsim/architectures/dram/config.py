"""What a user may set about a DRAM channel: device, address mapping, controller."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from archsim.architectures.dram.mapping import AddressMapping
from archsim.config import Amperes, HardwareSpec, Seconds, StrictModel, Volts
from archsim.errors import InputError, Side

Clocks = Annotated[int, Field(ge=1, le=1_000_000)]
SomeClocks = Annotated[int, Field(ge=0, le=1_000_000)]
Entries = Annotated[int, Field(ge=1, le=4096)]


class Organisation(StrictModel):
    """Levels of one channel, from ranks down to the beats of a burst."""

    ranks: Annotated[int, Field(ge=1, le=4)] = Field(description="ranks, or pseudo channels")
    bank_groups: Annotated[int, Field(ge=1, le=8)] = Field(description="bank groups of a rank")
    banks_per_group: Annotated[int, Field(ge=1, le=16)] = Field(description="banks of a group")
    rows: Annotated[int, Field(ge=1, le=2**24)] = Field(description="rows of a bank")
    columns: Annotated[int, Field(ge=1, le=2**16)] = Field(description="columns of a row")
    bus_bits: Annotated[int, Field(ge=8, le=1024, multiple_of=8)] = Field(
        description="data bus of a rank, over all its devices"
    )
    devices: Annotated[int, Field(ge=1, le=64)] = Field(
        description="devices of a rank, which answer a command together"
    )
    burst_length: Annotated[int, Field(ge=2, le=32)] = Field(description="beats of one burst")
    data_rate: Annotated[int, Field(ge=1, le=8)] = Field(description="beats of one clock")
    command_bus: Literal["shared", "row_and_column"] = Field(
        description="one bus for all commands, or one for rows and one for columns (HBM)"
    )

    @property
    def banks(self) -> int:
        """Banks of the channel."""
        return self.ranks * self.banks_per_rank

    @property
    def banks_per_rank(self) -> int:
        """Banks of a rank."""
        return self.bank_groups * self.banks_per_group

    @property
    def burst_clocks(self) -> int:
        """Clocks for which one burst occupies the data bus."""
        return self.burst_length // self.data_rate

    @property
    def burst_bytes(self) -> int:
        """Bytes of one burst."""
        return self.burst_length * self.bus_bits // 8

    @property
    def capacity_bytes(self) -> int:
        """Bytes of the channel: the product of its levels."""
        return self.banks * self.rows * self.columns * self.bus_bits // 8


class Timing(StrictModel):
    """Timing in memory clocks, with the names of the JEDEC standards."""

    rl: Clocks = Field(description="read command to data (read latency)")
    wl: Clocks = Field(description="write command to data (write latency)")
    al: SomeClocks = Field(default=0, description="additive latency")
    dqsck: SomeClocks = Field(default=0, description="clock to read strobe")
    rcd_rd: Clocks = Field(description="activate to read")
    rcd_wr: Clocks = Field(description="activate to write")
    rp: Clocks = Field(description="precharge to activate")
    ras: Clocks = Field(description="activate to precharge")
    rc: Clocks = Field(description="activate to activate of a bank")
    ccd_s: Clocks = Field(description="column to column command, other bank group")
    ccd_l: Clocks = Field(description="column to column command, same bank group")
    rrd_s: Clocks = Field(description="activate to activate, other bank group")
    rrd_l: Clocks = Field(description="activate to activate, same bank group")
    faw: Clocks = Field(description="window in which at most four activates start")
    rtp: Clocks = Field(description="read to precharge")
    rtw: Clocks = Field(description="read to write command of a rank")
    wr: Clocks = Field(description="end of write data to precharge (write recovery)")
    wtr_s: Clocks = Field(description="end of write data to read, other bank group")
    wtr_l: Clocks = Field(description="end of write data to read, same bank group")
    refi: Clocks = Field(description="average interval of all-bank refreshes")
    rfc: Clocks = Field(description="length of an all-bank refresh")
    rtrs: SomeClocks = Field(
        default=0, description="gap on the data bus when the rank changes; 0: buses of their own"
    )
    act_clocks: Annotated[int, Field(ge=1, le=2)] = Field(
        default=1, description="clocks for which an activate occupies its command bus"
    )
    strobe_delays_data: bool = Field(
        default=False, description="whether read data comes DQSCK after RL (HBM2)"
    )

    starts_off_edge: bool = Field(
        default=False,
        description="whether the first command comes just before the first clock edge (DRAMSys's "
        "HBM2), and what follows keeps off the edges until it waits for one",
    )

    @model_validator(mode="after")
    def _consistent(self) -> Timing:
        for short, long in (("rfc", "refi"), ("ccd_s", "ccd_l"), ("rrd_s", "rrd_l")):
            low, high = getattr(self, short), getattr(self, long)
            if low > high or (short == "rfc" and low == high):
                raise InputError(
                    f"{short} must not exceed {long}",
                    key=f"timing.{short}",
                    found=str(low),
                    allowed=f"at most {long} = {high}",
                )
        return self


class Currents(StrictModel):
    """Data-sheet currents of one device."""

    vdd_v: Volts = Field(description="supply voltage that the currents flow at")
    idd0_a: Amperes = Field(description="one bank activated and precharged every tRC")
    idd2n_a: Amperes = Field(description="standby, all banks precharged")
    idd3n_a: Amperes = Field(description="standby, a bank open")
    idd4r_a: Amperes = Field(description="reading without a gap")
    idd4w_a: Amperes = Field(description="writing without a gap")
    idd5_a: Amperes = Field(description="refreshing without a gap")
    vpp_v: Volts | None = Field(default=None, description="second supply (DDR4: 2.5 V)")
    idd02_a: Amperes | None = Field(default=None, description="IDD0 of the second supply")
    clock_s: Seconds | None = Field(
        default=None, description="clock period that energy counts with, if not that of the timing"
    )
    shortest_auto_precharge: SomeClocks = Field(
        default=0, description="fewest clocks from RDA to the precharge inside it, for energy"
    )

    @model_validator(mode="after")
    def _no_negative_energy(self) -> Currents:
        pairs = (("idd0_a", "idd3n_a"), ("idd0_a", "idd2n_a"), ("idd4r_a", "idd3n_a"),
                 ("idd4w_a", "idd3n_a"), ("idd5_a", "idd3n_a"))  # fmt: skip
        for above, below in pairs:
            if getattr(self, above) < getattr(self, below):
                raise InputError(
                    f"{above} lies below the standby current {below}, so its energy is negative",
                    key=f"currents.{above}",
                    found=f"{getattr(self, above)} A",
                    allowed=f"at least {getattr(self, below)} A",
                )
        if (self.vpp_v is None) != (self.idd02_a is None):
            raise InputError(
                "vpp_v and idd02_a belong together", key="currents.vpp_v", allowed="both or none"
            )
        return self


class DramDevice(HardwareSpec):
    """One channel of memory devices."""

    clock_s: Seconds = Field(description="memory clock period")
    organisation: Organisation
    timing: Timing
    currents: Currents
    address_mapping: AddressMapping
    area_mm2_per_gibit: Annotated[float, Field(gt=0, le=1000)] | None = Field(
        default=None,
        description="silicon of the memory dies for 2^30 bits; absent: not known, and counted as "
        "0 (the controller's area is never counted)",
    )

    @model_validator(mode="after")
    def _bursts_fit(self) -> DramDevice:
        shape, shortest = self.organisation, self.timing.ccd_s
        if shape.burst_length % shape.data_rate:
            raise InputError(
                "a burst must take whole clocks",
                key="organisation.burst_length",
                found=str(shape.burst_length),
                allowed=f"a multiple of data_rate = {shape.data_rate}",
                sides=[Side("organisation.data_rate", str(shape.data_rate))],
            )
        if shortest < shape.burst_clocks:
            raise InputError(
                "column commands cannot follow each other faster than their data",
                key="timing.ccd_s",
                found=str(shortest),
                allowed=f"at least burst_length / data_rate = {shape.burst_clocks}",
                sides=[
                    Side("organisation.burst_length", str(shape.burst_length)),
                    Side("organisation.data_rate", str(shape.data_rate)),
                ],
            )
        return self

    @model_validator(mode="after")
    def _mapping_fits(self) -> DramDevice:
        self.address_mapping.check(self.organisation_sizes())
        return self

    def organisation_sizes(self) -> dict[str, int]:
        """Return how many values each level of an address has."""
        shape = self.organisation
        return {
            "byte": shape.bus_bits // 8,
            "column": shape.columns,
            "bank": shape.banks_per_group,
            "bank_group": shape.bank_groups,
            "rank": shape.ranks,
            "row": shape.rows,
        }

    @property
    def area_mm2(self) -> float:
        """Silicon of the memory dies; 0 where it is not known."""
        gibits = self.organisation.capacity_bytes * 8 / 2**30
        return (self.area_mm2_per_gibit or 0.0) * gibits

    @property
    def peak_bytes_per_s(self) -> float:
        """Bytes that the data bus of a rank moves in a second."""
        return self.organisation.burst_bytes / (self.organisation.burst_clocks * self.clock_s)


class Controller(StrictModel):
    """The ten parameters of the controller, named as in DRAMSys."""

    PagePolicy: Literal["Open", "OpenAdaptive", "Closed", "ClosedAdaptive"] = Field(
        default="Open", description="what becomes of a row after a column command"
    )
    Scheduler: Literal["Fifo", "FrFcfsGrp", "FrFcfs"] = Field(
        default="FrFcfs", description="which request of a bank is served next"
    )
    SchedulerBuffer: Literal["Bankwise", "ReadWrite", "Shared"] = Field(
        default="Bankwise", description="what the request buffer is counted over"
    )
    RequestBufferSize: Entries = Field(default=8, description="entries of the request buffer")
    RespQueue: Literal["Fifo", "Reorder"] = Field(
        default="Fifo", description="order of responses: of column commands or of requests"
    )
    RefreshPolicy: Literal["NoRefresh", "AllBank"] = Field(
        default="AllBank", description="none, or all banks of a rank at once"
    )
    RefreshMaxPostponed: Entries = Field(default=8, description="refreshes that may be put off")
    RefreshMaxPulledin: Entries = Field(default=8, description="refreshes that may come early")
    Arbiter: Literal["Simple", "Fifo", "Reorder"] = Field(
        default="Simple", description="how requests queue in front, and responses come back"
    )
    MaxActiveTransactions: Entries = Field(
        default=128, description="requests under way at most; the Simple arbiter has no limit"
    )


class DramHardware(DramDevice):
    """A memory channel with its controller; its file extends that of a device."""

    controller: Controller
