"""Accelerators of one template by column: what many designs make of one accelerator of a chip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.asic.config import Accelerator, SystolicAccelerator
from archsim.blocks.systolic import Dataflow

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class UnitColumns:
    """Accelerators of one template, every column of shape (units,).

    Attributes:
        template: A template, or ``systolic``.
        dataflow: Of systolic arrays; another template has none.
        pes: Processing elements.
        width: Bytes per cycle of the network-on-chip.
        simd: Multiply-accumulates of a PE per cycle; 1 in a systolic array.
        l1_bytes: Buffer of each PE; 0 in a systolic array.
        l2_bytes: Shared buffer.
        rows, columns: Of a systolic array; 1 otherwise.
    """

    template: str
    dataflow: Dataflow
    pes: Ints
    width: Ints
    simd: Ints
    l1_bytes: Ints
    l2_bytes: Ints
    rows: Ints
    columns: Ints

    def __len__(self) -> int:
        return len(self.pes)

    @classmethod
    def of(cls, accelerators: Sequence[Accelerator]) -> UnitColumns:
        """Return accelerators, at least one, all of one template and dataflow."""
        first = accelerators[0]

        def column(name: str, otherwise: int) -> Ints:
            return np.array([getattr(each, name, otherwise) for each in accelerators], np.int64)

        return cls(
            template=first.template,
            dataflow=first.dataflow if isinstance(first, SystolicAccelerator) else "ws",
            pes=column("pes", 1),
            width=column("noc_bandwidth_bytes_per_cycle", 1),
            simd=column("simd", 1),
            l1_bytes=column("l1_bytes", 0),
            l2_bytes=column("l2_bytes", 1),
            rows=column("rows", 1),
            columns=column("columns", 1),
        )

    def take(self, places: NDArray[np.intp]) -> UnitColumns:
        """Return some of the accelerators."""
        return UnitColumns(
            self.template, self.dataflow, self.pes[places], self.width[places],
            self.simd[places], self.l1_bytes[places], self.l2_bytes[places],
            self.rows[places], self.columns[places],
        )  # fmt: skip
