"""Geometry of multi-resolution grids: scale, resolution and table size of every level.

As in instant-ngp (2022) and tiny-cuda-nn: level l of a grid with growth factor b has

    scale = base_resolution * b^l - 1        vertices per side = ceil(scale) + 1

in float32 arithmetic, and ``vertices ** dimensions`` table entries rounded up to a multiple of 8,
at most ``2 ** log2_entries`` for hash grids and ``base_resolution ** dimensions`` for tiled ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from archsim.config import StrictModel
from archsim.errors import InputError

GridKind = Literal["hash", "dense", "tiled"]

_MOST_ENTRIES = 2**40


class GridEncoding(StrictModel):
    """A multi-resolution grid encoding, as a user sets it."""

    grid: GridKind = Field(
        description="hash: fine levels share a table by hashing; dense: every vertex has its own "
        "entry; tiled: the coarsest grid repeats"
    )
    dimensions: Literal[2, 3] = Field(description="dimensions of the input position")
    levels: Annotated[int, Field(ge=1, le=64)] = Field(description="resolution levels")
    features: Literal[1, 2, 4, 8] = Field(description="features of one table entry")
    log2_entries: Annotated[int, Field(ge=3, le=30)] | None = Field(
        default=None, description="hash grids: log2 of the most entries of one level"
    )
    base_resolution: Annotated[int, Field(ge=2, le=65_536)] = Field(
        description="resolution of the coarsest level"
    )
    growth_factor: Annotated[float, Field(ge=1.0, le=16.0)] | None = Field(
        default=None, description="ratio of the resolutions of neighbouring levels"
    )
    finest_resolution: Annotated[float, Field(ge=2.0, le=16_777_216.0)] | None = Field(
        default=None, description="instead of growth_factor: resolution wanted of the finest level"
    )
    feature_bytes: Literal[1, 2, 4] = Field(default=2, description="bytes of one stored feature")

    @model_validator(mode="after")
    def _consistent(self) -> GridEncoding:
        neither = self.growth_factor is None and self.finest_resolution is None
        if neither or not (self.growth_factor is None or self.finest_resolution is None):
            raise InputError(
                "needs one of growth_factor and finest_resolution",
                key="encoding.growth_factor" if neither else "encoding.finest_resolution",
                found="neither" if neither else "both",
            )
        finest = self.finest_resolution
        if finest is not None and finest < self.base_resolution:
            raise InputError(
                "the finest level cannot be coarser than the coarsest one",
                key="encoding.finest_resolution",
                found=f"{finest:g}",
                allowed=f"at least base_resolution = {self.base_resolution}",
            )
        if (self.grid == "hash") != (self.log2_entries is not None):
            raise InputError(
                "hash grids, and only they, need a table size",
                key="encoding.log2_entries" if self.grid == "hash" else "encoding.grid",
                found="null" if self.log2_entries is None else f"a {self.grid} grid with one",
            )
        largest = self.base_resolution * self.factor ** (self.levels - 1)
        if largest**self.dimensions > _MOST_ENTRIES:
            raise InputError(
                "the finest level has too many vertices",
                key="encoding.levels",
                found=f"{largest:.4g} to the power of {self.dimensions}",
                allowed="at most 2^40 vertices",
            )
        return self

    @property
    def factor(self) -> float:
        """Growth factor b, given or from the finest resolution."""
        if self.growth_factor is not None:
            return self.growth_factor
        finest = self.finest_resolution or float(self.base_resolution)
        return growth_factor(finest, self.base_resolution, self.levels)

    @property
    def outputs(self) -> int:
        """Encoded features of one sample: levels x features."""
        return self.levels * self.features

    @property
    def corners(self) -> int:
        """Table look-ups of one sample in one level."""
        return 1 << self.dimensions

    @property
    def lookups(self) -> int:
        """Table look-ups of one sample."""
        return self.corners * self.levels

    @property
    def entry_bytes(self) -> int:
        """Bytes of one table entry, so of one look-up."""
        return self.features * self.feature_bytes


@dataclass(frozen=True, slots=True)
class GridLevel:
    """One level of a grid.

    Attributes:
        scale: Grid cells per unit of position, float32 exact.
        resolution: Vertices per side.
        entries: Entries of the table.
        hashed: Whether the index is hashed rather than a dense stride.
    """

    scale: float
    resolution: int
    entries: int
    hashed: bool


def growth_factor(finest_resolution: float, base_resolution: int, levels: int) -> float:
    """Return instant-ngp's automatic growth factor exp(ln(finest / base) / (levels - 1)).

    Args:
        finest_resolution: Resolution wanted, scene scale included (2048 x aabb scale for NeRF,
            half the longer side for images).
        base_resolution: Resolution of the coarsest level.
        levels: Levels; a single one does not grow.
    """
    if levels == 1:
        return 1.0
    ratio = np.float32(finest_resolution) / np.float32(base_resolution)
    return float(np.exp(np.log(ratio) / np.float32(levels - 1)))


def overflow_resolution(dimensions: int) -> int:
    """Return the largest resolution whose vertices are counted in 32 bits (0x659 in 3-D)."""
    largest = int((2**32 - 1) ** (1.0 / dimensions)) + 1
    while largest**dimensions > 2**32 - 1:
        largest -= 1
    return largest


def is_hashed(kind: str, resolution: int, entries: int, dimensions: int) -> bool:
    """Say whether a level is indexed by hash: a hash grid with fewer entries than vertices."""
    too_many = entries < resolution**dimensions or resolution > overflow_resolution(dimensions)
    return kind == "hash" and too_many


def grid_levels(encoding: GridEncoding) -> tuple[GridLevel, ...]:
    """Return the levels of a grid, coarsest first."""
    log2_factor = np.log2(np.float32(encoding.factor))
    base, dimensions = encoding.base_resolution, encoding.dimensions
    found = []
    for level in range(encoding.levels):
        grown = np.exp2(np.float32(level) * log2_factor) * np.float32(base)
        scale = np.float32(grown - np.float32(1.0))
        resolution = int(np.ceil(scale)) + 1
        entries = -(-(resolution**dimensions) // 8) * 8
        if encoding.grid == "hash":
            entries = min(entries, 1 << (encoding.log2_entries or 0))
        elif encoding.grid == "tiled":
            entries = min(entries, base**dimensions)
        hashed = is_hashed(encoding.grid, resolution, entries, dimensions)
        found.append(GridLevel(float(scale), resolution, entries, hashed))
    return tuple(found)


def table_bytes(encoding: GridEncoding) -> tuple[int, ...]:
    """Return the bytes of the table of every level, coarsest first."""
    return tuple(level.entries * encoding.entry_bytes for level in grid_levels(encoding))
