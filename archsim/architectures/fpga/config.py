"""What a user may set about a datapath on an FPGA board."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from archsim.architectures.fpga.board import Board
from archsim.architectures.fpga.vit_config import VitAccelerator
from archsim.config import (
    HardwareSpec,
    Hertz,
    NonNegativeInt,
    NonNegativeJoules,
    NonNegativeSeconds,
    PositiveInt,
    Seconds,
    StrictModel,
)
from archsim.errors import InputError, UnsupportedError

Packing = Literal["two_bit", "base3"]
BITS_PER_WEIGHT: dict[Packing, float] = {"two_bit": 2.0, "base3": 1.6}
"""Storage of a ternary weight: two bits, or five weights in a byte."""


class JoulesRange(StrictModel):
    """An energy that is only known within bounds; results carry both."""

    low_j: NonNegativeJoules = Field(description="low end of the spread")
    high_j: NonNegativeJoules = Field(description="high end of the spread")


class CellsRange(StrictModel):
    """A number of logic cells that is only known within bounds."""

    low: NonNegativeInt = Field(description="low end of the spread")
    high: NonNegativeInt = Field(description="high end of the spread")


class Energy(StrictModel):
    """Energy of one unit of work, beside the board's static power."""

    byte: JoulesRange = Field(description="moving one byte to or from memory outside the chip")
    addition: JoulesRange = Field(description="adding or subtracting one activation")
    element_operation: JoulesRange = Field(description="one element of a vector operation")

    @model_validator(mode="after")
    def _ordered(self) -> Energy:
        for name in ("byte", "addition", "element_operation"):
            bounds: JoulesRange = getattr(self, name)
            _check_order(f"energy.{name}.low_j", bounds.low_j, bounds.high_j)
        return self


class TernaryCore(StrictModel):
    """The MatMul-free core: ternary products fed by a stream of weights, and vector units.

    Every core runs sequences of its own and streams the weights for them; cores share the memory
    channels. A port beat brings ``port_bytes`` from each of ``ports`` channels.
    """

    frequency_hz: Hertz = Field(description="clock of the core")
    port_bytes: Annotated[PositiveInt, Field(le=4096)] = Field(
        description="bytes that one port takes in a beat"
    )
    ports: Annotated[PositiveInt, Field(le=256)] = Field(
        default=1, description="ports of a core that work in step, one channel each"
    )
    cycles_per_beat: Annotated[float, Field(ge=1.0, le=1e6)] = Field(
        description="clock cycles from beat to beat (handshake)"
    )
    memory_efficiency: Annotated[float, Field(gt=0.0, le=1.0)] = Field(
        default=1.0, description="share of the peak bandwidth that a long stream sustains"
    )
    weight_packing: Packing = Field(description="two_bit: 2 bits, base3: 1.6 bits a weight")
    lanes: Annotated[PositiveInt, Field(le=2**20)] = Field(
        description="weights that the adders of one row take in a cycle"
    )
    broadcast_rows: Annotated[PositiveInt, Field(le=4096)] = Field(
        default=1, description="sequences that share one stream of weights in a core"
    )
    vector_lanes: Annotated[PositiveInt, Field(le=2**20)] = Field(
        description="elements that a vector unit takes in a cycle"
    )
    vector_registers: Annotated[PositiveInt, Field(ge=8, le=64)] = Field(
        default=8, description="vector registers; a block's program needs eight"
    )
    fifo_beats: Annotated[PositiveInt, Field(ge=2, le=2**20)] = Field(
        default=512, description="beats that the FIFO between port and adders holds"
    )
    issue_cycles: Annotated[NonNegativeInt, Field(le=1_000_000)] = Field(
        default=1, description="cycles to issue an instruction"
    )
    product_overhead_s: NonNegativeSeconds = Field(
        default=0.0, description="fixed time of every ternary product (driver, interrupt)"
    )
    first_beat_s: NonNegativeSeconds = Field(
        default=0.0, description="from a product's start to its first beat (memory latency)"
    )
    state: Literal["on_chip", "memory"] = Field(
        default="on_chip", description="where the recurrent state stays between tokens"
    )
    weights: Literal["memory", "on_chip"] = Field(
        default="memory", description="where the weights stay; on chip nothing is streamed"
    )
    cores: Annotated[PositiveInt, Field(le=1024)] = Field(
        default=1, description="cores, each with sequences of its own"
    )
    arbiter: Literal["processor_sharing", "round_robin"] = Field(
        default="processor_sharing",
        description="how cores share the memory: all at once, or a beat of each in turn",
    )
    channels: Annotated[PositiveInt, Field(le=256)] = Field(
        default=1, description="memory channels that the weights are striped over"
    )
    control_cells: CellsRange = Field(
        description="logic cells of one core beside its adders: registers, vector units, control"
    )

    @model_validator(mode="after")
    def _ordered(self) -> TernaryCore:
        cells = self.control_cells
        _check_order("ternary_core.control_cells.low", cells.low, cells.high)
        return self

    @property
    def beat_bytes(self) -> int:
        """Bytes of one beat over all ports of a core."""
        return self.port_bytes * self.ports

    @property
    def bits_per_weight(self) -> float:
        """Storage of a ternary weight."""
        return BITS_PER_WEIGHT[self.weight_packing]


