"""Time of sequences of NPU operations for many designs, step by step on arrays."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from archsim.architectures.npu_pim.operations import NpuOperation

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

_FIELDS = 6  # stream_bytes, stall_cycles, compute_cycles, tail_cycles, times to count, fixed_s


class Sequences:
    """Sequences of operations as one table of steps, timed for designs that name one each.

    The closed form is ``operations.operation_fs`` in floating point instead of femtoseconds.
    """

    def __init__(self) -> None:
        self._sequences: list[list[tuple[float, ...]]] = []

    def add(self, counted: Iterable[tuple[NpuOperation, int]]) -> int:
        """Add a sequence of operations, each with how often it runs, and return its number."""
        steps: list[tuple[float, ...]] = []
        for operation, times in counted:
            fixed_s = operation.fixed_fs * 1e-15
            if not operation.steps:
                steps.append((0.0, 0.0, 0.0, 0.0, times, fixed_s))
            for index, step in enumerate(operation.steps):
                last = index == len(operation.steps) - 1
                steps.append(
                    (
                        step.stream_bytes, step.stall_cycles, step.compute_cycles, step.tail_cycles,
                        times if last else 0.0, fixed_s,
                    )
                )  # fmt: skip
        self._sequences.append(steps)
        return len(self._sequences) - 1

    def seconds(
        self, row: Indices, npu_hz: Floats, memory_hz: Floats, bytes_per_cycle: Floats
    ) -> Floats:
        """Return the time of each design's sequence, shape (designs,).

        Args:
            row: Sequence of each design.
            npu_hz, memory_hz: Clocks of each design.
            bytes_per_cycle: Sustained bytes of all channels per memory cycle, of each design.
        """
        used, row = np.unique(row, return_inverse=True)
        total, loaded, done = (np.zeros(len(row)) for _ in range(3))
        for stream_bytes, stall, compute, tail, times, fixed_s in self._by_position(used):
            loaded += (stream_bytes[row] / bytes_per_cycle + stall[row]) / memory_hz
            done = np.maximum(done + compute[row] / npu_hz, loaded) + tail[row] / npu_hz
            if times.any():  # the last step of an operation
                often = times[row]
                total += often * (done + fixed_s[row])
                loaded[often > 0.0] = 0.0
                done[often > 0.0] = 0.0
        return total

    def _by_position(self, used: Indices) -> NDArray[np.float64]:
        """Return the steps of some sequences, shape (steps, fields, sequences).

        Shorter sequences are filled up with steps that take and count nothing.
        """
        chosen = [self._sequences[index] for index in used]
        longest = max((len(steps) for steps in chosen), default=0)
        table = np.zeros((longest, _FIELDS, len(chosen)))
        for column, steps in enumerate(chosen):
            if steps:
                table[: len(steps), :, column] = steps
        return table
