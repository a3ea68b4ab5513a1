"""From networks to a ``Trace``, for architectures that work on traces."""

from __future__ import annotations

from collections.abc import Sequence

from archsim.workload.network.graph import MATRIX_TYPES, Network, Operation
from archsim.workload.trace import Trace
from archsim.workload.trace_builder import TraceBuilder

_LONGEST_NAME = 48


def write_trace(
    name: str, networks: Sequence[Network], batch: int, bytes_per_element: int
) -> Trace:
    """Return the operations of networks that run side by side.

    A convolution becomes the product of its unfolded input (output pixels x taps) and its filters;
    its input bytes are those of the image itself, each pixel once.

    Args:
        name: Name of the trace.
        networks: Networks.
        batch: Images of each.
        bytes_per_element: Size of weights and activations.
    """
    builder = TraceBuilder(name, bytes_per_element)
    for network in networks:
        prefix = f"{network.name}." if len(networks) > 1 else ""
        names: list[str] = []
        for operation in network.operations:
            label = f"{prefix}{operation.name}"[-_LONGEST_NAME:]
            after = [names[index] for index in operation.after]
            m, n, k = _product(operation)
            added = builder.add(
                label,
                "gemm" if operation.type in MATRIX_TYPES else operation.type,
                after=after,
                m=m * batch,
                n=n,
                k=k,
                copies=operation.groups * operation.copies if m else 1,
                vector_elements=operation.vector_elements * batch,
                weight_bytes=operation.weights * bytes_per_element,
                input_bytes=operation.input_elements * batch * bytes_per_element,
                output_bytes=operation.output_elements * batch * bytes_per_element,
            )
            names.append(added)
    return builder.build()


def _product(operation: Operation) -> tuple[int, int, int]:
    """Return rows, columns and reduction of the matrix product of one copy and image."""
    if operation.type not in MATRIX_TYPES:
        return 0, 0, 0
    taps = operation.kernel_rows * operation.kernel_columns
    filters = operation.out_channels // operation.groups
    channels = operation.in_channels // operation.groups
    if operation.type == "transposed_conv":
        return operation.in_rows * operation.in_columns, filters * taps, channels
    return operation.out_rows * operation.out_columns, filters, channels * taps
