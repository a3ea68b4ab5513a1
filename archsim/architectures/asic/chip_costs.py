"""Cost of every task on every accelerator of a chip, in both modes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.asic.chip import Chip, templates
from archsim.architectures.asic.maestro import silicon as maestro_silicon
from archsim.architectures.asic.maestro.energy import energy_of
from archsim.architectures.asic.maestro.fast import hardware_columns, possible_costs
from archsim.architectures.asic.maestro.table import LayerTable, table_of
from archsim.architectures.asic.physical import physical_costs
from archsim.architectures.asic.problem import Problem, compressed
from archsim.architectures.asic.silicon import memory_j_per_element
from archsim.architectures.asic.tasks import Task
from archsim.errors import UnsupportedError
from archsim.kernel import FS_PER_S, Clock, seconds_to_fs

LONGEST_FS = 1 << 62
"""Longest run of all layers one after the other, fs: times are 64-bit integers."""

MOST_WORK = 1 << 52
"""Most multiply-accumulates of a layer times bytes of an element."""

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


def chip_costs(chip: Chip, tasks: Sequence[Task]) -> ChipCosts:
    """Return the cost of every task on every accelerator.

    Raises:
        InfeasibleError: An accelerator has fewer PEs than one cluster of its template.
        UnsupportedError: A task can run on no accelerator.
    """
    check_sizes(chip.element_bytes, tasks)
    table = table_of([task.layer for task in tasks])
    copies = np.array([task.copies for task in tasks], np.int64)
    if chip.hardware.mode == "compat":
        found = _compat(chip, table, copies)
    else:
        found = physical_columns(chip, table, copies)
    stuck = (found.duration_fs < 0).all(axis=1)
    if stuck.any():
        task = tasks[int(np.argmax(stuck))]
        raise UnsupportedError(
            "no accelerator of the chip can run a layer: MAESTRO's rules give no cycles for it",
            found=f"{task.name} ({task.layer})",
            allowed="another template beside, or mode: physical",
        )
    return found


def _compat(chip: Chip, table: LayerTable, copies: Ints) -> ChipCosts:
    hardware = chip.hardware
    accelerators = templates(hardware)
    shape = (len(table), len(accelerators))
    durations = np.full(shape, -1, object)
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
            body[task, where] = clock.fs(int(cycles[task]))
            durations[task, where] = body[task, where]
        link[:, where] = (found.l2_rd_in + found.l2_rd_w + found.l2_wr_out) * copies
        compute[:, where] = -(-macs // (each.pes * each.simd)) * copies
        energy[:, where] = energy_of(table, found) * copies * unit_j
    zeros = np.zeros(shape, np.int64)
    whole = _schedulable(durations)
    return ChipCosts(
        first, body, zeros, zeros, np.where(whole < 0, 0, link), whole, compute,
        np.where(whole < 0, 0.0, energy), np.zeros(shape), macs * copies,
    )  # fmt: skip


def physical_columns(chip: Chip, table: LayerTable, copies: Ints) -> ChipCosts:
    """Return the cost of layers on every accelerator in physical mode.

    Args:
        chip: A chip in physical mode.
        table: Layers.
        copies: How often each runs.

    Raises:
        InfeasibleError: An accelerator has fewer PEs than one cluster of its template.
    """
    hardware, size = chip.hardware, chip.element_bytes
    shape = (len(table), len(hardware.units))
    first_fs, body_fs = np.zeros(shape, object), np.zeros(shape, object)
    durations = np.zeros(shape, object)
    link, compute = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
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
                lead = _transfer_fs(int(first_bytes[task, where]), rate)
                streamed = _transfer_fs(int(stream_bytes[task, where]), rate)
            first_fs[task, where], body_fs[task, where] = lead, clock.fs(cycles)
            durations[task, where] = lead + max(body_fs[task, where], streamed)
    return ChipCosts(
        first_fs, body_fs, first_bytes, stream_bytes, link, _schedulable(durations), compute,
        energy, memory, macs,
    )  # fmt: skip


def _transfer_fs(n_bytes: int, rate: Fraction) -> int:
    """Return the time of a transfer alone; ``archsim.kernel.transfer_fs`` without its checks."""
    return -(-n_bytes * FS_PER_S * rate.denominator // rate.numerator)


def _schedulable(durations: NDArray[np.object_]) -> Ints:
    """Return durations in fs as 64-bit integers.

    Raises:
        UnsupportedError: All layers one after the other would take too long.
    """
    total = sum(max(row) for row in durations.tolist())
    if total > LONGEST_FS:
        raise UnsupportedError(
            "the layers take too long to be scheduled",
            found=f"{total / FS_PER_S:.6g} s one after the other",
            allowed=f"at most {LONGEST_FS / FS_PER_S:.6g} s; take a faster clock or memory",
        )
    return durations.astype(np.int64)


def check_sizes(element_bytes: int, tasks: Sequence[Task]) -> None:
    """Check that all counts fit 64 bits.

    Raises:
        UnsupportedError: A layer with all its copies is too large.
    """
    for task in tasks:
        work = task.layer.macs * task.copies * element_bytes
        if work > MOST_WORK:
            raise UnsupportedError(
                "a layer with all its copies is too large to count",
                found=f"{task.name}: {task.copies} times {task.layer.macs} multiply-accumulates",
                allowed=f"up to {MOST_WORK // element_bytes} in all; take a smaller batch",
            )
