"""``Network``: operations with shapes and dependencies, without weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

OperationType = Literal[
    "conv", "transposed_conv", "matmul", "pool", "elementwise", "activation", "norm", "softmax"
]

MATRIX_TYPES = frozenset({"conv", "transposed_conv", "matmul"})
"""Operations that consist of multiply-accumulates; the others are vector work."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of one image.

    Convolutions use all fields. A ``matmul`` multiplies ``in_rows`` x ``in_channels`` by
    ``in_channels`` x ``out_channels``, ``copies`` times. Vector work has ``in_channels`` x
    ``in_rows`` x ``in_columns`` elements.

    Attributes:
        name: Unique in its network.
        type: What it is.
        in_channels, out_channels: Channels of input and output.
        in_rows, in_columns: Extent of the input without padding.
        kernel_rows, kernel_columns: Filter.
        stride: Stride of both axes.
        pad_rows, pad_columns: Padding of both sides together.
        groups: Groups of channels that do not mix; equal to the channels when depthwise.
        copies: Independent equal instances, e.g. heads.
        learned: Whether the second operand is a weight (not another activation).
        after: Indices of the operations it waits for.
    """

    name: str
    type: OperationType
    in_channels: int
    out_channels: int
    in_rows: int
    in_columns: int = 1
    kernel_rows: int = 1
    kernel_columns: int = 1
    stride: int = 1
    pad_rows: int = 0
    pad_columns: int = 0
    groups: int = 1
    copies: int = 1
    learned: bool = True
    after: tuple[int, ...] = ()

    @property
    def out_rows(self) -> int:
        """Rows of the output."""
        return self._out(self.in_rows, self.kernel_rows, self.pad_rows)

    @property
    def out_columns(self) -> int:
        """Columns of the output."""
        return self._out(self.in_columns, self.kernel_columns, self.pad_columns)

    def _out(self, extent: int, kernel: int, padding: int) -> int:
        if self.type == "transposed_conv":
            return (extent - 1) * self.stride + kernel - padding
        return (extent + padding - kernel) // self.stride + 1

    @property
    def macs(self) -> int:
        """Multiply-accumulates; those of a transposed convolution without inserted zeros."""
        if self.type not in MATRIX_TYPES:
            return 0
        if self.type == "transposed_conv":
            pixels = self.in_rows * self.in_columns
        else:
            pixels = self.out_rows * self.out_columns
        taps = self.kernel_rows * self.kernel_columns
        per_group = self.in_channels // self.groups * taps
        return pixels * per_group * self.out_channels * self.copies

    @property
    def vector_elements(self) -> int:
        """Elements of vector work."""
        if self.type in MATRIX_TYPES:
            return 0
        return self.in_channels * self.in_rows * self.in_columns * self.copies

    @property
    def weights(self) -> int:
        """Learned weights, bias left out."""
        if self.type not in MATRIX_TYPES or not self.learned:
            return 0
        taps = self.kernel_rows * self.kernel_columns
        return self.in_channels // self.groups * self.out_channels * taps

    @property
    def input_elements(self) -> int:
        """Activations read."""
        activations = self.in_channels * self.in_rows * self.in_columns
        if self.type == "matmul" and not self.learned:
            activations += self.in_channels * self.out_channels
        return activations * self.copies

    @property
    def output_elements(self) -> int:
        """Activations written."""
        return self.out_channels * self.out_rows * self.out_columns * self.copies


@dataclass(frozen=True, slots=True)
class Network:
    """A network.

    Attributes:
        name: For people.
        operations: In an order in which each follows all it waits for.
        left_out: Operators of an imported file that are not modelled, by name, with their count.
        left_out_macs: Multiply-accumulates of those, as far as they can be counted.
    """

    name: str
    operations: tuple[Operation, ...]
    left_out: dict[str, int] = field(default_factory=dict)
    left_out_macs: int = 0

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one image."""
        return sum(operation.macs for operation in self.operations)

    @property
    def weights(self) -> int:
        """Learned weights."""
        return sum(operation.weights for operation in self.operations)

    def matrix_operations(self) -> tuple[list[int], list[tuple[int, ...]]]:
        """Return the operations that consist of multiply-accumulates, and what they wait for.

        Waiting passes through vector work; the second list holds places in the first.
        """
        place: dict[int, int] = {}
        chosen: list[int] = []
        waits: list[tuple[int, ...]] = []
        behind: list[tuple[int, ...]] = []
        for index, operation in enumerate(self.operations):
            before = sorted({each for earlier in operation.after for each in behind[earlier]})
            if operation.type in MATRIX_TYPES:
                place[index] = len(chosen)
                chosen.append(index)
                waits.append(tuple(before))
                behind.append((place[index],))
            else:
                behind.append(tuple(before))
        return chosen, waits
