"""What a chip needs for two networks, by the cost model of the time.

MAESTRO of February 2020: 9 multiply-accumulates per PE and cycle, latency 1, one byte per element
at 1 GHz, 256 bytes per PE, one unit of shared buffer; energy without the multiply-accumulates and
without reading outputs back, as its table counts it. Layers are put on accelerators and in order
by the ratio heuristic: least energy within the latency specified.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from archsim.architectures.asic.greedy import greedy
from archsim.architectures.asic.maestro import silicon
from archsim.architectures.asic.maestro.fast import Costs, hardware_columns, possible_costs
from archsim.architectures.asic.maestro.table import LayerTable, table_of
from archsim.architectures.asic.problem import Problem, compressed
from archsim.architectures.asic.tasks import Task
from archsim.papers.nasaic.published import Specification, Tuple

SIMD, LATENCY, L1_BYTES, L2_BYTES = 9, 1, 256, 32 * 1024
PENALTY_WEIGHT = 10.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Cycles, nJ and um2 of a chip with its networks; infinite where a layer cannot run."""

    cycles: float
    energy_nj: float
    area_um2: float

    def broken(self, spec: Specification) -> int:
        """Return how many of the three specifications are not kept."""
        return (
            (self.cycles > spec.cycles)
            + (self.energy_nj > spec.energy_nj)
            + (self.area_um2 > spec.area_um2)
        )

    def penalty(self, spec: Specification, bound: Cost) -> float:
        """Return by how much specifications are missed, relative to a worst case."""
        return sum(
            max(value - limit, 0.0) / max(worst - limit, 0.05 * limit)
            for value, limit, worst in (
                (self.cycles, spec.cycles, bound.cycles),
                (self.energy_nj, spec.energy_nj, bound.energy_nj),
                (self.area_um2, spec.area_um2, bound.area_um2),
            )
        )


def area_um2(accelerators: Sequence[Tuple]) -> float:
    """Return the area of accelerators side by side."""
    return sum(
        float(silicon.area_um2(silicon.FEB2020, pes, width, SIMD, L1_BYTES, L2_BYTES))
        for _, pes, width in accelerators
    )


def cost(tasks: Sequence[Task], accelerators: Sequence[Tuple], spec: Specification) -> Cost:
    """Return what a chip needs for its networks.

    Args:
        tasks: Layers of both networks.
        accelerators: Accelerators.
        spec: Specification; layers are placed for least energy within its latency.
    """
    problem = problem_of(tasks, accelerators, int(spec.cycles))
    area = area_um2(accelerators)
    if (problem.durations < 0).all(axis=1).any():
        # MAESTRO gives no cycles for a layer on any accelerator of this chip.
        return Cost(math.inf, math.inf, area)
    schedule = greedy(problem)
    return Cost(float(schedule.makespan), schedule.energy_j * 1e9, area)


def problem_of(tasks: Sequence[Task], accelerators: Sequence[Tuple], limit_cycles: int) -> Problem:
    """Return the scheduling problem, in cycles."""
    table = table_of([task.layer for task in tasks])
    copies = np.array([task.copies for task in tasks], np.int64)
    cycles = np.empty((len(tasks), len(accelerators)), np.int64)
    energy = np.empty((len(tasks), len(accelerators)))
    for where, (template, pes, width) in enumerate(accelerators):
        columns = hardware_columns(len(tasks), pes, width, LATENCY, SIMD)
        found, valid = possible_costs(table, template, columns)
        cycles[:, where] = np.where(valid, found.runtime_cycles * copies, -1)
        energy[:, where] = np.where(valid, _energy_j(table, found) * copies, 0.0)
    offsets, targets = compressed([task.waits for task in tasks])
    return Problem(cycles, energy, offsets, targets, limit_cycles)


def _energy_j(table: LayerTable, found: Costs) -> silicon.Floats:
    """Return the energy of layers as MAESTRO's table of that time counts it."""
    read = found.l2_rd_in + found.l2_rd_w
    tensors = table.C * (table.Y * table.X + table.filters * (table.R * table.S))
    units = silicon.energy_mac_units(tensors, read + found.l2_wr_out, read, found.macs)
    return np.asarray((units - found.macs) * silicon.FEB2020.unit_j)
