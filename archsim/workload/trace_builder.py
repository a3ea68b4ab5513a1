"""``TraceBuilder``: writes a ``Trace`` operation by operation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from archsim.errors import InputError
from archsim.workload.columns import COUNT_COLUMNS, MAX_COUNT, OPERATION_DTYPE, SHAPE_COLUMNS
from archsim.workload.kinds import operation_kind
from archsim.workload.trace import Int64Array, Trace

_KNOWN = frozenset((*SHAPE_COLUMNS, *COUNT_COLUMNS))


class TraceBuilder:
    """Collects operations in order and builds a ``Trace`` of them.

    Args:
        name: Name of the trace.
        bytes_per_element: Size of one element of weights, activations and cache.
    """

    def __init__(self, name: str, bytes_per_element: int = 2) -> None:
        self.name = name
        self.bytes_per_element = bytes_per_element
        self._rows: list[tuple[str | int, ...]] = []
        self._after: list[list[int]] = []
        self._index: dict[str, int] = {}

    def add(
        self,
        name: str,
        kind: str,
        *,
        after: Sequence[str] = (),
        group: str = "main",
        repeat: int = 1,
        **columns: int,
    ) -> str:
        """Add one operation and return its name.

        Args:
            name: Unique name, at most 48 characters.
            kind: One of ``kinds.KINDS``.
            after: Names of operations added before that this one waits for.
            group: Group that repeats together.
            repeat: Repetitions of the group.
            **columns: Shape and count columns of ``Trace``; absent ones are 0 (``copies`` and
                ``participants``: 1). The ``macs`` of a GEMM follow from its shape.

        Raises:
            InputError: A name is taken, unknown or too long, or a count does not fit.
        """
        operation_kind(kind)
        unknown = sorted(set(columns) - _KNOWN)
        if unknown:
            raise InputError(f"operation {name} has unknown columns: {', '.join(unknown)}")
        if name in self._index:
            raise InputError(f"two operations are called {name}")
        if max(len(name), len(group)) > 48:
            raise InputError(
                f"names are limited to 48 characters, found {max(name, group, key=len)!r}"
            )
        if kind == "gemm":
            shape = [columns.get(key, 1 if key == "copies" else 0) for key in SHAPE_COLUMNS[:4]]
            columns.setdefault("macs", shape[0] * shape[1] * shape[2] * shape[3])
        values: list[str | int] = [name, kind, group, repeat]
        for column in (*SHAPE_COLUMNS, *COUNT_COLUMNS):
            value = columns.get(column, 1 if column in ("copies", "participants") else 0)
            if not 0 <= value <= MAX_COUNT:
                raise InputError(
                    f"operation {name}: {column} does not fit in 62 bits", found=str(value)
                )
            values.append(value)
        self._after.append([self._find(name, earlier) for earlier in after])
        self._index[name] = len(self._rows)
        self._rows.append(tuple(values))
        return name

    def build(
        self, context_tokens: Int64Array | None = None, new_tokens: Int64Array | None = None
    ) -> Trace:
        """Return the trace, with the request arrays of its attention operations if any."""
        empty = np.zeros(0, np.int64)
        return Trace(
            name=self.name,
            operations=np.array(self._rows, dtype=OPERATION_DTYPE),
            dependency_offsets=np.cumsum([0, *map(len, self._after)], dtype=np.int64),
            dependency_targets=np.array(
                [target for targets in self._after for target in targets], dtype=np.int64
            ),
            context_tokens=empty if context_tokens is None else context_tokens,
            new_tokens=empty if new_tokens is None else new_tokens,
            bytes_per_element=self.bytes_per_element,
        )

    def _find(self, name: str, earlier: str) -> int:
        if earlier not in self._index:
            raise InputError(f"operation {name} waits for {earlier}, which was not added before it")
        return self._index[earlier]
