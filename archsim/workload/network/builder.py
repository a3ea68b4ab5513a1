"""``NetworkBuilder``: writes a network layer by layer and keeps track of shapes."""

from __future__ import annotations

from dataclasses import dataclass

from archsim.errors import InputError
from archsim.workload.network.graph import Network, Operation, OperationType


@dataclass(frozen=True, slots=True)
class Feature:
    """An activation: channels x rows x columns, and the operation that makes it.

    Attributes:
        channels, rows, columns: Shape.
        source: Indices of the operations it comes from; empty for the network's input.
    """

    channels: int
    rows: int
    columns: int
    source: tuple[int, ...] = ()


class NetworkBuilder:
    """Collects operations in order.

    Args:
        name: Name of the network.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._operations: list[Operation] = []

    def build(self) -> Network:
        """Return the network."""
        return Network(self.name, tuple(self._operations))

    def conv(
        self,
        name: str,
        feature: Feature,
        filters: int,
        kernel: int,
        stride: int = 1,
        *,
        groups: int = 1,
        padding: int | None = None,
    ) -> Feature:
        """Add a convolution; absent padding keeps the size at stride 1.

        Raises:
            InputError: The padded input is smaller than the filter.
        """
        pad = 2 * (kernel // 2) if padding is None else 2 * padding
        if min(feature.rows, feature.columns) + pad < kernel:
            raise InputError(
                f"the input of {name} in {self.name} is smaller than its filter",
                found=f"{feature.rows} x {feature.columns} plus {pad}",
                allowed=f"at least {kernel}; take a larger input_size or fewer levels",
            )
        return self._add(
            Operation(
                name, "conv", feature.channels, filters, feature.rows, feature.columns,
                kernel, kernel, stride, pad, pad, groups, after=feature.source,
            )
        )  # fmt: skip

    def up_conv(self, name: str, feature: Feature, filters: int, factor: int = 2) -> Feature:
        """Add a transposed convolution that enlarges the input by a factor."""
        return self._add(
            Operation(
                name, "transposed_conv", feature.channels, filters, feature.rows,
                feature.columns, factor, factor, factor, after=feature.source,
            )
        )  # fmt: skip

    def pool(
        self, name: str, feature: Feature, kernel: int, stride: int, padding: int = 0
    ) -> Feature:
        """Add a pooling over windows.

        Raises:
            InputError: The input is smaller than a window.
        """
        if min(feature.rows, feature.columns) + 2 * padding < kernel:
            raise InputError(
                f"the input of {name} in {self.name} is smaller than its window",
                found=f"{feature.rows} x {feature.columns}",
                allowed=f"at least {kernel}; take a larger input_size or fewer levels",
            )
        return self._add(
            Operation(
                name, "pool", feature.channels, feature.channels, feature.rows, feature.columns,
                kernel, kernel, stride, 2 * padding, 2 * padding, feature.channels,
                after=feature.source,
            )
        )  # fmt: skip

    def global_pool(self, name: str, feature: Feature) -> Feature:
        """Add a mean over all pixels."""
        operation = Operation(
            name, "pool", feature.channels, feature.channels, feature.rows, feature.columns,
            feature.rows, feature.columns, 1, groups=feature.channels, after=feature.source,
        )  # fmt: skip
        return self._add(operation)

    def vector(self, name: str, kind: OperationType, *features: Feature) -> Feature:
        """Add element-wise work on features of equal shape."""
        first = features[0]
        sources = tuple(sorted({index for feature in features for index in feature.source}))
        return self._add(
            Operation(
                name, kind, first.channels, first.channels, first.rows, first.columns,
                after=sources,
            )
        )  # fmt: skip

    def concat(self, first: Feature, second: Feature) -> Feature:
        """Return two features side by side along the channels; this takes no operation."""
        sources = tuple(sorted({*first.source, *second.source}))
        return Feature(first.channels + second.channels, first.rows, first.columns, sources)

    def linear(self, name: str, feature: Feature, outputs: int) -> Feature:
        """Add a matrix product with weights; rows of the feature are rows of the product."""
        inputs = feature.channels * feature.columns
        return self._add(
            Operation(name, "matmul", inputs, outputs, feature.rows, after=feature.source)
        )

    def matmul(
        self, name: str, rows: int, reduction: int, columns: int, copies: int, *features: Feature
    ) -> Feature:
        """Add a product of two activations, ``copies`` times."""
        sources = tuple(sorted({index for feature in features for index in feature.source}))
        return self._add(
            Operation(
                name, "matmul", reduction, columns, rows,
                copies=copies, learned=False, after=sources,
            )
        )  # fmt: skip

    def _add(self, operation: Operation) -> Feature:
        self._operations.append(operation)
        rows, columns = operation.out_rows, operation.out_columns
        return Feature(operation.out_channels, rows, columns, (len(self._operations) - 1,))
