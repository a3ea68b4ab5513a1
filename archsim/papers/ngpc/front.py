"""A sweep of cluster designs on one NeRF frame, and its Pareto front of frame time and area."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from archsim.api import load_hardware, load_workload
from archsim.architectures.neural_graphics import ARCHITECTURE
from archsim.papers.base import Row
from archsim.papers.ngpc.judging import predicted

SWEPT: dict[str, tuple[float, ...]] = {
    "cluster.processors": (4, 8, 12, 16, 24, 32, 48, 64, 96),
    "cluster.frequency_hz": (0.6e9, 0.8e9, 1.0e9, 1.2e9, 1.5e9),
    "encoding_engines.engines": (8, 16, 32),
    "encoding_engines.banks": (2, 4, 8, 16),
    "mlp_engine.rows": (32, 64, 128),
}
"""Key to its values; the MLP array is square, and a processor's table memory stays the same."""
TABLE_BYTES = 16 * 2**20
LEAST_GAIN = 0.01
"""Frame time by which a design on the front beats the next smaller one."""
HARDWARE, WORKLOAD = "ngpc-64", "nerf-hashgrid"
FRAME, AREA = "frame time on the front (s)", "cluster area on the front (mm2)"


@dataclass(frozen=True, eq=False)
class Front:
    """The designs of a sweep.

    Attributes:
        columns: Key to one value per design.
        latency_s: Frame time of each design.
        area_mm2: Cluster area of each design.
        best: Indices of the designs that no other one beats in both by more than 1 %, by area.
    """

    columns: dict[str, NDArray[np.float64]]
    latency_s: NDArray[np.float64]
    area_mm2: NDArray[np.float64]
    best: NDArray[np.intp]

    def describe(self, design: int) -> str:
        """Return a design in words."""
        value = {key: column[design] for key, column in self.columns.items()}
        side = value["mlp_engine.rows"]
        return (
            f"{value['cluster.processors']:.0f} processors at "
            f"{value['cluster.frequency_hz'] / 1e9:g} GHz, "
            f"{value['encoding_engines.engines']:.0f} engines of "
            f"{value['encoding_engines.banks']:.0f} banks, MLP {side:.0f} x {side:.0f}"
        )


@lru_cache(maxsize=1)
def sweep() -> Front:
    """Evaluate every combination with the closed forms."""
    grid = np.array(list(product(*SWEPT.values())), np.float64)
    columns = {key: grid[:, number] for number, key in enumerate(SWEPT)}
    whole = {
        key: column if key == "cluster.frequency_hz" else column.astype(np.int64)
        for key, column in columns.items()
    }
    whole["mlp_engine.columns"] = whole["mlp_engine.rows"]
    whole["encoding_engines.sram_bytes"] = TABLE_BYTES // whole["encoding_engines.engines"]
    found = ARCHITECTURE.evaluate_batch(load_hardware(HARDWARE), load_workload(WORKLOAD), whole)
    latency, area = found["latency_s"], found["cluster_area_mm2"]
    return Front(columns, latency, area, pareto(latency, area, LEAST_GAIN))


def pareto(
    first: NDArray[np.float64], second: NDArray[np.float64], least: float = 0.0
) -> NDArray[np.intp]:
    """Return the indices that nothing beats in both figures, smallest ``second`` first.

    Args:
        first: One figure of each design; smaller is better.
        second: Another one.
        least: Gain in ``first`` over the design before that makes another one worth showing.
    """
    chosen: list[int] = []
    for index in np.lexsort((first, second)):
        if not chosen or first[index] < first[chosen[-1]] * (1.0 - least):
            chosen.append(int(index))
    return np.array(chosen, dtype=np.intp)


def rows() -> list[Row]:
    """Return frame time and area of the designs on the front."""
    front = sweep()
    found = []
    for design in front.best:
        where = f"{WORKLOAD}: {front.describe(int(design))}"
        found += [
            predicted(FRAME, where, float(front.latency_s[design])),
            predicted(AREA, where, float(front.area_mm2[design])),
        ]
    return found
