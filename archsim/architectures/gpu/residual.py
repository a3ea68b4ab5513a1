"""The learned residual of matrix products: boosted trees stored as plain arrays.

The trees predict the logarithm of measured time over physics. Their features are ratios, counts
that saturate and the physics model's own choices, so that a product far outside the measured
range looks like one at its edge; there the correction also fades: it halves for the first factor
of ten in work beyond the training rows, and it is clipped everywhere. Time stays above the data
sheet's roofline.

Trees are read from a NumPy archive without pickled objects and evaluated here, so prediction
needs no learning library. ``training`` makes the archive.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.gpu.config import GpuHardware
from archsim.architectures.gpu.gemm import GemmPlan, alignment, roofline_s
from archsim.architectures.gpu.table import KernelTable
from archsim.errors import ArchsimError

Float64Array = NDArray[np.float64]
Int32Array = NDArray[np.int32]

CLIP = 0.35
"""Largest correction, as a natural logarithm."""

FEATURES = (
    "precision", "bf16", "alignment", "m_power_of_two", "n_power_of_two", "k_power_of_two",
    "log2_m", "log2_n", "log2_k", "log2_aspect", "log2_intensity",
    *(
        f"{what}_{a}x{b}"
        for a, b in ((64, 64), (128, 128), (128, 256), (256, 128), (64, 32))
        for what in ("waves", "fill", "used")
    ),
    "log2_us", "log2_tile_m", "log2_tile_n", "log2_split", "busy_share", "footprint",
    "over_roofline", "rate_share", "steps",
)  # fmt: skip
"""Names of the features, in the order of the trees' indices."""

_PROBES = ((64, 64), (128, 128), (128, 256), (256, 128), (64, 32))
_ARRAYS = (
    "feature", "threshold", "child", "value", "roots", "depths", "baseline", "largest_flops",
)  # fmt: skip


@dataclass(frozen=True)
class Forest:
    """Trees as flat arrays: node i sends x[feature] <= threshold to ``child``, else to the next.

    A leaf sends everything to itself, so that every walk may take as many steps as the deepest.

    Attributes:
        feature: Index of the feature, shape (nodes,).
        threshold: Threshold of the node, infinite at a leaf; shape (nodes,).
        child: Index of the left child, which the right one follows; a leaf's is itself.
        value: Value of a leaf, shape (nodes,).
        roots: Index of each tree's root, shape (trees,).
        depths: Steps to the deepest leaf of each tree, shape (trees,).
        baseline: What the trees' values add to.
        largest_flops: Work of the largest product that the trees were grown on.
    """

    feature: Int32Array
    threshold: Float64Array
    child: Int32Array
    value: Float64Array
    roots: Int32Array
    depths: Int32Array
    baseline: float
    largest_flops: float

    def save(self, path: Path) -> None:
        """Write the arrays into a compressed NumPy archive."""
        np.savez_compressed(path, **{name: getattr(self, name) for name in _ARRAYS})

    def evaluate(self, features: Float64Array) -> Float64Array:
        """Return the sum of the trees, shape (rows,).

        Args:
            features: Shape (rows, features).
        """
        from archsim.architectures.gpu.forest_loop import sum_trees

        out = np.full(len(features), self.baseline)
        sum_trees(
            np.ascontiguousarray(features.T), self.feature, self.threshold, self.child,
            self.value, self.roots, self.depths, out,
        )  # fmt: skip
        return out


