"""Time of sequences of NPU operations for many designs, compiled."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.npu_pim.operations import NpuOperation

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

_FIELDS = 6  # stream_bytes, stall_cycles, compute_cycles, tail_cycles, times to count, fixed_s


class _Kernel(Protocol):
    def __call__(
        self,
        steps: Floats,
        edges: Indices,
        row: Indices,
        npu_hz: Floats,
        memory_hz: Floats,
        bytes_per_cycle: Floats,
        seconds: Floats,
    ) -> None: ...


class Sequences:
    """Sequences of operations as one table of steps, timed for designs that name one each.

    The closed form is ``operations.operation_fs`` in floating point instead of femtoseconds.
    """

    def __init__(self) -> None:
        self._steps: list[tuple[float, ...]] = []
        self._edges = [0]

    def add(self, counted: Iterable[tuple[NpuOperation, int]]) -> int:
        """Add a sequence of operations, each with how often it runs, and return its number."""
        for operation, times in counted:
            if not operation.steps:
                self._steps.append((0.0, 0.0, 0.0, 0.0, times, operation.fixed_fs * 1e-15))
            for index, step in enumerate(operation.steps):
                last = index == len(operation.steps) - 1
                self._steps.append(
                    (
                        step.stream_bytes, step.stall_cycles, step.compute_cycles, step.tail_cycles,
                        times if last else 0.0, operation.fixed_fs * 1e-15,
                    )
                )  # fmt: skip
        self._edges.append(len(self._steps))
        return len(self._edges) - 2

    def seconds(
        self, row: Indices, npu_hz: Floats, memory_hz: Floats, bytes_per_cycle: Floats
    ) -> Floats:
        """Return the time of each design's sequence, shape (designs,).

        Args:
            row: Sequence of each design.
            npu_hz, memory_hz: Clocks of each design.
            bytes_per_cycle: Sustained bytes of all channels per memory cycle, of each design.
        """
        steps = np.array(self._steps, dtype=np.float64).reshape(-1, _FIELDS)
        out = np.empty(len(row))
        _kernel()(
            steps,
            np.array(self._edges, dtype=np.intp),
            row,
            npu_hz,
            memory_hz,
            bytes_per_cycle,
            out,
        )
        return out


@cache
def _kernel() -> _Kernel:
    import numba

    compiled: _Kernel = numba.njit(cache=True, nogil=True)(_time_sequences)
    return compiled


def _time_sequences(
    steps: Floats,
    edges: Indices,
    row: Indices,
    npu_hz: Floats,
    memory_hz: Floats,
    bytes_per_cycle: Floats,
    seconds: Floats,
) -> None:
    for design in range(len(row)):
        total = loaded = done = 0.0
        npu, memory = npu_hz[design], memory_hz[design]
        per_cycle = bytes_per_cycle[design]
        for index in range(edges[row[design]], edges[row[design] + 1]):
            loaded += (steps[index, 0] / per_cycle + steps[index, 1]) / memory
            done = max(done + steps[index, 2] / npu, loaded) + steps[index, 3] / npu
            if steps[index, 4] > 0.0:  # the operation's last step
                total += steps[index, 4] * (done + steps[index, 5])
                loaded = done = 0.0
        seconds[design] = total
