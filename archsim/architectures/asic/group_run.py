"""Closed forms over one group of designs: what ``plan`` and ``closed_schedule`` say of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.asic.batch_loops import lone_makespans, unit_durations
from archsim.architectures.asic.chip_costs import check_sizes
from archsim.architectures.asic.chip_tables import ChipTables, Totals, chip_tables
from archsim.architectures.asic.design_groups import Group
from archsim.architectures.asic.greedy import greedy_many
from archsim.architectures.asic.maestro import silicon as maestro_silicon
from archsim.architectures.asic.planning import Work, too_late
from archsim.architectures.asic.problem import compressed
from archsim.architectures.asic.screening import Verdicts, check_all_clusters, check_budget
from archsim.architectures.asic.silicon import Prices, prices
from archsim.architectures.asic.unit_columns import UnitColumns
from archsim.architectures.asic.unit_tables import Layers, UnitTimes
from archsim.kernel import seconds_to_fs

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Places = NDArray[np.intp]

_TABLE_POINTS = 1 << 22
"""Designs times tasks whose tables are held at once."""

_LOOP_POINTS = 1 << 17
"""Designs times tasks times accelerators whose durations are held at once."""


@dataclass(frozen=True, eq=False)
class Found:
    """What became of the designs of a group.

    Attributes:
        left: Designs that the loops cannot count and that are to be planned one by one, shape
            (designs,), as all that follow.
        makespan_fs, latency_fs: Of the schedule and of the run.
        dynamic_j: Dynamic energy of each accelerator, shape (accelerators, designs).
        memory_j: Dynamic energy of the memory.
        memory_bytes, link_bytes: Traffic.
    """

    left: Bools
    makespan_fs: Ints
    latency_fs: Ints
    dynamic_j: Floats
    memory_j: Floats
    memory_bytes: Ints
    link_bytes: Ints

    @classmethod
    def blank(cls, accelerators: int, count: int) -> Found:
        """Return arrays to be filled in."""
        makespan, latency, moved, link = (np.zeros(count, np.int64) for _ in range(4))
        return cls(
            left=np.zeros(count, np.bool_),
            makespan_fs=makespan,
            latency_fs=latency,
            dynamic_j=np.zeros((accelerators, count)),
            memory_j=np.zeros(count),
            memory_bytes=moved,
            link_bytes=link,
        )

    def put(self, places: Places, part: Found) -> None:
        """Write some designs."""
        for each in fields(part):
            getattr(self, each.name)[..., places] = getattr(part, each.name)


class GroupRun:
    """Evaluates a group of designs that the ratio heuristic schedules.

    Args:
        group: The designs.
        work: The workload.

    Attributes:
        prices: Of each accelerator.
        verdicts: Which designs are feasible; those that are ``left`` count as such.
        found: The figures of feasible designs.

    Raises:
        InputError: The process node or a buffer size has no data.
        UnsupportedError: A layer is too large to count, or no format of its elements is priced.
    """

    def __init__(self, group: Group, work: Work) -> None:
        self._group = group
        self._layers = Layers.of(work)
        self._offsets, self._targets = compressed([task.waits for task in work.tasks])
        limit_s = group.hardware.scheduler.latency_s
        self._limit_fs = 0 if limit_s is None else seconds_to_fs(limit_s)
        self.prices = [self._prices_of(unit) for unit in group.units]
        self.verdicts = Verdicts(np.ones(len(group), np.bool_))
        self.found = Found.blank(len(group.units), len(group))
        check_budget(group, np.add.reduce([each.area_mm2 for each in self.prices]), self.verdicts)
        if not self.verdicts.feasible.any():
            return
        check_sizes(work.element_bytes, work.tasks)
        tasks = self._layers.table.take(self._layers.which)
        check_all_clusters(group, tasks, self.verdicts)
        places = np.flatnonzero(self.verdicts.feasible)
        step = max(1024, _TABLE_POINTS // len(work.tasks))
        for begin in range(0, len(places), step):
            some = places[begin : begin + step]
            self.found.put(some, self._evaluated(some))
        self._check_limit()

    def _prices_of(self, unit: UnitColumns) -> Prices:
        hardware, size = self._group.hardware, self._layers.element_bytes
        if hardware.mode == "physical":
            return prices(hardware, unit, size)
        chosen = maestro_silicon.constant_set(hardware.maestro_version)
        area_um2 = maestro_silicon.area_um2(
            chosen, unit.pes, unit.width, unit.simd, unit.l1_bytes, unit.l2_bytes
        )
        nothing = np.zeros(len(unit))
        return Prices(nothing, nothing, nothing, nothing, area_um2 * 1e-6)

    def _check_limit(self) -> None:
        limit, makespan = self._limit_fs, self.found.makespan_fs
        if limit:
            late = (makespan > limit) & ~self.found.left
            self.verdicts.refuse(late, lambda at: too_late(int(makespan[at]), limit))

    def _evaluated(self, places: Places) -> Found:
        """Evaluate designs of whole clusters within the budget."""
        tables = chip_tables(self._group, self._layers, self.prices, places)
        designs, tasks, accelerators = tables.shape
        found = Found.blank(accelerators, designs)
        found.left[:] = tables.uncountable()
        counted = np.flatnonzero(~found.left)
        tables = tables.take(counted)
        times = tables.times()
        if accelerators == 1:
            found.put(counted, _lone(tables, times[0]))
            return found
        step = max(64, _LOOP_POINTS // (tasks * accelerators))
        for begin in range(0, len(counted), step):
            some = np.arange(begin, min(begin + step, len(counted)))
            part = self._scheduled(tables.take(some), [each.take(some) for each in times])
            found.put(counted[some], part)
        return found

    def _scheduled(self, tables: ChipTables, times: Sequence[UnitTimes]) -> Found:
        """Let the ratio heuristic decide which accelerator runs a task."""
        designs = tables.shape[0]
        durations = np.empty(tables.shape, np.int64)
        for where, each in enumerate(times):
            unit_durations(
                each.body, each.row, each.lead, each.streamed, each.traffic, durations[:, :, where]
            )
        limits = np.full(designs, self._limit_fs, np.int64)
        if self._limit_fs == 0 and self._group.hardware.scheduler.objective == "energy":
            # Nothing limits the time: every task where it costs least.
            limits = durations.max(axis=2).sum(axis=1)
        assignment, makespan_fs = greedy_many(
            durations, tables.energies(), self._offsets, self._targets, limits
        )
        return _found(makespan_fs, tables.totals(assignment))


def _lone(tables: ChipTables, times: UnitTimes) -> Found:
    """Return the designs of a single accelerator, which is never idle, whatever the order."""
    makespan_fs = np.empty(len(times.row), np.int64)
    lone_makespans(times.body, times.row, times.lead, times.streamed, times.traffic, makespan_fs)
    return _found(makespan_fs, tables.lone_totals())


def _found(makespan_fs: Ints, totals: Totals) -> Found:
    return Found(
        left=np.zeros(len(makespan_fs), np.bool_),
        makespan_fs=makespan_fs,
        latency_fs=np.maximum(makespan_fs, totals.memory_fs),
        dynamic_j=totals.dynamic_j,
        memory_j=totals.memory_j,
        memory_bytes=totals.memory_bytes,
        link_bytes=totals.link_bytes,
    )
