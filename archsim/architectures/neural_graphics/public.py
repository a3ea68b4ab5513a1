"""``archsim.neural_graphics``: functions of this family for people and for comparisons."""

from __future__ import annotations

from archsim.architectures.neural_graphics.banks import conflict_cycles, encoding_interval
from archsim.workload.graphics.compiled import address_stream, encode_fast
from archsim.workload.graphics.grid import GridEncoding, GridLevel, grid_levels, table_bytes
from archsim.workload.graphics.indexing import grid_index
from archsim.workload.graphics.interpolate import encode

__all__ = [
    "GridEncoding",
    "GridLevel",
    "address_stream",
    "conflict_cycles",
    "encode",
    "encode_fast",
    "encoding_interval",
    "grid_index",
    "grid_levels",
    "table_bytes",
]
