"""Cost of every task on every accelerator of a chip, in both modes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.asic.config import AsicHardware, TemplateAccelerator
from archsim.architectures.asic.maestro import silicon as maestro_silicon
from archsim.architectures.asic.maestro.energy import energy_of
from archsim.architectures.asic.maestro.fast import hardware_columns, possible_costs
from archsim.architectures.asic.maestro.table import LayerTable, table_of
from archsim.architectures.asic.physical import physical_costs
from archsim.architectures.asic.problem import Problem, compressed
from archsim.architectures.asic.silicon import (
    Silicon,
    memory_constants,
    memory_j_per_element,
    silicon,
)
from archsim.architectures.asic.tasks import Task
from archsim.errors import InfeasibleError, UnsupportedError
from archsim.kernel import Clock, seconds_to_fs, transfer_fs
from archsim.technology.constant import TechConstant

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ChipCosts:
    """Costs of tasks (rows) on accelerators (columns), each of shape (tasks, accelerators).

    Attributes:
        first_fs: Time of bringing the first inputs from memory.
        body_fs: Time of computing, were memory endless.
        first_bytes, stream_bytes: Memory traffic before and during compute.
        link_bytes: Traffic over the network-on-chip.
        duration_fs: Time alone on the chip; -1 where the task cannot run.
        compute_cycles: Cycles in which PEs multiply.
        energy_j: Dynamic energy on the chip.
        memory_j: Dynamic energy of the memory.
        macs: Multiply-accumulates of each task, shape (tasks,).
    """

    first_fs: NDArray[np.object_]
    body_fs: NDArray[np.object_]
    first_bytes: Ints
    stream_bytes: Ints
    link_bytes: Ints
    duration_fs: Ints
    compute_cycles: Ints
    energy_j: Floats
    memory_j: Floats
    macs: Ints

    def problem(self, tasks: Sequence[Task], limit_s: float | None) -> Problem:
        """Return the scheduling problem."""
        offsets, targets = compressed([task.waits for task in tasks])
        limit = 0 if limit_s is None else seconds_to_fs(limit_s)
        energy = self.energy_j + self.memory_j
        return Problem(self.duration_fs, energy, offsets, targets, limit)


@dataclass(frozen=True)
class Chip:
    """The accelerators of a chip with their prices.

    Attributes:
        hardware: The chip.
        element_bytes: Size of an element.
        prices: Prices of each accelerator in physical mode; empty in compat mode.
        area_mm2: Area of each accelerator.
    """

    hardware: AsicHardware
    element_bytes: int
    prices: tuple[Silicon, ...]
    area_mm2: tuple[float, ...]

    @property
    def memory_rate(self) -> Fraction | None:
        """Bytes per second that one accelerator alone can count on; None without memory."""
        dram = self.hardware.dram
        if dram is None or self.hardware.mode == "compat":
            return None
        rate = Fraction(dram.bandwidth_bytes_per_s)
        return rate if dram.sharing == "dynamic" else rate / len(self.hardware.units)

    def constants(self) -> tuple[TechConstant, ...]:
        """Return the constants behind energy and area that are in no file."""
        if self.hardware.mode == "compat":
            chosen = maestro_silicon.constant_set(self.hardware.maestro_version)
            return (
                *chosen.constants(),
                maestro_silicon.L1_ENERGY,
                maestro_silicon.L2_ENERGY,
                *maestro_silicon.NETWORK_CONSTANTS,
            )
        found = [each for price in self.prices for each in price.constants]
        found += memory_constants(self.hardware)
        return tuple({each.name: each for each in found}.values())


def chip_of(hardware: AsicHardware, element_bytes: int) -> Chip:
    """Return a chip with prices, checked against its budget.

    Raises:
        InfeasibleError: The budget is exceeded.
        InputError: The process node has no data.
    """
    prices: tuple[Silicon, ...] = ()
    if hardware.mode == "physical":
        prices = tuple(silicon(hardware, each, element_bytes) for each in hardware.units)
        areas = tuple(price.area_mm2 for price in prices)
    else:
        areas = tuple(_maestro_area_mm2(hardware, each) for each in _templates(hardware))
    budget = hardware.budget
    used = {
        "pes": sum(each.pes for each in hardware.units),
        "noc_bandwidth_bytes_per_cycle": sum(
            each.noc_bandwidth_bytes_per_cycle for each in hardware.units
        ),
        "area_mm2": sum(areas),
    }
    for name, amount in used.items():
        allowed: float | None = getattr(budget, name)
        if allowed is not None and amount > allowed:
            raise InfeasibleError(
                f"the accelerators of {hardware.name!r} exceed the budget",
                key=f"budget.{name}",
                found=f"{amount:.6g}",
                allowed=f"at most {allowed:.6g}",
            )
    return Chip(hardware, element_bytes, prices, areas)


def chip_costs(chip: Chip, tasks: Sequence[Task]) -> ChipCosts:
    """Return the cost of every task on every accelerator.

    Raises:
        InfeasibleError: An accelerator has fewer PEs than one cluster of its template.
        UnsupportedError: A task can run on no accelerator.
    """
    table = table_of([task.layer for task in tasks])
    copies = np.array([task.copies for task in tasks], np.int64)
    if chip.hardware.mode == "compat":
        found = _compat(chip, table, copies)
    else:
        found = _physical(chip, table, copies)
    stuck = (found.duration_fs < 0).all(axis=1)
    if stuck.any():
        task = tasks[int(np.argmax(stuck))]
        raise UnsupportedError(
            "no accelerator of the chip can run a layer: MAESTRO's rules give no cycles for it",
            found=f"{task.name} ({task.layer})",
            allowed="another template beside, or mode: physical",
        )
    return found


def _templates(hardware: AsicHardware) -> list[TemplateAccelerator]:
    return [each for each in hardware.units if isinstance(each, TemplateAccelerator)]


def _maestro_area_mm2(hardware: AsicHardware, accelerator: TemplateAccelerator) -> float:
    area_um2 = maestro_silicon.area_um2(
        maestro_silicon.constant_set(hardware.maestro_version),
        accelerator.pes,
        accelerator.noc_bandwidth_bytes_per_cycle,
        accelerator.simd,
        accelerator.l1_bytes,
        accelerator.l2_bytes,
    )
    return float(area_um2) * 1e-6


def _compat(chip: Chip, table: LayerTable, copies: Ints) -> ChipCosts:
    hardware = chip.hardware
    accelerators = _templates(hardware)
    shape = (len(table), len(accelerators))
    durations = np.full(shape, -1, np.int64)
    first, body = np.zeros(shape, object), np.zeros(shape, object)
    link, compute = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    energy = np.zeros(shape)
    macs = np.array([table.layer(index).macs for index in range(len(table))], np.int64)
    unit_j = maestro_silicon.constant_set(hardware.maestro_version).unit_j
    clock = Clock(hardware.frequency_hz)
    for where, each in enumerate(accelerators):
        columns = hardware_columns(
            len(table), each.pes, each.noc_bandwidth_bytes_per_cycle,
            hardware.noc_latency_cycles, each.simd,
        )  # fmt: skip
        found, valid = possible_costs(table, each.template, columns)
        cycles = found.runtime_cycles * copies
        for task in np.flatnonzero(valid).tolist():
            durations[task, where] = clock.fs(int(cycles[task]))
            body[task, where] = int(durations[task, where])
        link[:, where] = (found.l2_rd_in + found.l2_rd_w + found.l2_wr_out) * copies
        compute[:, where] = -(-macs // (each.pes * each.simd)) * copies
        energy[:, where] = energy_of(table, found) * copies * unit_j
    zeros = np.zeros(shape, np.int64)
    return ChipCosts(
        first, body, zeros, zeros, np.where(durations < 0, 0, link), durations, compute,
        np.where(durations < 0, 0.0, energy), np.zeros(shape), macs * copies,
    )  # fmt: skip


def _physical(chip: Chip, table: LayerTable, copies: Ints) -> ChipCosts:
    hardware, size = chip.hardware, chip.element_bytes
    shape = (len(table), len(hardware.units))
    first_fs, body_fs = np.zeros(shape, object), np.zeros(shape, object)
    durations, link, compute = (np.zeros(shape, np.int64) for _ in range(3))
    first_bytes, stream_bytes = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    energy, memory = np.zeros(shape), np.zeros(shape)
    clock, rate = Clock(hardware.frequency_hz), chip.memory_rate
    memory_j = memory_j_per_element(hardware, size)
    macs = np.zeros(len(table), np.int64)
    for where, (each, price) in enumerate(zip(hardware.units, chip.prices, strict=True)):
        found = physical_costs(table, each, size, hardware.noc_latency_cycles)
        macs = found.macs * copies
        first_bytes[:, where] = found.first_elements * copies * size
        stream_bytes[:, where] = found.stream_elements * copies * size
        link[:, where] = (found.link_in + found.link_out) * copies * size
        compute[:, where] = found.compute_cycles * copies
        energy[:, where] = price.energy_j(found) * copies
        moved = (found.first_elements + found.stream_elements) * copies
        memory[:, where] = moved * memory_j
        for task, cycles in enumerate((found.chip_cycles * copies).tolist()):
            lead = streamed = 0
            if rate is not None:
                lead = transfer_fs(int(first_bytes[task, where]), rate)
                streamed = transfer_fs(int(stream_bytes[task, where]), rate)
            first_fs[task, where], body_fs[task, where] = lead, clock.fs(cycles)
            durations[task, where] = lead + max(body_fs[task, where], streamed)
    return ChipCosts(
        first_fs, body_fs, first_bytes, stream_bytes, link, durations, compute, energy, memory,
        macs,
    )  # fmt: skip
