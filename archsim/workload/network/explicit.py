"""A network written out operation by operation: what an imported file becomes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from archsim.config import NonNegativeInt, PositiveInt, StrictModel
from archsim.errors import InputError
from archsim.workload.network.graph import Network, Operation, OperationType

Extent = Annotated[PositiveInt, Field(le=1 << 24)]
Padding = Annotated[NonNegativeInt, Field(le=1 << 16)]

MOST_OPERATIONS = 20_000


class ExplicitOperation(StrictModel):
    """One operation; see ``graph.Operation``."""

    name: Annotated[str, Field(min_length=1, max_length=200)] = Field(description="unique name")
    type: OperationType = Field(description="what it is")
    in_channels: Extent = Field(description="channels of the input; reduction of a matmul")
    out_channels: Extent = Field(description="channels of the output; columns of a matmul")
    in_rows: Extent = Field(description="rows of the input")
    in_columns: Extent = Field(default=1, description="columns of the input")
    kernel_rows: Extent = Field(default=1, description="rows of the filter")
    kernel_columns: Extent = Field(default=1, description="columns of the filter")
    stride: Extent = Field(default=1, description="stride of both axes")
    pad_rows: Padding = Field(default=0, description="rows of padding, both sides together")
    pad_columns: Padding = Field(default=0, description="columns of padding")
    groups: Extent = Field(default=1, description="groups of channels that do not mix")
    copies: Extent = Field(default=1, description="independent equal instances")
    learned: bool = Field(default=True, description="whether the second operand is a weight")
    after: tuple[NonNegativeInt, ...] = Field(
        default=(), description="places of the operations it waits for"
    )


class Graph(StrictModel):
    """A network written out, e.g. read from an ONNX file."""

    family: Literal["graph"]
    operations: Annotated[tuple[ExplicitOperation, ...], Field(max_length=MOST_OPERATIONS)] = Field(
        description="operations, each behind those it waits for"
    )
    left_out: dict[str, NonNegativeInt] = Field(
        default_factory=dict, description="operators of an imported file that are not modelled"
    )
    left_out_macs: NonNegativeInt = Field(
        default=0, description="multiply-accumulates of those, as far as they can be counted"
    )

    def network(self) -> Network:
        """Return the network.

        Raises:
            InputError: An operation waits for one that does not come before it, a name occurs
                twice, groups do not divide channels, or a filter is larger than its input.
        """
        found: list[Operation] = []
        names: set[str] = set()
        for index, item in enumerate(self.operations):
            key = f"operations.{index}"
            if item.name in names:
                raise InputError("two operations have one name", key=key, found=repr(item.name))
            names.add(item.name)
            if any(before >= index for before in item.after):
                raise InputError(
                    "an operation waits for one that does not come before it",
                    key=f"{key}.after",
                    found=str(max(item.after)),
                    allowed=f"0 to {index - 1}" if index else "none",
                )
            operation = Operation(**item.model_dump())
            _check(operation, key)
            found.append(operation)
        if not found:
            raise InputError("a network needs an operation", key="operations")
        return Network("graph", tuple(found), dict(self.left_out), self.left_out_macs)


def _check(operation: Operation, key: str) -> None:
    if operation.in_channels % operation.groups or operation.out_channels % operation.groups:
        raise InputError(
            "groups must divide the channels",
            key=f"{key}.groups",
            found=f"{operation.groups} for {operation.in_channels} and {operation.out_channels}",
        )
    if operation.type == "transposed_conv":
        if operation.out_rows < 1 or operation.out_columns < 1:
            raise InputError("the padding leaves no output", key=f"{key}.pad_rows")
        return
    for axis in ("rows", "columns"):
        extent = getattr(operation, f"in_{axis}") + getattr(operation, f"pad_{axis}")
        kernel = getattr(operation, f"kernel_{axis}")
        if kernel > extent:
            raise InputError(
                "a filter is larger than its padded input",
                key=f"{key}.kernel_{axis}",
                found=f"{kernel} over {extent}",
            )
