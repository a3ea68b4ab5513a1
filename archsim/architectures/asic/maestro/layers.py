"""One layer of a network as MAESTRO sees it: seven loops over three tensors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from archsim.errors import InputError, UnknownNameError

Variable = Literal["K", "C", "R", "S", "Y", "X"]

VARIABLES: tuple[Variable, ...] = ("K", "C", "R", "S", "X", "Y")
"""Loop variables in alphabetical order of MAESTRO's own list (its order of filling up levels)."""

LAYER_TYPES: dict[str, bool] = {
    "CONV": False,
    "TRCONV": False,
    "FC": False,
    "GEMM": False,
    "DSCONV": True,
}
"""Layer type to whether it is depthwise (each channel has a filter of its own).

A transposed convolution is given by the input extents of the equal direct convolution, a matrix
product by R = S = 1, or by filters as large as the input.
"""

LARGEST_EXTENT = 1 << 24
LARGEST_MACS = 1 << 46


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer.

    Attributes:
        type: One of ``LAYER_TYPES``.
        K: Output channels (filters); 1 for depthwise layers.
        C: Input channels.
        R: Filter rows.
        S: Filter columns.
        Y: Input rows, padding included.
        X: Input columns, padding included.
        stride: Distance of neighbouring outputs, in both axes.

    Raises:
        InputError: An extent is not a whole number above zero, or a filter exceeds its input.
        UnknownNameError: The type is not one of ``LAYER_TYPES``.
    """

    type: str
    K: int
    C: int
    R: int
    S: int
    Y: int
    X: int
    stride: int = 1

    def __post_init__(self) -> None:
        if self.type not in LAYER_TYPES:
            raise UnknownNameError("layer type", str(self.type), LAYER_TYPES, key="type")
        for name in ("K", "C", "R", "S", "Y", "X", "stride"):
            extent = getattr(self, name)
            if type(extent) is not int or not 1 <= extent <= LARGEST_EXTENT:
                raise InputError(
                    "extents of a layer are whole numbers",
                    key=name,
                    found=repr(extent),
                    allowed=f"1 to {LARGEST_EXTENT}",
                )
        if self.depthwise and self.K != 1:
            raise InputError(
                "a depthwise layer has one filter per channel",
                key="K",
                found=str(self.K),
                allowed="1",
            )
        for filter_name, input_name in (("R", "Y"), ("S", "X")):
            if getattr(self, filter_name) > getattr(self, input_name):
                raise InputError(
                    f"a filter is larger than its input ({filter_name} > {input_name})",
                    key=filter_name,
                    found=f"{getattr(self, filter_name)} over {getattr(self, input_name)}",
                    allowed=f"{filter_name} <= {input_name}, padding included",
                )
        if self.macs > LARGEST_MACS:
            raise InputError(
                "a layer is too large to count exactly",
                found=f"{self.macs} multiply-accumulates",
                allowed=f"at most 2^46 = {LARGEST_MACS}",
            )

    @property
    def depthwise(self) -> bool:
        """Whether each channel has a filter of its own."""
        return LAYER_TYPES[self.type]

    @property
    def output_rows(self) -> int:
        """Rows of the output."""
        return (self.Y - self.R) // self.stride + 1

    @property
    def output_columns(self) -> int:
        """Columns of the output."""
        return (self.X - self.S) // self.stride + 1

    @property
    def macs(self) -> int:
        """Multiply-accumulates."""
        filters = 1 if self.depthwise else self.K
        return filters * self.C * self.R * self.S * self.output_rows * self.output_columns

    @property
    def input_elements(self) -> int:
        """Elements of the input tensor."""
        return self.C * self.Y * self.X

    @property
    def weight_elements(self) -> int:
        """Elements of the weight tensor."""
        return (1 if self.depthwise else self.K) * self.C * self.R * self.S

    @property
    def output_elements(self) -> int:
        """Elements of the output tensor."""
        channels = self.C if self.depthwise else self.K
        return channels * self.output_rows * self.output_columns

    def extents(self) -> dict[Variable, int]:
        """Return the extent of every loop variable."""
        return {"K": self.K, "C": self.C, "R": self.R, "S": self.S, "Y": self.Y, "X": self.X}


@dataclass(frozen=True, slots=True)
class Tensors:
    """Loop variables that each tensor is indexed by."""

    input: tuple[Variable, ...]
    weight: tuple[Variable, ...]
    output: tuple[Variable, ...]


_DENSE = Tensors(("C", "Y", "X"), ("K", "C", "R", "S"), ("K", "Y", "X"))
_DEPTHWISE = Tensors(("C", "Y", "X"), ("C", "R", "S"), ("C", "Y", "X"))


def tensors(layer: Layer) -> Tensors:
    """Return which variables index the three tensors of a layer."""
    return _DEPTHWISE if layer.depthwise else _DENSE
