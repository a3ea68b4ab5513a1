"""From networks to tasks: layers as the cost models see them, and what each waits for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archsim.architectures.asic.maestro.layers import Layer
from archsim.errors import InputError, UnsupportedError
from archsim.workload.network import Network, Operation


@dataclass(frozen=True, slots=True)
class Task:
    """One layer of one network.

    Attributes:
        name: Name of the layer, with its network's name in front if there are several.
        kind: Operation kind, for tables.
        layer: Its loops.
        copies: How often it runs: images, groups, heads.
        waits: Tasks that come before it.
    """

    name: str
    kind: str
    layer: Layer
    copies: int
    waits: tuple[int, ...]


def tasks_of(networks: Sequence[Network], batch: int) -> tuple[Task, ...]:
    """Return the matrix work of networks, each after all it waits for.

    Vector work (pooling, activation, normalisation) is left to the edges of the accelerators and
    takes no time.

    Args:
        networks: Networks that run side by side.
        batch: Images of each.

    Raises:
        UnsupportedError: A network has no matrix work, or a layer no counterpart.
    """
    found: list[Task] = []
    for network in networks:
        prefix = f"{network.name}." if len(networks) > 1 else ""
        base = len(found)
        chosen, waits = network.matrix_operations()
        if not chosen:
            raise UnsupportedError(
                "an accelerator for matrix work cannot run a network without any",
                found=network.name,
            )
        for index, before in zip(chosen, waits, strict=True):
            operation = network.operations[index]
            try:
                layer, copies = layer_of(operation)
            except InputError as error:
                raise UnsupportedError(
                    f"the layer {operation.name} of {network.name} cannot be mapped: {error}"
                ) from error
            found.append(
                Task(
                    prefix + operation.name,
                    operation.type,
                    layer,
                    copies * batch,
                    tuple(base + place for place in before),
                )
            )
    return tuple(found)


def layer_of(operation: Operation) -> tuple[Layer, int]:
    """Return the loops of one operation and how many equal copies of them it has.

    A transposed convolution whose pieces do not overlap is the product of each pixel with all its
    taps; another one is the direct convolution over its input with zeros in between.

    Raises:
        InputError: The operation breaks a rule of ``Layer``.
    """
    rows, columns = operation.in_rows, operation.in_columns
    taps_r, taps_s, stride = operation.kernel_rows, operation.kernel_columns, operation.stride
    groups, copies = operation.groups, operation.copies
    inputs, outputs = operation.in_channels // groups, operation.out_channels // groups
    padded = rows + operation.pad_rows, columns + operation.pad_columns
    if operation.type == "matmul":
        return Layer("GEMM", outputs, inputs, 1, 1, rows, columns), copies
    if operation.type == "transposed_conv":
        if taps_r == taps_s == stride and operation.pad_rows == operation.pad_columns == 0:
            filters = outputs * taps_r * taps_s
            return Layer("CONV", filters, inputs, 1, 1, rows, columns), copies * groups
        enlarged = [
            (extent - 1) * stride + 2 * taps - 1 - padding
            for extent, taps, padding in (
                (rows, taps_r, operation.pad_rows),
                (columns, taps_s, operation.pad_columns),
            )
        ]
        return Layer("TRCONV", outputs, inputs, taps_r, taps_s, *enlarged), copies * groups
    if groups > 1 and inputs == 1:
        layer = Layer("DSCONV", 1, groups, taps_r, taps_s, *padded, stride)
        return layer, copies * outputs
    return Layer("CONV", outputs, inputs, taps_r, taps_s, *padded, stride), copies * groups
