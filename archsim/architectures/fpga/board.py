"""FPGA boards as data: what the chip has, and what its memory delivers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from archsim.config import (
    Bytes,
    BytesPerSecond,
    Fraction01,
    HardwareSpec,
    NonNegativeBytes,
    NonNegativeInt,
    NonNegativeSeconds,
    NonNegativeWatts,
    PositiveInt,
    StrictModel,
)


class BoardMemory(StrictModel):
    """Memory outside the chip; streams are striped over the channels a design uses."""

    technology: Literal["ddr4", "hbm2"] = Field(description="kind of memory")
    channels: Annotated[PositiveInt, Field(le=256)] = Field(description="independent channels")
    channel_bytes_per_s: BytesPerSecond = Field(description="peak bandwidth of one channel")
    channel_bytes: Bytes = Field(description="capacity of one channel")
    refresh_interval_s: NonNegativeSeconds = Field(
        default=0.0, description="between refreshes of a channel; 0: refreshes are not played"
    )
    refresh_s: NonNegativeSeconds = Field(
        default=0.0, description="length of a refresh, during which a channel is silent"
    )

    @property
    def capacity_bytes(self) -> int:
        """Capacity of all channels."""
        return self.channels * self.channel_bytes


class Board(StrictModel):
    """Resources of one chip and its board.

    A logic cell is an adaptive logic module (``alm``, two adder bits) or a six-input look-up table
    (``lut``, one adder bit).
    """

    part: Annotated[str, Field(min_length=1, max_length=80)] = Field(description="the chip")
    logic_kind: Literal["alm", "lut"] = Field(description="what a logic cell is")
    logic_cells: PositiveInt = Field(description="logic cells of the chip")
    dsps: NonNegativeInt = Field(description="multiplier blocks")
    block_rams: NonNegativeInt = Field(description="block memories")
    block_ram_bytes: Bytes = Field(description="capacity of one block memory")
    ultra_rams: NonNegativeInt = Field(default=0, description="large memories (URAM)")
    ultra_ram_bytes: Bytes = Field(default=36_864, description="capacity of one large memory")
    distributed_ram_bytes: NonNegativeBytes = Field(
        default=0, description="most memory that logic cells can stand in for"
    )
    shell_share: Fraction01 = Field(
        default=0.0, description="logic cells that the board's shell takes"
    )
    static_power_w: NonNegativeWatts = Field(
        description="power of the board that does not depend on the work"
    )
    memory: BoardMemory

    @property
    def on_chip_bytes(self) -> int:
        """Block, large and distributed memory together."""
        blocks = self.block_rams * self.block_ram_bytes
        return blocks + self.ultra_rams * self.ultra_ram_bytes + self.distributed_ram_bytes

    @property
    def free_logic_cells(self) -> int:
        """Logic cells beside the shell."""
        return int(self.logic_cells * (1.0 - self.shell_share))


class FpgaBoard(HardwareSpec):
    """A board without a design (``kind: fpga_board``); a design extends it."""

    kind: Literal["fpga_board"] = "fpga_board"
    board: Board
