"""The closed vocabulary of operation kinds.

An architecture decides by kind where an operation runs. A new workload family adds its kinds to
``KINDS`` with one line of meaning each; an architecture that meets a kind it has no unit for
says so by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from archsim.errors import UnknownNameError

WorkClass = Literal["matrix", "vector", "memory", "communication"]


@dataclass(frozen=True)
class OperationKind:
    """One kind of operation.

    Attributes:
        name: Name as it stands in a trace.
        work: What dominates it: matrix products, element-wise vector work, plain memory
            traffic, or communication between devices.
        meaning: One sentence for people.
    """

    name: str
    work: WorkClass
    meaning: str


_ALL = (
    OperationKind("gemm", "matrix", "dense product: m rows times a k x n weight matrix, per copy"),
    OperationKind(
        "attention_logit", "matrix", "queries times cached keys, ragged over the requests"
    ),
    OperationKind("softmax", "vector", "softmax over each query's logits"),
    OperationKind(
        "attention_attend", "matrix", "softmaxed logits times cached values, ragged over requests"
    ),
    OperationKind("norm", "vector", "layer norm or RMS norm over each row"),
    OperationKind("activation", "vector", "non-linear function, with its gate product if gated"),
    OperationKind("elementwise", "vector", "element-wise sum or product (residual, rotary, ...)"),
    OperationKind("pool", "vector", "maximum or mean over windows of pixels"),
    OperationKind("embedding", "memory", "rows gathered from a table by index"),
    OperationKind("kv_append", "memory", "new keys and values written to the cache"),
    OperationKind("all_reduce", "communication", "sum of a tensor over the participants"),
    OperationKind("all_gather", "communication", "concatenation of the participants' slices"),
    OperationKind("point_to_point", "communication", "a tensor sent from one device to another"),
)

KINDS: MappingProxyType[str, OperationKind] = MappingProxyType({kind.name: kind for kind in _ALL})
"""Every operation kind by name."""


def operation_kind(name: str) -> OperationKind:
    """Return the kind called ``name``.

    Raises:
        UnknownNameError: No such kind.
    """
    kind = KINDS.get(name)
    if kind is None:
        raise UnknownNameError("operation kind", name, KINDS)
    return kind
