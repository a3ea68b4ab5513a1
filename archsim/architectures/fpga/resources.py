"""Logic, multipliers and on-chip memory of a design, and how many cores a board has room for.

A ternary lane selects, negates and adds an 8-bit activation in an adder tree: about 4 + 5 adaptive
logic modules, often merged, or one look-up table a bit. The spread is kept. Silicon area is not
given: vendors do not publish the dice of these chips.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from archsim.architectures.fpga.board import Board
from archsim.architectures.fpga.config import TernaryCore
from archsim.architectures.fpga.vit_config import TiledArray, VitAccelerator
from archsim.errors import InfeasibleError
from archsim.technology.constant import TechConstant

_LANE = "bits of select and of an adder tree of 8-bit activations over logic cells, judged"
LANE_CELLS: dict[Literal["alm", "lut"], tuple[TechConstant, TechConstant]] = {
    "alm": (
        TechConstant("fpga.lane_cells.alm.low", 5.0, "ALM/lane", _LANE, "inferred"),
        TechConstant("fpga.lane_cells.alm.high", 9.0, "ALM/lane", _LANE, "inferred"),
    ),
    "lut": (
        TechConstant("fpga.lane_cells.lut.low", 10.0, "LUT/lane", _LANE, "inferred"),
        TechConstant("fpga.lane_cells.lut.high", 18.0, "LUT/lane", _LANE, "inferred"),
    ),
}
BLOCK_PORT_BYTES = TechConstant(
    "fpga.block_ram_port", 4.0, "bytes", "port of a block memory, 36 or 40 bits", "recalled"
)
BLOCK_DEPTH = TechConstant(
    "fpga.block_ram_depth", 512.0, "words", "depth of a block memory at full width", "recalled"
)
REGISTER_BYTES = TechConstant(
    "fpga.register_element", 2.0, "bytes", "16-bit elements in vector registers", "inferred"
)


@dataclass(frozen=True)
class CoreResources:
    """What one ternary core takes.

    Attributes:
        logic_low: Logic cells, low end of the spread.
        logic_high: Logic cells, high end.
        dsps: Multiplier blocks: one per lane of the row-wise unit, one for the RMS unit.
        block_rams: Block memories of registers, FIFO and state.
        on_chip_bytes: Bytes that these hold at least.
    """

    logic_low: int
    logic_high: int
    dsps: int
    block_rams: int
    on_chip_bytes: int


@dataclass(frozen=True)
class Fit:
    """How many cores a board has room for.

    Attributes:
        by_resource: Cores by resource: logic cells (high end of the spread), multipliers, memory.
        cores_low: Cores that surely fit.
        cores_high: Cores that fit at the low end of the logic.
        first_to_end: Resource that ends first.
        cores_fed: Cores at full stream that the memory can feed.
    """

    by_resource: dict[str, int]
    cores_low: int
    cores_high: int
    first_to_end: str
    cores_fed: int


def core_resources(
    core: TernaryCore, board: Board, *, widest: int, state_bytes: int
) -> CoreResources:
    """Return what one core takes.

    Args:
        core: The core.
        board: The board.
        widest: Elements of the widest vector that a register holds.
        state_bytes: Recurrent state that this core keeps on chip.
    """
    low, high = LANE_CELLS[board.logic_kind]
    lanes = core.lanes * core.broadcast_rows
    register = int(widest * REGISTER_BYTES.value) * core.broadcast_rows
    port = int(BLOCK_PORT_BYTES.value)
    wide = math.ceil(core.vector_lanes * REGISTER_BYTES.value / port)
    per_register = max(wide, math.ceil(register / board.block_ram_bytes))
    fifo_bytes = core.beat_bytes * core.fifo_beats
    deep = math.ceil(core.fifo_beats / BLOCK_DEPTH.value)
    fifo = max(deep * math.ceil(core.beat_bytes / port), 1) if core.weights == "memory" else 0
    state = math.ceil(state_bytes / board.block_ram_bytes)
    return CoreResources(
        logic_low=core.control_cells.low + math.ceil(lanes * low.value),
        logic_high=core.control_cells.high + math.ceil(lanes * high.value),
        dsps=core.vector_lanes + 1,
        block_rams=core.vector_registers * per_register + fifo + state,
        on_chip_bytes=core.vector_registers * register + fifo_bytes + state_bytes,
    )


def fit(core: TernaryCore, board: Board, taken: CoreResources) -> Fit:
    """Return how many cores a board has room for, and which resource ends first."""
    blocks = board.block_rams + board.ultra_rams * (board.ultra_ram_bytes // board.block_ram_bytes)
    free = board.free_logic_cells
    by_resource = {
        "logic cells": free // max(1, taken.logic_high),
        "multipliers": board.dsps // max(1, taken.dsps),
        "block memories": blocks // max(1, taken.block_rams),
    }
    first = min(by_resource, key=lambda name: by_resource[name])
    others = [count for name, count in by_resource.items() if name != "logic cells"]
    memory = board.memory
    supplied = memory.channels * memory.channel_bytes_per_s * core.memory_efficiency
    asked = core.beat_bytes / core.cycles_per_beat * core.frequency_hz
    return Fit(
        by_resource=by_resource,
        cores_low=by_resource[first],
        cores_high=min(free // max(1, taken.logic_low), *others),
        first_to_end=first,
        cores_fed=int(supplied / asked * (1.0 + 1e-12)),
    )


def check_cores(core: TernaryCore, found: Fit) -> None:
    """Refuse more cores than the board has room for at the low end of the spread.

    Raises:
        InfeasibleError: They do not fit.
    """
    if core.cores > found.cores_high:
        raise InfeasibleError(
            "the board has no room for so many cores",
            key="ternary_core.cores",
            found=str(core.cores),
            allowed=f"at most {found.cores_high}; {found.first_to_end} end first",
        )


def vit_dsps(accelerator: VitAccelerator) -> int:
    """Return the multiplier blocks of an accelerator: one per multiply-accumulate unit."""
    compute = accelerator.compute
    if isinstance(compute, TiledArray):
        linear = compute.tile_inputs * compute.tile_outputs
        return linear + compute.attention_queries * compute.attention_lanes
    return compute.macs_per_cycle


def check_vit(accelerator: VitAccelerator, board: Board, on_chip_bytes: int) -> None:
    """Refuse an accelerator that the chip has no room for.

    Raises:
        InfeasibleError: Memory or multipliers do not suffice.
    """
    if on_chip_bytes > board.on_chip_bytes:
        raise InfeasibleError(
            f"policy {accelerator.policy} needs more on-chip memory than the {board.part} has",
            key="vit_accelerator.policy",
            found=f"{on_chip_bytes / 2**20:.3f} MiB",
            allowed=f"at most {board.on_chip_bytes / 2**20:.3f} MiB",
        )
    needed = vit_dsps(accelerator)
    if needed > board.dsps:
        raise InfeasibleError(
            f"the {board.part} has fewer multipliers",
            key="vit_accelerator.compute",
            found=str(needed),
            allowed=f"at most {board.dsps}",
        )
