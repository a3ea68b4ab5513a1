"""Reads ONNX files (extra ``import``): shapes from the graph, weights left alone.

Operators that are not modelled are counted by name, never a reason to fail: their results are
taken to be ready when their inputs are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from archsim.errors import InputError, MissingExtraError
from archsim.paths import is_file

if TYPE_CHECKING:
    import onnx

LARGEST_FILE_BYTES = 1 << 31

Attributes = dict[str, object]
Shape = tuple[int, ...]
Fields = dict[str, object]

_SILENT = frozenset(
    (
        "Constant", "ConstantOfShape", "Identity", "Dropout", "Reshape", "Flatten", "Squeeze",
        "Unsqueeze", "Transpose", "Concat", "Split", "Slice", "Shape", "Gather", "Cast", "Expand",
        "Pad", "Range",
    )
)  # fmt: skip
"""Operators that move or name data; they take no arithmetic."""

_VECTOR = {
    **dict.fromkeys(("Relu", "LeakyRelu", "PRelu", "Sigmoid", "Tanh", "Gelu", "Erf", "Clip",
                     "HardSwish", "HardSigmoid", "Elu", "Selu", "Softplus", "Mish"), "activation"),
    **dict.fromkeys(("Add", "Sub", "Mul", "Div", "Sum", "Pow", "Sqrt", "Max", "Min", "Neg", "Exp",
                     "Log", "Reciprocal", "Abs", "Where", "Equal", "Resize", "Upsample"),
                    "elementwise"),
    **dict.fromkeys(("BatchNormalization", "LayerNormalization", "InstanceNormalization",
                     "GroupNormalization", "LpNormalization", "LRN"), "norm"),
    **dict.fromkeys(("Softmax", "LogSoftmax"), "softmax"),
    **dict.fromkeys(("GlobalAveragePool", "GlobalMaxPool", "ReduceMean", "ReduceSum",
                     "ReduceMax", "MaxPool", "AveragePool"), "pool"),
}  # fmt: skip
"""Operators of vector work and the type of operation that they become."""


@dataclass
class _Reading:
    """A file being read.

    Attributes:
        shapes: Shape of every tensor that has a known one.
        constants: Names of tensors that follow from the file alone: weights, and what is made of
            constants.
        made_by: Operations behind each tensor.
        operations: Operations so far.
        left_out: Operators that are not modelled, with their count.
        left_out_macs: Their multiply-accumulates, as far as known.
    """

    shapes: dict[str, Shape]
    constants: set[str]
    made_by: dict[str, tuple[int, ...]] = field(default_factory=dict)
    operations: list[Fields] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    left_out_macs: int = 0


def read_onnx(path: Path) -> dict[str, object]:
    """Return the network of an ONNX file as a network of family ``graph``.

    Args:
        path: The file. Weights stored outside of it are not needed.

    Raises:
        MissingExtraError: The package ``onnx`` is not installed.
        InputError: There is no such file, or it is not an ONNX file with shapes.
    """
    model = _load(path)
    graph = model.graph
    reading = _Reading(_shapes(graph), {item.name for item in graph.initializer})
    for number, node in enumerate(graph.node):
        _read_node(reading, node, node.name or f"{node.op_type}_{number}")
    if not reading.operations:
        raise InputError(
            f"the ONNX file {path.name!r} has no operation with known shapes",
            allowed="a file with fixed input shapes and at least one supported operator",
        )
    return {
        "family": "graph",
        "operations": reading.operations,
        "left_out": reading.left_out,
        "left_out_macs": reading.left_out_macs,
    }


def _load(path: Path) -> onnx.ModelProto:
    try:
        import onnx
    except ImportError as error:
        raise MissingExtraError("import", "reading ONNX files") from error
    if not is_file(path):
        raise InputError(f"the ONNX file {str(path)!r} does not exist")
    if path.stat().st_size > LARGEST_FILE_BYTES:
        raise InputError(f"the ONNX file {str(path)!r} is larger than 2 GiB")
    try:
        model = onnx.load(str(path), load_external_data=False)
        if not model.graph.node:
            raise ValueError("no nodes")
        return onnx.shape_inference.infer_shapes(model)
    except (ValueError, OSError, RuntimeError, TypeError) as error:
        raise InputError(f"{str(path)!r} is not a readable ONNX file") from error
    except Exception as error:  # protobuf's own errors share no base
        if type(error).__module__.startswith(("google.", "onnx")):
            raise InputError(f"{str(path)!r} is not a readable ONNX file") from error
        raise


def _shapes(graph: onnx.GraphProto) -> dict[str, Shape]:
    """Return the shapes of all tensors; a free first dimension counts as one image."""
    found: dict[str, Shape] = {item.name: tuple(item.dims) for item in graph.initializer}
    for value in (*graph.input, *graph.value_info, *graph.output):
        if value.name in found or not value.type.HasField("tensor_type"):
            continue
        dims = value.type.tensor_type.shape.dim
        sizes = [item.dim_value if item.HasField("dim_value") else 0 for item in dims]
        if sizes and sizes[0] == 0:
            sizes[0] = 1
        if all(size > 0 for size in sizes):
            found[value.name] = tuple(sizes)
    return found


def _read_node(reading: _Reading, node: onnx.NodeProto, name: str) -> None:
    before = sorted({index for item in node.input for index in reading.made_by.get(item, ())})
    operator = node.op_type
    fields: Fields | None = None
    if operator in _SILENT:
        if all(item in reading.constants for item in node.input if item):
            reading.constants.update(node.output)
    else:
        inputs = [reading.shapes.get(item) for item in node.input if item]
        outputs = [reading.shapes.get(item) for item in node.output if item]
        stored = len(node.input) > 1 and node.input[1] in reading.constants
        fields = _fields(operator, _attributes(node), inputs, outputs, stored)
        if fields is None:
            reading.left_out[operator] = reading.left_out.get(operator, 0) + 1
            reading.left_out_macs += _unmodelled_macs(inputs, outputs)
    made: tuple[int, ...] = tuple(before)
    if fields is not None:
        taken = {item["name"] for item in reading.operations}
        unique = name[:180] if name[:180] not in taken else f"{name[:170]}#{len(taken)}"
        reading.operations.append({"name": unique, **fields, "after": before})
        made = (len(reading.operations) - 1,)
    for item in node.output:
        reading.made_by[item] = made


def _attributes(node: onnx.NodeProto) -> Attributes:
    import onnx

    found: Attributes = {}
    for item in node.attribute:
        value = onnx.helper.get_attribute_value(item)
        found[item.name] = value.decode() if isinstance(value, bytes) else value
    return found


def _unmodelled_macs(inputs: Sequence[Shape | None], outputs: Sequence[Shape | None]) -> int:
    """Return the work of an unknown operator with a weight-like second operand, else 0.

    Each output is taken to add up as many products as the operand has elements per output channel,
    which is right for anything like a convolution or a matrix product.
    """
    if len(inputs) < 2 or not inputs[1] or len(inputs[1]) < 2 or not outputs or not outputs[0]:
        return 0
    return math.prod(outputs[0]) * math.prod(inputs[1][1:])


def _fields(
    operator: str,
    attributes: Attributes,
    inputs: Sequence[Shape | None],
    outputs: Sequence[Shape | None],
    stored: bool,
) -> Fields | None:
    """Return the fields of an operation; None if the operator or a shape is not supported."""
    first = inputs[0] if inputs else None
    second = inputs[1] if len(inputs) > 1 else None
    out = outputs[0] if outputs else None
    if operator in _MATRIX:
        if first is None or second is None or out is None:
            return None
        return _MATRIX[operator](attributes, first, second, out, stored)
    if operator in _VECTOR:
        shape = first if operator.endswith("Pool") or operator.startswith("Reduce") else out
        return None if shape is None else _vector(_VECTOR[operator], shape)
    return None


def _vector(kind: str, shape: Shape) -> Fields:
    """Return element-wise work on a tensor as channels x rows x columns."""
    images, *rest = shape if len(shape) > 1 else (1, *shape)
    channels, *pixels = rest or [1]
    rows = pixels[0] if pixels else 1
    columns = math.prod(pixels[1:])
    return {
        "type": kind, "in_channels": channels, "out_channels": channels, "in_rows": rows,
        "in_columns": columns, "copies": images,
    }  # fmt: skip


def _conv(
    attributes: Attributes, image: Shape, weights: Shape, out: Shape, stored: bool
) -> Fields | None:
    strides = _pair(attributes, "strides", 1)
    dilations = _pair(attributes, "dilations", 1)
    if len(image) not in (3, 4) or strides is None or dilations is None:
        return None
    images, channels, rows, columns = (*image, 1)[:4]
    kernel = (*weights[2:], 1)[:2]
    if strides[0] != strides[1] and len(image) == 4:
        return None
    groups = attributes.get("group", 1)
    if not isinstance(groups, int):
        return None
    stride = strides[0]
    # A dilated filter has no more taps: it is taken with its taps only, on as much input as they
    # need. What the output does not reach is cropped, whatever the file calls its padding.
    needed = [(size - 1) * stride + taps for size, taps in zip((*out[2:], 1), kernel, strict=False)]
    taken = [min(needed[0], rows), min(needed[1], columns)]
    return {
        "type": "conv", "in_channels": channels, "out_channels": weights[0], "in_rows": taken[0],
        "in_columns": taken[1], "kernel_rows": kernel[0], "kernel_columns": kernel[1],
        "stride": stride, "groups": groups, "copies": images, "learned": stored,
        "pad_rows": needed[0] - taken[0], "pad_columns": needed[1] - taken[1],
    }  # fmt: skip


def _conv_transpose(
    attributes: Attributes, image: Shape, weights: Shape, out: Shape, stored: bool
) -> Fields | None:
    strides = _pair(attributes, "strides", 1)
    groups = attributes.get("group", 1)
    if len(image) != 4 or strides is None or strides[0] != strides[1] or groups != 1:
        return None
    images, channels, rows, columns = image
    stride = strides[0]
    pads = [
        (extent - 1) * stride + taps - size
        for extent, taps, size in zip((rows, columns), weights[2:], out[2:], strict=True)
    ]
    return {
        "type": "transposed_conv", "in_channels": channels, "out_channels": weights[1],
        "in_rows": rows, "in_columns": columns, "kernel_rows": weights[2],
        "kernel_columns": weights[3], "stride": stride, "pad_rows": max(0, pads[0]),
        "pad_columns": max(0, pads[1]), "copies": images, "learned": stored,
    }  # fmt: skip


def _gemm(
    attributes: Attributes, left: Shape, right: Shape, out: Shape, stored: bool
) -> Fields | None:
    if len(left) != 2 or len(right) != 2 or len(out) != 2:
        return None
    reduction = left[0] if attributes.get("transA", 0) else left[1]
    return _product(out[0], reduction, out[1], 1, stored)


def _matmul(
    attributes: Attributes, left: Shape, right: Shape, out: Shape, stored: bool
) -> Fields | None:
    if len(left) < 2 or len(right) < 2:
        return None
    if stored and len(right) == 2:
        return _product(math.prod(left[:-1]), left[-1], right[-1], 1, stored)
    return _product(left[-2], left[-1], right[-1], math.prod(out[:-2]), stored)


def _product(rows: int, reduction: int, columns: int, copies: int, stored: bool) -> Fields:
    return {
        "type": "matmul", "in_channels": reduction, "out_channels": columns, "in_rows": rows,
        "copies": copies, "learned": stored,
    }  # fmt: skip


def _pair(attributes: Attributes, name: str, default: int) -> tuple[int, int] | None:
    """Return an attribute of one number per axis as a pair; None if it is not that."""
    value = attributes.get(name)
    if value is None:
        return default, default
    if not isinstance(value, list | tuple) or not all(type(item) is int for item in value):
        return None
    if len(value) == 1:
        return value[0], value[0]
    return (value[0], value[1]) if len(value) == 2 else None


_Matrix = Callable[[Attributes, Shape, Shape, Shape, bool], Fields | None]
_MATRIX: dict[str, _Matrix] = {
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "Gemm": _gemm,
    "MatMul": _matmul,
}
"""Operators of multiply-accumulates and the function that reads each."""
