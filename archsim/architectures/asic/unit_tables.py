"""What one accelerator makes of all layers, for the distinct ones among many designs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.asic.batch_loops import times_to_nearest, times_up
from archsim.architectures.asic.exact_rates import Rates
from archsim.architectures.asic.maestro import silicon as maestro_silicon
from archsim.architectures.asic.maestro.energy import energy_of
from archsim.architectures.asic.maestro.fast import hardware_columns, possible_costs
from archsim.architectures.asic.maestro.table import LayerTable, table_of
from archsim.architectures.asic.physical import (
    buffer_room,
    chip_cycles,
    layer_macs,
    mapping,
    memory_traffic,
)
from archsim.architectures.asic.planning import Work
from archsim.architectures.asic.unit_columns import UnitColumns
from archsim.architectures.columns import combinations, levels_of

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Places = NDArray[np.intp]
Value = TypeVar("Value", bound=np.generic)

_POINTS_AT_ONCE = 1 << 17


@dataclass(frozen=True, eq=False)
class Layers:
    """The tasks of a workload with each distinct layer once.

    Attributes:
        table: Distinct layers.
        which: Layer of each task, shape (tasks,).
        copies: How often each task runs, shape (tasks,).
        macs: Multiply-accumulates of one copy, shape (tasks,).
        element_bytes: Size of an element.
    """

    table: LayerTable
    which: Places
    copies: Ints
    macs: Ints
    element_bytes: int

    @classmethod
    def of(cls, work: Work) -> Layers:
        """Return the layers of a workload."""
        number = {layer: at for at, layer in enumerate(dict.fromkeys(t.layer for t in work.tasks))}
        table = table_of(list(number))
        which = np.array([number[task.layer] for task in work.tasks], np.intp)
        copies = np.array([task.copies for task in work.tasks], np.int64)
        return cls(table, which, copies, layer_macs(table)[which], work.element_bytes)


@dataclass(frozen=True, eq=False)
class UnitTimes:
    """Times of tasks on one accelerator of many designs, fs.

    Attributes:
        body: Of computing, shape (combinations, tasks); -1 where a task cannot run.
        row: Combination of each design, shape (designs,).
        lead, streamed: Of the memory before and during compute, shape (buffers, tasks).
        traffic: Buffer of each design, shape (designs,).
    """

    body: Ints
    row: Places
    lead: Ints
    streamed: Ints
    traffic: Places

    def take(self, some: Places) -> UnitTimes:
        """Return some of the designs; the times are shared."""
        return replace(self, row=self.row[some], traffic=self.traffic[some])


@dataclass(frozen=True, eq=False)
class UnitTables:
    """Costs of tasks on one accelerator of many designs.

    Attributes:
        cycles: Of all copies with an endless memory, shape (combinations, tasks); -1 where MAESTRO
            has none.
        link: Elements of one copy over the network-on-chip, likewise.
        fixed_j: Energy of all copies that no price covers, likewise.
        row: Combination of each design, shape (designs,).
        first, stream: Bytes of all copies before and during compute, shape (buffers, tasks).
        elements: Elements of one copy in both, likewise.
        traffic: Buffer of each design, shape (designs,).
    """

    cycles: Ints
    link: Ints
    fixed_j: Floats
    row: Places
    first: Ints
    stream: Ints
    elements: Ints
    traffic: Places

    def take(self, some: Places) -> UnitTables:
        """Return some of the designs; the tables are shared."""
        return replace(self, row=self.row[some], traffic=self.traffic[some])

    def times(self, clock: Rates, share: Rates) -> UnitTimes:
        """Return the times of tasks.

        Args:
            clock: Time of a cycle in each design.
            share: Time of a byte.
        """
        count, tasks = len(self.row), self.cycles.shape[1]
        first, row = combinations([self.row, clock.code], count)
        body = np.empty((len(first), tasks), np.int64)
        times_to_nearest(self.cycles, self.row[first], clock.parts, clock.code[first], body)
        first, traffic = combinations([self.traffic, share.code], count)
        lead, streamed = (np.empty((len(first), tasks), np.int64) for _ in range(2))
        buffer, code = self.traffic[first], share.code[first]
        times_up(self.first, buffer, share.parts, code, lead)
        times_up(self.stream, buffer, share.parts, code, streamed)
        return UnitTimes(body, row, lead, streamed, traffic)


def physical_tables(layers: Layers, units: UnitColumns, noc_latency: Ints) -> UnitTables:
    """Return the tables of one accelerator in physical mode.

    Args:
        layers: The workload.
        units: The accelerator of each design, each with at least one cluster.
        noc_latency: Cycles, shape (designs,).
    """
    size = layers.element_bytes
    shape = (units.rows, units.columns) if units.template == "systolic" else (units.pes, units.simd)
    first_of, row = _distinct([*shape, units.width, noc_latency])
    cycles = np.empty((len(first_of), len(layers.which)), np.int64)
    link = np.empty_like(cycles)
    step = max(1, _POINTS_AT_ONCE // len(layers.table))
    for begin in range(0, len(first_of), step):
        some = first_of[begin : begin + step]
        mapped = mapping(layers.table, units.take(some))
        part = chip_cycles(mapped, units.width[some], size, noc_latency[some])
        cycles[begin : begin + step] = part[:, layers.which] * layers.copies
        link[begin : begin + step] = (mapped.link_in + mapped.link_out)[:, layers.which]
    sizes, traffic = levels_of(units.l2_bytes)
    rooms = [buffer_room(each, size) for each in np.array(sizes, np.int64).tolist()]
    first, stream = (
        np.ascontiguousarray(each[:, layers.which])
        for each in memory_traffic(layers.table, np.array(rooms, np.int64))
    )
    copied = layers.copies * size
    return UnitTables(
        cycles, link, np.zeros(cycles.shape), row, first * copied, stream * copied,
        first + stream, traffic,
    )  # fmt: skip


def compat_tables(
    layers: Layers, units: UnitColumns, noc_latency: Ints, maestro_version: str
) -> UnitTables:
    """Return the tables of one accelerator by MAESTRO's rules; see :func:`physical_tables`."""
    first_of, row = _distinct([units.pes, units.width, units.simd, noc_latency])
    some = units.take(first_of)
    designs, count = len(first_of), len(layers.table)
    points = layers.table.take(np.tile(np.arange(count), designs))
    pes, width, simd, latency = (
        np.repeat(each, count) for each in (some.pes, some.width, some.simd, noc_latency[first_of])
    )
    found, valid = possible_costs(
        points, units.template, hardware_columns(len(points), pes, width, latency, simd)
    )

    def by_task(values: NDArray[Value]) -> NDArray[Value]:
        return np.ascontiguousarray(values.reshape(designs, count)[:, layers.which])

    cycles = by_task(found.runtime_cycles) * layers.copies
    cycles[~by_task(valid)] = -1
    unit_j = maestro_silicon.constant_set(maestro_version).unit_j
    return UnitTables(
        cycles=cycles,
        link=by_task(found.l2_rd_in + found.l2_rd_w + found.l2_wr_out),
        fixed_j=by_task(energy_of(points, found)) * layers.copies * unit_j,
        row=row,
        first=_nothing(layers),
        stream=_nothing(layers),
        elements=_nothing(layers),
        traffic=np.zeros(len(units), np.intp),
    )


def _nothing(layers: Layers) -> Ints:
    return np.zeros((1, len(layers.which)), np.int64)


def _distinct(columns: list[Ints]) -> tuple[Places, Places]:
    """Return one design of each distinct combination, and which one each design has."""
    codes = [levels_of(column)[1] for column in columns]
    first, which = combinations(codes, len(columns[0]))
    return first, which