class FpgaHardware(HardwareSpec):
    """One datapath on one board (``kind: fpga``)."""

    kind: Literal["fpga"] = "fpga"
    board: Board
    ternary_core: TernaryCore | None = Field(
        default=None, description="datapath of MatMul-free language models"
    )
    vit_accelerator: VitAccelerator | None = Field(
        default=None, description="datapath of vision transformers with experts"
    )
    energy: Energy | None = Field(
        default=None, description="energy of the work; absent: only the power of the board counts"
    )
    claimed_latency_s: Seconds | None = Field(
        default=None, description="a latency somebody claims; it is checked against the roofline"
    )

    @model_validator(mode="after")
    def _consistent(self) -> FpgaHardware:
        core, memory = self.ternary_core, self.board.memory
        if (core is None) == (self.vit_accelerator is None):
            raise InputError(
                "a design needs exactly one datapath",
                key="ternary_core",
                found="none" if core is None else "ternary_core and vit_accelerator",
                allowed="ternary_core or vit_accelerator",
            )
        if core is not None and core.channels > memory.channels:
            raise InputError(
                "the board has fewer memory channels",
                key="ternary_core.channels",
                found=str(core.channels),
                allowed=f"at most {memory.channels}",
            )
        if core is not None and core.ports > core.channels:
            raise InputError(
                "every port of a core needs a channel of its own",
                key="ternary_core.ports",
                found=str(core.ports),
                allowed=f"at most channels = {core.channels}",
            )
        if core is not None and self.energy is None:
            raise InputError(
                "a ternary core needs energies of its work",
                key="energy",
                allowed="an energy section",
            )
        if bool(memory.refresh_s) != bool(memory.refresh_interval_s) or (
            memory.refresh_s and memory.refresh_s >= memory.refresh_interval_s
        ):
            raise InputError(
                "a refresh must be shorter than the interval between refreshes",
                key="board.memory.refresh_s",
                found=f"{memory.refresh_s:g} s every {memory.refresh_interval_s:g} s",
                allowed="both 0, or refresh_s below refresh_interval_s",
            )
        return self

    @property
    def work_energy(self) -> Energy:
        """Energy of a ternary core's work, which such a design always has.

        Raises:
            UnsupportedError: The design has another datapath and gives none.
        """
        if self.energy is None:
            raise UnsupportedError(f"the design {self.name!r} gives no energies of its work")
        return self.energy


def _check_order(key: str, low: float, high: float) -> None:
    if low > high:
        raise InputError(
            "a range begins at its low end", key=key, found=f"{low:g}", allowed=f"at most {high:g}"
        )
