from __future__ import annotations

import numpy as np
import pytest

from archsim.errors import InputError, UnknownNameError
from archsim.workload.columns import OPERATION_DTYPE
from archsim.workload.trace import Trace
from archsim.workload.trace_builder import TraceBuilder


def small_trace() -> Trace:
    builder = TraceBuilder("small")
    builder.add("a", "gemm", group="first", m=2, k=3, n=4, copies=5, weight_bytes=7)
    builder.add("b", "norm", group="layer", repeat=3, after=["a"], vector_elements=10)
    builder.add("c", "gemm", group="layer", repeat=3, after=["b"], m=1, k=1, n=1)
    builder.add("d", "elementwise", group="layer", repeat=3, after=["b", "c"])
    return builder.build()


def raw_trace(
    targets: list[list[int]], groups: list[str] | None = None, **columns: object
) -> Trace:
    count = len(targets)
    operations = np.zeros(count, OPERATION_DTYPE)
    operations["name"] = [f"op{i}" for i in range(count)]
    operations["kind"] = "norm"
    operations["group"] = groups or ["g"] * count
    for column in ("repeat", "copies", "participants"):
        operations[column] = 1
    for name, values in columns.items():
        operations[name] = values
    return Trace(
        name="raw",
        operations=operations,
        dependency_offsets=np.cumsum([0, *map(len, targets)]),
        dependency_targets=np.array([t for row in targets for t in row], dtype=np.int64),
    )


def test_totals_count_every_repetition() -> None:
    totals = small_trace().totals
    assert totals.operations == 1 + 3 * 3
    assert totals.macs == 2 * 3 * 4 * 5 + 3 * 1
    assert totals.vector_elements == 30
    assert totals.weight_bytes == 7


def test_dependencies_and_names() -> None:
    trace = small_trace()
    assert trace.dependencies(trace.index("d")).tolist() == [1, 2]
    assert trace.to_dataframe()["after"].tolist() == ["", "a", "b", "b, c"]
    assert [group.name for group in trace.groups] == ["first", "layer"]
    assert trace.groups[1].repeat == 3
    assert trace.of_class("matrix").tolist() == [0, 2]


def test_topological_order_of_backward_references() -> None:
    trace = raw_trace([[2], [0], []])
    assert trace.topological_order().tolist() == [2, 0, 1]


def test_columns_cannot_be_changed() -> None:
    trace = small_trace()
    with pytest.raises(ValueError, match="read-only"):
        trace.operations["macs"] = 0
    with pytest.raises(ValueError, match="read-only"):
        trace.dependency_targets[0] = 0


def test_hash_is_of_the_content_and_not_of_the_name() -> None:
    first, second = small_trace(), small_trace()
    renamed = Trace("other", first.operations, first.dependency_offsets, first.dependency_targets)
    assert first.content_hash() == second.content_hash() == renamed.content_hash()
    changed = first.operations.copy()
    changed["weight_bytes"][0] += 1
    other = Trace("small", changed, first.dependency_offsets, first.dependency_targets)
    assert other.content_hash() != first.content_hash()
    assert raw_trace([[], [0]]).content_hash() != raw_trace([[], []]).content_hash()


@pytest.mark.parametrize(
    ("targets", "groups", "columns", "sentence"),
    [
        ([[1], [0]], None, {}, "op0 waits for itself in a cycle"),
        ([[0]], None, {}, "waits for itself"),
        ([[5]], None, {}, "a dependency names an operation that is absent"),
        ([[], [0], [1]], ["g", "h", "g"], {}, "groups wait for each other in a cycle"),
        ([[], []], None, {"repeat": [1, 2]}, "group g has more than one repeat count"),
        ([[]], None, {"repeat": 0}, "repeat of operation op0, found 0"),
        ([[]], None, {"weight_bytes": -1}, "weight_bytes of operation op0, found -1"),
        ([[]], None, {"input_bytes": 2**62 + 1}, "input_bytes of operation op0"),
        ([[], []], None, {"name": "same"}, "operation names must be unique"),
        ([[]], None, {"kind": "gemm", "m": 2, "n": 2, "k": 2, "macs": 7}, "macs of GEMM op0"),
        ([[]], None, {"kind": "attention_logit"}, "has attention but no requests"),
        ([], None, {}, "has no operations"),
    ],
)
def test_bad_traces_are_refused(
    targets: list[list[int]],
    groups: list[str] | None,
    columns: dict[str, object],
    sentence: str,
) -> None:
    with pytest.raises(InputError, match=sentence):
        raw_trace(targets, groups, **columns)


def test_unknown_kind_gets_a_suggestion() -> None:
    with pytest.raises(UnknownNameError, match="did you mean softmax"):
        raw_trace([[]], kind="softmaxx")


@pytest.mark.parametrize(
    ("offsets", "context", "new", "sentence"),
    [
        ([0], [], [], "dependency offsets do not fit"),
        ([0, 1], [], [], "dependency offsets do not fit"),
        ([0, 0], [4], [], "differ in length"),
        ([0, 0], [4], [5], "1 <= new_tokens <= context_tokens"),
        ([0, 0], [4], [0], "1 <= new_tokens <= context_tokens"),
        ([0, 0], [4.5], [1], "one-dimensional array of integers"),
        ([0, 0], [[4]], [1], "one-dimensional array of integers"),
    ],
)
def test_bad_arrays_are_refused(
    offsets: list[int], context: list[float], new: list[int], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        Trace(
            "bad",
            raw_trace([[]]).operations,
            np.array(offsets),
            np.zeros(0, np.int64),
            np.array(context),
            np.array(new),
        )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"name": "a", "kind": "norm"}, "two operations are called a"),
        ({"name": "x" * 49, "kind": "norm"}, "limited to 48 characters"),
        ({"name": "x", "kind": "norm", "after": ["missing"]}, "waits for missing"),
        ({"name": "x", "kind": "norm", "bytes": 3}, "unknown columns: bytes"),
        ({"name": "x", "kind": "norm", "input_bytes": 2**63}, "does not fit in 62 bits"),
        ({"name": "x", "kind": "norm", "input_bytes": -1}, "does not fit in 62 bits"),
        ({"name": "x", "kind": "gem"}, "did you mean gemm"),
    ],
)
def test_builder_refuses(arguments: dict[str, object], sentence: str) -> None:
    builder = TraceBuilder("b")
    builder.add("a", "norm")
    with pytest.raises(InputError, match=sentence):
        builder.add(**arguments)  # type: ignore[arg-type]  # on purpose wrong
