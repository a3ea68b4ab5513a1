"""The tables of all accelerators of many designs, and the compiled loops over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.asic.batch_loops import (
    times_up,
    unit_energies,
    unit_totals,
)
from archsim.architectures.asic.design_groups import Group
from archsim.architectures.asic.exact_rates import Rates, no_rates, rates_of
from archsim.architectures.asic.silicon import Prices, memory_j_per_element
from archsim.architectures.asic.unit_tables import (
    Layers,
    UnitTables,
    UnitTimes,
    compat_tables,
    physical_tables,
)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Places = NDArray[np.intp]

LONGEST_FS = float(1 << 60)
"""Longest sum of all layers on all accelerators, fs, that the loops count in 64 bits."""


@dataclass(frozen=True, eq=False)
class Totals:
    """Sums over the layers where they are assigned.

    Attributes:
        dynamic_j: Energy on the chip of each accelerator, shape (accelerators, designs).
        memory_j: Energy of the memory, shape (designs,), as all that follow.
        memory_bytes, link_bytes: Traffic.
        memory_fs: Time in which the whole memory rate moves its bytes.
    """

    dynamic_j: Floats
    memory_j: Floats
    memory_bytes: Ints
    link_bytes: Ints
    memory_fs: Ints


@dataclass(frozen=True, eq=False)
class ChipTables:
    """Costs of tasks on the accelerators of some designs.

    Attributes:
        layers: The workload.
        units: Tables of each accelerator.
        prices: Of each accelerator, for the loops: shape (3, designs).
        clock: Time of a cycle.
        share: Time of a byte for one accelerator alone; none without memory.
        whole: Time of a byte at the whole rate.
        link_bytes: Bytes of an element over the network-on-chip.
        memory_j: Energy of an element to or from memory, J.
    """

    layers: Layers
    units: tuple[UnitTables, ...]
    prices: tuple[Floats, ...]
    clock: Rates
    share: Rates
    whole: Rates
    link_bytes: int
    memory_j: float

    @property
    def shape(self) -> tuple[int, int, int]:
        """Designs, tasks and accelerators."""
        return len(self.clock.code), len(self.layers.which), len(self.units)

    def take(self, some: Places) -> ChipTables:
        """Return some of the designs."""
        return replace(
            self,
            units=tuple(unit.take(some) for unit in self.units),
            prices=tuple(np.ascontiguousarray(each[:, some]) for each in self.prices),
            clock=self.clock.take(some),
            share=self.share.take(some),
            whole=self.whole.take(some),
        )

    def uncountable(self) -> Bools:
        """Return which designs the loops cannot count or cannot run, shape (designs,)."""
        clock, share, whole = self.clock, self.share, self.whole
        bad = ~(clock.exact[clock.code] & share.exact[share.code] & whole.exact[whole.code])
        longest_fs = np.zeros(len(bad))
        stuck = np.zeros(self.shape[:2], np.bool_)
        for where, unit in enumerate(self.units):
            cycles = np.maximum(unit.cycles, 0).astype(np.float64).sum(axis=1)
            moved = (unit.first + unit.stream).astype(np.float64).sum(axis=1)
            longest_fs += cycles[unit.row] * clock.fs[clock.code]
            longest_fs += moved[unit.traffic] * share.fs[share.code]
            impossible = unit.cycles < 0
            if not impossible.any():
                stuck = np.zeros((len(bad), 1), np.bool_)
                continue
            here = impossible[unit.row]
            stuck = here if where == 0 else stuck & here
        return np.asarray(bad | (longest_fs > LONGEST_FS) | stuck.any(axis=1))

    def times(self) -> tuple[UnitTimes, ...]:
        """Return the times of tasks on each accelerator; designs must be countable."""
        return tuple(unit.times(self.clock, self.share) for unit in self.units)

    def energies(self) -> Floats:
        """Return the dynamic energy of tasks, memory included; see ``shape``."""
        found = np.empty(self.shape)
        for where, (unit, each) in enumerate(zip(self.units, self.prices, strict=True)):
            unit_energies(
                self.layers.macs, self.layers.copies, unit.link, unit.fixed_j, unit.row,
                unit.elements, unit.traffic, each, self.memory_j, found[:, :, where],
            )  # fmt: skip
        return found

    def totals(self, assignment: Ints) -> Totals:
        """Return the sums over tasks on the accelerators that they are assigned to.

        Args:
            assignment: Accelerator of each task, shape (designs, tasks).
        """
        designs, _, accelerators = self.shape
        dynamic_j, memory_j = np.zeros((accelerators, designs)), np.zeros(designs)
        moved, link = np.zeros(designs, np.int64), np.zeros(designs, np.int64)
        for where, (unit, each) in enumerate(zip(self.units, self.prices, strict=True)):
            unit_totals(
                where, assignment, self.layers.macs, self.layers.copies, unit.link, unit.fixed_j,
                unit.row, unit.elements, unit.traffic, each, self.memory_j,
                dynamic_j[where], memory_j, moved, link,
            )  # fmt: skip
        return self._totals(dynamic_j, memory_j, moved, link)

    def lone_totals(self) -> Totals:
        """Return the sums over all tasks on a single accelerator."""
        (unit,), (each,) = self.units, self.prices
        copies = self.layers.copies
        moved, link = (unit.elements @ copies)[unit.traffic], (unit.link @ copies)[unit.row]
        macs = float((self.layers.macs * copies).sum())
        dynamic_j: Floats = macs * each[0] + link * each[1] + moved * each[2]
        dynamic_j += unit.fixed_j.sum(axis=1)[unit.row]
        memory_j = np.asarray(moved * self.memory_j, np.float64)
        return self._totals(np.asarray(dynamic_j[None], np.float64), memory_j, moved, link)

    def _totals(self, dynamic_j: Floats, memory_j: Floats, moved: Ints, link: Ints) -> Totals:
        memory_bytes = moved * self.layers.element_bytes
        time_fs = np.empty((len(moved), 1), np.int64)
        every = np.arange(len(moved))
        times_up(memory_bytes[:, None], every, self.whole.parts, self.whole.code, time_fs)
        return Totals(dynamic_j, memory_j, memory_bytes, link * self.link_bytes, time_fs[:, 0])


def chip_tables(
    group: Group, layers: Layers, priced: Sequence[Prices], places: Places
) -> ChipTables:
    """Return the tables of some designs of a group.

    Args:
        group: The group.
        layers: The workload.
        priced: Prices of each accelerator in all designs of the group.
        places: Designs of the group, each of whole clusters.
    """
    hardware, size = group.hardware, layers.element_bytes
    physical = hardware.mode == "physical"
    latency, bandwidth = group.noc_latency[places], group.bandwidth_bytes_per_s[places]
    chosen = [unit.take(places) for unit in group.units]
    if physical:
        units = tuple(physical_tables(layers, unit, latency) for unit in chosen)
    else:
        units = tuple(
            compat_tables(layers, unit, latency, hardware.maestro_version) for unit in chosen
        )
    whole = share = no_rates(len(places))
    if physical and hardware.dram is not None:
        whole = rates_of(bandwidth)
        static = hardware.dram.sharing == "static"
        share = rates_of(bandwidth, len(units)) if static else whole
    return ChipTables(
        layers=layers,
        units=units,
        prices=tuple(
            np.stack([each.mac_j[places], each.link_j[places], each.buffer_j[places]])
            for each in priced
        ),
        clock=rates_of(group.frequency_hz[places]),
        share=share,
        whole=whole,
        link_bytes=size if physical else 1,
        memory_j=memory_j_per_element(hardware, size) if physical else 0.0,
    )
