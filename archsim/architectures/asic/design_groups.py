"""Columns of designs cut into groups that differ in plain numbers only.

A choice (template, mode, process node, scheduler ...) makes a group of its own; what is a number
of a closed form (PEs, widths, buffers, rates) stays a column. Every distinct value is read by the
strict model itself, so a column accepts and means exactly what a file does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from archsim.architectures.asic.config import AsicHardware, SystolicAccelerator
from archsim.architectures.asic.unit_columns import UnitColumns
from archsim.architectures.columns import Columns, combinations, levels_of, value_at
from archsim.config import build, load_document
from archsim.config.nested import replaced
from archsim.errors import InputError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Places = NDArray[np.intp]

_NUMBER = re.compile(
    r"frequency_hz|noc_latency_cycles|dram\.bandwidth_bytes_per_s|accelerators\.[a-z][a-z0-9_]*\."
    r"(pes|noc_bandwidth_bytes_per_cycle|simd|l1_bytes|l2_bytes|rows|columns)"
)
_READ_ONE_BY_ONE = 64
"""Distinct values of a column of numbers above which only the least and greatest are checked."""


@dataclass(frozen=True, eq=False)
class Group:
    """Designs that differ in numbers only.

    Attributes:
        hardware: The first of them.
        places: Where they stand among all designs, shape (designs,).
        frequency_hz, bandwidth_bytes_per_s: Clock and memory, shape (designs,); 0 without memory.
        noc_latency: Cycles, shape (designs,).
        units: The accelerators of the chip, each by column.
    """

    hardware: AsicHardware
    places: Places
    frequency_hz: Floats
    bandwidth_bytes_per_s: Floats
    noc_latency: Ints
    units: tuple[UnitColumns, ...]

    def __len__(self) -> int:
        return len(self.places)

    @property
    def has_memory(self) -> bool:
        """Whether traffic off the chip counts."""
        return self.hardware.mode == "physical" and self.hardware.dram is not None


def groups_of(hardware: AsicHardware, columns: Columns, count: int) -> Iterator[Group]:
    """Yield the designs in groups.

    Args:
        hardware: The design that the columns vary.
        columns: Dotted hardware key to an array of shape (count,).
        count: Designs.

    Raises:
        InputError: A key does not exist, or a design is not a valid hardware.
    """
    base = hardware.model_dump(mode="python", by_alias=True, exclude={"sources"})
    numbers = {key for key in columns if _NUMBER.fullmatch(key)}
    choices = {key: levels_of(value) for key, value in columns.items() if key not in numbers}
    first, which = combinations([codes for _, codes in choices.values()], count)
    for number, at in enumerate(first.tolist()):
        places = np.flatnonzero(which == number)
        settings = {key: levels[codes[at]] for key, (levels, codes) in choices.items()}
        varied = {key: columns[key][places] for key in columns if key in numbers}
        yield _Reader(base, settings, varied, len(places)).group(places)


class _Reader:
    """Reads the columns of one group with the strict model.

    Args:
        base: Content of the design that the columns vary.
        settings: The choices of the group.
        varied: Dotted key to numbers, each of shape (count,).
        count: Designs.
    """

    def __init__(
        self,
        base: Mapping[str, object],
        settings: Mapping[str, object],
        varied: Columns,
        count: int,
    ) -> None:
        self._base = base
        self._count = count
        self._first = {**settings, **{key: value_at(value, 0) for key, value in varied.items()}}
        self.hardware = self._built({})
        self._plain = self.hardware.model_dump(mode="python", by_alias=True, exclude={"sources"})
        self._columns = {key: self._read(key, value) for key, value in varied.items()}

    def group(self, places: Places) -> Group:
        """Return the group."""
        hardware = self.hardware
        memory = 0.0 if hardware.dram is None else hardware.dram.bandwidth_bytes_per_s
        return Group(
            hardware=hardware,
            places=places,
            frequency_hz=self._floats("frequency_hz", hardware.frequency_hz),
            bandwidth_bytes_per_s=self._floats("dram.bandwidth_bytes_per_s", memory),
            noc_latency=self._ints("noc_latency_cycles", hardware.noc_latency_cycles),
            units=tuple(self._unit(name) for name in hardware.names),
        )

    def _unit(self, name: str) -> UnitColumns:
        accelerator = self.hardware.accelerators[name]
        one = UnitColumns.of([accelerator])

        def column(key: str, base: Ints) -> Ints:
            return self._ints(f"accelerators.{name}.{key}", int(base[0]))

        rows, columns = column("rows", one.rows), column("columns", one.columns)
        systolic = isinstance(accelerator, SystolicAccelerator)
        return UnitColumns(
            template=one.template,
            dataflow=one.dataflow,
            pes=rows * columns if systolic else column("pes", one.pes),
            width=column("noc_bandwidth_bytes_per_cycle", one.width),
            simd=column("simd", one.simd),
            l1_bytes=column("l1_bytes", one.l1_bytes),
            l2_bytes=column("l2_bytes", one.l2_bytes),
            rows=rows,
            columns=columns,
        )

    def _ints(self, key: str, otherwise: int) -> Ints:
        return self._columns.get(key, np.full(self._count, otherwise)).astype(np.int64)

    def _floats(self, key: str, otherwise: float) -> Floats:
        return self._columns.get(key, np.full(self._count, otherwise)).astype(np.float64)

    def _read(self, key: str, column: NDArray[np.generic]) -> NDArray[np.generic]:
        """Return a column as the model reads it."""
        levels, which = levels_of(column)
        if len(levels) > _READ_ONE_BY_ONE and column.dtype.kind in "iuf":
            # Bounds are intervals: what lies between two good numbers of a kind is good.
            least, _ = self._one(key, column.min().item()), self._one(key, column.max().item())
            if column.dtype.kind != "f" or isinstance(least, float):
                return column
        return np.array([self._one(key, level) for level in levels])[which]

    def _one(self, key: str, value: object) -> int | float:
        """Return what the model makes of one value."""
        found: object = self._with(key, value)
        for name in key.split("."):
            found = found.get(name) if isinstance(found, Mapping) else getattr(found, name, None)
        # A key that the chosen template does not have was left behind, and has no effect.
        return found if isinstance(found, int | float) else 0

    def _with(self, key: str, value: object) -> AsicHardware:
        try:
            return AsicHardware.model_validate(replaced(self._plain, {key: value}))
        except (ValidationError, InputError):
            # The same once more, for the one sentence that says what is wrong.
            return self._built({key: value})

    def _built(self, settings: Mapping[str, object]) -> AsicHardware:
        document = load_document(self._base, "hw_configs", {**self._first, **settings})
        return build(AsicHardware, document)
