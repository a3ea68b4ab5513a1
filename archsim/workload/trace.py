"""``Trace``: what has to be computed and moved, without knowing on what hardware."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archsim.errors import InputError
from archsim.workload.columns import COUNT_COLUMNS, OPERATION_DTYPE, check_columns
from archsim.workload.kinds import KINDS, WorkClass
from archsim.workload.order import sort_topologically

if TYPE_CHECKING:
    import pandas as pd

Int64Array = NDArray[np.int64]


@dataclass(frozen=True)
class TraceTotals:
    """Sums over a whole trace, every repetition counted (exact integers)."""

    operations: int
    macs: int
    vector_elements: int
    weight_bytes: int
    input_bytes: int
    output_bytes: int
    kv_read_bytes: int
    kv_write_bytes: int
    collective_bytes: int


@dataclass(frozen=True)
class Group:
    """Operations that repeat together, e.g. one transformer layer.

    Attributes:
        name: Group name.
        repeat: How many times the whole group runs, one repetition after the other.
        indices: Its operations, in topological order; int64, shape (operations in the group,).
    """

    name: str
    repeat: int
    indices: Int64Array


@dataclass(frozen=True, eq=False)
class Trace:
    """Operations with dependencies, stored by column.

    Identical layers are stored once: a *group* runs ``repeat`` times in a chain, in which each
    repetition starts after the one before it has finished. A dependency between operations of
    one group holds inside each repetition; one between groups joins the last repetition of the
    earlier group to the first of the later one.

    Columns of ``operations``:
        name, kind, group, repeat: Identity; ``kind`` is one of ``kinds.KINDS``.
        m, n, k: For a GEMM ``m`` rows (tokens), ``k`` reduction, ``n`` output features, per
            copy. For attention ``m`` new tokens, ``k`` head dimension, ``n`` zero, because the
            context length differs per request. Zero elsewhere.
        copies: Independent instances, e.g. experts or query heads.
        kv_heads: Distinct key/value heads that the copies share (attention only).
        participants: Devices taking part (communication only, otherwise 1).
        macs, vector_elements: Work of all copies.
        weight_bytes, input_bytes, output_bytes: Compulsory traffic of all copies: each operand
            once. Cached keys and values are not in ``input_bytes``.
        kv_read_bytes, kv_write_bytes: Traffic of the key/value cache.
        collective_bytes: Size of the communicated tensor (not times the ring factor).

    Attributes:
        name: For people.
        operations: Structured array of ``OPERATION_DTYPE``, shape (operations,), read-only.
        dependency_offsets: CSR row offsets, shape (operations + 1,).
        dependency_targets: For each operation the operations it waits for.
        context_tokens: Per request the cached tokens its last new token attends to, itself
            included; shape (requests,); empty when the trace has no attention.
        new_tokens: Per request the tokens processed in this pass; shape (requests,).
        bytes_per_element: Size of one activation, weight or cache element.

    Raises:
        InputError: A column, dependency or request array breaks a rule above.
    """

    name: str
    operations: NDArray[np.void]
    dependency_offsets: Int64Array
    dependency_targets: Int64Array
    context_tokens: Int64Array = field(default_factory=lambda: np.zeros(0, np.int64))
    new_tokens: Int64Array = field(default_factory=lambda: np.zeros(0, np.int64))
    bytes_per_element: int = 2

    def __post_init__(self) -> None:
        for name in ("context_tokens", "new_tokens", "dependency_offsets", "dependency_targets"):
            object.__setattr__(self, name, _integers(self.name, name, getattr(self, name)))
        if self.operations.dtype != OPERATION_DTYPE or self.operations.ndim != 1:
            raise InputError(f"trace {self.name}: operations must have the dtype OPERATION_DTYPE")
        operations = self.operations.copy()
        operations.setflags(write=False)
        object.__setattr__(self, "operations", operations)
        check_columns(self.name, operations)
        self._check_dependencies()
        self._check_requests()
        _ = self.groups  # refuses groups that cannot repeat as a block

    def __len__(self) -> int:
        return int(self.operations.shape[0])

    def column(self, name: str) -> Int64Array:
        """Return one integer column, shape (operations,)."""
        column: Int64Array = self.operations[name]
        return column

    def index(self, name: str) -> int:
        """Return the index of the operation called ``name``.

        Raises:
            InputError: No such operation.
        """
        found = np.flatnonzero(self.operations["name"] == name)
        if found.size == 0:
            raise InputError(f"trace {self.name} has no operation called {name!r}")
        return int(found[0])

    def dependencies(self, index: int) -> Int64Array:
        """Return the operations that operation ``index`` waits for."""
        return self.dependency_targets[
            self.dependency_offsets[index] : self.dependency_offsets[index + 1]
        ]

    def topological_order(self) -> Int64Array:
        """Return the operations so that each follows all it waits for, shape (operations,).

        Of several possible orders the one with the smallest indices first.
        """
        order = self._order
        return order.copy()

    @cached_property
    def _order(self) -> Int64Array:
        count = len(self)
        rows = np.repeat(np.arange(count), np.diff(self.dependency_offsets))
        if bool(np.all(self.dependency_targets < rows)):
            return np.arange(count, dtype=np.int64)
        order = sort_topologically(count, rows, self.dependency_targets)
        if len(order) < count:
            stuck = self.operations["name"][sorted(set(range(count)) - set(order))[0]]
            raise InputError(f"trace {self.name}: operation {stuck} waits for itself in a cycle")
        return np.array(order, dtype=np.int64)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The groups in an order in which each follows all it waits for."""
        names, first, inverse = np.unique(
            self.operations["group"], return_index=True, return_inverse=True
        )
        order = self._order
        by_first_use = np.argsort(first)
        rank = np.empty(len(names), np.int64)
        rank[by_first_use] = np.arange(len(names))
        group_of = rank[inverse]
        rows = np.repeat(np.arange(len(self)), np.diff(self.dependency_offsets))
        edges = np.stack([group_of[rows], group_of[self.dependency_targets]])
        edges = np.unique(edges[:, edges[0] != edges[1]], axis=1)
        group_order = sort_topologically(len(names), edges[0], edges[1])
        if len(group_order) < len(names):
            raise InputError(
                f"trace {self.name}: groups wait for each other in a cycle, so none can repeat"
                " as a block"
            )
        found = []
        for group in group_order:
            indices = order[group_of[order] == group]
            repeats = self.operations["repeat"][indices]
            name = str(self.operations["group"][indices[0]])
            if np.any(repeats != repeats[0]):
                raise InputError(f"trace {self.name}: group {name} has more than one repeat count")
            found.append(Group(name, int(repeats[0]), indices))
        return tuple(found)

    @cached_property
    def totals(self) -> TraceTotals:
        """Sums over all operations and repetitions."""
        repeats = self.operations["repeat"].tolist()
        sums = {
            name: sum(a * b for a, b in zip(self.operations[name].tolist(), repeats, strict=True))
            for name in COUNT_COLUMNS
        }
        return TraceTotals(operations=sum(repeats), **sums)

    def content_hash(self) -> str:
        """Return the SHA-256 of everything but the name, as hexadecimal text."""
        digest = hashlib.sha256(b"archsim trace 1")
        digest.update(str((len(self), self.bytes_per_element, len(self.new_tokens))).encode())
        for column in OPERATION_DTYPE.names or ():
            digest.update(np.ascontiguousarray(self.operations[column]).tobytes())
        for array in (
            self.dependency_offsets,
            self.dependency_targets,
            self.context_tokens,
            self.new_tokens,
        ):
            digest.update(np.ascontiguousarray(array, dtype="<i8").tobytes())
        return digest.hexdigest()

    def to_dataframe(self) -> pd.DataFrame:
        """Return one row per operation, with the names of what it waits for in ``after``."""
        import pandas as pd

        names = OPERATION_DTYPE.names or ()
        frame = pd.DataFrame({name: self.operations[name] for name in names})
        frame["after"] = [", ".join(self._names(index)) for index in range(len(self))]
        return frame

    def _names(self, index: int) -> Iterator[str]:
        return (str(self.operations["name"][target]) for target in self.dependencies(index))

    def _check_dependencies(self) -> None:
        offsets, targets = self.dependency_offsets, self.dependency_targets
        if (
            len(offsets) != len(self) + 1
            or offsets[0] != 0
            or offsets[-1] != len(targets)
            or np.any(np.diff(offsets) < 0)
        ):
            raise InputError(f"trace {self.name}: dependency offsets do not fit the operations")
        if np.any((targets < 0) | (targets >= len(self))):
            raise InputError(f"trace {self.name}: a dependency names an operation that is absent")
        _ = self._order

    def _check_requests(self) -> None:
        if len(self.context_tokens) != len(self.new_tokens):
            raise InputError(
                f"trace {self.name}: context_tokens and new_tokens differ in length",
                found=f"{len(self.context_tokens)} and {len(self.new_tokens)}",
            )
        if np.any(self.new_tokens < 1) or np.any(self.context_tokens < self.new_tokens):
            raise InputError(
                f"trace {self.name}: every request needs 1 <= new_tokens <= context_tokens"
            )
        attention = np.char.startswith(self.operations["kind"], "attention_")
        if bool(attention.any()) and len(self.new_tokens) == 0:
            raise InputError(f"trace {self.name} has attention but no requests")
        if self.bytes_per_element < 1:
            raise InputError(f"trace {self.name}: bytes_per_element must be at least 1")

    def of_class(self, work: WorkClass) -> Int64Array:
        """Return the indices of operations whose kind has the work class ``work``."""
        kinds = [name for name, kind in KINDS.items() if kind.work == work]
        return np.flatnonzero(np.isin(self.operations["kind"], kinds)).astype(np.int64)


def _integers(trace: str, name: str, values: Int64Array) -> Int64Array:
    array = np.asarray(values)
    if array.ndim != 1 or not (array.size == 0 or np.issubdtype(array.dtype, np.integer)):
        raise InputError(f"trace {trace}: {name} must be a one-dimensional array of integers")
    copy = array.astype(np.int64)
    copy.setflags(write=False)
    return copy