def read_forest(path: Path) -> Forest:
    """Read a forest and check that every index stays inside it.

    Raises:
        ArchsimError: The file is missing or is not a forest.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in _ARRAYS}
    except (OSError, ValueError, KeyError) as error:
        raise ArchsimError(f"the residual {path.name} cannot be read: {error}") from error
    nodes = len(arrays["feature"])
    order = np.arange(nodes)
    leaf = np.isinf(arrays["threshold"])
    child = arrays["child"]
    sound = (
        bool(np.all(child[leaf] == order[leaf]))
        # A child always follows its parent, so that no walk can go in circles.
        and bool(np.all((child[~leaf] > order[~leaf]) & (child[~leaf] < nodes - 1)))
        and bool(np.all((arrays["feature"] >= 0) & (arrays["feature"] < len(FEATURES))))
        and bool(np.all((arrays["roots"] >= 0) & (arrays["roots"] < nodes)))
        and len(arrays["depths"]) == len(arrays["roots"])
        and all(len(arrays[name]) == nodes for name in ("threshold", "child", "value"))
    )
    if not sound:
        raise ArchsimError(f"the residual {path.name} holds indices outside its trees")
    return Forest(
        feature=arrays["feature"],
        threshold=arrays["threshold"],
        child=child,
        value=arrays["value"],
        roots=arrays["roots"],
        depths=arrays["depths"],
        baseline=float(arrays["baseline"]),
        largest_flops=float(arrays["largest_flops"]),
    )


@lru_cache(maxsize=4)
def shipped_forest(name: str) -> Forest:
    """Return a residual that ships with the package."""
    return read_forest(Path(__file__).parent / "residuals" / f"{name}.npz")


def features_of(gpu: GpuHardware, table: KernelTable, plan: GemmPlan) -> Float64Array:
    """Return the features of matrix products, shape (products, features)."""
    sms = gpu.chip.sms
    sizes = [table.m, table.n, table.k]
    m, n, k = (size.astype(np.float64) for size in sizes)
    flops = 2.0 * table.volume()
    peak = np.array([gpu.chip.half_flops, gpu.chip.tf32_flops, gpu.chip.fp32_flops])
    roof = roofline_s(gpu, table.precision, flops, plan.compulsory_bytes)
    columns: list[Float64Array] = [
        table.precision.astype(np.float64),
        (table.dtype == "bf16").astype(np.float64),
        alignment(table.precision, table.n, table.k).astype(np.float64),
        *(np.log2(np.gcd(size, 256).astype(np.float64)) for size in sizes),
        *(np.log2(size) for size in (m, n, k)),
        np.clip(np.log2(m / n), -6.0, 6.0),
        np.clip(np.log2(flops / plan.compulsory_bytes), 0.0, 10.0),
    ]
    for a, b in _PROBES:
        blocks = np.ceil(m / a) * np.ceil(n / b) * table.batch
        columns += [
            np.minimum(blocks / sms, 8.0),
            blocks / (np.ceil(blocks / sms) * sms),
            m * n * table.batch / (blocks * a * b),
        ]
    columns += [
        np.log2(plan.seconds * 1e6),
        np.log2(plan.tile_m),
        np.log2(plan.tile_n),
        np.log2(plan.split),
        plan.busy_share,
        np.minimum(plan.compulsory_bytes / gpu.chip.l2_bytes, 2.0),
        np.clip(plan.seconds / roof, 1.0, 40.0),
        np.minimum(flops / plan.seconds / peak[table.precision], 1.0),
        np.minimum(k / plan.split / 32.0, 64.0),
    ]
    return np.column_stack(columns)


def correct_products(
    gpu: GpuHardware, table: KernelTable, plan: GemmPlan, forest: Forest | None = None
) -> Float64Array:
    """Return corrected times of matrix products, s, shape (products,).

    Args:
        gpu: The card.
        table: The products.
        plan: Their physics.
        forest: The trees; by default those that ship with the card.
    """
    trees = shipped_forest(gpu.residual) if forest is None else forest
    learned = np.clip(trees.evaluate(features_of(gpu, table, plan)), -CLIP, CLIP)
    flops = 2.0 * table.volume()
    beyond = np.log10(np.maximum(flops / trees.largest_flops, 1.0))
    seconds = plan.seconds * np.exp(learned / (1.0 + beyond))
    floor = roofline_s(gpu, table.precision, flops, plan.compulsory_bytes)
    corrected: Float64Array = np.maximum(seconds, floor)
    return corrected
