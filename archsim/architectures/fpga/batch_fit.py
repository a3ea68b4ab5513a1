"""Which of many designs of a ternary core fit their board, and why the others do not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.fpga.core_columns import CoreColumns
from archsim.architectures.fpga.matvec import Floats, round_up
from archsim.architectures.fpga.resources import (
    BLOCK_DEPTH,
    BLOCK_PORT_BYTES,
    LANE_CELLS,
    REGISTER_BYTES,
)
from archsim.workload.ternary_lm_workload import TernaryLmWorkload

Room = dict[str, NDArray[np.bool_]]
"""Reason why a design may not fit, to whether each design escapes it."""


def room_of(core: CoreColumns, workload: TernaryLmWorkload) -> tuple[Floats, Floats, Room]:
    """Return logic cells of all cores (low and high), and what each design has room for."""
    board, model = core.hardware.board, workload.model
    lanes = core.lanes * core.broadcast
    low, high = (constant.value for constant in LANE_CELLS[board.logic_kind])
    control = core.base.control_cells
    logic_low = control.low + round_up(lanes * low)
    logic_high = control.high + round_up(lanes * high)
    register = max(model.hidden, 2 * model.ffn) * REGISTER_BYTES.value * core.broadcast
    wide = np.ceil(core.vector_lanes * REGISTER_BYTES.value / BLOCK_PORT_BYTES.value)
    size = workload.state_bytes_per_element
    per_core = np.ceil(workload.batch / core.cores)
    state = np.where(core.state_inside, per_core * model.state_elements * size, 0.0)
    registers = core.number("vector_registers")
    fifo_beats = core.number("fifo_beats")
    fifo = np.where(
        core.on_chip,
        0.0,
        np.ceil(fifo_beats / BLOCK_DEPTH.value) * np.ceil(core.beat_bytes / BLOCK_PORT_BYTES.value),
    )
    per_register = np.maximum(wide, np.ceil(register / board.block_ram_bytes))
    blocks = registers * per_register + fifo + np.ceil(state / board.block_ram_bytes)
    inside = core.cores * (registers * register + core.beat_bytes * fifo_beats + state)
    packed = np.ceil(workload.ternary_weights * core.bits / 8.0 * (1.0 - 1e-12))
    inside = inside + np.where(core.on_chip, packed, 0.0)
    outside = workload.table_bytes + np.where(core.on_chip, 0.0, packed)
    outside = outside + np.where(core.state_inside, 0.0, float(workload.state_bytes))
    large = board.ultra_rams * (board.ultra_ram_bytes // board.block_ram_bytes)
    there = core.board("memory.channels")
    room = {
        "the board has fewer memory channels": core.channels <= there,
        "a core has more ports than channels": core.number("ports") <= core.channels,
        "weights, token table and state do not fit the memory": (
            outside <= core.channels * board.memory.channel_bytes
        ),
        "registers, FIFOs and what stays on chip do not fit the chip": (
            inside <= board.on_chip_bytes
        ),
        "the cores need more logic cells": core.cores * logic_low <= board.free_logic_cells,
        "the cores need more multipliers": (core.cores * (core.vector_lanes + 1.0) <= board.dsps),
        "the cores need more block memories": core.cores * blocks <= board.block_rams + large,
    }
    return core.cores * logic_low, core.cores * logic_high, room


def reasons_of(core: CoreColumns, workload: TernaryLmWorkload) -> list[str]:
    """Return what each design lacks first; empty for a design that fits."""
    _, _, room = room_of(core, workload)
    found = np.full(len(core.frequency), "", dtype=object)
    for reason, fits in reversed(room.items()):
        found[~fits] = reason
    return [str(reason) for reason in found]
